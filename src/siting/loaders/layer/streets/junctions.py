"""Where the lines of a street layer meet, when nothing but the drawing says it.

Owns the junctions of layers without junction keys. Lines meet where they share a vertex, where one
ends on another, where they cross at grade, and across small gaps of the drawing; what lies above
or below another passes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from siting.loaders.layer.streets.levels import (
    CLEARANCE_M,
    StreetLevels,
    part_levels,
    street_levels,
)
from siting.message import message
from siting.network.components import components
from siting.network.junctions import line_ends, measures_along, near_vertex, number_places

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from siting.data_report import LayerReport

_MATCH_M = 1e-3


@dataclass(frozen=True, eq=False)
class _Drawing:
    """The lines and every vertex of them, one after the other."""

    lines: NDArray[np.object_]
    levels: StreetLevels
    xy: NDArray[np.float64]
    height: NDArray[np.float64]
    line: NDArray[np.int64]
    along: NDArray[np.float64]
    tree: object


@dataclass(frozen=True, eq=False)
class _Cuts:
    """Places on lines that are to be vertices: line, metres along it, place, height."""

    line: NDArray[np.int64]
    along: NDArray[np.float64]
    xy: NDArray[np.float64]
    height: NDArray[np.float64]


@dataclass(frozen=True)
class _Counts:
    crossings: int = 0
    apart: int = 0
    gaps: int = 0
    widest_m: float = 0.0
    parted: int = 0


def join_lines(
    streets: gpd.GeoDataFrame, *, gap_m: float, crossings: bool, report: LayerReport
) -> gpd.GeoDataFrame:
    """Give the lines of a layer the junction keys that its drawing means.

    Parameters
    ----------
    streets
        STREETS, perhaps with heights, and with the layer's own columns. Where it has junction
        keys, those decide, and only heights are dropped.
    gap_m
        Longest gap between the end of a line and another line that is closed, metres.
    crossings
        Whether lines that cross without a common vertex meet, where nothing says that one of them
        lies above the other.
    report
        Gets how many crossings were joined or left apart, gaps closed, and levels parted.

    Returns
    -------
    geopandas.GeoDataFrame
        Lines in two dimensions, cut at their junctions, with ``from_node`` and ``to_node``, and
        with ``enclosed`` where some are bridges or tunnels. The pieces of a line that was cut are
        numbered: ``A-0``, ``A-1``.

    Examples
    --------
    Two streets that cross half way.

    >>> import geopandas as gpd
    >>> from shapely import LineString
    >>> from siting.data_report import DataReport
    >>> lines = [LineString([(0, 0), (10, 0)]), LineString([(5, -5), (5, 5)])]
    >>> table = gpd.GeoDataFrame({"street_id": ["A", "B"]}, geometry=lines, crs=4547)
    >>> joined = join_lines(table, gap_m=0, crossings=True, report=DataReport().of("x"))
    >>> joined["street_id"].tolist(), bool(joined["to_node"].iloc[0] == joined["to_node"].iloc[2])
    (['A-0', 'A-1', 'B-0', 'B-1'], True)
    """
    levels = street_levels(streets)
    if levels.structure.any():
        streets = streets.assign(enclosed=levels.structure)
    if not len(streets) or {"from_node", "to_node"} <= set(streets.columns):
        return _flat(streets, report)
    drawing = _drawing(streets, levels)
    cuts, links, counts = _meetings(drawing, gap_m, crossings=crossings)
    drawing = _with_vertices(drawing, cuts)
    node, cut, parted = _nodes(drawing, links)
    _note(counts, parted, report)
    return _pieces(_flat(streets, report), drawing, node, cut)


def _flat(streets: gpd.GeoDataFrame, report: LayerReport) -> gpd.GeoDataFrame:

    lines = streets.geometry.to_numpy()
    tall = shapely.has_z(lines)
    if not tall.any():
        return streets
    told = message("note.geometry-flattened")
    report.add("info", "geometry-flattened", told, rows=streets.loc[tall, "street_id"])
    flat = shapely.force_2d(lines)
    return streets.set_geometry(type(streets.geometry)(flat, index=streets.index, crs=streets.crs))


def _drawing(streets: gpd.GeoDataFrame, levels: StreetLevels) -> _Drawing:

    tall = streets.geometry.to_numpy()
    xyz, line = shapely.get_coordinates(tall, include_z=True, return_index=True)
    height = np.where(xyz[:, 2] == 0, np.nan, xyz[:, 2])  # nought stands for unknown
    lines = shapely.force_2d(tall)
    line = line.astype(np.int64)
    xy = np.ascontiguousarray(xyz[:, :2])
    along = measures_along(xy, line)
    return _Drawing(lines, levels, xy, height, line, along, shapely.STRtree(lines))


def _meetings(
    drawing: _Drawing, gap_m: float, *, crossings: bool
) -> tuple[_Cuts, NDArray[np.float64], _Counts]:
    """Find the places where lines meet without a common vertex.

    Returns the new vertices, pairs of places that are one junction (p, 2, 2), and the counts.
    """
    ends, links, gaps = _at_ends(drawing, gap_m)
    found = [ends]
    apart = crossed = 0
    if crossings:
        across, apart = _crossings(drawing)
        known = near_vertex(drawing.line, drawing.along, across.line, across.along, _MATCH_M)
        crossed = int(np.unique(across.xy[~known], axis=0).shape[0])
        found.append(_of_cuts(across, ~known))
    cuts = _Cuts(
        np.concatenate([each.line for each in found]),
        np.concatenate([each.along for each in found]),
        np.concatenate([each.xy for each in found]),
        np.concatenate([each.height for each in found]),
    )
    widest = float(gaps.max(initial=0.0))
    return cuts, links, _Counts(crossed, apart, int(gaps.size), widest)


def _crossings(drawing: _Drawing) -> tuple[_Cuts, int]:
    """Return where lines cross at grade, twice each, and how many crossings are not at grade."""
    one, other = drawing.tree.query(drawing.lines, predicate="crosses")  # type: ignore[attr-defined]
    one, other = one[one < other], other[one < other]
    shared = shapely.intersection(drawing.lines[one], drawing.lines[other])
    parts, pair = shapely.get_parts(shared, return_index=True)
    points = shapely.get_dimensions(parts) == 0
    parts, pair = parts[points], pair[points]
    one, other = one[pair], other[pair]
    sides = [_on_line(drawing, line, parts) for line in (one, other)]
    levels = drawing.levels
    level = (
        (levels.level[one] == levels.level[other])
        & ~(levels.structure[one] | levels.structure[other])
        & ~(np.abs(sides[0].height - sides[1].height) > CLEARANCE_M)
    )
    known = near_vertex(drawing.line, drawing.along, one, sides[0].along, _MATCH_M)
    known &= near_vertex(drawing.line, drawing.along, other, sides[1].along, _MATCH_M)
    both = [np.concatenate([getattr(side, name)[level] for side in sides]) for name in _CUT_FIELDS]
    return _Cuts(*both), int((~level & ~known).sum())


_CUT_FIELDS = ("line", "along", "xy", "height")


def _on_line(drawing: _Drawing, line: NDArray[np.int64], points: NDArray[np.object_]) -> _Cuts:
    """Place points on lines they lie on."""
    along = np.asarray(shapely.line_locate_point(drawing.lines[line], points))
    xy = shapely.get_coordinates(points)
    return _Cuts(line.astype(np.int64), along, xy, _height_at(drawing, line, along))


def _height_at(
    drawing: _Drawing, line: NDArray[np.int64], along: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Interpolate the height of a line between its vertices."""
    far = float(drawing.along.max(initial=0.0)) + 1.0
    placed = drawing.line * far + drawing.along
    after = np.clip(np.searchsorted(placed, line * far + along), 1, placed.size - 1)
    before = after - 1
    same = drawing.line[after] == drawing.line[before]
    step = np.where(same, drawing.along[after] - drawing.along[before], 0.0)
    share = np.divide(along - drawing.along[before], step, out=np.ones(line.size), where=step > 0)
    low, high = drawing.height[before], drawing.height[after]
    return np.asarray(np.where(step > 0, low + np.clip(share, 0, 1) * (high - low), high))


def _at_ends(
    drawing: _Drawing, gap_m: float
) -> tuple[_Cuts, NDArray[np.float64], NDArray[np.float64]]:
    """Return the vertices that ends of lines make on others, the gaps as pairs, and their widths.

    An end that touches a line joins it. An end that touches nothing joins the nearest line within
    the gap, where that lies on the same level.
    """
    at = np.flatnonzero(line_ends(drawing.line))
    points = np.asarray(shapely.points(drawing.xy[at]), dtype=object)
    reach = max(gap_m, _MATCH_M)
    end, line = drawing.tree.query(points, predicate="dwithin", distance=reach)  # type: ignore[attr-defined]
    other = drawing.line[at[end]] != line
    end, line = end[other], line[other].astype(np.int64)
    distance = np.asarray(shapely.distance(points[end], drawing.lines[line]))
    touching = distance <= _MATCH_M
    loose = ~np.isin(end, end[touching]) & _same_level(drawing, at[end], line, points[end])
    nearest = np.full(at.size, np.inf)
    np.minimum.at(nearest, end[loose], distance[loose])
    loose &= distance <= nearest[end]
    wanted = touching | loose
    end, line, distance = end[wanted], line[wanted], distance[wanted]
    cuts, target = _targets(drawing, points[end], line, distance, reach)
    gaps = distance > _MATCH_M
    links = np.stack([drawing.xy[at[end[gaps]]], target[gaps]], axis=1)
    return cuts, links, distance[gaps]


def _same_level(
    drawing: _Drawing,
    vertex: NDArray[np.int64],
    line: NDArray[np.int64],
    points: NDArray[np.object_],
) -> NDArray[np.bool_]:
    side = _on_line(drawing, line, points)
    level = drawing.levels.level
    rise = np.abs(drawing.height[vertex] - side.height)
    return np.asarray((level[drawing.line[vertex]] == level[line]) & ~(rise > CLEARANCE_M))


def _targets(
    drawing: _Drawing,
    points: NDArray[np.object_],
    line: NDArray[np.int64],
    distance: NDArray[np.float64],
    reach: float,
) -> tuple[_Cuts, NDArray[np.float64]]:
    """Return the vertices to insert on the lines, and the place on the line that each end means."""
    found = _on_line(drawing, line, points)
    length = shapely.length(drawing.lines[line])
    along = np.where(found.along <= reach, 0.0, found.along)
    along = np.where(found.along >= length - reach, length, along)
    gap = distance > _MATCH_M
    along = np.where(gap, along, found.along)
    foot = shapely.get_coordinates(shapely.line_interpolate_point(drawing.lines[line], along))
    xy = np.where(gap[:, None], foot, found.xy)
    known = near_vertex(drawing.line, drawing.along, line, along, _MATCH_M)
    return _of_cuts(_Cuts(line, along, xy, found.height), ~known), xy


def _of_cuts(cuts: _Cuts, rows: NDArray[np.bool_]) -> _Cuts:
    return _Cuts(cuts.line[rows], cuts.along[rows], cuts.xy[rows], cuts.height[rows])


def _with_vertices(drawing: _Drawing, cuts: _Cuts) -> _Drawing:
    """Insert the cuts among the vertices of their lines."""
    line = np.append(drawing.line, cuts.line)
    along = np.append(drawing.along, cuts.along)
    order = np.lexsort((along, line))
    return _Drawing(
        drawing.lines,
        drawing.levels,
        np.concatenate([drawing.xy, cuts.xy])[order],
        np.append(drawing.height, cuts.height)[order],
        line[order],
        along[order],
        drawing.tree,
    )


def _nodes(
    drawing: _Drawing, links: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_], int]:
    """Return the junction of each vertex, where lines are cut, and how many places were parted."""
    ends = line_ends(drawing.line)
    spot = _joined_places(drawing.xy, links)
    cut = ends | (np.bincount(spot)[spot] > 1)
    rows = np.flatnonzero(cut)
    passes = np.where(ends[rows], 1, 2)
    level, height = drawing.levels.level[drawing.line[rows]], drawing.height[rows]
    node = np.full(spot.size, -1, np.int64)
    node[rows], parted = part_levels(spot[rows], passes, level, height)
    return node, cut, parted


def _joined_places(xy: NDArray[np.float64], links: NDArray[np.float64]) -> NDArray[np.int64]:
    """Give places of vertices numbers; both ends of a closed gap are one place."""
    spot = number_places(np.concatenate([xy, links.reshape(-1, 2)]), _MATCH_M)
    pairs = spot[len(xy) :].reshape(-1, 2).T
    size = int(spot.max(initial=-1)) + 1
    return components(pairs[0], pairs[1], size).astype(np.int64)[spot[: len(xy)]]


def _pieces(
    streets: gpd.GeoDataFrame,
    drawing: _Drawing,
    node: NDArray[np.int64],
    cut: NDArray[np.bool_],
) -> gpd.GeoDataFrame:
    """Cut the lines at their junctions; a line without any stays as it is."""
    at = np.flatnonzero(cut)
    first = np.flatnonzero(drawing.line[at[:-1]] == drawing.line[at[1:]])
    begin, finish = at[first], at[first + 1]
    size = finish - begin + 1
    owner = np.repeat(np.arange(size.size), size)
    vertex = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size) + begin[owner]
    lines = shapely.linestrings(drawing.xy[vertex], indices=owner)
    street = drawing.line[begin]
    long = (shapely.length(lines) > 0) | (np.bincount(street, minlength=len(streets))[street] == 1)
    lines, street, begin, finish = lines[long], street[long], begin[long], finish[long]
    table = streets.iloc[street].reset_index(drop=True)
    table = table.set_geometry(type(table.geometry)(lines, index=table.index, crs=streets.crs))
    pieces = np.bincount(street, minlength=len(streets))[street]
    nth = np.arange(street.size) - np.searchsorted(street, street, side="left")
    ids = table["street_id"].astype(str).to_numpy(dtype=object)
    ids[pieces > 1] = [f"{ids[row]}-{nth[row]}" for row in np.flatnonzero(pieces > 1)]
    keys = np.unique(np.stack([node[begin], node[finish]]), return_inverse=True)[1].reshape(2, -1)
    return table.assign(street_id=ids, from_node=keys[0], to_node=keys[1])


def _note(counts: _Counts, parted: int, report: LayerReport) -> None:
    if counts.crossings:
        told = message("note.crossings-joined", count=counts.crossings)
        report.add("assumption", "crossings-joined", told, count=counts.crossings)
    if counts.gaps:
        told = message("note.gaps-closed", count=counts.gaps, gap=counts.widest_m)
        report.add("repair", "gaps-closed", told, count=counts.gaps)
    apart = counts.apart + parted
    if apart:
        told = message("note.levels-apart", count=apart, height=CLEARANCE_M)
        report.add("info", "levels-apart", told, count=apart)
