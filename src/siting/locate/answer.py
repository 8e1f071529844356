"""From what a search found to what a planner reads: status, recount and sentence.

Every model ends here, so that no status is better than its bound proves.
"""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np

from siting.locate.problem import decided_sites
from siting.locate.solution import (
    Sense,
    Solution,
    Status,
    covered_demand,
    is_closed,
    nearest_open,
    relative_gap,
    what_sites_add,
)
from siting.message import Message, Value, message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from siting.locate.problem import Problem
    from siting.locate.solve import Watch


def refusal(
    problem: Problem, model: str, *, p: int | None = None, budget: float | None = None
) -> Solution | None:
    """Return the answer to a question that needs no search, because nothing can answer it."""
    faults = list(problem.faults)
    if p is not None and not (0 <= p < np.inf and p == int(p)):
        faults.append(message("answer.p_wrong", p=p))
    if budget is not None and not budget >= 0:
        faults.append(message("answer.budget_wrong", budget=float(budget)))
    if faults:
        return Solution(model, Status.INVALID, reduce(_both, faults))
    reason = _conflict(problem, p, budget)
    return Solution(model, Status.INFEASIBLE, reason) if reason else None


def _both(first: Message, second: Message) -> Message:
    return message("sentence.both", first=first, second=second)


def _conflict(problem: Problem, p: int | None, budget: float | None) -> Message | None:
    both = np.flatnonzero((problem.existing | problem.forced_in) & problem.forced_out)
    if both.size:
        first = problem.site_name(both[0])
        return message("answer.open_and_closed", count=both.size, site=first)
    count = int(problem.forced_in.sum())
    if p is not None and count > p:
        return message("answer.forced_too_many", count=count, p=p)
    money = float(problem.site_cost[problem.forced_in].sum())
    if budget is not None and money > budget * (1 + 1e-12):
        return message("answer.forced_too_dear", money=money, budget=float(budget))
    return None


def answer(
    problem: Problem,
    model: str,
    *,
    sense: Sense,
    opened: NDArray[np.integer],
    objective: float,
    bound: float,
    watch: Watch,
    what: Message,
    covered: float | None = None,
    pair_flow: NDArray[np.float64] | None = None,
    details: Mapping[str, object] | None = None,
) -> Solution:
    """Put a plan into a solution.

    Parameters
    ----------
    opened
        Sites opened by the plan, forced ones included and existing ones not.
    objective
        Recounted from the plan.
    bound
        Proven by the search; moved to the objective where rounding put it on the wrong side.
    what
        What the objective counts, for the sentence, such as the demand covered.
    covered
        Demand served, where that is not simply demand within the limit.
    pair_flow
        Demand served along each pair; a site then adds whom it serves.
    """
    bound = max(bound, objective) if sense == "max" else min(bound, objective)
    order, added, groups = what_sites_add(problem, np.asarray(opened, np.int32), pair_flow)
    sites = np.union1d(np.flatnonzero(problem.existing), order).astype(np.int32)
    closed = is_closed(objective, bound)
    gap = 0.0 if closed else relative_gap(objective, bound)
    status = Status.OPTIMAL if closed else Status.FEASIBLE
    return Solution(
        model=model,
        status=status,
        message=_worth(sense, objective, bound, gap, watch, what, order.size, closed=closed),
        objective=objective,
        bound=objective if closed else bound,
        gap=gap,
        opened=order,
        added=added,
        added_groups=groups,
        assignment=nearest_open(problem, sites)[0],
        pair_flow=pair_flow,
        covered_demand=covered_demand(problem, sites) if covered is None else covered,
        total_demand=float(problem.demand.sum()),
        cost=float(problem.site_cost[order].sum()),
        seconds=watch.elapsed(),
        ended="" if closed else watch.ended,
        details=dict(details or {}),
    )


def _worth(
    sense: Sense,
    objective: float,
    bound: float,
    gap: float,
    watch: Watch,
    what: Message,
    count: int,
    *,
    closed: bool,
) -> Message:
    plan: dict[str, Value] = {"count": count, "objective": float(objective), "what": what}
    if closed:
        return message("answer.best", **plan)
    why = watch.why()
    if not np.isfinite(bound):
        return message("answer.nothing_proven", why=why, **plan)
    return message(
        "answer.none_more" if sense == "max" else "answer.none_less",
        why=why,
        bound=float(bound),
        gap=gap,
        **plan,
    )


def with_bound(solution: Solution, bound: float) -> Solution:
    """Return the same plan of the most with the better of two bounds that are proven for it.

    Parameters
    ----------
    solution
        A plan of a model that asks for the most.
    bound
        Proven elsewhere for the same question, or for one that allows more; NaN changes nothing.
    """
    if not bound < solution.bound:
        return solution
    assert isinstance(solution.message, Message)
    bound = max(bound, solution.objective)
    gap = relative_gap(solution.objective, bound)
    told = {**dict(solution.message.values), "bound": bound, "gap": gap}
    of_complexes = "functions" in told
    if not is_closed(solution.objective, bound):
        more = "answer.complexes_none_more" if of_complexes else "answer.none_more"
        return replace(solution, message=Message(more, tuple(told.items())), bound=bound, gap=gap)
    best = "answer.complexes_best" if of_complexes else "answer.best"
    proven = Message(best, tuple(told.items()))
    return replace(
        solution, status=Status.OPTIMAL, message=proven, bound=solution.objective, gap=0.0, ended=""
    )


def unknown(model: str, watch: Watch, sought: Message) -> Solution:
    """Return the answer of a search that ended with neither a plan nor a proof."""
    told = message("answer.unknown", why=watch.why("gave_up"), sought=sought)
    return Solution(model, Status.UNKNOWN, told, seconds=watch.elapsed(), ended=watch.ended)


def infeasible(model: str, watch: Watch, reason: Message) -> Solution:
    """Return the answer to a question that was proven to have none."""
    return Solution(model, Status.INFEASIBLE, reason, seconds=watch.elapsed())


def unreachable(problem: Problem, rows: NDArray[np.integer]) -> Message:
    """Say how many rows of demand reach no site that may be open, and which is the first."""
    found: dict[str, Value] = {
        "count": rows.size,
        "wanting": int((problem.demand > 0).sum()),
        "first": problem.demand_name(int(rows[0])),
    }
    if np.isinf(problem.cutoff):
        return message("answer.unreachable", **found)
    return message("answer.unreachable_within", limit=problem.cutoff, **found)


def unreachable_rows(problem: Problem, *, times: int = 1) -> NDArray[np.int64]:
    """Return the rows with demand that reach fewer than so many sites that may be open."""
    allowed = ~problem.forced_out[problem.to_index]
    reach = np.bincount(problem.from_index[allowed], minlength=problem.n_demand)
    return np.flatnonzero((problem.demand > 0) & (reach < times))


def money_left(problem: Problem, budget: float | None) -> float:
    """Return what of a budget is left for the free sites; sums that are equal on paper pass."""
    if budget is None:
        return np.inf
    forced = float(problem.site_cost[problem.forced_in].sum())
    return max(budget * (1 + 1e-12) - forced, 0.0)


def with_decided(problem: Problem, chosen: NDArray[np.integer]) -> NDArray[np.int32]:
    """Add the sites forced in to the chosen free ones."""
    return np.union1d(np.flatnonzero(problem.forced_in), chosen).astype(np.int32)


def open_with(problem: Problem, opened: NDArray[np.integer]) -> NDArray[np.int32]:
    """Return every open site of a plan: opened and decided ones."""
    return np.union1d(decided_sites(problem), opened).astype(np.int32)
