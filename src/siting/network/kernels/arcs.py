# ruff: noqa: ANN001, ANN202 - numba infers types
# mypy: disable-error-code="no-untyped-def"
"""Arcs by the node they lead to."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from siting.network.kernels.kernel import kernel


class Arcs(NamedTuple):
    """Both directions of every edge, grouped by head: row ``offsets[v]:offsets[v + 1]`` lead to v.

    Closed directions are kept with an infinite cost, so that each edge is met from both its ends.
    `width` is half of the mean of the finite costs, `longest` their highest: the search's buckets.
    """

    offsets: NDArray[np.int64]
    tail: NDArray[np.int32]
    cost: NDArray[np.float64]
    edge: NDArray[np.int32]
    width: float
    longest: float


def build_reversed_arcs(
    node_count: int,
    start: NDArray[np.int32],
    end: NDArray[np.int32],
    forward: NDArray[np.float64],
    backward: NDArray[np.float64],
) -> Arcs:
    """Group the arcs of a network by head.

    Parameters
    ----------
    node_count
        Number of nodes.
    start, end
        int32 (m,): the nodes of each edge.
    forward, backward
        float64 (m,): cost of each edge from start to end, and back.
    """
    offsets, tail, cost, edge = _by_head(node_count, start, end, forward, backward)
    finite = cost[np.isfinite(cost)]
    mean = float(finite.mean()) if finite.size else 0.0
    longest = float(finite.max(initial=0.0))
    return Arcs(offsets, tail, cost, edge, 0.5 * mean if mean > 0 else 1.0, longest)


@kernel(steps=lambda _, start, *_rest: 10 * start.size)
def _by_head(node_count, start, end, forward, backward):
    offsets = np.zeros(node_count + 1, np.int64)
    for e in range(start.size):
        offsets[end[e] + 1] += 1
        offsets[start[e] + 1] += 1
    for v in range(node_count):
        offsets[v + 1] += offsets[v]
    free = offsets[:-1].copy()
    tail = np.empty(2 * start.size, np.int32)
    cost = np.empty(2 * start.size, np.float64)
    edge = np.empty(2 * start.size, np.int32)
    for e in range(start.size):
        at = free[end[e]]
        free[end[e]] += 1
        tail[at], cost[at], edge[at] = start[e], forward[e], e
        at = free[start[e]]
        free[start[e]] += 1
        tail[at], cost[at], edge[at] = end[e], backward[e], e
    return offsets, tail, cost, edge
