"""Siting over years, each with its own budget: what is opened stays open."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from siting.errors import SitingError
from siting.locate.answer import answer, infeasible, refusal, unknown
from siting.locate.cover.lscp_mclp import solve_mclp
from siting.locate.cover.presolve import build_cover
from siting.locate.solution import Solution, covered_demand
from siting.locate.solve import Limits, Program, Rows, Watch, solve_program
from siting.message import Message, message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from siting.locate.cover.presolve import Cover
    from siting.locate.problem import Problem

_DEFAULT = Limits()


def solve_phases(
    problem: Problem,
    budgets: Sequence[float],
    *,
    carry_over: bool = True,
    year_weights: Sequence[float] | None = None,
    decided_years: Mapping[int, int] | None = None,
    limits: Limits = _DEFAULT,
) -> Solution:
    """Open sites year by year so that the demand covered, summed over the years, is most.

    ``max sum_t v_t sum_i w_i z_it`` subject to ``z_it <= sum_{j in N_i} u_jt``,
    ``u_jt >= u_j,t-1``, and the money: with `carry_over`
    ``sum_j c_j u_jt <= B_1 + ... + B_t``, without ``sum_j c_j (u_jt - u_j,t-1) <= B_t``; u binary,
    N_i the sites within the limit of i, inclusive. Sites forced in are open by the last year.

    Parameters
    ----------
    budgets
        Money of each year.
    carry_over
        What is not spent in one year may be spent later.
    year_weights
        v_t, what covering a person in that year counts; 1 where left out.
    decided_years
        Site forced in -> the year (from 0) in which it opens and is paid for, neither earlier nor
        later.

    Returns
    -------
    Solution
        `objective` and `bound` count weighted demand-years; ``details["year"]`` is the year (from
        0) in which each of `opened` opens, ``details["covered_by_year"]`` the demand covered.

    References
    ----------
    Schilling (1980), Dynamic location modeling for public-sector facilities: a multicriteria
    approach, Decision Sciences 11.
    """
    model = "phases"
    money = np.asarray(budgets, float)
    worth = np.ones(money.size) if year_weights is None else np.asarray(year_weights, float)
    if worth.size != money.size:
        sizes = {"budgets": money.size, "weights": worth.size}
        raise SitingError(message("locate.budgets_and_weights", **sizes))
    settled, unfit = _settled_years(problem, decided_years or {}, money.size)
    asked = replace(problem, faults=(*problem.faults, *_money_faults(money, worth), *unfit))
    refused = refusal(asked, model, budget=float(money.sum()))
    if refused is not None:
        return refused
    watch = Watch(limits)
    # A site forced in is decided, but not when, so it is free here.
    forced = problem.forced_in
    cover = build_cover(replace(problem, forced_in=np.zeros(problem.n_sites, bool)))
    program = _program(
        cover, money, worth, forced[cover.sites], settled[cover.sites], carry_over=carry_over
    )
    start = None
    if not decided_years:
        start = _start(problem, cover, money, limits, carry_over=carry_over)
    outcome = solve_program(program, watch, start=start, label=message("progress.phases"))
    if outcome.end == "infeasible":
        return infeasible(model, watch, message("answer.forced_beyond_budgets"))
    if outcome.values is None:
        return unknown(model, watch, message("sought.plan"))
    n, years = cover.n_sites, money.size
    is_open = outcome.values[: n * years].reshape(years, n) > 0.5
    return _answer(problem, cover, is_open, worth, outcome.bound, watch)


def _money_faults(money: NDArray[np.float64], worth: NDArray[np.float64]) -> list[Message]:
    faults = []
    if not (money >= 0).all():
        faults.append(message("answer.budgets_wrong", budgets=money.tolist()))
    if not money.size:
        faults.append(message("answer.budgets_empty"))
    if (worth < 0).any():
        faults.append(message("answer.year_weights_wrong", weights=worth.tolist()))
    return faults


def _settled_years(
    problem: Problem, decided: Mapping[int, int], years: int
) -> tuple[NDArray[np.int64], list[Message]]:
    """Return the year of each site, -1 where it is undecided, and what is wrong with the input."""
    settled = np.full(problem.n_sites, -1)
    wrong = [
        message("answer.decided_year_wrong", site=site, year=year, last=years - 1)
        for site, year in decided.items()
        if not (0 <= site < problem.n_sites and problem.forced_in[site] and 0 <= year < years)
    ]
    if not wrong:
        settled[list(decided)] = list(decided.values())
    return settled, wrong[:1]


def _answer(
    problem: Problem,
    cover: Cover,
    is_open: NDArray[np.bool_],
    worth: NDArray[np.float64],
    bound: float,
    watch: Watch,
) -> Solution:
    existing = np.flatnonzero(problem.existing).astype(np.int32)
    by_year = np.array(
        [
            covered_demand(problem, np.union1d(existing, cover.sites[open_]).astype(np.int32))
            for open_ in is_open
        ]
    )
    base = covered_demand(problem, existing) * float(worth.sum())
    year_of = np.full(problem.n_sites, -1)
    year_of[cover.sites] = np.where(is_open.any(axis=0), is_open.argmax(axis=0), -1)
    result = answer(
        problem, "phases", sense="max", opened=np.flatnonzero(year_of >= 0),
        objective=float((worth * by_year).sum()), bound=bound + base, watch=watch,
        what=message("amount.demand_covered_years"),
    )  # fmt: skip
    details = {"year": year_of[result.opened], "covered_by_year": by_year}
    return replace(result, details=details)


def _program(
    cover: Cover,
    money: NDArray[np.float64],
    worth: NDArray[np.float64],
    forced: NDArray[np.bool_],
    settled: NDArray[np.int64],
    *,
    carry_over: bool,
) -> Program:
    """Build the program; columns are, year after year, the sites and then the rows of demand."""
    n, r, years = cover.n_sites, cover.n_rows, money.size
    rows = Rows()
    site = np.arange(n)
    for year in range(years):
        u, z = year * n, years * n + year * r
        covering = (cover.pair_rows(), u + cover.site, 1.0)
        rows.add(r, 0.0, np.inf, covering, (np.arange(r), z + np.arange(r), -1.0))
        if year:
            rows.add(n, 0.0, np.inf, (site, u + site, 1.0), (site, u - n + site, -1.0))
        spent = [(0, u + site, cover.cost)]
        if year and not carry_over:
            spent.append((0, u - n + site, -cover.cost))
        limit = money[: year + 1].sum() if carry_over else money[year]
        rows.add(1, -np.inf, limit + 1e-9 * abs(limit), *spent)
    lower = np.zeros(years * (n + r))
    lower[(years - 1) * n : years * n] = forced
    upper = np.ones(lower.size)
    for year in range(years):
        lower[year * n : (year + 1) * n] += (settled >= 0) & (settled <= year) & (year < years - 1)
        upper[year * n : (year + 1) * n] = settled <= year
    prize = np.concatenate([np.zeros(years * n), np.outer(worth, cover.weight).ravel()])
    return rows.program(prize, lower, upper, np.arange(prize.size) < years * n, maximise=True)


def _start(
    problem: Problem,
    cover: Cover,
    money: NDArray[np.float64],
    limits: Limits,
    *,
    carry_over: bool,
) -> NDArray[np.float64]:
    """Open the best plan for all the money in the order of what its sites add."""
    part = Limits(min(limits.time_limit_s / 10, 5.0), 0.01, limits.seed)
    plan = solve_mclp(problem, budget=float(money.sum()), limits=part)
    is_open = np.zeros((money.size, cover.n_sites))
    waiting = list(np.searchsorted(cover.sites, plan.opened))
    left = 0.0
    for year, amount in enumerate(money):
        left = amount + (left if carry_over else 0.0)
        for j in list(waiting):
            if cover.cost[j] <= left:
                left -= cover.cost[j]
                is_open[year:, j] = 1.0
                waiting.remove(j)
    rows = cover.pair_rows()
    covered = np.zeros((money.size, cover.n_rows))
    for year in range(money.size):
        covered[year, rows[is_open[year][cover.site] > 0]] = 1.0
    return np.concatenate([is_open.ravel(), covered.ravel()])
