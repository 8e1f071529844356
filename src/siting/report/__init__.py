"""Findings as text, tables and pages. Formatting only: no figure is computed here.

Start at `plan.formats` (checks of plans), `analysis.text` (gap analyses) or `siting.text`
(proposals). `tables` writes workbooks and features. Imported by the pipeline and the command line.
"""
