"""The library of site projects: one GeoPackage in which every change stays as history.

Start at `store`; `table` reads spreadsheets into it. Imported by the pipeline.
"""
