"""From what a search found to what a planner reads: status, recount and sentence.

Every model ends here, so that no status is better than its bound proves.
"""

from __future__ import annotations

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
        faults.append(f"p is {p}; give a whole number of sites, 0 or more.")
    if budget is not None and not budget >= 0:
        faults.append(f"budget is {budget:g}; give an amount of money, 0 or more.")
    if faults:
        return Solution(model, Status.INVALID, " ".join(faults))
    reason = _conflict(problem, p, budget)
    return Solution(model, Status.INFEASIBLE, reason) if reason else None


def _conflict(problem: Problem, p: int | None, budget: float | None) -> str:
    both = np.flatnonzero((problem.existing | problem.forced_in) & problem.forced_out)
    if both.size:
        return (
            f"{both.size} sites are to be open and closed at once; "
            f"the first is {problem.site_name(both[0])}."
        )
    count = int(problem.forced_in.sum())
    if p is not None and count > p:
        return f"{count} sites are forced in, but only {p} may be opened."
    money = float(problem.site_cost[problem.forced_in].sum())
    if budget is not None and money > budget * (1 + 1e-12):
        return f"The sites forced in cost {money:,.0f}, more than the budget of {budget:,.0f}."
    return ""


def answer(
    problem: Problem,
    model: str,
    *,
    sense: Sense,
    opened: NDArray[np.integer],
    objective: float,
    bound: float,
    watch: Watch,
    what: str,
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
        What the objective counts, for the sentence, such as ``people covered``.
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
        message=_sentence(sense, objective, bound, gap, watch, what, order.size, closed=closed),
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


def _sentence(
    sense: Sense,
    objective: float,
    bound: float,
    gap: float,
    watch: Watch,
    what: str,
    count: int,
    *,
    closed: bool,
) -> str:
    plan = f"{count} sites opened: {objective:,.10g} {what}"
    if closed:
        return f"{plan}; proven to be the best possible."
    why = watch.ended or "gap reached"
    limit = "more than" if sense == "max" else "less than"
    if not np.isfinite(bound):
        return f"{plan}; search ended ({why}) before anything was proven about better plans."
    return (
        f"{plan}; search ended ({why}): no plan has {limit} {bound:,.10g}, "
        f"so this one is within {gap:.2%} of the best."
    )


def unknown(model: str, watch: Watch, what: str) -> Solution:
    """Return the answer of a search that ended with neither a plan nor a proof."""
    why = watch.ended or "the solver gave up"
    message = f"Search ended ({why}) before {what} was found or proven impossible."
    return Solution(model, Status.UNKNOWN, message, seconds=watch.elapsed(), ended=watch.ended)


def infeasible(model: str, watch: Watch, message: str) -> Solution:
    """Return the answer to a question that was proven to have none."""
    return Solution(model, Status.INFEASIBLE, message, seconds=watch.elapsed())


def unreachable_sentence(problem: Problem, rows: NDArray[np.integer]) -> str:
    """Say how many rows of demand reach no site that may be open, and which is the first."""
    limit = "" if np.isinf(problem.cutoff) else f" within {problem.cutoff:g}"
    wanting = int((problem.demand > 0).sum())
    return (
        f"No set of sites covers all demand{limit}: {rows.size:,} of {wanting:,} rows reach no "
        f"site; the first is {problem.demand_name(int(rows[0]))}."
    )


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
