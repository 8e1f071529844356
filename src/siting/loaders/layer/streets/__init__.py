"""Lines of a plain street layer: who may walk them, which way, on which level, and where they meet.

Start at `access.open_streets` and `junctions.join_lines`. What OpenStreetMap says of its ways is
read by :mod:`siting.loaders.osm`. Imported by `siting.loaders.layer.readers` and `contract`.
"""
