# ruff: noqa: ANN001, ANN201, PLR0917 - numba infers types, and kernels take columns
# mypy: disable-error-code="no-untyped-def, assignment"
"""Compiled loops of the p-median: swaps and the Lagrangian bound.

`offset, site, cost` are the free sites of each
row, cheapest first, costs multiplied by the row's weight; `outside` is what a row pays
without any of them.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True)
def start_state(n_slots, n_sites, outside):
    """Return the bookkeeping of a plan that opens nothing; `count` still has to be called."""
    n = outside.size
    return (
        outside.copy(),
        outside.copy(),
        np.full(n, -1, np.int64),
        np.full(n, -1, np.int64),
        np.zeros(n_sites),
        np.zeros(n_sites),
        np.zeros((n_slots, n_sites)),
        np.full(n_sites, -1, np.int64),
    )


@njit(cache=True)
def rank_row(i, state, offset, site, cost, outside):
    """Find a row's cheapest and second cheapest open sites."""
    first, second, near, next_near, _, _, _, slots = state
    first[i], second[i] = outside[i], outside[i]
    near[i], next_near[i] = -1, -1
    for at in range(offset[i], offset[i + 1]):
        if cost[at] >= outside[i]:
            return
        if slots[site[at]] < 0:
            continue
        if near[i] < 0:
            near[i], first[i] = site[at], cost[at]
        else:
            next_near[i], second[i] = site[at], cost[at]
            return


@njit(cache=True)
def count_row(i, sign, state, offset, site, cost):
    """Add (or take off) what a row contributes to gains, losses and what swaps save."""
    first, second, near, _, gain, loss, extra, slots = state
    if near[i] >= 0:
        loss[near[i]] += sign * (second[i] - first[i])
    for at in range(offset[i], offset[i + 1]):
        if cost[at] >= second[i]:
            return
        j = site[at]
        if cost[at] < first[i]:
            gain[j] += sign * (first[i] - cost[at])
        if near[i] >= 0:
            extra[slots[near[i]], j] += sign * (second[i] - max(first[i], cost[at]))


@njit(cache=True)
def count_all(state, offset, site, cost, outside):
    """Count every row from the start."""
    for i in range(outside.size):
        rank_row(i, state, offset, site, cost, outside)
        count_row(i, 1.0, state, offset, site, cost)


@njit(cache=True)
def move(k, j, slot, state, offset, site, cost, outside, site_offset, row, cost_by_site):
    """Close site `k` (-1: none) and open site `j` in its slot, rows recounted where they change."""
    _, second, near, next_near, _, loss, extra, slots = state
    changed = np.zeros(outside.size, np.bool_)
    if k >= 0:
        for i in range(outside.size):
            changed[i] = near[i] == k or next_near[i] == k
    for at in range(site_offset[j], site_offset[j + 1]):
        if cost_by_site[at] < second[row[at]]:
            changed[row[at]] = True
    rows = np.flatnonzero(changed)
    for i in rows:
        count_row(i, -1.0, state, offset, site, cost)
    if k >= 0:
        slots[k] = -1
        loss[k] = 0.0
    slots[j] = slot
    loss[j] = 0.0
    extra[slot, :] = 0.0
    for i in rows:
        rank_row(i, state, offset, site, cost, outside)
        count_row(i, 1.0, state, offset, site, cost)


@njit(cache=True)
def best_swap(state, slot_of, ban, now):
    """Return the slot to empty and the site to put there that together save most."""
    _, _, _, _, gain, loss, extra, slots = state
    best_slot, best_site, best_value = -1, -1, -np.inf
    for slot in range(slot_of.size):
        k = slot_of[slot]
        if ban[k] > now:
            continue
        for j in range(gain.size):
            value = gain[j] - loss[k] + extra[slot, j]
            if value > best_value and slots[j] < 0 and ban[j] <= now:
                best_slot, best_site, best_value = slot, j, value
    return best_slot, best_site


@njit(cache=True)
def open_greedily(
    state, slot_of, offset, site, cost, outside, site_offset, row, cost_by_site
):  # fmt: skip
    """Open what saves most, one after the other, until every slot is used."""
    gain, slots = state[4], state[7]
    for slot in range(slot_of.size):
        best, best_value = -1, -1.0
        for j in range(gain.size):
            if slots[j] < 0 and gain[j] > best_value:
                best, best_value = j, gain[j]
        slot_of[slot] = best
        move(-1, best, slot, state, offset, site, cost, outside, site_offset, row, cost_by_site)


@njit(cache=True)
def search_swaps(
    steps, rng, now, state, slot_of, ban, best, best_value,
    offset, site, cost, outside, site_offset, row, cost_by_site,
):  # fmt: skip
    """Walk from plan to plan by best swaps, never back at once; keep the best plan in `best`."""
    tenure = max(slot_of.size // 10, 1)
    for _ in range(steps):
        now += 1
        slot, j = best_swap(state, slot_of, ban, now)
        if slot < 0:
            continue
        k = slot_of[slot]
        move(k, j, slot, state, offset, site, cost, outside, site_offset, row, cost_by_site)
        slot_of[slot] = j
        ban[k] = now + 1 + rng.integers(tenure, 3 * tenure + 1)
        ban[j] = now + 1 + rng.integers(0, tenure + 1)
        value = state[0].sum()
        if value < best_value * (1.0 - 1e-12):
            best_value = value
            best[:] = slot_of
    return now, best_value


@njit(cache=True)
def improve_bound(
    iterations, known, beaten, center, best, average, choice, scale,
    weight, offset, site, cost, outside, most, settled, fixed,
):  # fmt: skip
    """Raise the lower bound by a deflected subgradient; return it and the step scale.

    Each row pays its multiplier, sites collect what the rows would save; the `most` best sites
    are taken. Any multipliers (at most `outside`) give a valid bound. `fixed` is told what cannot
    be otherwise in a plan that costs no more than `known`; the search ends early once the bound is
    above it (`beaten` adds what floating point may lose).
    """
    price = center.copy()
    saved = np.empty(settled.size)
    taken = np.empty(settled.size)
    assigned = np.empty(outside.size)
    stale = 0
    for _ in range(iterations):
        bound = price_rows(price, offset, site, cost, settled, saved)
        bound -= take_most(saved, most, settled, taken)
        fix_sites(bound, known + beaten, saved, taken, most, settled, fixed)
        count_service(price, offset, site, cost, taken, assigned)
        if bound > best:
            stale = 0 if bound > best * (1.0 + 1e-6) else stale + 1
            best = bound
            center[:] = price
        else:
            stale += 1
        if best > known + beaten:
            break
        if stale >= 10:
            stale = 0
            scale = max(scale * 0.7, 1e-5)
            price[:] = center
        average[:] = 0.85 * average + 0.15 * assigned
        choice[:] = 0.95 * choice + 0.05 * taken
        step_along(price, average, weight, outside, scale * max(known - best, 1e-4 * abs(known)))
    return best, scale


@njit(cache=True)
def price_rows(price, offset, site, cost, settled, saved):
    """Sum what rows pay, and what each undecided site would save them."""
    total = 0.0
    saved[:] = 0.0
    for i in range(price.size):
        total += price[i]
        for at in range(offset[i], offset[i + 1]):
            if cost[at] >= price[i]:
                break
            if settled[site[at]] == 0:
                saved[site[at]] += price[i] - cost[at]
    return total


@njit(cache=True)
def count_service(price, offset, site, cost, taken, assigned):
    """Count for each row the taken sites that would serve it for less than it pays."""
    for i in range(price.size):
        assigned[i] = 0.0
        for at in range(offset[i], offset[i + 1]):
            if cost[at] >= price[i]:
                break
            assigned[i] += taken[site[at]]


@njit(cache=True)
def step_along(price, average, weight, outside, length):
    """Raise the price of rows that nobody serves and lower that of rows served twice."""
    norm = 0.0
    for i in range(price.size):
        lacking = 1.0 - average[i]
        stuck = price[i] >= outside[i] if lacking > 0.0 else price[i] <= 0.0
        if not stuck:
            norm += weight[i] * lacking**2
    for i in range(price.size):
        moved = price[i] + length / max(norm, 1e-12) * weight[i] * (1.0 - average[i])
        price[i] = min(max(moved, 0.0), outside[i])


@njit(cache=True)
def take_most(saved, most, settled, taken):
    """Mark the unsettled sites that save most; return what they save together."""
    taken[:] = 0.0
    order = np.argsort(-saved)
    total = 0.0
    left = most
    for j in order:
        if left == 0:
            break
        if settled[j] == 0:
            taken[j] = 1.0
            total += saved[j]
            left -= 1
    return total


@njit(cache=True)
def fix_sites(bound, limit, saved, taken, most, settled, fixed):
    """Fix a site where deciding it the other way costs more than the limit."""
    last, following = np.inf, 0.0
    for j in range(saved.size):
        if settled[j] == 0 and taken[j] > 0.0:
            last = min(last, saved[j])
        elif settled[j] == 0:
            following = max(following, saved[j])
    if most == 0:
        last = np.inf
    for j in range(saved.size):
        if fixed[j] != 0 or settled[j] != 0:
            continue
        if taken[j] == 0.0 and bound + (last - saved[j]) > limit:
            fixed[j] = -1
        elif taken[j] > 0.0 and bound + (saved[j] - following) > limit:
            fixed[j] = 1
