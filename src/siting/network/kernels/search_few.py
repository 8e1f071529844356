"""Shortest paths of a small network, over Python's own lists and heap: nothing is compiled.

Lists are read several times as fast as arrays, one value at a time. The results are those of
`search` to the last bit: costs are the same sums in the same order along each path.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

TIE = 1e-7
"""Costs that differ by less, because their sums were rounded differently, are tied."""

Arcs = list[list[tuple[float, int]]]


def search_few(
    _loop: Callable[..., Any],
    arcs: Any,
    seed_node: NDArray[np.integer[Any]],
    seed_cost: NDArray[np.float64],
    seed_label: NDArray[np.integer[Any]],
    cutoff: float,
) -> tuple[NDArray[np.float64], NDArray[np.int32]]:
    """Return what `search.search_closest` returns."""
    following = _following(arcs)
    cost, label = [inf] * len(following), [-1] * len(following)
    heap: list[tuple[float, int]] = []

    def lower(node: int, new: float, name: int) -> None:
        old, known = cost[node], label[node]
        if new > cutoff or new == inf or new > old + TIE:
            return
        if new < old - TIE or known < 0:
            cost[node], label[node] = new, name
        else:
            cost[node], label[node] = min(old, new), min(known, name)
        if (cost[node], label[node]) != (old, known):
            heappush(heap, (cost[node], node))

    seeds = (seed_node.tolist(), seed_cost.tolist(), seed_label.tolist())
    for node, new, name in zip(*seeds, strict=True):
        lower(node, new, name)
    while heap:
        here, node = heappop(heap)
        if here == cost[node]:
            for step, before in following[node]:
                if here + step <= cost[before] + TIE:
                    lower(before, here + step, label[node])
    return np.array(cost), np.array(label, np.int32)


def _following(arcs: Any) -> Arcs:
    """Return cost and tail of the arcs of each node."""
    steps = list(zip(arcs.cost.tolist(), arcs.tail.tolist(), strict=True))
    return [steps[low:high] for low, high in pairwise(arcs.offsets.tolist())]


def collect_few(
    _loop: Callable[..., Any],
    low: int,
    high: int,
    arcs: Any,
    streets: tuple[NDArray[Any], ...],
    origins: tuple[NDArray[Any], ...],
    targets: tuple[NDArray[Any], ...],
    subjects: int,
    cutoff: float,
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]]:
    """Return what `search.collect_pairs` returns, in ascending order of the origins."""
    following = _following(arcs)
    offsets, *columns = targets
    found = []
    for destination in range(low, high):
        rows = slice(offsets[destination], offsets[destination + 1])
        target = tuple(column[rows] for column in columns)
        nodes = _node_costs(following, _seeds(target, streets), cutoff)
        cost = _origin_costs(nodes, target, streets, origins, subjects)
        near = np.flatnonzero(cost <= cutoff) if cutoff < inf else np.flatnonzero(cost < inf)
        found.append((near, np.full(near.size, destination), cost[near]))
    if not found:
        return np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0)
    one, other, cost = (np.concatenate(column) for column in zip(*found, strict=True))
    return one.astype(np.int32), other.astype(np.int32), cost


def _seeds(
    target: tuple[NDArray[Any], ...], streets: tuple[NDArray[Any], ...]
) -> list[tuple[float, int]]:
    """Return cost and node of the ends of the edges that a destination stands on."""
    edge, place, access = target
    start, end, forward, backward = (column[edge] for column in streets)
    one, other = _part(place, forward) + access, _part(1.0 - place, backward) + access
    return [
        *zip(one.tolist(), start.tolist(), strict=True),
        *zip(other.tolist(), end.tolist(), strict=True),
    ]


def _node_costs(
    following: Arcs, seeds: list[tuple[float, int]], cutoff: float
) -> NDArray[np.float64]:
    cost = [inf] * len(following)
    heap = [seed for seed in seeds if seed[0] <= cutoff and seed[0] < inf]
    heapify(heap)
    for new, node in heap:
        cost[node] = min(cost[node], new)
    while heap:
        here, node = heappop(heap)
        if here > cost[node]:
            continue
        for step, before in following[node]:
            new = here + step
            if new < cost[before] and new <= cutoff:
                cost[before] = new
                heappush(heap, (new, before))
    return np.array(cost)


def _origin_costs(
    nodes: NDArray[np.float64],
    target: tuple[NDArray[Any], ...],
    streets: tuple[NDArray[Any], ...],
    origins: tuple[NDArray[Any], ...],
    subjects: int,
) -> NDArray[np.float64]:
    """Return the cost of each origin, float64 (subjects,): over junctions, or along one street."""
    start, end, forward, backward = streets
    _, _, subject, position, access = origins
    edge = _edges_of_rows(*origins[:2])
    one = nodes[start[edge]] + _part(position, backward[edge])
    other = nodes[end[edge]] + _part(1.0 - position, forward[edge])
    cost = np.full(subjects, inf)
    np.minimum.at(cost, subject, np.minimum(one, other) + access)
    for own, place, leave in zip(*target, strict=True):
        rows = np.flatnonzero(edge == own)
        on, back = place - position[rows], position[rows] - place
        along = np.where(on >= 0.0, _part(on, forward[own]), _part(back, backward[own])) + leave
        np.minimum.at(cost, subject[rows], along + access[rows])
    return cost


def _edges_of_rows(first: NDArray[np.int32], following: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return the edge of each row of a chain by edges."""
    edge_of = np.empty(following.size, np.int64)
    edge = np.flatnonzero(first >= 0)
    row = first[edge]
    while row.size:
        edge_of[row] = edge
        more = following[row] >= 0
        edge, row = edge[more], following[row[more]]
    return edge_of


def _part(share: NDArray[np.float64], cost: Any) -> NDArray[np.float64]:
    """Return the cost of a share of edges; nothing of a closed edge still costs nothing."""
    return np.asarray(np.multiply(share, cost, out=np.zeros(share.size), where=share > 0.0))
