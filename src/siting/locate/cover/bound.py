# ruff: noqa: ANN001, ANN201, PLR0917 - numba infers types, and kernels take columns
# mypy: disable-error-code="no-untyped-def"
"""The compiled Lagrangian bound of covering under a number and a budget.

Coverage of a row by open sites is priced with a multiplier between 0 and its weight. Whatever the
multipliers are, the sum below is an upper bound, so rounding never puts it on the wrong side by
more than the rounding itself.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True)
def take_best(value, most, y):
    """Set y to the `most` largest positive values; return their sum and the two at the border."""
    y[:] = 0.0
    order = np.argsort(-value)
    total = 0.0
    taken = 0
    while taken < min(most, value.size) and value[order[taken]] > 0.0:
        total += value[order[taken]]
        y[order[taken]] = 1.0
        taken += 1
    last = 0.0
    if taken == most and taken > 0:
        last = value[order[taken - 1]]
    following = 0.0
    if taken < value.size:
        following = max(value[order[taken]], 0.0)
    return total, last, following


@njit(cache=True)
def choose_sites(gain, cost, most, budget, y):
    """Return an upper bound on what sites gain under number and budget, and its price of money.

    `y` is left with a fractional choice that reaches the bound.
    """
    total, last, following = take_best(gain, most, y)
    spent = (y * cost).sum()
    if spent <= budget:
        return total, 0.0, last, following
    low, high = 0.0, 1e-9
    for j in range(gain.size):
        if cost[j] > 0.0:
            high = max(high, gain[j] / cost[j])
    under = np.zeros(gain.size)
    for _ in range(60):
        price = 0.5 * (low + high)
        take_best(gain - price * cost, most, under)
        if (under * cost).sum() > budget:
            low = price
        else:
            high = price
    take_best(gain - low * cost, most, y)
    total, last, following = take_best(gain - high * cost, most, under)
    above, below = (y * cost).sum(), (under * cost).sum()
    share = 0.0
    if above > below:
        share = min(max((budget - below) / (above - below), 0.0), 1.0)
    y[:] = share * y + (1.0 - share) * under
    return total + high * budget, high, last, following


@njit(cache=True)
def fix_sites(bound, needed, gain, cost, price, last, following, fixed):
    """Fix a site where deciding it the other way cannot reach what is needed."""
    for j in range(gain.size):
        value = gain[j] - price * cost[j]
        if fixed[j] == 0 and bound - (last - value) < needed:
            fixed[j] = -1
        elif fixed[j] == 0 and bound - (value - following) < needed:
            fixed[j] = 1


@njit(cache=True)
def price_rows(multiplier, weight, offset, site, settled, gain):
    """Sum what the multipliers leave of the rows, and what they offer the unsettled sites."""
    bound = 0.0
    gain[:] = 0.0
    for r in range(weight.size):
        bound += weight[r] - multiplier[r]
        if multiplier[r] > 0.0:
            for at in range(offset[r], offset[r + 1]):
                gain[site[at]] += multiplier[r]
    for j in range(gain.size):
        if settled[j] != 0:
            gain[j] = 0.0
    return bound


@njit(cache=True)
def cover_rows(y, site_offset, row, cover):
    """Sum the fractional choice over the sites of each row."""
    cover[:] = 0.0
    for j in range(y.size):
        if y[j] > 0.0:
            for at in range(site_offset[j], site_offset[j + 1]):
                cover[row[at]] += y[j]


@njit(cache=True)
def improve_bound(
    iterations, needed, enough, center, best, average, choice, scale,
    weight, offset, site, site_offset, row, cost, most, budget, settled, fixed,
):  # fmt: skip
    """Improve the multipliers by the volume algorithm; return the bound and the step scale.

    `center` holds the best multipliers; `average` and `choice` the mean of the choices seen,
    which tends to a fractional optimum. Sites that are `settled` take no part: the rows of open
    ones must have weight 0. `fixed` is told what cannot be otherwise in a plan worth `needed`.
    The search ends early once the bound is below `enough`.
    """
    multiplier = np.empty(weight.size)
    gain = np.empty(cost.size)
    y = np.empty(cost.size)
    cover = np.empty(weight.size)
    stale = 0
    for _ in range(iterations):
        norm = 0.0
        for r in range(weight.size):
            lacking = 1.0 - average[r]
            stuck = center[r] >= weight[r] if lacking > 0.0 else center[r] <= 0.0
            if not stuck:
                norm += weight[r] * lacking**2
        aim = max(best - needed, 2e-4 * abs(best))
        step = scale * aim / max(norm, 1e-9)
        for r in range(weight.size):
            moved = center[r] + step * weight[r] * (1.0 - average[r])
            multiplier[r] = min(max(moved, 0.0), weight[r])
        bound = price_rows(multiplier, weight, offset, site, settled, gain)
        total, money, last, following = choose_sites(gain, cost, most, budget, y)
        bound += total
        fix_sites(bound, needed, gain, cost, money, last, following, fixed)
        cover_rows(y, site_offset, row, cover)
        lean = 0.0
        for r in range(weight.size):
            lean += weight[r] * (1.0 - average[r]) * (1.0 - cover[r])
        if bound < best:
            best = bound
            center[:] = multiplier
            stale = 0
            if lean > 0.0:
                scale = min(scale * 1.1, 2.0)
        else:
            stale += 1
            if stale >= 20:
                stale = 0
                scale = max(scale * 0.8, 1e-3)
        if best < enough:
            break
        average[:] = 0.98 * average + 0.02 * cover
        choice[:] = 0.98 * choice + 0.02 * y
    return best, scale
