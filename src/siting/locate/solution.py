"""The answer of every model: what to open, what it brings, and how far from the best it can be.

Owns the independent check: coverage and objective are recounted here from the opened sites and
the pairs alone, by none of the code that found them.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from siting.locate.solve import Ended
from siting.message import Message

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siting.locate.problem import Problem

Sense = Literal["max", "min"]


class Status(StrEnum):
    """What an answer is worth."""

    OPTIMAL = "optimal"
    """The bound proves that nothing is better."""
    FEASIBLE = "feasible"
    """A plan that holds; `gap` says how far from the best it can be at most."""
    INFEASIBLE = "infeasible"
    """Proven: no choice of sites does what was asked."""
    UNBOUNDED = "unbounded"
    """The objective has no limit as the question stands."""
    INVALID = "invalid"
    """The numbers given make no question."""
    UNKNOWN = "unknown"
    """Stopped before a plan was found and before it was proven that there is none."""


def _no_sites() -> NDArray[np.int32]:
    return np.empty(0, np.int32)


def _no_numbers() -> NDArray[np.float64]:
    return np.empty(0)


@dataclass(frozen=True, slots=True, eq=False)
class Solution:
    """The answer to one siting problem.

    Parameters
    ----------
    model
        Name of the model, such as ``mclp``.
    status, message
        What the answer is worth, and a message that says so.
    ended
        Why the search stopped before its proof: ``time limit``, ``interrupted`` by hand, or empty.
    objective
        Recounted from `opened`; NaN without a plan.
    bound
        No plan is better than this; NaN where nothing is proven.
    gap
        ``|bound - objective| / |objective|``: how far from the best the plan is at most.
    opened
        int32 (q,): sites to open, those that add most first; existing ones are not among them.
    added
        float64 (q,): demand newly within the limit with each, in that order; in the capacitated
        models whom each serves.
    added_groups
        Name -> float64 (q,): the part of each group in it.
    assignment
        int32 (n,): nearest open site of each row of demand, existing ones included; -1 for none.
    pair_flow
        float64 (k,): demand served along each pair, in the capacitated models; None elsewhere.
    covered_demand, total_demand
        Demand that is served (within the limit, or within limit and capacity), and all of it.
    cost
        Money for what is opened.
    seconds
        Time taken.
    details
        What one model says beyond this, by name.
    """

    model: str
    status: Status
    message: Message | str = field(repr=False)
    objective: float = np.nan
    bound: float = np.nan
    gap: float = np.inf
    opened: NDArray[np.int32] = field(default_factory=_no_sites)
    added: NDArray[np.float64] = field(default_factory=_no_numbers)
    added_groups: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    assignment: NDArray[np.int32] = field(default_factory=_no_sites)
    pair_flow: NDArray[np.float64] | None = None
    covered_demand: float = 0.0
    total_demand: float = 0.0
    cost: float = 0.0
    seconds: float = 0.0
    ended: Ended = ""
    details: Mapping[str, object] = field(default_factory=dict)

    def to_frame(self, problem: Problem) -> pd.DataFrame:
        """Return one row per opened site, those that add most first.

        Columns: `site` (row of the sites), `site_id`, `added_demand`, one `added_<group>` for
        each group, `cost`, `cost_per_person` (infinite where nobody is added), and
        `covered_share` of all demand once it and those before it are open.
        """
        money = problem.site_cost[self.opened]
        ids = problem.site_ids
        before = self.covered_demand - self.added.sum()
        total = self.total_demand or np.nan
        frame = {
            "site": self.opened,
            "site_id": [ids[j] if ids is not None else int(j) for j in self.opened],
            "added_demand": self.added,
            **{f"added_{name}": part for name, part in self.added_groups.items()},
            "cost": money,
            "cost_per_person": np.divide(
                money, self.added, out=np.full(money.size, np.inf), where=self.added > 0
            ),
            "covered_share": (before + np.cumsum(self.added)) / total,
        }
        return pd.DataFrame(frame)


def covered_rows(problem: Problem, sites: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Tell for each row of demand whether one of the sites is within the limit."""
    is_open = np.zeros(problem.n_sites, bool)
    is_open[sites] = True
    covered = np.zeros(problem.n_demand, bool)
    covered[problem.from_index[is_open[problem.to_index]]] = True
    return covered


def covered_demand(problem: Problem, sites: NDArray[np.int32]) -> float:
    """Sum the demand within the limit of the sites."""
    return float(problem.demand[covered_rows(problem, sites)].sum())


def nearest_open(
    problem: Problem, sites: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Return each row's nearest site among these and its cost; -1 and infinity for none.

    Of equally near sites the lowest number is taken.
    """
    is_open = np.zeros(problem.n_sites, bool)
    is_open[sites] = True
    rows = np.flatnonzero(is_open[problem.to_index])
    source, cost = problem.from_index[rows], problem.cost[rows]
    best = np.full(problem.n_demand, np.inf)
    np.minimum.at(best, source, cost)
    nearest = np.full(problem.n_demand, problem.n_sites, np.int32)
    tied = cost == best[source]
    np.minimum.at(nearest, source[tied], problem.to_index[rows[tied]])
    return np.where(np.isfinite(best), nearest, -1).astype(np.int32), best


def what_sites_add(
    problem: Problem, opened: NDArray[np.int32], pair_flow: NDArray[np.float64] | None
) -> tuple[NDArray[np.int32], NDArray[np.float64], dict[str, NDArray[np.float64]]]:
    """Return the opened sites, those that add most first, and what each adds of all and groups.

    Parameters
    ----------
    pair_flow
        float64 (k,): demand served along each pair, of which each site then adds its part; None:
        each adds the demand within its limit that none before it has.
    """
    if pair_flow is None:
        already = np.flatnonzero(problem.existing).astype(np.int32)
        order, rows = rank_by_added(problem, opened, already)
        added = np.array([float(problem.demand[part].sum()) for part in rows])
        groups = {
            name: np.array([float(values[part].sum()) for part in rows])
            for name, values in problem.groups.items()
        }
        return order, added, groups
    people = problem.demand[problem.from_index]
    share = np.divide(pair_flow, people, out=np.zeros(people.size), where=people > 0)
    load = np.bincount(problem.to_index, pair_flow, problem.n_sites).astype(float)
    order = opened[np.argsort(-load[opened], kind="stable")]
    parts = {
        name: np.bincount(problem.to_index, share * values[problem.from_index], problem.n_sites)
        for name, values in problem.groups.items()
    }
    groups = {name: values[order].astype(float) for name, values in parts.items()}
    return order, load[order], groups


def rank_by_added(
    problem: Problem, opened: NDArray[np.int32], already: NDArray[np.int32]
) -> tuple[NDArray[np.int32], list[NDArray[np.int32]]]:
    """Order sites so that each adds most beyond those before it; return the rows each adds.

    Ties go to the lower site number. `already` are the sites open before.
    """
    wanted = np.zeros(problem.n_sites, bool)
    wanted[opened] = True
    pairs = np.flatnonzero(wanted[problem.to_index])
    pairs = pairs[np.argsort(problem.to_index[pairs], kind="stable")]
    ends = np.searchsorted(problem.to_index[pairs], [opened, opened + 1])
    rows = {
        int(site): problem.from_index[pairs[first:last]]
        for site, first, last in zip(opened, *ends, strict=True)
    }
    covered = covered_rows(problem, already)
    queue = [(-np.inf, site) for site in sorted(rows)]
    order, added = [], []
    while queue:
        _, site = heapq.heappop(queue)
        fresh = rows[site][~covered[rows[site]]]
        value = -float(problem.demand[fresh].sum())
        if queue and (value, site) > queue[0]:
            heapq.heappush(queue, (value, site))
            continue
        covered[fresh] = True
        order.append(site)
        added.append(fresh)
    return np.array(order, np.int32), added


def relative_gap(objective: float, bound: float) -> float:
    """Return ``|bound - objective| / |objective|``; 0 where they are equal."""
    if objective == bound:
        return 0.0
    return abs(bound - objective) / abs(objective) if objective else np.inf


def is_closed(objective: float, bound: float) -> bool:
    """Tell whether objective and bound agree to what the solver's arithmetic can tell apart.

    That is a millionth of one person, or of everything where all of it is less than one: demand
    given as shares is as far from its bound as the same demand given as people. An infinite bound
    proves nothing: a search that was stopped before it had any has one.

    >>> is_closed(2792.0, np.inf), is_closed(2792.0, 2792.0)
    (False, True)
    """
    if not (np.isfinite(objective) and np.isfinite(bound)):
        return objective == bound
    most = max(abs(objective), abs(bound))
    return bool(abs(bound - objective) <= 1e-9 * most + 1e-6 * min(most, 1.0))


def round_bound(bound: float, *, sense: Sense, whole: bool) -> float:
    """Tighten a bound to the next whole number where the objective can only be one."""
    if not whole or not np.isfinite(bound):
        return bound
    slack = 1e-9 * abs(bound) + 1e-6
    return float(np.floor(bound + slack) if sense == "max" else np.ceil(bound - slack))


def is_whole(values: NDArray[np.float64]) -> bool:
    """Tell whether sums of these are whole numbers that floating point holds exactly."""
    return bool((values == np.rint(values)).all() and np.abs(values).sum() < 2.0**53)
