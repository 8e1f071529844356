"""Models of fairness between communities: max-min, and the worst served first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from siting.errors import SitingError
from siting.locate.answer import answer, money_left, open_with, refusal, unknown, with_decided
from siting.locate.cover.lscp_mclp import solve_mclp
from siting.locate.cover.presolve import Cover, build_cover_by_area
from siting.locate.solution import Solution, Status, covered_rows, is_closed, is_whole, round_bound
from siting.locate.solve import Limits, Program, Rows, Watch, solve_program
from siting.message import message

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from siting.locate.problem import Problem

_DEFAULT = Limits()


@dataclass(frozen=True, slots=True, eq=False)
class _Areas:
    """The problem by community: rows that may still be covered, and sums of the communities."""

    cover: Cover
    row_area: NDArray[np.int64]
    total: NDArray[np.float64]
    today: NDArray[np.float64]


def solve_max_min(
    problem: Problem,
    area: ArrayLike,
    *,
    p: int | None = None,
    budget: float | None = None,
    limits: Limits = _DEFAULT,
) -> Solution:
    """Make the smallest covered share of any community as large as it can be, then cover most.

    ``max t`` subject to ``t <= sum_{i in a} w_i z_i / W_a`` for every community a with demand, and
    the rows of `solve_mclp`; among the plans that reach this t, the one that covers most demand is
    looked for. The limit is inclusive.

    Parameters
    ----------
    area
        int (n,): community of each row of demand; -1 for none, which then counts only in the
        second step.

    Returns
    -------
    Solution
        `objective` and `bound` are shares from 0 to 1; ``details["covered_share"]`` has one for
        each community (NaN without demand).

    References
    ----------
    Rawls' criterion in location: Marsh and Schilling (1994), doi:10.1016/0377-2217(94)90200-3.
    """
    model = "max-min"
    refused = refusal(problem, model, p=p, budget=budget)
    if refused is not None:
        return refused
    watch = Watch(limits)
    areas = _by_area(problem, area)
    counted = np.flatnonzero(areas.total > 0)
    start = _start(problem, p, budget, limits)
    program = _program(problem, areas, p, budget, shares=counted)
    first = solve_program(
        program,
        watch,
        start=_values(areas, start, counted),
        label=message("progress.smallest_share"),
    )
    if first.values is None:
        return unknown(model, watch, message("sought.plan"))
    n = areas.cover.n_sites
    chosen = areas.cover.sites[first.values[:n] > 0.5]
    shares = _shares(problem, areas, area, open_with(problem, chosen))
    reached = float(shares[counted].min(initial=1.0))
    better = _cover_most(problem, areas, p, budget, counted, reached, chosen, watch)
    again = _shares(problem, areas, area, open_with(problem, better))
    if again[counted].min(initial=1.0) >= reached:
        chosen, shares = better, again
        reached = float(shares[counted].min(initial=1.0))
    return answer(
        problem, model, sense="max", opened=with_decided(problem, chosen), objective=reached,
        bound=_share_bound(problem, areas.total[counted], first.bound) if counted.size else reached,
        watch=watch,
        what=message("amount.smallest_share"), details={"covered_share": shares},
    )  # fmt: skip


def solve_worst_first(
    problem: Problem,
    area: ArrayLike,
    *,
    tiers: int = 5,
    p: int | None = None,
    budget: float | None = None,
    limits: Limits = _DEFAULT,
) -> Solution:
    """Serve the communities that are served worst today before all others.

    Communities are ordered by the share covered today and cut into `tiers` of equal number. The
    demand covered in the worst tier is maximised; among the plans that reach this, that of the
    next tier, and so on. The rows are those of `solve_mclp`; the limit is inclusive.

    Parameters
    ----------
    area
        int (n,): community of each row of demand; -1 for none, served after all others.
    tiers
        Number of groups of communities; fewer communities give fewer tiers.

    Returns
    -------
    Solution
        `objective` and `bound` count demand covered in the worst tier; ``details`` has
        `tier_of_area`, `tier_covered` and `tier_bound`. Optimal only if every tier is proven.

    References
    ----------
    Lexicographic objectives in covering: Daskin and Stern (1981), doi:10.1287/trsc.15.2.137.
    """
    model = "worst-first"
    refused = refusal(problem, model, p=p, budget=budget)
    if refused is not None:
        return refused
    watch = Watch(limits)
    areas = _by_area(problem, area)
    tier_of_area = _tiers(areas, tiers)
    count = int(tier_of_area.max(initial=-1)) + 2
    # Community -1 is the last entry: rows without one come after all others.
    row_tier = np.append(tier_of_area, count - 1)[areas.row_area]
    chosen = _start(problem, p, budget, limits)
    reached: list[float] = []
    bounds: list[float] = []
    for tier in range(count):
        found, bound = _best_of_tier(problem, areas, p, budget, row_tier, reached, chosen, watch)
        chosen = found if found is not None else chosen
        reached.append(_tier_sum(areas, row_tier, chosen, tier))
        bounds.append(max(bound, reached[-1]))
    tier_of_row = _tier_of_row(problem, area, tier_of_area, count)
    open_sites = open_with(problem, chosen)
    covered = covered_rows(problem, open_sites) & (tier_of_row >= 0)
    sums = np.bincount(tier_of_row[covered], problem.demand[covered], count)
    base = sums - np.array([_tier_sum(areas, row_tier, chosen, tier) for tier in range(count)])
    result = answer(
        problem, model, sense="max", opened=with_decided(problem, chosen),
        objective=float(sums[0]), bound=float(bounds[0] + base[0]), watch=watch,
        what=message("amount.demand_covered_worst"),
        details={
            "tier_of_area": tier_of_area, "tier_covered": sums,
            "tier_bound": np.array(bounds) + base,
        },
    )  # fmt: skip
    proven = all(is_closed(a, b) for a, b in zip(sums, np.array(bounds) + base, strict=True))
    if result.status is Status.OPTIMAL and not proven:
        told = message("answer.later_tiers", said=result.message, why=watch.why())
        return replace(result, status=Status.FEASIBLE, message=told, ended=watch.ended)
    return result


def _share_bound(problem: Problem, totals: NDArray[np.float64], bound: float) -> float:
    """Lower a bound on the smallest share to the next share that a community can have.

    People are whole, so the share of a community is one of few; the solver's tolerance on a row is
    a millionth of a share, which may be many times the distance that counts as closed.
    """
    if not (np.isfinite(bound) and is_whole(problem.demand)):
        return min(bound, 1.0)
    people = [round_bound(bound * total, sense="max", whole=True) for total in totals]
    return float(min(bound, 1.0, np.max(np.array(people) / totals)))


def _by_area(problem: Problem, area: ArrayLike) -> _Areas:
    number = np.asarray(area, np.int64)
    if number.shape != (problem.n_demand,) or (number < -1).any():
        shape = str(number.shape)
        raise SitingError(message("locate.area_shape", shape=shape, rows=problem.n_demand))
    cover, row_area = build_cover_by_area(problem, number)
    size = int(number.max(initial=-1)) + 1
    inside = number >= 0
    today = covered_rows(problem, open_with(problem, np.empty(0, np.int32))) & inside
    return _Areas(
        cover,
        row_area,
        np.bincount(number[inside], problem.demand[inside], size).astype(float),
        np.bincount(number[today], problem.demand[today], size).astype(float),
    )


def _start(
    problem: Problem, p: int | None, budget: float | None, limits: Limits
) -> NDArray[np.int32]:
    """Begin with the plan that covers most, without asking who."""
    part = Limits(min(limits.time_limit_s / 10, 5.0), 0.01, limits.seed)
    plan = solve_mclp(problem, p=p, budget=budget, limits=part)
    return np.setdiff1d(plan.opened, np.flatnonzero(problem.forced_in)).astype(np.int32)


def _program(
    problem: Problem,
    areas: _Areas,
    p: int | None,
    budget: float | None,
    *,
    shares: NDArray[np.int64] | None = None,
    floors: list[tuple[NDArray[np.int64], float]] | None = None,
    prize: NDArray[np.float64] | None = None,
) -> Program:
    """Build the covering program; columns are sites, rows of demand, and t where asked for.

    `shares` are the communities whose share t must not exceed; `floors` are rows that together
    must cover so much; `prize` is what each row of demand counts.
    """
    cover = areas.cover
    n, r = cover.n_sites, cover.n_rows
    rows = Rows()
    z = n + np.arange(r)
    rows.add(r, 0.0, np.inf, (cover.pair_rows(), cover.site, 1.0), (np.arange(r), z, -1.0))
    if p is not None:
        rows.add(1, -np.inf, p - int(problem.forced_in.sum()), (0, np.arange(n), 1.0))
    if budget is not None:
        left = money_left(problem, budget)
        rows.add(1, -np.inf, left, (0, np.arange(n), cover.cost))
    for which, least in floors or []:
        rows.add(1, least, np.inf, (0, z[which], cover.weight[which]))
    if shares is None:
        cost = np.concatenate([np.zeros(n), prize if prize is not None else cover.weight])
        return rows.program(cost, 0.0, 1.0, np.arange(n + r) < n, maximise=True)
    place = np.full(areas.total.size + 1, -1)
    place[shares] = np.arange(shares.size)
    inside = np.flatnonzero(place[areas.row_area] >= 0)
    part = cover.weight[inside] / areas.total[areas.row_area[inside]]
    lower = -(areas.today / np.maximum(areas.total, 1e-300))[shares]
    rows.add(
        shares.size, lower, np.inf, (place[areas.row_area[inside]], z[inside], part),
        (np.arange(shares.size), n + r, -1.0),
    )  # fmt: skip
    cost = np.concatenate([np.zeros(n + r), [1.0]])
    return rows.program(cost, 0.0, 1.0, np.arange(n + r + 1) < n, maximise=True)


def _values(
    areas: _Areas, chosen: NDArray[np.int32], shares: NDArray[np.int64] | None
) -> NDArray[np.float64]:
    """Return the columns that belong to a choice of sites."""
    cover = areas.cover
    y = np.isin(cover.sites, chosen).astype(float)
    covered = np.zeros(cover.n_rows)
    covered[cover.pair_rows()[y[cover.site] > 0]] = 1.0
    if shares is None:
        return np.concatenate([y, covered])
    size = areas.total.size
    inside = areas.row_area >= 0
    sums = areas.today + np.bincount(areas.row_area[inside], (cover.weight * covered)[inside], size)
    least = (sums[shares] / areas.total[shares]).min(initial=1.0)
    return np.concatenate([y, covered, [min(least, 1.0)]])


def _shares(
    problem: Problem, areas: _Areas, area: ArrayLike, sites: NDArray[np.int32]
) -> NDArray[np.float64]:
    """Recount the covered share of each community from the sites and pairs alone."""
    number = np.asarray(area, np.int64)
    covered = covered_rows(problem, sites) & (number >= 0)
    sums = np.bincount(number[covered], problem.demand[covered], areas.total.size)
    nothing = np.full(areas.total.size, np.nan)
    return np.asarray(np.divide(sums, areas.total, out=nothing, where=areas.total > 0), float)


def _cover_most(
    problem: Problem,
    areas: _Areas,
    p: int | None,
    budget: float | None,
    counted: NDArray[np.int64],
    reached: float,
    chosen: NDArray[np.int32],
    watch: Watch,
) -> NDArray[np.int32]:
    """Among the plans whose smallest share is this, look for the one that covers most."""
    if watch.out_of_time():
        return chosen
    floors = []
    for a in counted:
        least = reached * areas.total[a] - areas.today[a]
        if least > 0:
            floors.append((np.flatnonzero(areas.row_area == a), least * (1 - 1e-9)))
    program = _program(problem, areas, p, budget, floors=floors)
    outcome = solve_program(program, watch, start=_values(areas, chosen, None), label="cover most")
    if outcome.values is None:
        return chosen
    return areas.cover.sites[outcome.values[: areas.cover.n_sites] > 0.5]


def _tiers(areas: _Areas, tiers: int) -> NDArray[np.int64]:
    """Cut the communities with demand into tiers by the share covered today; -1 without demand."""
    tier = np.full(areas.total.size + 1, -1)
    counted = np.flatnonzero(areas.total > 0)
    share = areas.today[counted] / areas.total[counted]
    order = counted[np.argsort(share, kind="stable")]
    tier[order] = np.arange(order.size) * min(tiers, order.size) // max(order.size, 1)
    return tier[:-1]


def _tier_of_row(
    problem: Problem, area: ArrayLike, tier_of_area: NDArray[np.int64], count: int
) -> NDArray[np.int64]:
    number = np.asarray(area, np.int64)
    tier = np.full(problem.n_demand, count - 1)
    tier[number >= 0] = tier_of_area[number[number >= 0]]
    return tier


def _tier_sum(
    areas: _Areas, row_tier: NDArray[np.int64], chosen: NDArray[np.int32], tier: int
) -> float:
    """Count what chosen sites cover beyond today in one tier."""
    covered = _values(areas, chosen, None)[areas.cover.n_sites :] > 0
    return float(areas.cover.weight[covered & (row_tier == tier)].sum())


def _best_of_tier(
    problem: Problem,
    areas: _Areas,
    p: int | None,
    budget: float | None,
    row_tier: NDArray[np.int64],
    reached: list[float],
    chosen: NDArray[np.int32],
    watch: Watch,
) -> tuple[NDArray[np.int32] | None, float]:
    """Cover most in the next tier without losing any in those before."""
    prize = np.where(row_tier == len(reached), areas.cover.weight, 0.0)
    if not prize.any():
        return None, 0.0
    if watch.out_of_time():
        return None, float(prize.sum())
    floors = [
        (np.flatnonzero(row_tier == tier), value * (1 - 1e-9))
        for tier, value in enumerate(reached)
        if value > 0
    ]
    program = _program(problem, areas, p, budget, floors=floors, prize=prize)
    outcome = solve_program(
        program, watch, start=_values(areas, chosen, None), label=f"tier {len(reached) + 1}"
    )
    bound = round_bound(outcome.bound, sense="max", whole=is_whole(areas.cover.weight))
    if outcome.values is None:
        return None, min(bound, float(prize.sum()))
    found = areas.cover.sites[outcome.values[: areas.cover.n_sites] > 0.5]
    for tier, value in enumerate(reached):
        if _tier_sum(areas, row_tier, found, tier) < value * (1 - 1e-9):
            return None, bound
    return found, bound
