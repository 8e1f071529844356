"""Models of coverage: everybody within the limit (LSCP), or as many as money allows (MCLP)."""

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
    unreachable,
    unreachable_rows,
    with_decided,
)
from siting.locate.cover.cover_all import cover_all
from siting.locate.cover.presolve import build_cover
from siting.locate.cover.search import maximise_cover
from siting.locate.solution import Solution, covered_demand, covered_rows
from siting.locate.solve import Limits, Watch
from siting.message import message

if TYPE_CHECKING:
    from siting.locate.problem import Problem

_DEFAULT = Limits()


def solve_mclp(
    problem: Problem,
    *,
    p: int | None = None,
    budget: float | None = None,
    limits: Limits = _DEFAULT,
) -> Solution:
    """Cover the most demand with at most `p` sites, for at most `budget`, or both.

    The maximal covering location problem: ``max sum_i w_i z_i`` subject to
    ``z_i <= sum_{j in N_i} y_j``, ``sum_j y_j <= p``, ``sum_j c_j y_j <= budget``, y binary, where
    N_i are the sites within the limit of i, inclusive. Existing sites are open, count nothing and
    cost nothing. Sites that would add nobody are left closed, so fewer than `p` may be opened.

    Parameters
    ----------
    p
        Most sites to open, those forced in included; None for no such limit.
    budget
        Most money to spend, in the unit of `site_cost`; None for no such limit.

    Returns
    -------
    Solution
        `objective` and `bound` count demand within the limit of any open site, existing ones
        included.

    References
    ----------
    Church and ReVelle (1974), The maximal covering location problem,
    doi:10.1007/BF01942293. The budget: Khuller, Moss and Naor (1999),
    doi:10.1016/S0020-0190(99)00031-9. Bounds at scale: Cordeau, Furini and Ljubić (2019),
    European Journal of Operational Research 275, and the volume algorithm, Barahona and Anbil
    (2000), doi:10.1007/s101070050002.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from siting.locate.problem import build_problem
    >>> pairs = SimpleNamespace(from_index=[0, 1, 1, 2], to_index=[0, 0, 1, 1], cost=[1, 2, 2, 1])
    >>> plan = solve_mclp(build_problem(pairs, demand=[50, 10, 30], n_sites=2), p=1)
    >>> plan.status.value, plan.objective, plan.opened.tolist()
    ('optimal', 60.0, [0])
    """
    refused = refusal(problem, "mclp", p=p, budget=budget)
    if refused is not None:
        return refused
    watch = Watch(limits)
    forced = problem.forced_in
    cover = build_cover(problem)
    plan = maximise_cover(
        cover,
        most=problem.n_sites if p is None else int(p) - int(forced.sum()),
        budget=money_left(problem, budget),
        watch=watch,
    )
    opened = with_decided(problem, cover.sites[plan.chosen])
    base = covered_demand(problem, open_with(problem, np.empty(0, np.int32)))
    return answer(
        problem,
        "mclp",
        sense="max",
        opened=opened,
        objective=covered_demand(problem, open_with(problem, opened)),
        bound=base + plan.bound,
        watch=watch,
        what=message("amount.demand_covered"),
    )


def solve_lscp(
    problem: Problem,
    *,
    count_sites: bool = True,
    leave_out_unreachable: bool = False,
    limits: Limits = _DEFAULT,
) -> Solution:
    """Cover all demand with the fewest sites, or for the least money.

    The location set covering problem: ``min sum_j c_j y_j`` subject to ``sum_{j in N_i} y_j >= 1``
    for every i with demand, y binary, N_i the sites within the limit of i, inclusive. Existing
    sites cover and cost nothing; those forced in count.

    Parameters
    ----------
    count_sites
        True: every site counts 1; False: its `site_cost`.
    leave_out_unreachable
        Demand that reaches no site makes the problem infeasible, or is left out and named in
        ``details["unreachable"]``.

    Returns
    -------
    Solution
        `objective` is the number or the cost of opened sites, those forced in included.

    References
    ----------
    Toregas, Swain, ReVelle and Bergman (1971), The location of emergency service facilities,
    doi:10.1287/opre.19.6.1363. Reductions: Toregas and ReVelle (1972), Papers of
    the Regional Science Association 28.
    """
    refused = refusal(problem, "lscp")
    if refused is not None:
        return refused
    watch = Watch(limits)
    lost = unreachable_rows(problem)
    if lost.size and not leave_out_unreachable:
        return infeasible("lscp", watch, unreachable(problem, lost))
    cover = build_cover(problem)
    counted = problem.site_cost if not count_sites else np.ones(problem.n_sites)
    found = cover_all(replace(cover, cost=counted[cover.sites]), watch)
    opened = with_decided(problem, cover.sites[found.chosen])
    covered = covered_rows(problem, open_with(problem, opened))
    assert not (~covered & (problem.demand > 0)).sum() - lost.size
    return answer(
        problem,
        "lscp",
        sense="min",
        opened=opened,
        objective=float(counted[opened].sum()),
        bound=float(counted[problem.forced_in].sum()) + found.bound,
        watch=watch,
        what=message("amount.sites_needed" if count_sites else "amount.money_needed"),
        details={"unreachable": lost} if lost.size else {},
    )
