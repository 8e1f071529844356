"""Homes and who lives in them: from layers, from raster cells, or spread over buildings.

Start at `homes.homes_of`. `raster` reads the cells, `cell_counts` says whether they can be counts
of people, `raster_spread` shares them among homes, `filled` takes what a parameter stands in for.
Imported by `siting.loaders.layer.load` and `readers`.
"""
