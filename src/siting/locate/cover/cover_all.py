"""The cheapest set of free sites that covers every row, with a proven bound.

Rows and sites that others make needless are dropped until none is left to drop; what falls apart
is solved apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from siting.locate.cover.kernels import ascend_dual, cover_greedily
from siting.locate.cover.presolve import (
    Cover,
    components,
    drop_dominated_rows,
    drop_dominated_sites,
    take_sites,
)
from siting.locate.solution import is_whole, round_bound
from siting.locate.solve import Rows, solve_program
from siting.message import message

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siting.locate.solve import Watch


@dataclass(frozen=True, slots=True, eq=False)
class Covering:
    """Chosen free sites (numbers of the cover), what they cost, and the least possible cost."""

    chosen: NDArray[np.int64]
    value: float
    bound: float


def cover_all(cover: Cover, watch: Watch, *, target: float = -np.inf) -> Covering:
    """Find the cheapest cover of every row.

    Parameters
    ----------
    target
        Stop once a cover that costs at most this is found, or none can exist.
    """
    reduced = _reduce(cover)
    number = np.searchsorted(cover.sites, reduced.sites)
    parts = [_part(reduced, inside) for inside in components(reduced)]
    found = [_quick(part) for part, _ in parts]
    for at in np.argsort([part.n_rows for part, _ in parts]):
        value = sum(one.value for one in found)
        bound = sum(one.bound for one in found)
        if value <= target or bound > target > -np.inf or watch.out_of_time():
            break
        if found[at].value > found[at].bound:
            found[at] = _solve(parts[at][0], found[at], watch)
    chosen = [inside[one.chosen] for (_, inside), one in zip(parts, found, strict=True)]
    return Covering(
        np.sort(number[np.concatenate([np.empty(0, np.int64), *chosen])]),
        float(sum(one.value for one in found)),
        float(sum(one.bound for one in found)),
    )


def _reduce(cover: Cover) -> Cover:
    while True:
        smaller = drop_dominated_rows(drop_dominated_sites(cover))
        if (smaller.n_rows, smaller.n_sites) == (cover.n_rows, cover.n_sites):
            return smaller
        cover = smaller


def _part(cover: Cover, inside: NDArray[np.bool_]) -> tuple[Cover, NDArray[np.int64]]:
    return take_sites(cover, inside, np.ones(cover.n_rows)), np.flatnonzero(inside)


def _quick(cover: Cover) -> Covering:
    """Return a greedy cover without needless sites, and the bound of a dual ascent."""
    chosen = np.flatnonzero(
        cover_greedily(cover.offset, cover.site, cover.site_offset, cover.row, cover.cost)
    )
    value = float(cover.cost[chosen].sum())
    bound = ascend_dual(cover.offset, cover.site, cover.cost)
    tight = round_bound(bound, sense="min", whole=is_whole(cover.cost))
    return Covering(chosen, value, min(tight, value))


def _solve(cover: Cover, start: Covering, watch: Watch) -> Covering:
    n = cover.n_sites
    rows = Rows()
    rows.add(cover.n_rows, 1.0, np.inf, (cover.pair_rows(), cover.site, 1.0))
    program = rows.program(cover.cost, 0.0, 1.0, np.ones(n, bool))
    first = np.zeros(n)
    first[start.chosen] = 1.0
    label = message("progress.covering", rows=cover.n_rows, best=start.value)
    outcome = solve_program(program, watch, start=first, label=label)
    tight = round_bound(outcome.bound, sense="min", whole=is_whole(cover.cost))
    bound = max(start.bound, tight)
    if outcome.values is None:
        return Covering(start.chosen, start.value, min(bound, start.value))
    chosen = np.flatnonzero(outcome.values > 0.5)
    value = float(cover.cost[chosen].sum())
    if value > start.value or not _covers(cover, chosen):
        chosen, value = start.chosen, start.value
    return Covering(chosen, value, min(bound, value))


def _covers(cover: Cover, chosen: NDArray[np.int64]) -> bool:
    is_chosen = np.zeros(cover.n_sites, bool)
    is_chosen[chosen] = True
    return bool(np.logical_or.reduceat(is_chosen[cover.site], cover.offset[:-1]).all())
