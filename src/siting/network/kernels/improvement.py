# ruff: noqa: ANN001, ANN201, ANN202 - numba infers types
# mypy: disable-error-code="no-untyped-def"
"""One more destination: search only as far as it is nearer than what was there before."""

from __future__ import annotations

import numpy as np

from siting.network.kernels.kernel import kernel, part
from siting.network.kernels.search import _along, _doubled, _lower, _part, _pop, _push

# Where the old costs are lower by more than this the new destination is nobody's nearest, nor
# beyond: sums that were rounded in another order differ by less.
_MARGIN = 1e-6


@kernel(steps=lambda arcs, *_: 100 * arcs.tail.size, nogil=True)
def improve(arcs, streets, old, origins, rows, label, cost, nearest):  # noqa: C901, PLR0912 - one textbook loop
    """Lower cost and nearest of the origins that one more destination is nearest to.

    Parameters
    ----------
    arcs, streets
        Reversed arcs; start, end, cost forward and backward of the edges.
    old
        float64 (nodes,): cost to the nearest of the destinations before; lowered in place.
    origins
        Subject, edge, position and access cost of the origins, sorted by edge.
    rows
        Edge, position and access cost of the destination's own attachments.
    label
        Of the destination, higher than all before it, which so keep what is tied.
    cost, nearest
        Of the origins, lowered in place.
    """
    start, end, forward, backward = streets
    edge, place, leave = rows
    new = np.full(old.size, np.inf)
    keys, nodes = np.empty(1024), np.empty(1024, np.int32)
    settled = np.empty(1024, np.int32)
    size = count = 0
    for row in range(edge.size):
        if size + 2 > keys.size:
            keys, nodes = _doubled(keys, 2), _doubled(nodes, 2)
        for side in range(2):
            e = edge[row]
            v = start[e] if side == 0 else end[e]
            c = _part(place[row], forward[e]) if side == 0 else _part(1.0 - place[row], backward[e])
            c += leave[row]
            if c <= old[v] + _MARGIN and c < new[v]:
                new[v] = c
                size = _push(keys, nodes, size, c, v)
    while size > 0:
        key, v = keys[0], nodes[0]
        size = _pop(keys, nodes, size)
        if key > new[v]:
            continue
        if count == settled.size:
            settled = _doubled(settled, 0)
        settled[count] = v
        count += 1
        begin, stop = arcs.offsets[v], arcs.offsets[v + 1]
        if size + stop - begin > keys.size:
            keys, nodes = _doubled(keys, stop - begin), _doubled(nodes, stop - begin)
        for arc in range(begin, stop):
            c = key + arcs.cost[arc]
            u = arcs.tail[arc]
            if c <= old[u] + _MARGIN and c < new[u]:
                new[u] = c
                size = _push(keys, nodes, size, c, u)
    best = np.full(cost.size, np.inf)
    for row in range(edge.size):
        _read_same(edge[row], place[row], leave[row], streets, origins, best)
        _read_ends(edge[row], streets, origins, new, best)
    for k in range(count):
        v = settled[k]
        for arc in range(arcs.offsets[v], arcs.offsets[v + 1]):
            _read_ends(arcs.edge[arc], streets, origins, new, best)
    for s in range(cost.size):
        if best[s] < np.inf:
            cost[s], nearest[s] = _lower(cost[s], nearest[s], best[s], label)
    for k in range(count):
        v = settled[k]
        old[v] = min(old[v], new[v])


@part
def _read_ends(e, streets, origins, new, best):
    """Lower the cost of the origins on an edge by way of its two nodes."""
    start, end, forward, backward = streets
    subject, edge, position, access = origins
    row = np.searchsorted(edge, e)
    while row < edge.size and edge[row] == e:
        t = position[row]
        one = new[start[e]] + _part(t, backward[e])
        other = new[end[e]] + _part(1.0 - t, forward[e])
        best[subject[row]] = min(best[subject[row]], min(one, other) + access[row])
        row += 1


@part
def _read_same(e, place, leave, streets, origins, best):
    """Lower the cost of the origins on the edge that the destination stands on."""
    _, _, forward, backward = streets
    subject, edge, position, access = origins
    row = np.searchsorted(edge, e)
    while row < edge.size and edge[row] == e:
        along = _along(position[row], place, forward[e], backward[e]) + leave
        best[subject[row]] = min(best[subject[row]], along + access[row])
        row += 1
