"""Compiled kernels made ready on another core while layers are read.

Loading numba takes half a second, and compiling what was never compiled ten. Both are partly
Python's work, as reading is, so they gain less than a core: 0.4 s and 3 s of a million homes.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_once = threading.Lock()


@contextmanager
def kernels_beside() -> Iterator[None]:
    """Make the kernels of an analysis ready while the block runs, once in a process.

    Whoever needs one that is being compiled waits for it; the results do not depend on this. When
    the block ends, perhaps by an error, no kernel is begun any more and the one at work is waited
    for, so that no thread outlives the analysis.
    """
    if not _once.acquire(blocking=False):
        yield
        return
    ended = threading.Event()

    def work() -> None:
        # What fails here fails in the analysis too, where somebody is told.
        with suppress(Exception):
            for _ in _in_use():
                if ended.is_set():
                    return

    thread = threading.Thread(target=work, name="siting-kernels")
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _in_use() -> Iterator[str]:
    """Use the kernels in the order of an analysis, on one street with one home; yield what ran."""
    import geopandas as gpd
    import numpy as np
    import shapely

    from siting.coverage.closest import closest_straight_line
    from siting.network.graph import build_network
    from siting.network.snap import snap
    from siting.network.travel import closest_and_nodes

    yield "imports"
    line = shapely.LineString([(0.0, 0.0), (100.0, 0.0)])
    streets = gpd.GeoDataFrame({"street_id": ["a"]}, geometry=[line], crs="EPSG:4547")
    network = build_network(streets, oneway=True)
    yield "network"
    place = np.array([[10.0, 5.0]])
    home = snap(network, place, max_access_m=50)
    yield "snapping"
    closest_and_nodes(network, home, [home])
    yield "nearest on foot"
    closest_straight_line(place, place)
    yield "nearest in a straight line"
