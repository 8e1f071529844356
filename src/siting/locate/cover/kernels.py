# ruff: noqa: ANN001, ANN201, ANN202, PLR0917 - numba infers types, and kernels take columns
# mypy: disable-error-code="no-untyped-def"
"""Compiled loops over cover sets: merging, greedy, swaps and the Lagrangian bound.

Rows are (merged) demand, `offset, site` the
sites of each row, `site_offset, row` the rows of each site.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True)
def hash_rows(offset, site, keys):
    """Return a hash of each row's set of sites; 0 for an empty row."""
    hashes = np.zeros(offset.size - 1, np.uint64)
    for r in range(hashes.size):
        for at in range(offset[r], offset[r + 1]):
            hashes[r] += keys[site[at]]
    return hashes


@njit(cache=True)
def group_equal_rows(order, hashes, offset, site):
    """Give the distinct rows numbers along an order that brings equal hashes together."""
    group = np.full(order.size, -1, np.int64)
    first = np.empty(order.size, np.int64)
    count = 0
    for at in range(order.size):
        r = order[at]
        if offset[r] == offset[r + 1]:
            continue
        same = False
        if count > 0 and hashes[first[count - 1]] == hashes[r]:
            same = _rows_equal(offset, site, first[count - 1], r)
        if not same:
            first[count] = r
            count += 1
        group[r] = count - 1
    return group, first[:count].copy()


@njit(cache=True)
def _rows_equal(offset, site, a, b):
    if offset[a + 1] - offset[a] != offset[b + 1] - offset[b]:
        return False
    for step in range(offset[a + 1] - offset[a]):
        if site[offset[a] + step] != site[offset[b] + step]:
            return False
    return True


@njit(cache=True)
def find_implied_rows(offset, site, site_offset, row, most):
    """Tell which rows contain all sites of another row; stops looking after `most` steps."""
    n = offset.size - 1
    implied = np.zeros(n, np.bool_)
    seen = np.full(n, -1, np.int64)
    shared = np.zeros(n, np.int64)
    steps = 0
    for small in range(n):
        if implied[small] or steps > most:
            continue
        for at in range(offset[small], offset[small + 1]):
            for back in range(site_offset[site[at]], site_offset[site[at] + 1]):
                big = row[back]
                if seen[big] != small:
                    seen[big] = small
                    shared[big] = 0
                shared[big] += 1
                steps += 1
                if big != small and shared[big] == offset[small + 1] - offset[small]:
                    implied[big] = True
    return implied


@njit(cache=True)
def open_site(j, slot, state, weight, offset, site, site_offset, row):
    """Open a site and keep gains, losses and what a swap would save up to date."""
    count, owner, gain, loss, extra, slots = state
    slots[j] = slot
    tracked = extra.shape[0] > 0
    if tracked:
        extra[slot, :] = 0.0
    loss[j] = 0.0
    for at in range(site_offset[j], site_offset[j + 1]):
        r = row[at]
        count[r] += 1
        owner[r] ^= j
        w = weight[r]
        if count[r] == 1:
            loss[j] += w
            for s in range(offset[r], offset[r + 1]):
                gain[site[s]] -= w
                if tracked:
                    extra[slot, site[s]] += w
        elif count[r] == 2:
            k = owner[r] ^ j
            loss[k] -= w
            if tracked:
                for s in range(offset[r], offset[r + 1]):
                    extra[slots[k], site[s]] -= w


@njit(cache=True)
def close_site(k, state, weight, offset, site, site_offset, row):
    """Close a site; the reverse of `open_site`."""
    count, owner, gain, loss, extra, slots = state
    tracked = extra.shape[0] > 0
    for at in range(site_offset[k], site_offset[k + 1]):
        r = row[at]
        count[r] -= 1
        owner[r] ^= k
        w = weight[r]
        if count[r] == 0:
            for s in range(offset[r], offset[r + 1]):
                gain[site[s]] += w
        elif count[r] == 1:
            o = owner[r]
            loss[o] += w
            if tracked:
                for s in range(offset[r], offset[r + 1]):
                    extra[slots[o], site[s]] += w
    slots[k] = -1
    loss[k] = 0.0


@njit(cache=True)
def start_state(n_slots, weight, offset, site, n_sites):
    """Return the bookkeeping of a plan that opens nothing."""
    gain = np.zeros(n_sites)
    for r in range(weight.size):
        for at in range(offset[r], offset[r + 1]):
            gain[site[at]] += weight[r]
    return (
        np.zeros(weight.size, np.int32),
        np.zeros(weight.size, np.int64),
        gain,
        np.zeros(n_sites),
        np.zeros((n_slots, n_sites)),
        np.full(n_sites, -1, np.int64),
    )


@njit(cache=True)
def fill(state, slot_of, spent, budget, cost, ban, now, weight, offset, site, site_offset, row):
    """Open what adds most per money (or most, where money is no limit) while it fits."""
    gain, slots = state[2], state[5]
    while True:
        free = -1
        for slot in range(slot_of.size):
            if slot_of[slot] < 0:
                free = slot
                break
        if free < 0:
            return spent
        best, best_value = -1, 0.0
        for j in range(gain.size):
            if slots[j] >= 0 or ban[j] > now or spent + cost[j] > budget or gain[j] <= 0.0:
                continue
            value = gain[j]
            if np.isfinite(budget):
                value = gain[j] / max(cost[j], 1e-12)
            if value > best_value:
                best, best_value = j, value
        if best < 0:
            return spent
        slot_of[free] = best
        spent += cost[best]
        open_site(best, free, state, weight, offset, site, site_offset, row)


@njit(cache=True)
def best_swap(state, slot_of, spent, budget, cost, ban, now):
    """Return the slot to empty and the site to put there that together gain most."""
    gain, loss, extra, slots = state[2], state[3], state[4], state[5]
    tracked = extra.shape[0] > 0
    best_slot, best_site, best_value = -1, -1, -np.inf
    for slot in range(slot_of.size):
        k = slot_of[slot]
        if k < 0 or ban[k] > now:
            continue
        room = budget - spent + cost[k]
        for j in range(gain.size):
            value = gain[j] - loss[k]
            if tracked:
                value += extra[slot, j]
            if value > best_value and slots[j] < 0 and ban[j] <= now and cost[j] <= room:
                best_slot, best_site, best_value = slot, j, value
    return best_slot, best_site, best_value


@njit(cache=True)
def search_swaps(
    steps, rng, now, state, slot_of, spent, budget, cost, ban, best, best_value,
    weight, offset, site, site_offset, row,
):  # fmt: skip
    """Walk from plan to plan by best swaps, never back at once; keep the best plan in `best`.

    Tabu search: what was just closed or opened stays so for a few random steps, which takes the
    walk out of local optima. Returns what to go on with.
    """
    tenure = max(slot_of.size // 10, 2)
    for _ in range(steps):
        now += 1
        slot, j, _ = best_swap(state, slot_of, spent, budget, cost, ban, now)
        stuck = slot < 0
        if stuck or (np.isfinite(budget) and rng.random() < 0.1):
            slot, j = _random_slot(slot_of, rng), -1
        if slot < 0:
            return now, spent, best_value
        k = slot_of[slot]
        close_site(k, state, weight, offset, site, site_offset, row)
        ban[k] = now + 1 + rng.integers(tenure, 3 * tenure + 1)
        spent -= cost[k]
        slot_of[slot] = j
        if j >= 0:
            open_site(j, slot, state, weight, offset, site, site_offset, row)
            ban[j] = now + 1 + rng.integers(1, tenure + 1)
            spent += cost[j]
        spent = fill(
            state, slot_of, spent, budget, cost, ban, now, weight, offset, site, site_offset, row
        )
        value = _covered(state[0], weight)
        if value > best_value:
            best_value = value
            best[:] = slot_of
    return now, spent, best_value


@njit(cache=True)
def _random_slot(slot_of, rng):
    used = np.flatnonzero(slot_of >= 0)
    if used.size == 0:
        return -1
    return used[rng.integers(0, used.size)]


@njit(cache=True)
def _covered(count, weight):
    total = 0.0
    for r in range(weight.size):
        if count[r] > 0:
            total += weight[r]
    return total


@njit(cache=True)
def cover_greedily(offset, site, site_offset, row, cost):
    """Open what covers most open rows per money until all are covered, then close the needless."""
    n_sites = site_offset.size - 1
    gain = np.diff(site_offset).astype(np.float64)
    count = np.zeros(offset.size - 1, np.int64)
    chosen = np.zeros(n_sites, np.bool_)
    left = count.size
    while left > 0:
        j = np.argmax(gain / np.maximum(cost, 1e-12))
        chosen[j] = True
        for at in range(site_offset[j], site_offset[j + 1]):
            r = row[at]
            if count[r] == 0:
                left -= 1
                for s in range(offset[r], offset[r + 1]):
                    gain[site[s]] -= 1.0
            count[r] += 1
    for j in np.argsort(-cost):
        needless = chosen[j]
        for at in range(site_offset[j], site_offset[j + 1]):
            needless = needless and count[row[at]] > 1
        if needless:
            chosen[j] = False
            for at in range(site_offset[j], site_offset[j + 1]):
                count[row[at]] -= 1
    return chosen


@njit(cache=True)
def ascend_dual(offset, site, cost):
    """Return a lower bound: rows bid, shortest first, what their cheapest site has left."""
    left = cost.copy()
    total = 0.0
    for r in np.argsort(np.diff(offset)):
        bid = np.inf
        for at in range(offset[r], offset[r + 1]):
            bid = min(bid, left[site[at]])
        for at in range(offset[r], offset[r + 1]):
            left[site[at]] -= bid
        total += bid
    return total
