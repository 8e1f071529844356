# ruff: noqa: ANN001, ANN201, ANN202 - numba infers types
# mypy: disable-error-code="no-untyped-def, no-untyped-call"
"""Compiled cutting of streets where a limit is used up."""

from __future__ import annotations

import numpy as np

from siting.network.kernels.kernel import kernel, part


def _spans_at_once(_loop, streets, node_cost, targets, limit):
    """Return what `reached_spans` returns, with arrays."""
    start, end, forward, backward = streets
    edges, places, access = targets
    head = _shares(limit - node_cost[start], backward)
    tail = _shares(limit - node_cost[end], forward)
    whole = head + tail >= 1.0
    first, last = np.flatnonzero(whole | (head > 0.0)), np.flatnonzero(~whole & (tail > 0.0))
    edge = np.concatenate([first, last])
    low = np.concatenate([np.zeros(first.size), 1.0 - tail[last]])
    high = np.concatenate([np.where(whole, 1.0, head)[first], np.ones(last.size)])
    order = np.argsort(edge, kind="stable")
    left = limit - access
    before, after = _shares(left, forward[edges]), _shares(left, backward[edges])
    some = before + after > 0.0
    return (
        np.concatenate([edge[order], edges[some].astype(np.int64)]),
        np.concatenate([low[order], np.maximum(places - before, 0.0)[some]]),
        np.concatenate([high[order], np.minimum(places + after, 1.0)[some]]),
    )


def _shares(left, cost):
    """Return the shares of edges that what is left of the limit pays for, 0 to 1."""
    paid = np.divide(left, cost, out=np.ones(left.size), where=cost > 0.0)
    return np.where(left > 0.0, np.minimum(paid, 1.0), 0.0)


@kernel(steps=lambda streets, *_: 2 * streets[0].size, few=_spans_at_once)
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


def _lines_at_once(_loop, edge, low, high, offsets, xy, length_m):
    """Return what `cut_lines` returns, with arrays."""
    dx, dy = np.diff(xy, axis=0).T if len(xy) else np.empty((2, 0))
    step = np.hypot(dx, dy)
    walked = _walked(step, offsets)
    count = offsets[edge + 1] - offsets[edge] - 1
    part_of = np.repeat(np.arange(edge.size), count)
    vertex = offsets[edge][part_of] + np.arange(part_of.size) - (np.cumsum(count) - count)[part_of]
    first, last = (low * length_m[edge])[part_of], (high * length_m[edge])[part_of]
    here, length = walked[vertex], step[vertex]
    kept = np.flatnonzero((length > 0.0) & (here + length >= first) & (here <= last))
    part_of, vertex, here, length = part_of[kept], vertex[kept], here[kept], length[kept]
    begins = np.diff(part_of, prepend=-1) != 0
    starts = np.maximum((first[kept] - here) / length, 0.0)
    ends = np.minimum((last[kept] - here) / length, 1.0)
    # A part has the place where it starts and the end of each of its segments.
    row = np.repeat(np.arange(kept.size), 1 + begins)
    t = ends[row]
    t[np.flatnonzero(begins) + np.arange(begins.sum())] = starts[begins]
    at = vertex[row]
    out = np.column_stack([xy[at, 0] + t * dx[at], xy[at, 1] + t * dy[at]])
    places = np.bincount(part_of[row], minlength=edge.size)
    return out, np.concatenate([[0], np.cumsum(places)]).astype(np.int64)


def _walked(step, offsets):
    """Return the length of each line before each of its vertices, added up as the loop does."""
    walked = np.zeros(step.size + 1)
    vertex, last = offsets[:-1].copy(), offsets[1:] - 1
    while (more := vertex < last).any():
        vertex, last = vertex[more], last[more]
        walked[vertex + 1] = np.where(vertex + 1 <= last, walked[vertex] + step[vertex], 0.0)
        vertex += 1
    return walked


@kernel(steps=lambda edge, *_: 4 * edge.size, few=_lines_at_once)
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
