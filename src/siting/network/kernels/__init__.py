"""Loops over arrays: searches, grids of segments, the nearest segment.

Python runs them for a small city, numba compiles them for a large one (`kernel.py`).

They know no type of the other rooms, only arrays. Imported by network and coverage; nobody else
needs them.

The names load on use (lazy_loader).
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
