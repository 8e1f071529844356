"""Compiled loops of coverage: the nearest of some points, and maximum flow.

Imported by coverage only.

The names load on use (lazy_loader), since numba takes half a second to load.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
