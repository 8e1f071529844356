"""How much is served by how many sites, or for how much money: where returns fall.

Every point is a problem of its own with its own bound, for the best five sites need not be among
the best six.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from siting.locate.answer import with_bound
from siting.locate.capacitated import serve_with, solve_capacitated_mclp
from siting.locate.cover.lscp_mclp import solve_mclp
from siting.locate.solution import Solution, Status, covered_demand
from siting.locate.solve import Limits
from siting.message import message

if TYPE_CHECKING:
    from siting.locate.problem import Problem

By = Literal["sites", "money"]
_DEFAULT = Limits()
_NOTHING_SOLVED: Mapping[float, Solution] = MappingProxyType({})
_COLUMNS = ["value", "sites", "cost", "served", "bound", "status", "total"]


def served_curve(
    problem: Problem,
    values: Iterable[float],
    *,
    by: By = "sites",
    capacitated: bool = False,
    solved: Mapping[float, Solution] = _NOTHING_SOLVED,
    limits: Limits = _DEFAULT,
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
    solved
        Value -> the answer to that very point where it is known: what is proven of it counts.
    limits
        For the whole curve: each point gets an equal share of the time that is left.

    Returns
    -------
    DataFrame
        One row per value, ascending: `value`, `sites` opened, `cost`, `served`, `served_share` of
        the demand, `added` beyond the row before, `bound`, `gap`, `status`. What less serves, more
        serves too, and a bound on more holds for less. A value that the decisions taken do not
        allow has NaN and its status. Ctrl-C ends the table before the point that was being looked
        at.

    References
    ----------
    As `solve_mclp` and `solve_capacitated_mclp`.
    """
    solve = solve_capacitated_mclp if capacitated else solve_mclp

    def solve_at(value: float, part: Limits) -> Solution:
        if by == "sites":
            return solve(problem, p=int(value), limits=part)
        return solve(problem, budget=float(value), limits=part)

    today = _served_today(problem, capacitated=capacitated)
    return curve_through(values, solve_at, today=today, solved=solved, limits=limits)


def curve_through(
    values: Iterable[float],
    solve_at: Callable[[float, Limits], Solution],
    *,
    today: float = 0.0,
    solved: Mapping[float, Solution] = _NOTHING_SOLVED,
    limits: Limits = _DEFAULT,
) -> pd.DataFrame:
    """Return the curve of a model that asks for the most; see `served_curve`.

    Parameters
    ----------
    values, solved, limits
        As for `served_curve`.
    solve_at
        Answers one point within its share of the time.
    today
        What is served by nothing new.
    """
    wanted = sorted(set(values))
    rows: list[tuple[object, ...]] = []
    left = limits.time_limit_s
    for at, value in enumerate(wanted):
        share = max(left / (len(wanted) - at), 0.01)
        known = solved.get(value)
        if known is not None and known.status is Status.OPTIMAL:
            found = known
        else:
            found = solve_at(value, replace(limits, time_limit_s=share, progress=None))
            left -= found.seconds
            found = found if known is None else _better(found, known)
        if was_interrupted(found):
            break
        rows.append(_row(value, found))
        if limits.progress is not None:
            limits.progress(message("progress.curve", value=value), (at + 1) / len(wanted))
    return _finished(pd.DataFrame(rows, columns=_COLUMNS), today)


def _better(one: Solution, other: Solution) -> Solution:
    """Return the better of two plans for one point, with the better of their bounds."""
    plan, rest = (other, one) if other.objective > one.objective else (one, other)
    return with_bound(plan, rest.bound)


def was_interrupted(solution: Solution) -> bool:
    """Tell whether a search was stopped by hand."""
    return solution.ended == "interrupted"


def _row(value: float, found: Solution) -> tuple[object, ...]:
    return (
        value,
        int(found.opened.size),
        found.cost,
        found.objective,
        found.bound,
        found.status.value,
        found.total_demand,
    )


def _served_today(problem: Problem, *, capacitated: bool) -> float:
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
    gap = frame["bound"] / frame["served"].where(frame["served"] > 0) - 1
    frame["gap"] = gap.where(frame["served"].isna(), gap.fillna(0.0))
    kept = ["value", "sites", "cost", "served", "served_share", "added", "bound", "gap", "status"]
    return frame[kept]
