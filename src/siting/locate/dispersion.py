"""Sites as far from each other as they can be (p-dispersion)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siting.errors import SitingError
from siting.locate.answer import answer, infeasible, refusal, unknown, with_decided
from siting.locate.problem import free_sites
from siting.locate.solution import Solution, Status
from siting.locate.solve import Limits, Rows, Watch, solve_program
from siting.message import message

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siting.locate.problem import Problem
    from siting.locate.solve import SolverOutcome

_DEFAULT = Limits()


def solve_p_dispersion(problem: Problem, p: int, *, limits: Limits = _DEFAULT) -> Solution:
    """Open exactly `p` sites so that the least cost between any two open sites is greatest.

    ``max r`` subject to ``y_a + y_b <= 1`` for every pair of sites closer than r, ``sum y = p``,
    y binary; sites exactly r apart may both open. Found by bisection over the costs that occur,
    each step an independent set problem with the conflicts gathered into cliques. Existing sites
    are open, count nothing and keep new ones away.

    Parameters
    ----------
    problem
        Its rows of demand are the sites themselves; `cost` is from site to site, the smaller of
        both directions counts, and sites without a pair are endlessly far apart. `demand` plays no
        part.

    Returns
    -------
    Solution
        `objective` is the least cost between two open sites. Unbounded where fewer than two sites
        are open, or where no two of them have a cost.

    Raises
    ------
    SitingError
        The rows of demand are not as many as the sites.

    References
    ----------
    Kuby (1987), Programming models for facility dispersion, doi:10.1111/j.1538-4632.1987.tb00133.x.
    Bisection: Sayah and Irnich (2017), doi:10.1016/j.ejor.2016.06.036.
    """
    model = "p-dispersion"
    if problem.n_demand != problem.n_sites:
        size = {"rows": problem.n_demand, "sites": problem.n_sites}
        raise SitingError(message("locate.dispersion_rows", **size))
    refused = refusal(problem, model, p=p)
    if refused is not None:
        return refused
    watch = Watch(limits)
    available = free_sites(problem).size + int(problem.forced_in.sum())
    if available < p:
        reason = message("answer.too_few_to_open", p=p, available=available)
        return infeasible(model, watch, reason)
    apart = _apart(problem)
    best, low, high, steps = _bisect(problem, apart, int(p), watch)
    if best is None:
        return unknown(model, watch, message("sought.sites"))
    sites = np.union1d(np.flatnonzero(problem.existing), best)
    least = float(apart[np.ix_(sites, sites)].min(initial=np.inf))
    if np.isinf(least):
        told = message("answer.nothing_limits")
        return Solution(
            model, Status.UNBOUNDED, told, opened=best, added=np.zeros(best.size),
            seconds=watch.elapsed(),
        )  # fmt: skip
    proven = float(steps[high - 1]) if high - 1 > low else least
    return answer(
        problem, model, sense="max", opened=best, objective=least, bound=proven, watch=watch,
        what=message("amount.least_cost_between"),
    )  # fmt: skip


def _apart(problem: Problem) -> NDArray[np.float64]:
    """Return the cost between any two sites, infinite on the diagonal and without a pair."""
    apart = np.full((problem.n_sites, problem.n_sites), np.inf)
    apart[problem.from_index, problem.to_index] = problem.cost
    apart = np.minimum(apart, apart.T)
    np.fill_diagonal(apart, np.inf)
    return np.asarray(apart, float)


def _bisect(
    problem: Problem, apart: NDArray[np.float64], p: int, watch: Watch
) -> tuple[NDArray[np.int32] | None, int, int, NDArray[np.float64]]:
    """Return the best plan, its step, the first step proven impossible, and the steps."""
    steps = np.unique(apart)
    best: NDArray[np.int32] | None = None
    low, high = -1, steps.size
    while high - low > 1:
        # The first step is always possible; it is tried first so that there is a plan.
        middle = 0 if best is None else (low + high) // 2
        try:
            outcome = _independent(problem, apart < steps[middle], p, watch)
        except KeyboardInterrupt:
            watch.ended = "interrupted"
            break
        if outcome.values is not None:
            chosen = free_sites(problem)[outcome.values > 0.5]
            best, low = with_decided(problem, chosen), middle
        elif outcome.end == "infeasible":
            high = middle
        else:
            break
    return best, low, high, steps


def _independent(
    problem: Problem, conflict: NDArray[np.bool_], p: int, watch: Watch
) -> SolverOutcome:
    """Ask for `p` sites without a conflict, those decided among them."""
    free = free_sites(problem)
    decided = np.flatnonzero(problem.existing | problem.forced_in)
    # Existing sites may stand close to each other; only new ones have to keep away.
    clash = conflict[np.ix_(problem.forced_in, problem.existing | problem.forced_in)].any()
    blocked = conflict[np.ix_(free, decided)].any(axis=1)
    member, column = _cliques(conflict[np.ix_(free, free)] & ~blocked[:, None] & ~blocked[None])
    rows = Rows()
    count = int(member.max(initial=-1)) + 1
    rows.add(count, -np.inf, 1.0, (member, column, 1.0))
    wanted = float(p - int(problem.forced_in.sum())) if not clash else free.size + 1.0
    rows.add(1, wanted, wanted, (0, np.arange(free.size), 1.0))
    program = rows.program(
        np.zeros(free.size), 0.0, np.where(blocked, 0.0, 1.0), np.ones(free.size, bool)
    )
    return solve_program(program, watch, label=message("progress.apart"))


def _cliques(conflict: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Cover all conflicts with cliques; return clique number and site of each membership."""
    left = np.triu(conflict)
    member: list[NDArray[np.int64]] = []
    column: list[NDArray[np.int64]] = []
    for a in range(conflict.shape[0]):
        while left[a].any():
            clique = [a, int(left[a].argmax())]
            common = conflict[a] & conflict[clique[1]]
            while common.any():
                clique.append(int(common.argmax()))
                common = common & conflict[clique[-1]]
            left[np.ix_(clique, clique)] = False
            member.append(np.full(len(clique), len(member)))
            column.append(np.array(clique))
    nothing = np.empty(0, np.int64)
    return np.concatenate([nothing, *member]), np.concatenate([nothing, *column])
