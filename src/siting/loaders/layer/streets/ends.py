"""Which end of a street line is which junction.

Owns one repair. Graphs that were made undirected keep the line of one direction under the keys of
the other, so a line may run from its `to_node` to its `from_node`. Whoever stands a tenth along it
would then be put at the wrong end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from siting.message import message

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from siting.data_report import LayerReport

_APART_M = 1.0


def turn_lines(streets: gpd.GeoDataFrame, *, report: LayerReport) -> gpd.GeoDataFrame:
    """Turn the lines that run against their junction keys.

    Parameters
    ----------
    streets
        STREETS; without junction keys it is returned as it is.
    report
        Gets how many lines were turned, and the junctions whose lines end in different places.

    Returns
    -------
    geopandas.GeoDataFrame
        Every line runs from `from_node` to `to_node`. Where the other lines of both junctions do
        not tell, the line stays.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString
    >>> from siting.data_report import DataReport
    >>> lines = [LineString([(0, 0), (9, 0)]), LineString([(20, 0), (9, 0)])]
    >>> keys = {"street_id": ["a", "b"], "from_node": [1, 2], "to_node": [2, 3]}
    >>> report = DataReport()
    >>> turned = turn_lines(gpd.GeoDataFrame(keys, geometry=lines), report=report.of("x"))
    >>> [list(line.coords) for line in turned.geometry]
    [[(0.0, 0.0), (9.0, 0.0)], [(9.0, 0.0), (20.0, 0.0)]]
    >>> report.notes[0].count
    1
    """
    if not {"from_node", "to_node"} <= set(streets.columns) or not len(streets):
        return streets
    ends = _ends(streets)
    keys = np.concatenate([streets["from_node"].to_numpy(), streets["to_node"].to_numpy()])
    if _all_meet(keys, ends):
        return streets
    spot = _spots(ends)
    node = np.unique(keys, return_inverse=True)[1].reshape(2, -1)
    against = _runs_against(node, spot)
    if against.any():
        streets = _turned(streets, against, report)
    _note_apart(streets, node, np.where(against, spot[::-1], spot), ends, against, report)
    return streets


def _ends(streets: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Return the first and last place of every line, float64 (2, n, 2)."""
    _, xy, (offsets,) = shapely.to_ragged_array(streets.geometry.to_numpy(), include_z=False)
    return np.array([xy[offsets[:-1]], xy[offsets[1:] - 1]])


def _millimetres(ends: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.round(ends.reshape(-1, 2) * 1000).astype(np.int64)


def _all_meet(keys: NDArray[np.int64], ends: NDArray[np.float64]) -> bool:
    """Tell whether the lines of every junction end in one place: most layers need no more."""
    node = pd.factorize(keys)[0]
    first = np.zeros(int(node.max()) + 1, np.int64)
    first[node[::-1]] = np.arange(node.size)[::-1]
    mm = _millimetres(ends)
    return bool((mm == mm[first[node]]).all())


def _spots(ends: NDArray[np.float64]) -> NDArray[np.int64]:
    """Give every place of a line end a number, to the millimetre, int64 (2, n)."""
    mm = _millimetres(ends)
    column = np.unique(mm[:, 0], return_inverse=True)[1]
    row = np.unique(mm[:, 1], return_inverse=True)[1]
    return np.unique(column * (row.max() + 1) + row, return_inverse=True)[1].reshape(2, -1)


def _runs_against(node: NDArray[np.int64], spot: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which lines fit their junctions better when turned.

    A junction is where most of its lines have an end, whichever end that is: a line with the
    right direction can never be outvoted, since no place has more ends than the junction itself.
    """
    pairs = np.array(
        [[node[0], spot[0]], [node[0], spot[1]], [node[1], spot[1]], [node[1], spot[0]]]
    )
    codes = pairs[:, 0] * (spot.max() + 1) + pairs[:, 1]
    _, inverse, counts = np.unique(codes, return_inverse=True, return_counts=True)
    start, start_turned, end, end_turned = counts[inverse.reshape(codes.shape)]
    return np.asarray(start_turned + end_turned > start + end)


def _turned(
    streets: gpd.GeoDataFrame, against: NDArray[np.bool_], report: LayerReport
) -> gpd.GeoDataFrame:
    rows = np.flatnonzero(against)
    lines = streets.geometry.to_numpy().copy()
    lines[rows] = shapely.reverse(lines[rows])
    told = message("note.street-turned", count=rows.size, total=len(streets))
    report.add("repair", "street-turned", told, rows=streets["street_id"].iloc[rows])
    return streets.set_geometry(type(streets.geometry)(lines, index=streets.index, crs=streets.crs))


def _note_apart(
    streets: gpd.GeoDataFrame,
    node: NDArray[np.int64],
    spot: NDArray[np.int64],
    ends: NDArray[np.float64],
    against: NDArray[np.bool_],
    report: LayerReport,
) -> None:
    """Report junctions whose lines end in different places: the walk between those is not drawn."""
    xy = np.where(against[None, :, None], ends[::-1], ends).reshape(-1, 2)
    key = node.ravel()
    order = np.lexsort((spot.ravel(), key))
    first = np.zeros(int(key.max()) + 1, np.int64)
    first[key[order[::-1]]] = order[::-1]
    gap = np.hypot(*(xy - xy[first[key]]).T)
    apart = np.unique(key[gap > _APART_M])
    if not apart.size:
        return
    given = np.concatenate([streets["from_node"].to_numpy(), streets["to_node"].to_numpy()])
    told = message("note.junction-apart", count=apart.size, gap=float(gap.max()))
    report.add("warning", "junction-apart", told, rows=given[first[apart]])
