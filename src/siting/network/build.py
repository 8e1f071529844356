"""From street lines to the columns of a network: where lines meet, and in which order they lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from siting.errors import SitingError
from siting.message import message
from siting.network import kernels
from siting.network.components import components
from siting.network.junctions import Vertices, match_vertices
from siting.tables import STREETS, check_table

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

_MATCH_M = 1e-3
_LINE_STRING = 1


@dataclass(frozen=True, slots=True, eq=False)
class _Edges:
    """Pieces of lines between junctions."""

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    street: NDArray[np.int64]
    offsets: NDArray[np.int64]
    xy: NDArray[np.float64]
    length_m: NDArray[np.float64]

    def take(self, rows: NDArray[np.int64]) -> _Edges:
        counts = np.diff(self.offsets)[rows]
        vertices = _ranges(self.offsets[:-1][rows], counts)
        return _Edges(
            self.start[rows],
            self.end[rows],
            self.street[rows],
            _offsets(counts),
            self.xy[vertices],
            self.length_m[rows],
        )


def network_columns(streets: gpd.GeoDataFrame, *, oneway: bool) -> dict[str, Any]:
    """Return the arguments of `Network` for a street table."""
    _check_streets(streets)
    edges = _edges_of(match_vertices(streets, _MATCH_M))
    edges = edges.take(np.flatnonzero(_has_length(edges)))
    if not edges.street.size:
        raise _no_streets(len(streets))
    one = _flag(streets, "oneway")[edges.street] if oneway else np.zeros(edges.street.size, bool)
    edges, blocked, added = _without_repeats(edges, one, _flag(streets, "added")[edges.street])
    columns = _columns(*_ordered(edges, blocked, added))
    return columns | {"edge_enclosed": _flag(streets, "enclosed")[columns["edge_street"]]}


def _no_streets(rows: int) -> SitingError:
    return SitingError(message("network.no_streets", rows=rows))


def _check_streets(streets: gpd.GeoDataFrame) -> None:
    if not len(streets):
        raise _no_streets(0)
    crs = getattr(streets.geometry, "crs", None)
    lines = streets.geometry.to_numpy()
    plain = shapely.get_type_id(lines) == _LINE_STRING
    if crs is None or crs.is_geographic or not plain.all() or shapely.is_empty(lines).any():
        check_table(streets, STREETS)
    xy, row = shapely.get_coordinates(lines, return_index=True)
    wrong = np.unique(row[~np.isfinite(xy).all(axis=1)])
    if wrong.size:
        raise SitingError(message("network.street_no_numbers", rows=wrong.size, first=wrong[0]))


def _flag(streets: gpd.GeoDataFrame, name: str) -> NDArray[np.bool_]:
    """Return a flag column; absent or missing is false."""
    if name not in streets.columns:
        return np.zeros(len(streets), bool)
    values = streets[name]
    return np.asarray(values.where(values.notna(), other=False).astype(bool))


def _edges_of(vertices: Vertices) -> _Edges:
    """Cut every line at its junctions."""
    at = np.flatnonzero(vertices.junction)
    line = vertices.line[at]
    first = np.flatnonzero(line[:-1] == line[1:])
    begin, finish = at[first], at[first + 1]
    counts = finish - begin + 1
    offsets = _offsets(counts)
    xy = vertices.xy[_ranges(begin, counts)]
    steps = np.hypot(*np.diff(xy, axis=0).T)
    steps[offsets[1:-1] - 1] = 0.0  # from the end of one piece to the start of the next
    length = np.add.reduceat(np.append(steps, 0.0), offsets[:-1]) if first.size else np.empty(0)
    node = vertices.node
    return _Edges(node[begin], node[finish], line[first], offsets, xy, length)


def _has_length(edges: _Edges) -> NDArray[np.bool_]:
    """Tell which pieces lead anywhere: not those that end where they began, within the match."""
    loops = edges.start == edges.end
    return np.asarray(np.where(loops, edges.length_m > _MATCH_M, edges.length_m > 0.0))


def _without_repeats(
    edges: _Edges, one: NDArray[np.bool_], added: NDArray[np.bool_]
) -> tuple[_Edges, NDArray[np.bool_], NDArray[np.bool_]]:
    """Keep one of the edges that are drawn twice; it is walkable each way that any of them is.

    Returns the edges, whether each is closed (forward, backward) as (2, m), and which are added.
    """
    low = np.minimum(edges.start, edges.end)
    high = np.maximum(edges.start, edges.end)
    order = _sorted_by(_pair_keys(low, high), np.diff(edges.offsets), high, low)
    kept_as, turned = kernels.mark_repeats(order, low, high, edges.offsets, edges.xy)
    backward = ~one | turned
    forward = ~one | ~turned
    keep = np.flatnonzero(kept_as == np.arange(low.size))
    opened = [np.bincount(kept_as, way, low.size)[keep] > 0 for way in (forward, backward)]
    existing = np.bincount(kept_as, ~added, low.size)[keep] > 0
    return edges.take(keep), ~np.array(opened), ~existing


def _ordered(
    edges: _Edges, closed: NDArray[np.bool_], added: NDArray[np.bool_]
) -> tuple[_Edges, NDArray[np.bool_], NDArray[np.bool_], NDArray[np.float64]]:
    """Renumber nodes along the curve and sort edges by them, whatever the order of the input."""
    keys, first = _first_places(np.concatenate([edges.start, edges.end]))
    ends = np.concatenate([edges.offsets[:-1], edges.offsets[1:] - 1])
    xy = edges.xy[ends[first]]
    along = kernels.zorder_keys(xy)
    curve = _sorted_by(along, xy[:, 1], xy[:, 0], along)
    rank = np.empty(int(keys.max()) + 1, np.int64)
    rank[keys[curve]] = np.arange(keys.size)
    start, end = rank[edges.start], rank[edges.end]
    low, high = np.minimum(start, end), np.maximum(start, end)
    rows = _sorted_by(_pair_keys(low, high), edges.length_m, high, low)
    taken = edges.take(rows)
    renumbered = _Edges(
        start[rows], end[rows], taken.street, taken.offsets, taken.xy, taken.length_m
    )
    return renumbered, closed[:, rows], added[rows], xy[curve]


def _first_places(ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the distinct ids, which are small numbers, ascending, and where each stands first."""
    first = np.full(int(ids.max()) + 1, -1)
    first[ids[::-1]] = np.arange(ids.size)[::-1]
    keys = np.flatnonzero(first >= 0)
    return keys, first[keys]


def _pair_keys(low: NDArray[np.int64], high: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return one number for each pair, in the order of the pairs."""
    return np.asarray(low * (int(high.max(initial=0)) + 1) + high)


def _sorted_by(leading: NDArray[Any], *columns: NDArray[Any]) -> NDArray[np.int64]:
    """Return ``np.lexsort(columns)``, where `leading` alone tells nearly all rows apart."""
    order = np.argsort(leading, kind="stable")
    if (leading[order[1:]] == leading[order[:-1]]).any():
        return np.lexsort(columns)
    return order


def _columns(
    edges: _Edges,
    closed: NDArray[np.bool_],
    added: NDArray[np.bool_],
    node_xy: NDArray[np.float64],
) -> dict[str, Any]:
    return {
        "node_xy": node_xy,
        "edge_from": edges.start,
        "edge_to": edges.end,
        "edge_length_m": edges.length_m,
        "cost_forward": np.where(closed[0], np.inf, edges.length_m),
        "cost_backward": np.where(closed[1], np.inf, edges.length_m),
        "edge_offsets": edges.offsets,
        "edge_xy": edges.xy,
        "component": components(edges.start, edges.end, len(node_xy)),
        "unit": "m",
        "edge_street": edges.street,
        "edge_added": added,
    }


def _offsets(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _ranges(begin: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return ``begin[i], begin[i] + 1, ...`` of each range, one after the other."""
    skip = begin - _offsets(counts)[:-1]
    return np.asarray(np.repeat(skip, counts) + np.arange(int(counts.sum())))
