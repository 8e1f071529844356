"""Which points of the curve of served by number of sites, or by money, are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from siting.locate import Limits, Solution, served_curve
from siting.locate.answer import with_bound
from siting.locate.curve import was_interrupted

if TYPE_CHECKING:
    import pandas as pd

    from siting.locate import Problem
    from siting.locate.curve import By
    from siting.pipeline.sites.proposal import Proposal

# So many points show the shape; each is a search.
_POINTS = 20
# A thousandth cannot be seen on a curve, and proving the last of it takes most of the time.
CURVE_GAP = 0.001


def curve_of(
    siting: Proposal, limits: Limits, *, wanted: Sequence[float] | bool
) -> pd.DataFrame | None:
    """Return the curve around an answer; None where it is not wanted or there is nothing to draw.

    A search that was stopped by hand ends here, too.

    Parameters
    ----------
    wanted
        Its points; True for the usual ones, False for none.

    Returns
    -------
    DataFrame or None
        As `siting.locate.served_curve`; values that the decisions taken do not allow have no row.
    """
    asked, problem, solution = siting.asked, siting.problem, siting.solution
    if wanted is False or not siting.has_plan or asked.is_dispersion or was_interrupted(solution):
        return None
    by = asked.curve_by
    values: Sequence[float] = [] if isinstance(wanted, bool) else list(wanted)
    if not values:
        most = asked.most(int(solution.opened.size))
        values = usual_values(problem, solution, by=by, most=most)
    solved = {asked.most(int(solution.opened.size)): solution} if asked.is_of_curve else {}
    curve = served_curve(
        problem,
        _within_reach(sorted(set(values)), problem, by),
        by=by,
        capacitated=asked.is_capacitated,
        solved=solved,
        limits=replace(limits, gap=max(limits.gap, CURVE_GAP)),
    )
    curve = curve.dropna(subset="served", ignore_index=True)
    # An unknown cost is not a cost of 0.
    return curve if not np.isnan(siting.sites.cost).any() else curve.assign(cost=np.nan)


def best_proven(siting: Proposal, curve: pd.DataFrame | None) -> Solution:
    """Return the answer with the bound that its own curve proves for as much, where it is better.

    A bound on more sites or money holds for less, and one without a budget for one with.
    """
    asked, solution = siting.asked, siting.solution
    if curve is None or not asked.counts_served:
        return solution
    return with_curve_bound(solution, curve, asked.most(int(solution.opened.size)))


def with_curve_bound(solution: Solution, curve: pd.DataFrame, most: float) -> Solution:
    """Return an answer with the better of its own bound and the curve's for so much."""
    same = curve.loc[curve["value"] >= most, "bound"]
    return with_bound(solution, float(same.min())) if len(same) else solution


def _within_reach(values: list[float], problem: Problem, by: By) -> list[float]:
    """Leave out what asks for more sites than there are, but for the first of them."""
    if by == "money":
        return values
    most = int((~problem.existing).sum())
    return [value for at, value in enumerate(values) if not at or values[at - 1] < most]


def usual_values(problem: Problem, solution: Solution, *, by: By, most: float) -> list[float]:
    """Return the points of a curve around what was asked: from the first site to twice as many.

    Examples
    --------
    >>> import numpy as np
    >>> from siting.locate import Solution, Status, build_problem
    >>> from siting.network.costs import TravelCosts
    >>> none = TravelCosts(np.empty(0, int), np.empty(0, int), np.empty(0))
    >>> few = build_problem(none, [1.0], n_sites=5)
    >>> usual_values(few, Solution("mclp", Status.OPTIMAL, ""), by="sites", most=2)
    [1, 2, 3, 4]
    """
    if by == "money" and most > 0:
        return [most * share for share in np.linspace(0.1, 2.0, _POINTS)]
    if by == "money":
        return [0.0]
    free = int((~problem.existing & ~problem.forced_out).sum())
    last = min(free, int(2 * max(most, solution.opened.size, 1)))
    first = max(int(problem.forced_in.sum()), 1)
    numbers = np.rint(np.linspace(first, max(last, first), _POINTS)).astype(int)
    wanted = {*numbers.tolist(), min(int(most), max(last, first))} if most >= first else {*numbers}
    return sorted(int(number) for number in wanted)
