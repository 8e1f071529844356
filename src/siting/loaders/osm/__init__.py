"""OpenStreetMap, from a file or from a place, as the same tables as any other layer.

Start at `file` (one pass over a ``.pbf``) or `places` (online, cached). Imported by the layers.
"""
