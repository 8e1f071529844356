"""Compiled loops over arrays (numba): searches, grids of segments, the nearest segment.

They know no type of the other rooms, only arrays. Imported by network and coverage; nobody else
needs them.
"""
