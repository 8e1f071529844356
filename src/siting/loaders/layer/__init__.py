"""Layers of a project: each file becomes a table of `siting.tables`.

Start at `load.load_layers`, or at `sources.read_source` for one file. The steps of one layer:
`sources` (which reader), `siting.crs.place` (where it is), `columns` (what its columns mean),
`contract` (the table). Imported by plans that are drawn, the library and the pipeline.
"""
