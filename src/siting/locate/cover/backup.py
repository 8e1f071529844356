"""Coverage with a second site in reserve (LSCP with backup)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siting.locate.answer import answer, open_with, refusal, unknown, with_decided
from siting.locate.cover.lscp_mclp import solve_lscp
from siting.locate.cover.presolve import build_cover
from siting.locate.problem import decided_sites
from siting.locate.solution import Solution, Status
from siting.locate.solve import Limits, Rows, Watch, solve_program
from siting.message import message

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siting.locate.cover.presolve import Cover
    from siting.locate.problem import Problem

_DEFAULT = Limits()


def solve_lscp_backup(problem: Problem, *, limits: Limits = _DEFAULT) -> Solution:
    """Cover all demand with the fewest sites, and of those plans cover most demand twice.

    The hierarchical covering problem: N is the optimum of `solve_lscp`; then
    ``max sum_i w_i u_i`` subject to ``sum_{j in N_i} y_j >= 1 + u_i``, ``sum_j y_j <= N``,
    0 <= u_i <= 1, y binary. The limit is inclusive; existing sites count as cover.

    Returns
    -------
    Solution
        `objective` and `bound` count demand within the limit of two or more open sites;
        ``details["sites_needed"]`` is N and ``details["sites_bound"]`` the proven least number.
        Where N itself is not proven, the status is ``feasible``.

    References
    ----------
    Daskin and Stern (1981), A hierarchical objective set covering model,
    doi:10.1287/trsc.15.2.137. Backup coverage: Hogan and ReVelle (1986),
    doi:10.1287/mnsc.32.11.1434.
    """
    model = "lscp-backup"
    refused = refusal(problem, model)
    if refused is not None:
        return refused
    watch = Watch(limits)
    fewest = solve_lscp(problem, limits=Limits(limits.time_limit_s / 2, 0.0, limits.seed))
    if not fewest.opened.size and fewest.status is not Status.OPTIMAL:
        return Solution(
            model, fewest.status, fewest.message, seconds=watch.elapsed(), ended=fewest.ended
        )
    number = int(fewest.objective)
    opened, bound = _most_backup(problem, number, fewest.opened, watch)
    if opened is None:
        return unknown(model, watch, message("sought.plan_with_backup"))
    twice = _covered_twice(problem, opened)
    if fewest.status is not Status.OPTIMAL:
        # Fewer sites might do, so nothing is proven about the second objective.
        bound = float(problem.demand.sum())
    return answer(
        problem,
        model,
        sense="max",
        opened=opened,
        objective=twice,
        bound=bound,
        watch=watch,
        what=message("amount.demand_covered_twice", count=number),
        details={"sites_needed": number, "sites_bound": fewest.bound},
    )


def _covered_twice(problem: Problem, opened: NDArray[np.int32]) -> float:
    """Count the demand with two or more open sites within the limit."""
    is_open = np.zeros(problem.n_sites, bool)
    is_open[open_with(problem, opened)] = True
    times = np.bincount(problem.from_index[is_open[problem.to_index]], minlength=problem.n_demand)
    return float(problem.demand[times >= 2].sum())


def _most_backup(
    problem: Problem, number: int, start: NDArray[np.int32], watch: Watch
) -> tuple[NDArray[np.int32] | None, float]:
    """Return the plan of that many sites with most backup, and the bound."""
    is_open = np.zeros(problem.n_sites, bool)
    is_open[decided_sites(problem)] = True
    times = np.bincount(problem.from_index[is_open[problem.to_index]], minlength=problem.n_demand)
    wanting = problem.demand > 0
    first = build_cover(problem, keep=wanting & (times == 0))
    second = build_cover(problem, keep=wanting & (times == 1))
    base = float(problem.demand[times >= 2].sum())
    free = number - int(problem.forced_in.sum())
    program, begin = _program(first, second, free, start)
    outcome = solve_program(program, watch, start=begin, label="backup")
    if outcome.values is None:
        return None, np.inf
    chosen = first.sites[outcome.values[: first.n_sites] > 0.5]
    return with_decided(problem, chosen), base + outcome.bound


def _program(first: Cover, second: Cover, free: int, start: NDArray[np.int32]) -> tuple:  # type: ignore[type-arg]
    n, a, b = first.n_sites, first.n_rows, second.n_rows
    rows = Rows()
    u = n + np.arange(a + b)
    rows.add(a, 1.0, np.inf, (first.pair_rows(), first.site, 1.0), (np.arange(a), u[:a], -1.0))
    rows.add(b, 0.0, np.inf, (second.pair_rows(), second.site, 1.0), (np.arange(b), u[a:], -1.0))
    rows.add(1, -np.inf, free, (0, np.arange(n), 1.0))
    cost = np.concatenate([np.zeros(n), first.weight, second.weight])
    begin = np.zeros(n + a + b)
    begin[:n] = np.isin(first.sites, start)
    integer = np.arange(cost.size) < n
    return rows.program(cost, 0.0, 1.0, integer, maximise=True), begin
