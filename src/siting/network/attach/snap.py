"""Where homes and facilities touch the streets.

Owns the attachment of subjects to edges: at their gates, or at the nearest point of a street.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siting.errors import SitingError
from siting.message import message
from siting.network import kernels
from siting.network.attach.attachment import Attachment, Via
from siting.network.attach.barriers import barrier_grid, barriers_around
from siting.network.attach.subjects import find_starts
from siting.network.costs import TOLERANCE_M

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from siting.network.attach.subjects import Starts
    from siting.network.graph import Network
    from siting.network.kernels.grid import SegmentGrid

EQUAL_M = 1.0
"""Streets that are farther by no more than this are as near as the nearest: maps are no better."""

# Of so many more streets that are as near, none is left out of a compound that they all cross.
_MOST_EQUAL = 15


@dataclass(frozen=True, slots=True, eq=False)
class _Legs:
    """Shortest access legs: start, edge, place on the edge and length; a row each."""

    start: NDArray[np.int64]
    edge: NDArray[np.int32]
    position: NDArray[np.float64]
    access_m: NDArray[np.float64]


def snap(
    network: Network,
    geometry: gpd.GeoSeries | NDArray[Any],
    *,
    max_access_m: float,
    barriers: gpd.GeoDataFrame | None = None,
    entrances: gpd.GeoDataFrame | None = None,
    threads: int | None = None,
) -> Attachment:
    """Attach subjects to the nearest place on a street.

    Parameters
    ----------
    network
        The streets.
    geometry
        n subjects in the network's CRS: a GeoSeries or array of points, lines or polygons, or
        float (n, 2) coordinates. A subject with null or empty geometry is not attached.
    max_access_m
        Longest access leg, inclusive.
    barriers
        Lines and polygons that no access leg may cross (it may touch them). A subject that lies
        wholly inside a barrier polygon attaches as if that polygon were absent: shore lines are
        coarser than doors.
    entrances
        Gates: integer column `subject` (row of `geometry`) and point geometry; `match_entrances`
        makes it of a layer. A subject with gates is reached through them alone.
    threads
        How many at once; the result does not depend on it. Left out: as many as there are cores.

    Returns
    -------
    Attachment
        A point has one row. An outline under 200 m long has one: where it is nearest to a street.
        One that a street crosses has a row of 0 m for each crossing. A longer one is reached from
        there and from places at most 50 m apart along it, each with its nearest street. Whoever
        has several streets as near, within `EQUAL_M`, may leave by any of them and has a row for
        each.

    Raises
    ------
    SitingError
        Geometry collections, coordinates that are not numbers, a limit that is not positive,
        entrances of subjects that do not exist.

    Notes
    -----
    The nearest street of every subject is looked for among existing ones. A street marked `added`
    (see `build_network`) that is as near gives one row more; so a proposed path gives more ways out
    and takes none away, and nobody's distance grows. Nobody steps onto a bridge deck or into a
    tunnel from beside it, unless no other street is within reach.

    Examples
    --------
    A home 30 m north of a street of 200 m, 50 m along it.

    >>> import geopandas, shapely
    >>> from siting.network.graph import build_network
    >>> line = shapely.LineString([(0, 0), (200, 0)])
    >>> streets = geopandas.GeoDataFrame({"street_id": ["a"]}, geometry=[line], crs=4547)
    >>> home = snap(build_network(streets), np.array([[50.0, 30.0]]), max_access_m=200)
    >>> home.position.tolist(), home.access_m.tolist()
    ([0.25], [30.0])
    """
    if not max_access_m >= 0:
        raise SitingError(message("network.max_access_wrong", value=max_access_m))
    starts = find_starts(geometry, entrances)
    legs = _legs(network, starts, max_access_m + TOLERANCE_M, barriers, threads)
    return _attachment(starts, legs)


def match_entrances(entrances: gpd.GeoDataFrame, subject_ids: ArrayLike) -> gpd.GeoDataFrame:
    """Give each gate the rows of the subjects that it opens, for `snap`.

    Parameters
    ----------
    entrances
        As `tables.ENTRANCES`.
    subject_ids
        text (n,): identifier of each subject; a facility with two services has two rows.

    Returns
    -------
    GeoDataFrame
        Columns `subject` (int) and `geometry`, a row per gate and subject. Entrances that belong to
        no subject here are left out.
    """
    rows = pd.DataFrame({"subject_id": np.asarray(subject_ids, object)})
    rows["subject"] = np.arange(len(rows))
    gates = pd.DataFrame(
        {
            "subject_id": np.asarray(entrances["subject_id"], object),
            "geometry": entrances.geometry.to_numpy(),
        }
    )
    matched = gates.merge(rows, on="subject_id", how="inner")
    return gpd.GeoDataFrame(matched[["subject", "geometry"]], crs=entrances.crs)


def _legs(
    network: Network,
    starts: Starts,
    limit_m: float,
    barriers: gpd.GeoDataFrame | None,
    threads: int | None,
) -> _Legs:
    """Find the nearest existing street of every start, and all that are as near."""
    limit = np.full(starts.size, limit_m)
    ignored = np.full((starts.size, 1), -1, np.int32)
    walls = barrier_grid(barriers)
    grid, rows = network.segment_grid, np.arange(starts.size)
    legs, hindered = _search(network, walls, starts, limit, ignored, threads, grid, rows)
    hindered_rows = np.flatnonzero(hindered)
    ignored[hindered_rows, 0] = barriers_around(barriers, starts.shapes_of(hindered_rows))
    look = partial(_search, network, walls, starts)
    inside = np.flatnonzero(ignored[:, 0] >= 0)
    if inside.size:
        again = look(limit, ignored, threads, grid, inside)[0]
        legs = _together([_taken(legs, ignored[legs.start, 0] < 0), again])
    shut_out = _without_legs(starts, legs) if network.enclosed.any() else rows[:0]
    if shut_out.size:
        legs = _together([legs, look(limit, ignored, threads, network.enclosed_grid, shut_out)[0]])
    limit[legs.start] = np.minimum(legs.access_m + EQUAL_M, limit_m)
    found = [legs, *_equal_legs(network, partial(look, limit), ignored, threads, legs)]
    for edge in np.flatnonzero(network.edge_added):
        grid = kernels.build_segment_grid(network.edge_xy, network.edge_offsets, np.array([edge]))
        found.append(look(limit, ignored, threads, grid, starts.near(grid, limit))[0])
    return _with_crossings(network, starts, _together(found))


def _with_crossings(network: Network, starts: Starts, legs: _Legs) -> _Legs:
    """Let an outline be left wherever a street crosses it: on both sides of a passage, say."""
    crossed = (legs.access_m == 0.0) & (starts.circle[legs.start, 2] > 0.0)
    rows = np.flatnonzero(crossed)
    if not rows.size:
        return legs
    streets = network.lines_of(legs.edge[rows])
    met = shapely.intersection(starts.outlines_of(legs.start[rows]), streets)
    xy, row = shapely.get_coordinates(met, return_index=True)
    crossed[rows] = np.bincount(row, minlength=rows.size) > 0  # a touch may be lost to rounding
    along = shapely.line_locate_point(streets[row], shapely.points(xy), normalized=True)
    every = _Legs(legs.start[rows[row]], legs.edge[rows[row]], along, np.zeros(row.size))
    return _together([_taken(legs, ~crossed), every])


def _without_legs(starts: Starts, legs: _Legs) -> NDArray[np.int64]:
    """Return the starts of subjects that reach no street."""
    reached = np.zeros(starts.subjects, bool)
    reached[starts.subject[legs.start]] = True
    return np.flatnonzero(~reached[starts.subject])


def _equal_legs(
    network: Network,
    look: Callable[..., tuple[_Legs, NDArray[np.bool_]]],
    ignored: NDArray[np.int32],
    threads: int | None,
    legs: _Legs,
) -> list[_Legs]:
    """Find the other streets that are as near: at a corner, over a passage, across a lane.

    A street that is met at the junction where the first one is met leads nowhere else.
    """
    seen = np.full((len(ignored), 1 + _MOST_EQUAL), -1, np.int32)
    seen[:, 0] = ignored[:, 0]
    junction = np.full(len(ignored), -1, np.int64)
    junction[legs.start] = _junctions(network, legs)
    found, last = [], legs
    for round_ in range(1, _MOST_EQUAL + 1):
        seen[last.start, round_] = last.edge
        last = look(seen, threads, network.segment_grid, np.sort(last.start))[0]
        if not last.start.size:
            break
        at = _junctions(network, last)
        found.append(_taken(last, (at < 0) | (at != junction[last.start])))
    return found


def _junctions(network: Network, legs: _Legs) -> NDArray[np.int64]:
    """Return the node at which each leg meets its edge; -1 between the ends."""
    node = np.full(legs.edge.size, -1, np.int64)
    for place, ends in ((0.0, network.edge_from), (1.0, network.edge_to)):
        there = legs.position == place
        node[there] = ends[legs.edge[there]]
    return node


def _together(found: list[_Legs]) -> _Legs:
    """Put lists of legs one after the other."""
    return _Legs(
        np.concatenate([legs.start for legs in found]),
        np.concatenate([legs.edge for legs in found]),
        np.concatenate([legs.position for legs in found]),
        np.concatenate([legs.access_m for legs in found]),
    )


def _taken(legs: _Legs, keep: NDArray[np.bool_]) -> _Legs:
    return _Legs(legs.start[keep], legs.edge[keep], legs.position[keep], legs.access_m[keep])


def _search(
    network: Network,
    walls: SegmentGrid,
    starts: Starts,
    limit: NDArray[np.float64],
    ignored: NDArray[np.int32],
    threads: int | None,
    grid: SegmentGrid,
    rows: NDArray[np.int64],
) -> tuple[_Legs, NDArray[np.bool_]]:
    """Return the legs of those rows that have one, and whether a barrier hindered each start."""
    n = starts.size
    segment, share, gap = np.full(n, -1, np.int32), np.zeros(n), np.full(n, np.inf)
    hindered = np.zeros(n, bool)
    order = rows[np.argsort(kernels.zorder_keys(starts.circle[rows, :2]), kind="stable")]
    found = (segment, share, gap, hindered)

    def work(low: int, high: int) -> None:
        kernels.nearest_segments(
            order[low:high], starts.circle, starts.sides, starts.offsets, limit, ignored,
            grid, walls, found,
        )  # fmt: skip

    kernels.over_pieces(work, order.size, threads)
    start = np.flatnonzero(segment >= 0)
    hit = segment[start]
    position = _position(network, grid, hit, share[start])
    return _Legs(start, grid.owner[hit], position, gap[start]), hindered


def _position(
    network: Network, grid: SegmentGrid, hit: NDArray[np.int32], share: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the share of the edge; exactly 1 at its end, whatever the sum of its parts."""
    ends = grid.ends[hit]
    walked = grid.start_m[hit] + share * np.hypot(ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1])
    position = np.minimum(walked / network.edge_length_m[grid.owner[hit]], 1.0)
    position[grid.last[hit] & (share == 1.0)] = 1.0
    return position


def _attachment(starts: Starts, legs: _Legs) -> Attachment:
    """Sort by subject; where starts of a subject meet the street at one place, keep the nearest."""
    subject = starts.subject[legs.start]
    via = np.full(starts.subjects, Via.NONE, np.uint8)
    via[subject] = starts.via[legs.start]
    if (np.diff(subject) > 0).all():  # nothing to sort, as with points
        return Attachment(subject, legs.edge, legs.position, legs.access_m, starts.subjects, via)
    order = np.lexsort((legs.access_m, legs.position, legs.edge, subject))
    subject, edge, position = subject[order], legs.edge[order], legs.position[order]
    new = np.ones(order.size, bool)
    new[1:] = np.any([c[1:] != c[:-1] for c in (subject, edge, position)], axis=0)
    access_m = legs.access_m[order]
    return Attachment(subject[new], edge[new], position[new], access_m[new], starts.subjects, via)
