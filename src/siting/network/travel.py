"""How far it is to walk: from every home to the nearest facility, and to all within a limit.

Costs run from origin to destination and include both access legs; they are searched from the
destinations over reversed streets, of which there are far fewer than homes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from siting.errors import SitingError
from siting.message import message
from siting.network import kernels
from siting.network.costs import TOLERANCE_M, Closest, TravelCosts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siting.network.attach.attachment import Attachment
    from siting.network.graph import Network


def cost_to_closest(
    network: Network,
    origins: Attachment,
    destinations: Attachment,
    *,
    cutoff: float = np.inf,
    threads: int | None = None,
) -> Closest:
    """Find the nearest destination of every origin along the streets.

    Parameters
    ----------
    network
        The streets with their costs.
    origins, destinations
        Homes and facilities attached to this network. Of several ways in or out the cheapest
        counts.
    cutoff
        Limit in the network's unit, inclusive; what lies beyond is unreachable.
    threads
        How many at once; the result does not depend on it. Left out: as many as there are cores.

    Returns
    -------
    Closest
        One row per origin: infinite cost and -1 where the origin or every destination is not
        attached, no way leads there, or all are beyond the cutoff. Of equally near destinations
        the one with the lowest row.

    Raises
    ------
    SitingError
        Attachments of another network, or a negative or missing cutoff.

    Examples
    --------
    Two homes on a street of 300 m and one facility between them, 20 m off the street.

    >>> import geopandas, shapely
    >>> from siting.network.graph import build_network
    >>> from siting.network.attach.snap import snap
    >>> line = shapely.LineString([(0, 0), (300, 0)])
    >>> table = geopandas.GeoDataFrame({"street_id": ["a"]}, geometry=[line], crs=4547)
    >>> streets = build_network(table)
    >>> homes = snap(streets, np.array([[0.0, 0.0], [250.0, 5.0]]), max_access_m=200)
    >>> school = snap(streets, np.array([[100.0, 20.0]]), max_access_m=200)
    >>> cost_to_closest(streets, homes, school).cost.tolist()
    [120.0, 175.0]
    """
    return closest_many(network, origins, [destinations], cutoff=cutoff, threads=threads)[0]


def closest_many(
    network: Network,
    origins: Attachment,
    groups: Sequence[Attachment],
    *,
    cutoff: float = np.inf,
    threads: int | None = None,
) -> list[Closest]:
    """Find the nearest destination of every origin in each of several groups, such as types.

    Each result is that of `cost_to_closest` for the group; groups are searched at the same time.
    """
    found = closest_and_nodes(network, origins, groups, cutoff=cutoff, threads=threads)
    return [closest for closest, _ in found]


def closest_and_nodes(
    network: Network,
    origins: Attachment,
    groups: Sequence[Attachment],
    *,
    cutoff: float = np.inf,
    threads: int | None = None,
) -> list[tuple[Closest, NDArray[np.float64]]]:
    """Find what `closest_many` finds, and each node's cost to the nearest of the group.

    The second is what `closest_with_more` needs to know where one more destination is nearer.
    """
    _check(network, [origins, *groups], cutoff)
    _ = network.reversed_arcs, origins.along_streets  # made once, before threads ask for them
    if len(groups) == 1:
        return [_closest(network, origins, groups[0], cutoff + TOLERANCE_M, threads)]

    def work(low: int, high: int) -> list[tuple[Closest, NDArray[np.float64]]]:
        return [
            _closest(network, origins, group, cutoff + TOLERANCE_M, 1) for group in groups[low:high]
        ]

    return [
        found
        for piece in kernels.over_pieces(work, len(groups), threads, least=1)
        for found in piece
    ]


def closest_with_more(
    network: Network,
    origins: Attachment,
    known: tuple[Closest, NDArray[np.float64]],
    more: Attachment,
    labels: Sequence[int],
) -> tuple[Closest, NDArray[np.float64]]:
    """Update the nearest destinations for some more of them, without a search of the whole city.

    Parameters
    ----------
    network, origins
        As they were.
    known
        What `closest_and_nodes` found, without a cutoff.
    more
        The additional destinations, attached to the same network.
    labels
        Their rows, ascending and higher than all that `known` names.

    Returns
    -------
    tuple
        What `closest_and_nodes` would find for all of them; copies, `known` stays as it was.
    """
    _check(network, [origins, more], np.inf)
    closest, node_cost = known
    cost, nearest = closest.cost.copy(), closest.nearest.copy()
    node_cost = node_cost.copy()
    subject, edge, position, access_m = origins.along_streets
    homes = (subject, edge, position, access_m * network.access_cost_per_m)
    leave = more.access_m * network.access_cost_per_m
    for number, label in enumerate(labels):
        own = more.subject == number
        rows = (more.edge[own], more.position[own], leave[own])
        if rows[0].size:
            kernels.improve(
                network.reversed_arcs, _streets(network), node_cost, homes, rows,
                np.int32(label), cost, nearest,
            )  # fmt: skip
    return Closest(cost, nearest), node_cost


def travel_costs(
    network: Network,
    origins: Attachment,
    destinations: Attachment,
    *,
    cutoff: float,
    threads: int | None = None,
) -> TravelCosts:
    """List every pair of origin and destination within a limit along the streets.

    Parameters are those of `cost_to_closest`. An infinite cutoff lists every pair that is connected
    at all, which is rarely wanted: memory grows with the number of pairs (16 bytes each, and twice
    that while they are sorted).

    Returns
    -------
    TravelCosts
        Sorted by origin, then destination; empty where nothing is within the limit.

    Examples
    --------
    >>> import geopandas, shapely
    >>> from siting.network.graph import build_network
    >>> from siting.network.attach.snap import snap
    >>> line = shapely.LineString([(0, 0), (300, 0)])
    >>> table = geopandas.GeoDataFrame({"street_id": ["a"]}, geometry=[line], crs=4547)
    >>> streets = build_network(table)
    >>> homes = snap(streets, np.array([[0.0, 0.0], [250.0, 5.0]]), max_access_m=200)
    >>> pairs = travel_costs(streets, homes, homes, cutoff=200)
    >>> list(zip(pairs.from_index.tolist(), pairs.to_index.tolist(), pairs.cost.tolist()))
    [(0, 0, 0.0), (1, 1, 10.0)]
    """
    _check(network, [origins, destinations], cutoff)
    arcs, streets = network.reversed_arcs, _streets(network)
    access = network.access_cost_per_m
    chained = kernels.chain_by_edge(origins.edge, network.edge_count)
    homes = (*chained, origins.subject, origins.position, origins.access_m * access)
    offsets = np.searchsorted(destinations.subject, np.arange(destinations.size + 1))
    targets = (offsets, destinations.edge, destinations.position, destinations.access_m * access)

    def work(low: int, high: int) -> tuple[NDArray[Any], ...]:
        limit = cutoff + TOLERANCE_M
        found = kernels.collect_pairs(low, high, arcs, streets, homes, targets, origins.size, limit)
        return tuple(found)

    pieces = kernels.over_pieces(work, destinations.size, threads, least=8)
    if not pieces:
        return TravelCosts(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0))
    columns = [np.concatenate(column) for column in zip(*pieces, strict=True)]
    from_index, to_index, cost = columns
    return TravelCosts(*kernels.sort_by_origin(from_index, to_index, cost, origins.size))


def node_costs(
    network: Network, destinations: Attachment, *, cutoff: float = np.inf
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Return each node's cost to the nearest destination and that destination's row.

    float64 (n,) and int32 (n,); infinite and -1 beyond the cutoff (inclusive).
    """
    _check(network, [destinations], cutoff)
    return _node_costs(network, destinations, cutoff + TOLERANCE_M)


def _node_costs(
    network: Network, destinations: Attachment, limit: float
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    edge, place = destinations.edge, destinations.position
    leave = destinations.access_m * network.access_cost_per_m
    cost, label = kernels.search_closest(
        network.reversed_arcs,
        np.concatenate([network.edge_from[edge], network.edge_to[edge]]),
        np.concatenate(
            [
                _part(place, network.cost_forward[edge]) + leave,
                _part(1.0 - place, network.cost_backward[edge]) + leave,
            ]
        ),
        np.concatenate([destinations.subject, destinations.subject]),
        limit,
    )
    return cost, label


def _part(share: NDArray[np.float64], cost: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the cost of a share of an edge; nothing of a closed edge still costs nothing."""
    return np.multiply(share, cost, out=np.zeros(share.size), where=share > 0)


def _closest(
    network: Network,
    origins: Attachment,
    destinations: Attachment,
    limit: float,
    threads: int | None,
) -> tuple[Closest, NDArray[np.float64]]:
    nodes = _node_costs(network, destinations, limit)
    access = network.access_cost_per_m
    chained = kernels.chain_by_edge(destinations.edge, network.edge_count)
    place, leave = destinations.position, destinations.access_m * access
    targets = (*chained, destinations.subject, place, leave)
    subject, edge, position, access_m = origins.along_streets
    by_row = (np.empty(subject.size), np.empty(subject.size, np.int32))
    step_out = access_m * access

    def work(low: int, high: int) -> None:
        kernels.read_origins(
            low, high, edge, position, step_out, _streets(network), nodes, targets, limit, by_row
        )  # fmt: skip

    kernels.over_pieces(work, subject.size, threads)
    closest = Closest(np.full(origins.size, np.inf), np.full(origins.size, -1, np.int32))
    kernels.best_of_rows(subject, *by_row, closest.cost, closest.nearest)
    return closest, nodes[0]


def _streets(network: Network) -> tuple[NDArray[Any], ...]:
    return network.edge_from, network.edge_to, network.cost_forward, network.cost_backward


def _check(network: Network, attachments: Sequence[Attachment], cutoff: float) -> None:
    if not cutoff >= 0:
        raise SitingError(message("network.cutoff_wrong", cutoff=cutoff, unit=network.unit))
    for attachment in attachments:
        if attachment.edge.size and int(attachment.edge.max()) >= network.edge_count:
            highest = int(attachment.edge.max())
            raise SitingError(
                message("network.no_such_edge", edge=highest, edges=network.edge_count)
            )
