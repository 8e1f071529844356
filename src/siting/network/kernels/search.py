# ruff: noqa: ANN001, ANN201, ANN202, PLR0917 - numba infers types, and kernels take columns
# mypy: disable-error-code="no-untyped-def"
"""Compiled shortest paths from the facilities over reversed arcs.

All at once with a ring of buckets, one by one with a lazy 4-ary heap. Costs are added in float64
and never rounded.
"""

from __future__ import annotations

import numpy as np

from siting.network.kernels.kernel import kernel, part
from siting.network.kernels.search_few import TIE, collect_few, search_few

_ARITY = 4
_TIE = TIE


@kernel(steps=lambda arcs, *_: 20 * arcs.tail.size, few=search_few, nogil=True)
def search_closest(arcs, seed_node, seed_cost, seed_label, cutoff):
    """Return each node's cost to the nearest seed and that seed's label; the lowest where tied.

    Nodes beyond the cutoff have an infinite cost and the label -1.

    Nodes wait in a ring of buckets, by cost (Dial 1969, doi:10.1145/363269.363610). Buckets only
    order the work: a node that improves, in cost or label, is worked on again, so no cost is ever
    rounded.
    """
    # Out of the named tuple once: taking an array out of it in a loop counts references.
    offsets, tail, arc_cost, width = arcs.offsets, arcs.tail, arcs.cost, arcs.width
    cost = np.full(offsets.size - 1, np.inf)
    label = np.full(cost.size, -1, np.int32)
    waits = np.zeros(cost.size, np.bool_)
    buckets = np.full(_ring_size(arcs.longest, seed_cost, cutoff, width), -1, np.int32)
    last = buckets.size - 1
    # An entry is a node and the entry below it in its bucket; free ones are a list of their own.
    entries = np.empty((max(1024, 2 * seed_node.size), 2), np.int32)
    # Of these types from the start, so that `_put` is compiled once.
    used, free, pending = np.int64(0), np.int64(-1), 0
    for k in range(seed_node.size):
        v, c = np.int64(seed_node[k]), seed_cost[k]
        if c < np.inf and c <= cutoff and c <= cost[v] + _TIE:
            cost[v], label[v] = _lower(cost[v], label[v], c, seed_label[k])
            waits[v] = True
            at = int(cost[v] / width) & last
            entries, used, free = _put(v, at, entries, buckets, used, free)
            pending += 1
    here = 0
    while pending > 0:
        entry = buckets[here]
        if entry < 0:
            here = (here + 1) & last
            continue
        v = np.int64(entries[entry, 0])
        buckets[here], entries[entry, 1], free = entries[entry, 1], free, entry
        pending -= 1
        if not waits[v] or int(cost[v] / width) & last != here:
            continue
        waits[v] = False
        for arc in range(offsets[v], offsets[v + 1]):
            c, u = cost[v] + arc_cost[arc], np.int64(tail[arc])
            if c > cutoff or c > cost[u] + _TIE:
                continue
            before = (cost[u], label[u])
            cost[u], label[u] = _lower(cost[u], label[u], c, label[v])
            if (cost[u], label[u]) != before:
                waits[u] = True
                at = int(cost[u] / width) & last
                entries, used, free = _put(u, at, entries, buckets, used, free)
                pending += 1
    return cost, label


@part
def _put(node, at, entries, buckets, used, free):
    """Put a node into a bucket; return the entries, how many were ever used, and the free list."""
    if free >= 0:
        entry, free = free, np.int64(entries[free, 1])
    else:
        if used == len(entries):
            longer = np.empty((2 * used, 2), np.int32)
            # One by one: assigning a slice compiles a message about shapes for a second.
            for k in range(used):
                longer[k, 0], longer[k, 1] = entries[k, 0], entries[k, 1]
            entries = longer
        entry = used
        used += 1
    entries[entry, 0], entries[entry, 1] = node, buckets[at]
    buckets[at] = entry
    return entries, used, free


@part
def _ring_size(longest, seed_cost, cutoff, width):
    """Return a power of two so large that all nodes that wait have different turns.

    A shorter ring, for the sake of a ferry of 100 km, only costs time.
    """
    reach = longest
    for c in seed_cost:
        if c <= cutoff and c > reach and c != np.inf:
            reach = c
    size = 4
    while size < reach / width + 2.0 and size < 65536:
        size *= 2
    return size


@kernel(steps=lambda *given: 60 * given[2].size, nogil=True)
def read_origins(low, high, edge, position, access, streets, nodes, targets, cutoff, out):
    """Write cost and nearest destination of the rows ``low:high`` of origins; inf and -1 beyond.

    `streets` is start, end, cost forward and backward of the edges, `nodes` cost and label of the
    nodes; `targets` are the edge-wise chained destinations (`chain_by_edge`) with label, position
    and access cost.
    """
    start, end, forward, backward = streets
    node_cost, node_label = nodes
    first, following, label, place, leave = targets
    cost, nearest = out
    for row in range(low, high):
        e, t = edge[row], position[row]
        best, which = np.inf, np.int32(-1)
        to_start = node_cost[start[e]] + _part(t, backward[e])
        best, which = _lower(best, which, to_start, node_label[start[e]])
        to_end = node_cost[end[e]] + _part(1.0 - t, forward[e])
        best, which = _lower(best, which, to_end, node_label[end[e]])
        k = first[e]
        while k >= 0:
            along = _along(t, place[k], forward[e], backward[e]) + leave[k]
            best, which = _lower(best, which, along, label[k])
            k = following[k]
        total = best + access[row]
        reached = total <= cutoff
        cost[row], nearest[row] = total if reached else np.inf, which if reached else -1


@kernel(steps=lambda subject, *_: 60 * subject.size)
def best_of_rows(subject, row_cost, row_nearest, cost, nearest):
    """Lower cost and nearest of each subject to the best of its rows."""
    for row in range(subject.size):
        s = subject[row]
        cost[s], nearest[s] = _lower(cost[s], nearest[s], row_cost[row], row_nearest[row])


@part
def _lower(best, which, cost, label):
    """Return the lower cost with its label; the lower label where costs are tied."""
    if cost < best - _TIE:
        return cost, label
    if cost > best + _TIE or label < 0:
        return best, which
    return min(best, cost), min(which, label)


@part
def _part(share, cost):
    """Return the cost of a share of an edge; nothing of a closed edge still costs nothing."""
    return share * cost if share > 0.0 else 0.0


@part
def _along(here, there, forward, backward):
    """Return the cost between two places on one edge."""
    if there >= here:
        return _part(there - here, forward)
    return _part(here - there, backward)


@kernel(steps=lambda edge, _: 30 * edge.size)
def chain_by_edge(edge, edge_count):
    """Return the first row on each edge, and the row that follows each row there; -1 ends it."""
    first = np.full(edge_count, -1, np.int32)
    following = np.full(edge.size, -1, np.int32)
    for row in range(edge.size - 1, -1, -1):
        following[row] = first[edge[row]]
        first[edge[row]] = row
    return first, following


@kernel(
    steps=lambda *given: 0.5 * given[5][0].size * given[2].tail.size,
    few=collect_few,
    nogil=True,
)
def collect_pairs(low, high, arcs, streets, origins, targets, subjects, cutoff):
    """Return from, to and cost of all pairs within the cutoff for destinations ``low:high``.

    Parameters
    ----------
    streets
        Start, end, cost forward and backward of the edges.
    origins
        First row on each edge, following row, subject, position and access cost of the origins.
    targets
        Offsets by destination, edge, position and access cost of the destinations.
    subjects
        Number of origins.
    """
    cost = np.full(arcs.offsets.size - 1, np.inf)
    settled = np.empty(cost.size, np.int32)
    best = np.full(subjects, np.inf)
    reached = np.empty(subjects, np.int32)
    seen = np.full(streets[0].size, -1, np.int32)
    heap = (np.empty(1024), np.empty(1024, np.int32))
    out_from, out_to = np.empty(1024, np.int32), np.empty(1024, np.int32)
    out_cost = np.empty(1024)
    filled = 0
    for d in range(low, high):
        rows = (targets[0][d], targets[0][d + 1])
        heap, count = _search_one(arcs, streets, targets, rows, cutoff, cost, settled, heap)
        found = _read_own_edges(d, streets, origins, targets, cost, cutoff, best, reached, seen)
        for k in range(count):
            v = settled[k]
            for arc in range(arcs.offsets[v], arcs.offsets[v + 1]):
                e = arcs.edge[arc]
                if seen[e] != d:
                    seen[e] = d
                    found = _read_edge(e, streets, origins, cost, cutoff, best, reached, found)
        if filled + found > out_to.size:
            out_from, out_to = _doubled(out_from, found), _doubled(out_to, found)
            out_cost = _doubled(out_cost, found)
        for k in range(found):
            s = reached[k]
            out_from[filled], out_to[filled], out_cost[filled] = s, d, best[s]
            best[s] = np.inf
            filled += 1
        for k in range(count):
            cost[settled[k]] = np.inf
    return out_from[:filled].copy(), out_to[:filled].copy(), out_cost[:filled].copy()


@part
def _read_own_edges(d, streets, origins, targets, cost, cutoff, best, reached, seen):
    """Lower the cost of the origins on the edges that a destination itself stands on."""
    offsets, edge, place, access = targets
    found = 0
    for row in range(offsets[d], offsets[d + 1]):
        e = edge[row]
        found = _read_same(
            e, place[row], access[row], streets, origins, cutoff, best, reached, found
        )
        if seen[e] != d:
            seen[e] = d
            found = _read_edge(e, streets, origins, cost, cutoff, best, reached, found)
    return found


@part
def _search_one(  # noqa: C901 - one loop of a textbook method
    arcs, streets, targets, rows, cutoff, cost, settled, heap
):
    """Write the cost of all nodes within the cutoff of one destination; list each once."""
    start, end, forward, backward = streets
    _, edge, place, access = targets
    offsets, tail, arc_cost = arcs.offsets, arcs.tail, arcs.cost
    keys, nodes = heap
    size = 0
    count = 0
    if 2 * (rows[1] - rows[0]) > keys.size:
        keys = _doubled(keys, 2 * (rows[1] - rows[0]))
        nodes = _doubled(nodes, 2 * (rows[1] - rows[0]))
    for row in range(rows[0], rows[1]):
        e = edge[row]
        for side in range(2):
            v = start[e] if side == 0 else end[e]
            c = _part(place[row], forward[e]) if side == 0 else _part(1.0 - place[row], backward[e])
            c += access[row]
            if c <= cutoff and c < cost[v]:
                if cost[v] == np.inf:
                    settled[count] = v
                    count += 1
                cost[v] = c
                size = _push(keys, nodes, size, c, v)
    while size > 0:
        key, v = keys[0], nodes[0]
        size = _pop(keys, nodes, size)
        if key > cost[v]:
            continue
        begin, stop = offsets[v], offsets[v + 1]
        if size + stop - begin > keys.size:
            keys, nodes = _doubled(keys, stop - begin), _doubled(nodes, stop - begin)
        for arc in range(begin, stop):
            c = key + arc_cost[arc]
            u = tail[arc]
            if c <= cutoff and c < cost[u]:
                if cost[u] == np.inf:
                    settled[count] = u
                    count += 1
                cost[u] = c
                size = _push(keys, nodes, size, c, u)
    return (keys, nodes), count


@part
def _read_edge(e, streets, origins, cost, cutoff, best, reached, found):
    """Lower the cost of the origins on an edge by way of its two nodes."""
    start, end, forward, backward = streets
    first, following, subject, position, access = origins
    row = first[e]
    while row >= 0:
        t = position[row]
        one = cost[start[e]] + _part(t, backward[e])
        other = cost[end[e]] + _part(1.0 - t, forward[e])
        found = _note(subject[row], min(one, other) + access[row], cutoff, best, reached, found)
        row = following[row]
    return found


@part
def _read_same(e, place, leave, streets, origins, cutoff, best, reached, found):
    """Lower the cost of the origins on the edge that a destination stands on."""
    _, _, forward, backward = streets
    first, following, subject, position, access = origins
    row = first[e]
    while row >= 0:
        along = _along(position[row], place, forward[e], backward[e]) + leave
        found = _note(subject[row], along + access[row], cutoff, best, reached, found)
        row = following[row]
    return found


@part
def _note(s, cost, cutoff, best, reached, found):
    """Keep the lower cost of a subject, and list it when it is first reached."""
    if cost <= cutoff and cost < best[s]:
        if best[s] == np.inf:
            reached[found] = s
            found += 1
        best[s] = cost
    return found


@kernel(steps=lambda from_index, *_: 5 * from_index.size)
def sort_by_origin(from_index, to_index, cost, subjects):
    """Return pairs that are sorted by destination, sorted by origin, then destination."""
    free = np.zeros(subjects + 1, np.int64)
    for k in range(from_index.size):
        free[from_index[k] + 1] += 1
    for s in range(subjects):
        free[s + 1] += free[s]
    out_from = np.empty(from_index.size, np.int32)
    out_to = np.empty(from_index.size, np.int32)
    out_cost = np.empty(from_index.size)
    for k in range(from_index.size):
        at = free[from_index[k]]
        free[from_index[k]] += 1
        out_from[at], out_to[at], out_cost[at] = from_index[k], to_index[k], cost[k]
    return out_from, out_to, out_cost


@part
def _push(keys, nodes, size, key, node):
    """Add to the heap, which has room; return its size."""
    at = size
    while at > 0:
        above = (at - 1) // _ARITY
        if keys[above] <= key:
            break
        keys[at], nodes[at] = keys[above], nodes[above]
        at = above
    keys[at], nodes[at] = key, node
    return size + 1


@part
def _pop(keys, nodes, size):
    """Remove the lowest from the heap; return its size."""
    size -= 1
    key, node = keys[size], nodes[size]
    at = 0
    while True:
        below = _ARITY * at + 1
        if below >= size:
            break
        lowest = below
        for k in range(below + 1, min(below + _ARITY, size)):
            if keys[k] < keys[lowest]:
                lowest = k
        if keys[lowest] >= key:
            break
        keys[at], nodes[at] = keys[lowest], nodes[lowest]
        at = lowest
    keys[at], nodes[at] = key, node
    return size


@part
def _doubled(values, more):
    """Return a copy with at least twice the room, and room for so many more."""
    grown = np.empty(2 * values.size + more, values.dtype)
    for k in range(values.size):
        grown[k] = values[k]
    return grown
