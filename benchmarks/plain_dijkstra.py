"""Dijkstra as anybody would write it under numba: the bound that kernels are compared with."""

from __future__ import annotations

import heapq

import numpy as np
from numba import njit


@njit(cache=True)
def arcs_of(size, start, end, length):
    offsets = np.zeros(size + 1, np.int64)
    for e in range(start.size):
        offsets[start[e] + 1] += 1
        offsets[end[e] + 1] += 1
    offsets = np.cumsum(offsets)
    free = offsets[:-1].copy()
    head = np.empty(2 * start.size, np.int32)
    cost = np.empty(2 * start.size)
    for e in range(start.size):
        head[free[start[e]]], cost[free[start[e]]] = end[e], length[e]
        free[start[e]] += 1
        head[free[end[e]]], cost[free[end[e]]] = start[e], length[e]
        free[end[e]] += 1
    return offsets, head, cost


@njit(cache=True)
def nearest(offsets, head, cost, seeds):
    found = np.full(offsets.size - 1, np.inf)
    heap = [(0.0, np.int32(seeds[0]))]
    found[seeds[0]] = 0.0
    for seed in seeds[1:]:
        found[seed] = 0.0
        heap.append((0.0, np.int32(seed)))
    while heap:
        key, v = heapq.heappop(heap)
        if key > found[v]:
            continue
        for arc in range(offsets[v], offsets[v + 1]):
            c = key + cost[arc]
            if c < found[head[arc]]:
                found[head[arc]] = c
                heapq.heappush(heap, (c, head[arc]))
    return found


@njit(cache=True)
def within(offsets, head, cost, sources, limit):
    """Count and add up the ways from each source to every node within a limit."""
    found = np.full(offsets.size - 1, np.inf)
    pairs, total = 0, 0.0
    for source in sources:
        heap = [(0.0, np.int32(source))]
        found[source] = 0.0
        seen = [np.int32(source)]
        while heap:
            key, v = heapq.heappop(heap)
            if key > found[v]:
                continue
            pairs += 1
            total += key
            for arc in range(offsets[v], offsets[v + 1]):
                c = key + cost[arc]
                if c <= limit and c < found[head[arc]]:
                    if found[head[arc]] == np.inf:
                        seen.append(head[arc])
                    found[head[arc]] = c
                    heapq.heappush(heap, (c, head[arc]))
        for v in seen:
            found[v] = np.inf
    return pairs, total
