"""Whether a network looks whole: crossings without a junction, ends that nearly meet, detours.

Owns the figures; it repairs nothing. A street layer can be read without an error and still be
useless for walking, and these figures show it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from siting.network.fragments import fragments
from siting.network.travel import travel_costs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siting.network.attach.attachment import Attachment
    from siting.network.graph import Network

APART_M = 5.0
"""Dead ends no farther apart than this nearly meet."""

FEWEST_HOMES = 20
"""Of fewer homes shares and quantiles say nothing: each is listed where it stands on a fragment."""

_REACH_M = 1500.0
_NEAR_M = 100.0
_SAMPLES = 80  # some hundred pairs within reach: enough for a median, and quick without kernels
# Beyond these a network is suspicious. Detours of whole walking networks lie around 1.3.
_LEAST_ON_MAIN = 0.9
_LARGEST_DETOUR = 2.0
_MOST_CROSSINGS = 0.05
_MOST_DEAD_ENDS = 0.05


@dataclass(frozen=True, eq=False)
class NetworkHealth:
    """Figures of a network and of the homes on it.

    Parameters
    ----------
    pieces
        Fragments that hang together with nothing (see `fragments`).
    homes
        Number of homes that are attached.
    main_share
        Share of the street length that is no fragment.
    homes_on_main
        Share of the attached homes that reach the main network; NaN without homes.
    crossings
        float64 (c, 2): places where two streets cross without a junction, none of them a bridge
        or a tunnel.
    dead_ends
        Number of nodes with one street.
    dead_end_pairs
        float64 (p, 2): places of dead ends with another one within `APART_M`.
    median_detour, high_detour
        Median and ninetieth percentile of walk over straight line between sampled homes that are
        100 to 1,500 m apart; infinite where there is no walk, NaN without such homes.
    """

    pieces: int
    homes: int
    main_share: float
    homes_on_main: float
    crossings: NDArray[np.float64]
    dead_ends: int
    dead_end_pairs: NDArray[np.float64]
    nodes: int
    median_detour: float
    high_detour: float

    @property
    def looks_broken(self) -> bool:
        """Whether a figure is that of a network with missing links; homes speak from twenty on."""
        told_by_homes = self.homes_on_main < _LEAST_ON_MAIN or self.median_detour > _LARGEST_DETOUR
        return (
            (told_by_homes and self.homes >= FEWEST_HOMES)
            or len(self.crossings) > _MOST_CROSSINGS * self.nodes
            or len(self.dead_end_pairs) > max(1, _MOST_DEAD_ENDS * self.dead_ends)
        )


def network_health(
    network: Network, homes: Attachment, home_xy: NDArray[np.float64]
) -> NetworkHealth:
    """Measure how whole a network is.

    Parameters
    ----------
    network
        The streets.
    homes, home_xy
        Attachment and place, float64 (n, 2), of the homes.

    Examples
    --------
    Two streets that cross without a junction.

    >>> import geopandas, shapely
    >>> from siting.network.attach.snap import snap
    >>> from siting.network.graph import build_network
    >>> lines = [shapely.LineString([(0, 0), (10, 0)]), shapely.LineString([(5, -5), (5, 5)])]
    >>> table = geopandas.GeoDataFrame({"street_id": ["a", "b"]}, geometry=lines, crs=4547)
    >>> network, place = build_network(table), np.array([[1.0, 1.0]])
    >>> health = network_health(network, snap(network, place, max_access_m=9), place)
    >>> health.crossings.tolist(), health.looks_broken
    ([[5.0, 0.0]], True)
    """
    loose = fragments(network)
    of_main = ~np.isin(network.component, loose["component"])
    on_main = np.zeros(homes.size, bool)
    on_main[homes.subject] |= of_main[network.edge_from[homes.edge]]
    attached = homes.attached
    ends = _dead_ends(network)
    detours = _detours(network, homes, home_xy)
    return NetworkHealth(
        pieces=len(loose),
        homes=int(attached.sum()),
        main_share=1.0 - float(loose["length_m"].sum() / network.edge_length_m.sum()),
        homes_on_main=float(on_main[attached].mean()) if attached.any() else np.nan,
        crossings=_crossings(network),
        dead_ends=int(ends.size),
        dead_end_pairs=_nearly_meeting(network, ends),
        nodes=network.node_count,
        median_detour=_quantile(detours, 0.5),
        high_detour=_quantile(detours, 0.9),
    )


def _dead_ends(network: Network) -> NDArray[np.intp]:
    uses = np.bincount(
        np.concatenate([network.edge_from, network.edge_to]), minlength=network.node_count
    )
    return np.flatnonzero(uses == 1)


def _nearly_meeting(network: Network, ends: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return dead ends beside each other; two sides of a closed gate are one place and no slip."""
    xy = network.node_xy[ends]
    places = np.asarray(shapely.points(xy), object)
    near = shapely.STRtree(places).query(places, predicate="dwithin", distance=APART_M).T
    pairs = near[near[:, 0] < near[:, 1]]
    pairs = pairs[np.lexsort(pairs.T[::-1])]
    if not len(pairs):
        return np.empty((0, 2))
    gap = np.hypot(*(xy[pairs[:, 0]] - xy[pairs[:, 1]]).T)
    edge = np.sort(np.column_stack([network.edge_from, network.edge_to]), axis=1)
    size = network.node_count
    joined = np.isin(_codes(np.sort(ends[pairs], axis=1), size), _codes(edge, size))
    return np.asarray(xy[pairs[(gap > 1e-3) & ~joined, 0]])


def _codes(pairs: NDArray[Any], size: int) -> NDArray[np.int64]:
    return np.asarray(pairs[:, 0].astype(np.int64) * size + pairs[:, 1])


def _crossings(network: Network) -> NDArray[np.float64]:
    """Return where streets on the ground cross without a node."""
    ground = np.flatnonzero(~network.enclosed)
    lines = network.lines_of(ground)
    one, other = shapely.STRtree(lines).query(lines, predicate="crosses")
    one, other = one[one < other], other[one < other]
    shared = shapely.intersection(lines[one], lines[other])
    return np.asarray(shapely.get_coordinates(shapely.point_on_surface(shared)))


def _detours(
    network: Network, homes: Attachment, home_xy: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return walk over straight line of pairs of homes, a few hundred spread over the table."""
    rows = np.flatnonzero(homes.attached)
    some = rows[np.unique(np.linspace(0, max(rows.size - 1, 0), _SAMPLES).astype(int))]
    if some.size < 2:
        return np.empty(0)
    sample = _of(homes, some)
    xy = home_xy[some]
    straight = np.hypot(*(xy[:, None] - xy[None, :]).transpose(2, 0, 1))
    one, other = np.nonzero((straight >= _NEAR_M) & (straight <= _REACH_M))
    walks = np.full(straight.shape, np.inf)
    factor = 1.0 if network.unit == "m" else network.access_cost_per_m
    costs = travel_costs(network, sample, sample, cutoff=4 * _REACH_M * factor)
    walks[costs.from_index, costs.to_index] = costs.cost / factor
    return np.asarray(walks[one, other] / straight[one, other])


def _of(attachment: Attachment, rows: NDArray[np.intp]) -> Attachment:
    """Return the attachment of some subjects, in their order."""
    number = np.full(attachment.size, -1, np.int32)
    number[rows] = np.arange(rows.size)
    mine = number[attachment.subject] >= 0
    return type(attachment)(
        number[attachment.subject[mine]],
        attachment.edge[mine],
        attachment.position[mine],
        attachment.access_m[mine],
        rows.size,
        attachment.via[rows],
    )


def _quantile(values: NDArray[np.float64], share: float) -> float:
    """Return a quantile that infinite values do not make NaN."""
    if not values.size:
        return np.nan
    return float(np.sort(values)[min(int(share * values.size), values.size - 1)])
