"""Models of distance: the least total (p-median) and the least worst (p-center)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from siting.locate.answer import (
    answer,
    infeasible,
    money_left,
    open_with,
    refusal,
    unknown,
    unreachable,
    unreachable_rows,
    with_decided,
)
from siting.locate.bound_search import BestChoice, search
from siting.locate.cover.cover_all import Covering, cover_all
from siting.locate.cover.presolve import build_cover
from siting.locate.median.search import MedianTask, ServiceCosts, build_service
from siting.locate.solution import Solution, is_whole, nearest_open
from siting.locate.solve import Limits, Watch
from siting.message import message

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siting.locate.cover.presolve import Cover
    from siting.locate.problem import Problem

_DEFAULT = Limits()


def solve_p_median(problem: Problem, p: int, *, limits: Limits = _DEFAULT) -> Solution:
    """Open at most `p` sites so that demand times cost to the nearest open site is least.

    ``min sum_ij w_i c_ij x_ij`` subject to ``sum_j x_ij = 1`` for every i with demand,
    ``x_ij <= y_j``, ``sum_j y_j <= p``, y binary; only pairs within the limit, inclusive.
    Existing sites are open and count nothing.

    Returns
    -------
    Solution
        `objective` and `bound` are sums of demand times cost. Infeasible where `p` sites cannot
        bring one within the limit of all demand. ``details["mean_cost"]`` is per unit of demand.

    References
    ----------
    Hakimi (1964), doi:10.1287/opre.12.3.450; ReVelle and Swain (1970),
    doi:10.1111/j.1538-4632.1970.tb00142.x. Swaps: Resende and Werneck (2007),
    doi:10.1007/s10479-006-0154-0. Bound: Beasley (1985), European Journal of Operational
    Research 21. The program of what is left: Elloumi (2010), Journal of Combinatorial
    Optimization 19.

    Examples
    --------
    Three homes on a line at 0, 10 and 100 m, each a site too.

    >>> from types import SimpleNamespace
    >>> from siting.locate.problem import build_problem
    >>> table = SimpleNamespace(from_index=[0, 0, 0, 1, 1, 1, 2, 2, 2],
    ...     to_index=[0, 1, 2] * 3, cost=[0, 10, 100, 10, 0, 90, 100, 90, 0])
    >>> plan = solve_p_median(build_problem(table, [1, 2, 1], n_sites=3), p=2)
    >>> plan.status.value, plan.objective, sorted(plan.opened.tolist())
    ('optimal', 10.0, [1, 2])
    """
    refused = refusal(problem, "p-median", p=p)
    if refused is not None:
        return refused
    watch = Watch(limits)
    most = int(p) - int(problem.forced_in.sum())
    start, reason = _first_cover(problem, most, watch)
    if reason is not None:
        return reason
    service = build_service(problem)
    plan = _least_total(service, most, start, watch)
    opened = with_decided(problem, service.sites[plan.chosen])
    _, cost = nearest_open(problem, open_with(problem, opened))
    wanting = problem.demand > 0
    total = float((problem.demand[wanting] * cost[wanting]).sum())
    people = problem.demand.sum()
    return answer(
        problem,
        "p-median",
        sense="min",
        opened=opened,
        objective=total,
        bound=-plan.bound,
        watch=watch,
        what=message("amount.demand_times_cost"),
        details={"mean_cost": total / people if people > 0 else 0.0},
    )


def _first_cover(
    problem: Problem, most: int, watch: Watch
) -> tuple[NDArray[np.int32], Solution | None]:
    """Return free sites within the limit of all demand, or the answer that there are none."""
    nothing = np.empty(0, np.int32)
    lost = unreachable_rows(problem)
    if lost.size:
        return nothing, infeasible("p-median", watch, unreachable(problem, lost))
    cover = build_cover(problem)
    cover = replace(cover, cost=np.ones(cover.n_sites))
    found = cover_all(cover, watch, target=most)
    if found.value <= most:
        return cover.sites[found.chosen], None
    if found.bound > most:
        needed = int(np.ceil(found.bound - 1e-6))
        reason = message(
            "answer.too_few_within", most=most, limit=float(problem.cutoff), needed=needed
        )
        return nothing, infeasible("p-median", watch, reason)
    return nothing, unknown("p-median", watch, message("sought.sites_within"))


def _least_total(
    service: ServiceCosts, most: int, start: NDArray[np.int32], watch: Watch
) -> BestChoice:
    """Search for the plan; its value is the negative cost."""
    most = min(most, service.sites.size)
    plan = BestChoice(np.empty(0, np.int64), -np.inf, 0.0)
    whole = is_whole(service.cost) and is_whole(service.outside[np.isfinite(service.outside)])
    task = MedianTask(service, max(most, 0), whole, watch.limits.seed)
    task.take(plan, np.searchsorted(service.sites, start))
    if most <= 0 or not service.cost.size:
        plan.bound = plan.value
        return plan
    task.begin(plan)
    search(task, plan, task.root(plan), watch)
    return plan


def solve_p_center(
    problem: Problem,
    p: int | None = None,
    *,
    budget: float | None = None,
    limits: Limits = _DEFAULT,
) -> Solution:
    """Open sites so that the largest cost from any demand to its nearest open site is least.

    ``min r`` so that sites within r of every i with demand can be opened: at most `p` of them, or
    for at most `budget`. Found by bisection over the costs that occur, each step a set covering
    problem. Weights only tell whose distance counts; existing sites are open and count nothing;
    limits are inclusive.

    Returns
    -------
    Solution
        `objective` is the largest cost, `bound` the least that was not proven impossible.

    References
    ----------
    Hakimi (1964), doi:10.1287/opre.12.3.450; Minieka (1970), The m-center problem,
    SIAM Review 12.
    """
    model = "p-center"
    refused = refusal(problem, model, p=p, budget=budget)
    if refused is None and (p is None) == (budget is None):
        refused = refusal(replace(problem, faults=(message("answer.p_or_budget"),)), model)
    if refused is not None:
        return refused
    watch = Watch(limits)
    lost = unreachable_rows(problem)
    if lost.size:
        return infeasible(model, watch, unreachable(problem, lost))
    counted = np.ones(problem.n_sites) if budget is None else problem.site_cost
    target = money_left(problem, budget) if p is None else float(p - problem.forced_in.sum())
    steps = np.unique(problem.cost[problem.demand[problem.from_index] > 0])
    best, low, high = _bisect(problem, steps, counted, target, watch)
    if best is None:
        if low >= steps.size and steps.size:
            reason = message("answer.none_within", limit=float(steps[-1]))
            return infeasible(model, watch, reason)
        return unknown(model, watch, message("sought.plan_reaching_all"))
    opened = with_decided(problem, best)
    _, cost = nearest_open(problem, open_with(problem, opened))
    worst = float(cost[problem.demand > 0].max(initial=0.0))
    return answer(
        problem,
        model,
        sense="min",
        opened=opened,
        objective=worst,
        bound=float(steps[low]) if low < high else worst,
        watch=watch,
        what=message("amount.largest_cost"),
    )


def _bisect(
    problem: Problem,
    steps: NDArray[np.float64],
    counted: NDArray[np.float64],
    target: float,
    watch: Watch,
) -> tuple[NDArray[np.int32] | None, int, int]:
    """Return the best plan, the first step not proven impossible, and the step of the plan."""
    if not steps.size:
        return np.empty(0, np.int32), 0, 0
    best: NDArray[np.int32] | None = None
    proven, low, high = 0, 0, steps.size
    while low < high:
        middle = (low + high) // 2
        try:
            cover, found = _cover_within(problem, float(steps[middle]), counted, target, watch)
            if not watch.ended:
                least = float(steps[proven])
                watch.tell(message("progress.largest_cost", least=least, steps=high - low))
        except KeyboardInterrupt:
            watch.ended = "interrupted"
            continue
        if cover is not None and found is not None and found.value <= target:
            best, high = cover.sites[found.chosen], middle
            continue
        if found is None or found.bound > target:
            proven = middle + 1
        # Where time left it open, a plan is looked for further out, but nothing more is proven.
        low = middle + 1
    return best, proven, high


def _cover_within(
    problem: Problem, reach: float, counted: NDArray[np.float64], target: float, watch: Watch
) -> tuple[Cover | None, Covering | None]:
    """Cover all demand within a reach; None where some demand reaches nothing."""
    near = problem.cost <= reach
    closer = replace(
        problem,
        from_index=problem.from_index[near],
        to_index=problem.to_index[near],
        cost=problem.cost[near],
    )
    if unreachable_rows(closer).size:
        return None, None
    cover = build_cover(closer)
    return cover, cover_all(replace(cover, cost=counted[cover.sites]), watch, target=target)
