"""One use of every kernel of an analysis, in its order; as a program, compiles them all.

Apart from `siting.pipeline.kept.kernels` because importing this loads numba.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numba
import numpy as np
import shapely

from siting.coverage.closest import closest_straight_line
from siting.network.attach.snap import snap
from siting.network.graph import build_network
from siting.network.kernels import nearest
from siting.network.travel import closest_and_nodes
from siting.pipeline.kept.files import code_of


def mark() -> Path:
    """Return the file that stands beside the compiled kernels of this version when all are there.

    A machine with another processor compiles them again without being asked to.
    """
    folder = Path(str(nearest.nearest_segments.stats.cache_path))
    folder.mkdir(parents=True, exist_ok=True)
    package = Path(nearest.__file__).parents[2]
    modules = [*(package / "network").rglob("*.py"), *(package / "coverage").rglob("*.py")]
    return folder / f"siting-{numba.__version__}-{code_of(modules)[:16]}.compiled"


def in_use() -> Iterator[str]:
    """Use the kernels in the order of an analysis, on one street with one home; yield what ran."""
    yield "imports"
    line = shapely.LineString([(0.0, 0.0), (100.0, 0.0)])
    streets = gpd.GeoDataFrame({"street_id": ["a"]}, geometry=[line], crs="EPSG:4547")
    network = build_network(streets, oneway=True)
    yield "network"
    place = np.array([[10.0, 5.0]])
    home = snap(network, place, max_access_m=50)
    yield "snapping"
    closest_and_nodes(network, home, [home])
    yield "nearest-on-foot"
    closest_straight_line(place, place)
    yield "nearest-straight-line"


def compile_all() -> None:
    """Use every kernel once, so that numba keeps it, and leave the mark."""
    for _ in in_use():
        pass
    file = mark()
    for old in file.parent.glob("siting-*.compiled"):
        old.unlink(missing_ok=True)
    file.touch()


if __name__ == "__main__":
    compile_all()
