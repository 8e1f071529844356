"""How many are served by how many sites, or for how much money: where returns fall.

Every point is a problem of its own with its own bound, for the best five sites need not be among
the best six.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from siting.locate import Limits, Solution, find_model

if TYPE_CHECKING:
    import pandas as pd

    from siting.locate import Problem

By = Literal["sites", "money"]
# So many points show the shape; each is a search.
_POINTS = 20
# A thousandth cannot be seen on a curve, and proving the last of it takes most of the time.
_GAP = 0.001


def served_curve(
    problem: Problem,
    values: Sequence[float],
    *,
    by: By,
    capacitated: bool = False,
    limits: Limits,
) -> pd.DataFrame:
    """Return the most demand served for each number of sites or each budget.

    Parameters
    ----------
    problem
        Demand and sites within the limit.
    values
        Numbers of sites or amounts of money; sorted, each once.
    capacitated
        Count those served within the capacity of the sites.
    limits
        For the whole curve: each point gets an equal share of the time that is left, and ends once
        it is within a thousandth of its bound.

    Returns
    -------
    DataFrame
        One row per value: `sites` opened, `cost`, `served`, `served_share` of the demand, `added`
        beyond the row before, `bound`, `gap`, `status`. What less money serves, more serves too,
        and a bound on more holds for less. Ctrl-C ends the table before the point that was being
        looked at; values that the decisions taken do not allow have no row.
    """
    import pandas as pd

    model = find_model("capacitated-mclp" if capacitated else "mclp")
    wanted = _within_reach(sorted(set(values)), problem, by)
    rows: list[dict[str, object]] = []
    left = limits.time_limit_s
    for at, value in enumerate(wanted):
        share = max(left / (len(wanted) - at), 0.01)
        part = replace(limits, time_limit_s=share, gap=max(limits.gap, _GAP), progress=None)
        asked = {"p": int(value)} if by == "sites" else {"budget": float(value)}
        found = model.solve(problem, **asked, limits=part)
        left -= found.seconds
        if was_interrupted(found):
            break
        if np.isfinite(found.objective):
            rows.append(_row(value, found))
        if limits.progress is not None:
            limits.progress(f"curve: {value:,.0f}", (at + 1) / len(wanted))
    names = ["value", "sites", "cost", "served", "bound", "status", "total"]
    today = _served_today(problem, capacitated=capacitated)
    return _finished(pd.DataFrame(rows, columns=names), today)


def _within_reach(values: list[float], problem: Problem, by: By) -> list[float]:
    """Leave out what asks for more sites than there are, but for the first of them."""
    if by == "money":
        return values
    most = int((~problem.existing).sum())
    return [value for at, value in enumerate(values) if not at or values[at - 1] < most]


def was_interrupted(solution: Solution) -> bool:
    """Tell whether a search was stopped by hand."""
    return solution.ended == "interrupted"


def _row(value: float, found: Solution) -> dict[str, object]:
    return {
        "value": value,
        "sites": int(found.opened.size),
        "cost": found.cost,
        "served": found.objective,
        "bound": found.bound,
        "status": found.status.value,
        "total": found.total_demand,
    }


def _served_today(problem: Problem, *, capacitated: bool) -> float:
    from siting.locate.capacitated import serve_with
    from siting.locate.solution import covered_demand

    existing = np.flatnonzero(problem.existing).astype(np.int32)
    if capacitated:
        return serve_with(problem, existing).total
    return covered_demand(problem, existing)


def _finished(frame: pd.DataFrame, today: float) -> pd.DataFrame:
    frame["served"] = frame["served"].astype(float).cummax()
    frame["bound"] = frame["bound"].astype(float)[::-1].cummin()[::-1]
    total = frame["total"].astype(float)
    frame["served_share"] = frame["served"] / total.where(total > 0)
    frame["added"] = frame["served"].diff().fillna(frame["served"] - today)
    frame["gap"] = (frame["bound"] / frame["served"].where(frame["served"] > 0) - 1).fillna(0.0)
    kept = ["value", "sites", "cost", "served", "served_share", "added", "bound", "gap", "status"]
    return frame[kept]


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
