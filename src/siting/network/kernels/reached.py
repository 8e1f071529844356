# ruff: noqa: ANN001, ANN201, ANN202 - numba infers types
# mypy: disable-error-code="no-untyped-def"
"""Compiled cutting of streets where a limit is used up."""

from __future__ import annotations

import numpy as np

from siting.network.kernels.kernel import kernel, part


@kernel(steps=lambda streets, *_: 100 * streets[0].size)
def reached_spans(streets, node_cost, targets, limit):
    """Return edge, start and end (shares) of the parts of edges within a limit.

    Parts of one edge may overlap. `streets` is start, end, cost forward and backward of the edges;
    `targets` is edge, position and access cost of the destinations.
    """
    start, end, forward, backward = streets
    edges, places, access = targets
    most = 2 * start.size + edges.size
    edge = np.empty(most, np.int64)
    low = np.empty(most)
    high = np.empty(most)
    filled = 0
    for e in range(start.size):
        head = _share(limit - node_cost[start[e]], backward[e])
        tail = _share(limit - node_cost[end[e]], forward[e])
        if head + tail >= 1.0:
            edge[filled], low[filled], high[filled] = e, 0.0, 1.0
            filled += 1
            continue
        if head > 0.0:
            edge[filled], low[filled], high[filled] = e, 0.0, head
            filled += 1
        if tail > 0.0:
            edge[filled], low[filled], high[filled] = e, 1.0 - tail, 1.0
            filled += 1
    for k in range(edges.size):
        e, left = edges[k], limit - access[k]
        before, after = _share(left, forward[e]), _share(left, backward[e])
        if before + after > 0.0:
            edge[filled] = e
            low[filled] = max(places[k] - before, 0.0)
            high[filled] = min(places[k] + after, 1.0)
            filled += 1
    return edge[:filled], low[:filled], high[:filled]


@part
def _share(left, cost):
    """Return the share of an edge that what is left of the limit pays for, 0 to 1."""
    if not left > 0.0:
        return 0.0
    return min(left / cost, 1.0) if cost > 0.0 else 1.0


@kernel(steps=lambda edge, *_: 200 * edge.size)
def cut_lines(edge, low, high, offsets, xy, length_m):
    """Return the vertices of the parts of edges, one after the other, and where each begins."""
    room = 0
    for k in range(edge.size):
        room += offsets[edge[k] + 1] - offsets[edge[k]] + 2
    out = np.empty((room, 2))
    begins = np.zeros(edge.size + 1, np.int64)
    at = 0
    for k in range(edge.size):
        e = edge[k]
        first, last = low[k] * length_m[e], high[k] * length_m[e]
        walked = 0.0
        for vertex in range(offsets[e], offsets[e + 1] - 1):
            dx, dy = xy[vertex + 1, 0] - xy[vertex, 0], xy[vertex + 1, 1] - xy[vertex, 1]
            step = np.hypot(dx, dy)
            if step > 0.0 and walked + step >= first and walked <= last:
                if at == begins[k]:
                    t = max((first - walked) / step, 0.0)
                    out[at, 0], out[at, 1] = xy[vertex, 0] + t * dx, xy[vertex, 1] + t * dy
                    at += 1
                t = min((last - walked) / step, 1.0)
                out[at, 0], out[at, 1] = xy[vertex, 0] + t * dx, xy[vertex, 1] + t * dy
                at += 1
            walked += step
        begins[k + 1] = at
    return out[:at], begins
