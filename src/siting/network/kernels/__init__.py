"""Compiled loops over arrays (numba): searches, grids of segments, the nearest segment.

They know no type of the other rooms, only arrays. Imported by network and coverage; nobody else
needs them.

The names load on use (lazy_loader), since numba takes half a second to load.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
