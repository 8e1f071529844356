"""Models in which a site serves only so many: capacitated MCLP, LSCP and p-median.

Demand may be split among sites, because it is people, unless `whole_rows` asks otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from siting.coverage.assignment import assignment
from siting.locate.answer import (
    answer,
    infeasible,
    open_with,
    refusal,
    unknown,
    unreachable,
    unreachable_rows,
)
from siting.locate.cover.presolve import merge_rows
from siting.locate.solution import Solution
from siting.locate.solve import Limits, Program, Rows, SolverOutcome, Watch, solve_program
from siting.message import Message, message
from siting.network.costs import TravelCosts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siting.coverage.assignment import Assignment
    from siting.locate.problem import Problem

_DEFAULT = Limits()
# A limit on every pair tightens the bound much; beyond this many pairs the rows cost too much.
_MOST_PAIR_ROWS = 300_000

Kind = Literal["mclp", "lscp", "median"]


@dataclass(frozen=True, slots=True, eq=False)
class _Flow:
    """Rows and the pairs along which they may be served, sites as in the problem."""

    weight: NDArray[np.float64]
    row: NDArray[np.int64]
    site: NDArray[np.int64]
    cost: NDArray[np.float64]


def solve_capacitated_mclp(
    problem: Problem,
    *,
    p: int | None = None,
    budget: float | None = None,
    limits: Limits = _DEFAULT,
) -> Solution:
    """Serve the most demand with at most `p` sites, for at most `budget`, none beyond capacity.

    ``max sum_ij f_ij`` subject to ``sum_j f_ij <= w_i``, ``sum_i f_ij <= k_j y_j``,
    ``sum_j y_j <= p``, ``sum_j c_j y_j <= budget``, f >= 0 on pairs within the limit (inclusive),
    y binary. Existing sites serve up to their capacity and count nothing.

    Returns
    -------
    Solution
        `objective` counts demand served by the best assignment to what is open, by exact maximum
        flow; `pair_flow` is that assignment.

    References
    ----------
    Current and Storbeck (1988), Capacitated covering models, Environment and Planning B 15;
    Pirkul and Schilling (1991), Management Science 37.
    """
    model = "capacitated-mclp"
    refused = refusal(problem, model, p=p, budget=budget)
    if refused is not None:
        return refused
    watch = Watch(limits)
    flow = _merged_flow(problem)
    program = _program(problem, flow, "mclp", p=p, budget=budget)
    start = _start(problem, flow, p, budget)
    outcome = solve_program(
        program, watch, start=start, label=message("progress.capacitated_covering")
    )
    if outcome.values is None:
        return unknown(model, watch, message("sought.plan"))
    opened = _opened(problem, outcome)
    best = _serve(problem, opened)
    return answer(
        problem, model, sense="max", opened=opened, objective=best.total, bound=outcome.bound,
        watch=watch, what=message("amount.demand_served"), covered=best.total,
        pair_flow=best.pair_flow,
    )  # fmt: skip


def solve_capacitated_lscp(
    problem: Problem, *, count_sites: bool = True, limits: Limits = _DEFAULT
) -> Solution:
    """Serve all demand with the fewest sites, or for the least money, none beyond capacity.

    ``min sum_j c_j y_j`` subject to ``sum_j f_ij = w_i`` for every i, ``sum_i f_ij <= k_j y_j``,
    f >= 0 on pairs within the limit (inclusive), y binary. Infeasibility is proven by the maximum
    flow with every site open.

    Parameters
    ----------
    count_sites
        True: every site counts 1; False: its `site_cost`.

    References
    ----------
    Current and Storbeck (1988), Environment and Planning B 15.
    """
    model = "capacitated-lscp"
    refused = refusal(problem, model)
    if refused is not None:
        return refused
    watch = Watch(limits)
    reason = _cannot_serve_all(problem)
    if reason:
        return infeasible(model, watch, reason)
    counted = np.ones(problem.n_sites) if count_sites else problem.site_cost
    program = _program(problem, _merged_flow(problem), "lscp", counted=counted)
    outcome = solve_program(program, watch, label=message("progress.capacitated_set_covering"))
    if outcome.values is None:
        return unknown(model, watch, message("sought.plan_for_all"))
    opened = _opened(problem, outcome)
    best = _serve(problem, opened)
    if best.total < problem.demand.sum() * (1 - 1e-6):
        return unknown(model, watch, message("sought.plan_for_all_exactly"))
    return answer(
        problem, model, sense="min", opened=opened, objective=float(counted[opened].sum()),
        bound=outcome.bound, watch=watch, covered=best.total, pair_flow=best.pair_flow,
        what=message("amount.sites_needed" if count_sites else "amount.money_needed"),
    )  # fmt: skip


def solve_capacitated_p_median(
    problem: Problem, p: int, *, whole_rows: bool = False, limits: Limits = _DEFAULT
) -> Solution:
    """Serve all demand at the least total cost with at most `p` sites, none beyond capacity.

    ``min sum_ij c_ij f_ij`` subject to ``sum_j f_ij = w_i``, ``sum_i f_ij <= k_j y_j``,
    ``f_ij <= w_i y_j``, ``sum_j y_j <= p``, f >= 0 on pairs within the limit (inclusive), y binary.

    Parameters
    ----------
    whole_rows
        Each row of demand is served by one site only (f_ij is 0 or w_i).

    Returns
    -------
    Solution
        `objective` is recounted from `pair_flow`, whose sums by row and site are checked.

    References
    ----------
    Mulvey and Beck (1984), Solving capacitated clustering problems,
    doi:10.1016/0377-2217(84)90155-3; Lorena and Senne (2004),
    doi:10.1016/S0305-0548(03)00039-X.
    """
    model = "capacitated-p-median"
    refused = refusal(problem, model, p=p)
    if refused is not None:
        return refused
    watch = Watch(limits)
    reason = _cannot_serve_all(problem)
    if reason:
        return infeasible(model, watch, reason)
    flow = _plain_flow(problem)
    program = _program(problem, flow, "median", p=p, whole_rows=whole_rows)
    outcome = solve_program(program, watch, label=message("progress.capacitated_p_median"))
    if outcome.end == "infeasible":
        reason = message(
            "answer.too_few_for_whole_rows" if whole_rows else "answer.too_few_within_capacity",
            p=p,
        )
        return infeasible(model, watch, reason)
    if outcome.values is None:
        return unknown(model, watch, message("sought.plan_for_all"))
    return _median_answer(problem, flow, outcome, watch, whole_rows=whole_rows)


def _median_answer(
    problem: Problem, flow: _Flow, outcome: SolverOutcome, watch: Watch, *, whole_rows: bool
) -> Solution:
    model = "capacitated-p-median"
    assert outcome.values is not None
    opened = _opened(problem, outcome)
    amount = outcome.values[problem.n_sites :] * flow.weight[flow.row]
    if whole_rows:
        amount = np.where(outcome.values[problem.n_sites :] > 0.5, flow.weight[flow.row], 0.0)
    else:
        # With the sites settled, what is left is a transport problem without rounding.
        program = _program(problem, flow, "median", fixed=open_with(problem, opened))
        again = solve_program(program, Watch(Limits(max(watch.left(), 5.0))))
        if again.values is not None:
            amount = again.values[problem.n_sites :] * flow.weight[flow.row]
    served = np.bincount(flow.row, amount, flow.weight.size)
    load = np.bincount(flow.site, amount, problem.n_sites)
    slack = 1e-6 * problem.demand.sum()
    if (abs(served - flow.weight) > slack).any() or (load > problem.capacity + slack).any():
        return unknown(model, watch, message("sought.plan_in_capacity"))
    pair_flow = np.zeros(problem.cost.size)
    pair_flow[problem.demand[problem.from_index] > 0] = amount
    return answer(
        problem, model, sense="min", opened=opened, objective=float((amount * flow.cost).sum()),
        bound=outcome.bound, watch=watch, what=message("amount.demand_times_cost"),
        covered=float(amount.sum()), pair_flow=pair_flow,
    )  # fmt: skip


def _plain_flow(problem: Problem) -> _Flow:
    """Return every row with demand as it is."""
    rows = np.flatnonzero(problem.demand > 0)
    number = np.full(problem.n_demand, -1)
    number[rows] = np.arange(rows.size)
    kept = number[problem.from_index] >= 0
    return _Flow(
        problem.demand[rows],
        number[problem.from_index[kept]],
        problem.to_index[kept].astype(np.int64),
        problem.cost[kept],
    )


def _merged_flow(problem: Problem) -> _Flow:
    """Return rows that reach the same sites as one: only who reaches what matters."""
    plain = _plain_flow(problem)
    counts = np.bincount(plain.row, minlength=plain.weight.size)
    offset = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    group, first = merge_rows(offset, plain.site.astype(np.int32), problem.n_sites)
    # Rows that reach nothing are nobody's; the checks before have answered for them.
    kept = np.isin(plain.row, first)
    return _Flow(
        np.bincount(group[group >= 0], plain.weight[group >= 0], first.size).astype(float),
        group[plain.row[kept]],
        plain.site[kept],
        plain.cost[kept],
    )


def _program(
    problem: Problem,
    flow: _Flow,
    kind: Kind,
    *,
    p: int | None = None,
    budget: float | None = None,
    counted: NDArray[np.float64] | None = None,
    whole_rows: bool = False,
    fixed: NDArray[np.int32] | None = None,
) -> Program:
    """Build the program; columns are a y for each site, then the served share of each pair."""
    m, k, n = problem.n_sites, flow.row.size, flow.weight.size
    weight = flow.weight[flow.row]
    share = m + np.arange(k)
    # Room beyond everybody within reach is no room; without infinities the bound is tight.
    reach = np.bincount(flow.site, weight, m)
    room = np.minimum(problem.capacity, reach)
    rows = Rows()
    rows.add(n, 1.0 if kind != "mclp" else -np.inf, 1.0, (flow.row, share, 1.0))
    rows.add(m, -np.inf, 0.0, (flow.site, share, weight), (np.arange(m), np.arange(m), -room))
    if k <= _MOST_PAIR_ROWS:
        most = np.minimum(1.0, np.divide(room[flow.site], weight))
        rows.add(k, -np.inf, 0.0, (np.arange(k), share, 1.0), (np.arange(k), flow.site, -most))
    new = np.flatnonzero(~problem.existing)
    if p is not None:
        rows.add(1, -np.inf, p, (0, new, 1.0))
    if budget is not None:
        rows.add(1, -np.inf, budget * (1 + 1e-12), (0, new, problem.site_cost[new]))
    lower, upper = _limits_of_sites(problem, fixed)
    on_sites = np.zeros(m)
    if kind == "lscp" and counted is not None:
        on_sites = np.where(problem.existing, 0.0, counted)
    on_pairs = {"mclp": weight, "lscp": np.zeros(k), "median": weight * flow.cost}[kind]
    integer = np.concatenate([np.ones(m, bool), np.full(k, whole_rows)])
    return rows.program(
        np.concatenate([on_sites, on_pairs]), np.concatenate([lower, np.zeros(k)]),
        np.concatenate([upper, np.ones(k)]), integer if fixed is None else integer & False,
        maximise=kind == "mclp",
    )  # fmt: skip


def _limits_of_sites(
    problem: Problem, fixed: NDArray[np.int32] | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if fixed is not None:
        is_open = np.zeros(problem.n_sites)
        is_open[fixed] = 1.0
        return is_open, is_open
    lower = (problem.existing | problem.forced_in).astype(float)
    return lower, np.where(problem.forced_out, 0.0, 1.0)


def _opened(problem: Problem, outcome: SolverOutcome) -> NDArray[np.int32]:
    """Return the sites that an outcome opens, existing ones left out."""
    assert outcome.values is not None
    is_open = outcome.values[: problem.n_sites] > 0.5
    return np.flatnonzero(is_open & ~problem.existing).astype(np.int32)


def _serve(problem: Problem, opened: NDArray[np.int32]) -> Assignment:
    """Serve as many as the open sites can, exactly, beginning with what serves already.

    First everybody goes to the nearest existing site, then as many more are served there as can be,
    then the opened sites come: nobody who is served at one step is not at the next.
    """
    today = serve_with(problem, np.flatnonzero(problem.existing))
    return serve_with(problem, open_with(problem, opened), start=today.pair_flow)


def serve_with(
    problem: Problem, sites: NDArray[np.integer], *, start: NDArray[np.float64] | None = None
) -> Assignment:
    """Serve as many as some sites can and no others; see `siting.coverage.assignment`.

    Parameters
    ----------
    sites
        The open ones; people begin with the nearest of them, or with `start`.
    start
        float64 (k,): people of each pair of the problem.

    Returns
    -------
    Assignment
        Its `pair_flow` has a row for each pair of the problem.
    """
    is_open = np.zeros(problem.n_sites, bool)
    is_open[sites] = True
    kept = np.flatnonzero(is_open[problem.to_index])
    begun = None if start is None or not start.any() else start[kept]
    best = assignment(open_pairs(problem, kept), problem.demand, problem.capacity, start=begun)
    flow = np.zeros(problem.cost.size)
    flow[kept] = best.pair_flow
    return replace(best, pair_flow=flow)


def open_pairs(problem: Problem, kept: NDArray[np.integer]) -> TravelCosts:
    """Return some of the pairs of a problem."""
    return TravelCosts(problem.from_index[kept], problem.to_index[kept], problem.cost[kept])


def _cannot_serve_all(problem: Problem) -> Message | None:
    """Say why not all demand can be served even with every site open; None if it can."""
    lost = unreachable_rows(problem)
    if lost.size:
        return unreachable(problem, lost)
    everything = np.flatnonzero(~problem.forced_out).astype(np.int32)
    best, total = _serve(problem, everything), float(problem.demand.sum())
    if best.total < total * (1 - 1e-9):
        return message("answer.never_enough", most=float(best.total), total=total)
    return None


def _start(
    problem: Problem, flow: _Flow, p: int | None, budget: float | None
) -> NDArray[np.float64]:
    """Open one after the other the site that could serve most of what is still unserved."""
    left = flow.weight.copy()
    share = np.zeros(flow.row.size)
    is_open = np.zeros(problem.n_sites, bool)
    number = np.inf if p is None else p
    money = np.inf if budget is None else budget

    def open_site(j: int) -> None:
        pairs = np.flatnonzero(flow.site == j)
        taken = np.minimum(left[flow.row[pairs]], problem.demand.sum())
        room = min(problem.capacity[j], taken.sum())
        given = np.diff(np.minimum(np.cumsum(taken), room), prepend=0.0)
        share[pairs] = given / flow.weight[flow.row[pairs]]
        left[flow.row[pairs]] -= given
        is_open[j] = True

    for decided in np.flatnonzero(problem.existing | problem.forced_in).tolist():
        open_site(decided)
    number -= problem.forced_in.sum()
    money -= problem.site_cost[problem.forced_in].sum()
    closed = ~(is_open | problem.forced_out)
    while number > 0 and closed.any():
        reach = np.bincount(flow.site, left[flow.row], problem.n_sites)
        worth = np.where(
            closed & (problem.site_cost <= money), np.minimum(problem.capacity, reach), 0
        )
        if np.isfinite(money):
            worth = worth / np.maximum(problem.site_cost, 1e-12)
        j = int(worth.argmax()) if worth.size else 0
        if not worth.size or worth[j] <= 0:
            break
        open_site(j)
        number, money = number - 1, money - problem.site_cost[j]
        closed[j] = False
    return np.concatenate([is_open.astype(float), share])
