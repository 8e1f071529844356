"""OpenStreetMap, from a file or from a place, as the same tables as any other layer.

Start at `file` (one pass over a ``.pbf``) or `places` (online, cached). Imported by the layers.
What is asked online loads on use (lazy_loader), since OSMnx takes long to load and is seldom asked.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
