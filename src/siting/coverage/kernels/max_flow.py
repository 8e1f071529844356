# ruff: noqa: ANN001, ANN201, ANN202, PLR0917 - numba infers types, and kernels take columns
# mypy: disable-error-code="no-untyped-def"
"""The compiled maximum flow from demand through pairs to facilities: Dinic's method."""

from __future__ import annotations

import numpy as np
from numba import njit

FAR = 1 << 30


@njit(cache=True)
def sort_within(offset, cost):
    """Return the order that sorts each stretch by cost, what is equal as it stands."""
    order = np.empty(cost.size, np.int64)
    for i in range(offset.size - 1):
        low, high = offset[i], offset[i + 1]
        order[low:high] = low + np.argsort(cost[low:high], kind="mergesort")
    return order


@njit(cache=True)
def push_maximum_flow(offset, owner, to, back_offset, back, supply, room, flow):
    """Return each pair's flow and each side's distance to a room left (`FAR`: none is reached).

    `flow` is what to begin with, `supply` and `room` what it leaves; all three are left as they
    are at the end. No step takes anybody's service away: whoever gives way goes elsewhere. Every
    augmentation empties a supply, a room
    or a flow to exactly zero, so the method ends with real-valued demand too.
    """
    _push_directly(offset, to, supply, room, flow)
    level_d = np.empty(supply.size, np.int32)
    level_f = np.empty(room.size, np.int32)
    path = np.empty(2 * room.size + 2, np.int64)
    while _measure(offset, owner, to, back_offset, back, supply, room, flow, level_d, level_f):
        cursor_d = offset[:-1].copy()
        cursor_f = back_offset[:-1].copy()
        for root in range(supply.size):
            while supply[root] > 0.0 and level_d[root] != FAR:
                length = _find_path(
                    root, offset, owner, to, back_offset, back, room, flow,
                    level_d, level_f, cursor_d, cursor_f, path,
                )  # fmt: skip
                if length:
                    _augment(root, path[:length], to, supply, room, flow)
    return flow, level_d, level_f


@njit(cache=True)
def _push_directly(offset, to, supply, room, flow):
    """Fill rooms in pair order: most of what is left, before any search."""
    for i in range(supply.size):
        for pair in range(offset[i], offset[i + 1]):
            amount = min(supply[i], room[to[pair]])
            if amount > 0.0:
                flow[pair] += amount
                supply[i] -= amount
                room[to[pair]] -= amount


@njit(cache=True)
def _measure(offset, owner, to, back_offset, back, supply, room, flow, level_d, level_f):
    """Search backwards from the rooms left; tell whether demand with supply left reaches one."""
    level_d[:] = FAR
    level_f[:] = FAR
    queue = np.empty(room.size, np.int64)
    tail = 0
    for j in range(room.size):
        if room[j] > 0.0:
            level_f[j] = 0
            queue[tail] = j
            tail += 1
    reached = False
    head = 0
    while head < tail:
        j = queue[head]
        head += 1
        for position in range(back_offset[j], back_offset[j + 1]):
            i = owner[back[position]]
            if level_d[i] != FAR:
                continue
            level_d[i] = level_f[j] + 1
            reached = reached or supply[i] > 0.0
            for pair in range(offset[i], offset[i + 1]):
                donor = to[pair]
                if flow[pair] > 0.0 and level_f[donor] == FAR:
                    level_f[donor] = level_d[i] + 1
                    queue[tail] = donor
                    tail += 1
    return reached


@njit(cache=True)
def _find_path(
    root, offset, owner, to, back_offset, back, room, flow,
    level_d, level_f, cursor_d, cursor_f, path,
):  # fmt: skip
    """Walk from a demand down the levels to a room; 0 where none is left for it.

    Even entries of `path` are pairs that gain, odd ones pairs that give way.
    """
    length = 0
    i = root
    while True:
        moved = False
        while cursor_d[i] < offset[i + 1]:
            pair = cursor_d[i]
            j = to[pair]
            if level_f[j] == level_d[i] - 1:
                path[length] = pair
                if room[j] > 0.0:
                    return length + 1
                giving = _find_giving(j, owner, back_offset, back, flow, level_d, level_f, cursor_f)
                if giving >= 0:
                    path[length + 1] = giving
                    length += 2
                    i = owner[giving]
                    moved = True
                    break
            cursor_d[i] += 1
        if moved:
            continue
        level_d[i] = FAR
        if length == 0:
            return 0
        length -= 2
        i = owner[path[length]]


@njit(cache=True)
def _find_giving(j, owner, back_offset, back, flow, level_d, level_f, cursor_f):
    """Return a pair whose flow into facility `j` could go one level further down; -1 without."""
    while cursor_f[j] < back_offset[j + 1]:
        pair = back[cursor_f[j]]
        if flow[pair] > 0.0 and level_d[owner[pair]] == level_f[j] - 1:
            return pair
        cursor_f[j] += 1
    return -1


@njit(cache=True)
def _augment(root, path, to, supply, room, flow):
    """Push what the path can take."""
    last = to[path[-1]]
    amount = min(supply[root], room[last])
    for step in range(1, path.size, 2):
        amount = min(amount, flow[path[step]])
    supply[root] -= amount
    room[last] -= amount
    for step in range(path.size):
        flow[path[step]] += amount if step % 2 == 0 else -amount
