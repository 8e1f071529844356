"""Least total cost of serving every row from its nearest open site, with a proven bound.

The method: greedy opening and tabu swaps for the plan, a Lagrangian bound by the volume
algorithm, sites fixed by their reduced cost, and branching on what is left. A small rest goes to
the solver in the form that asks, for each distinct cost of a row, whether a site that near is
open (Elloumi 2010). Values are negative costs, because the search maximises.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from siting.locate.bound_search import BestChoice, Node, lower, progress_message
from siting.locate.median.kernels import (
    count_all,
    improve_bound,
    open_greedily,
    search_swaps,
    start_state,
)
from siting.locate.problem import free_sites
from siting.locate.solve import Program, Rows, solve_program

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siting.locate.problem import Problem
    from siting.locate.solve import Watch

# Pairs left after fixing up to which the solver's branch and cut beats branching on our bound.
_SOLVER_PAIRS = 8_000


@dataclass(frozen=True, slots=True, eq=False)
class ServiceCosts:
    """Rows to serve and what each free site costs them.

    Parameters
    ----------
    weight
        float64 (r,): demand of each row.
    offset, site, cost
        The free sites of each row, cheapest first; cost is that of the whole row.
    outside
        float64 (r,): cost from the nearest site that is open in every plan; infinity for none.
    sites
        int32 (c,): what the free sites are called in the problem.
    """

    weight: NDArray[np.float64]
    offset: NDArray[np.int64]
    site: NDArray[np.int64]
    cost: NDArray[np.float64]
    outside: NDArray[np.float64]
    sites: NDArray[np.int32]

    @property
    def n_rows(self) -> int:
        """Number of rows with demand."""
        return self.weight.size

    def pair_rows(self) -> NDArray[np.int64]:
        """Return the row of each pair."""
        return np.repeat(np.arange(self.n_rows), np.diff(self.offset))


def build_service(problem: Problem) -> ServiceCosts:
    """Reduce a problem to rows with demand and the free sites that beat what is decided."""
    rows = np.flatnonzero(problem.demand > 0)
    number = np.full(problem.n_demand, -1)
    number[rows] = np.arange(rows.size)
    is_open = problem.existing | problem.forced_in
    free = free_sites(problem)
    site_number = np.full(problem.n_sites, -1)
    site_number[free] = np.arange(free.size)
    source = number[problem.from_index]
    cost = problem.demand[problem.from_index] * problem.cost
    outside = np.full(rows.size, np.inf)
    decided = is_open[problem.to_index] & (source >= 0)
    np.minimum.at(outside, source[decided], cost[decided])
    kept = np.flatnonzero((source >= 0) & (site_number[problem.to_index] >= 0))
    kept = kept[cost[kept] < outside[source[kept]]]
    kept = kept[np.lexsort((problem.to_index[kept], cost[kept], source[kept]))]
    counts = np.bincount(source[kept], minlength=rows.size)
    return ServiceCosts(
        weight=problem.demand[rows],
        offset=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        site=site_number[problem.to_index[kept]],
        cost=cost[kept],
        outside=outside,
        sites=free,
    )


@dataclass(slots=True, eq=False)
class MedianTask:
    """Serve all rows at the least cost with at most `most` free sites."""

    service: ServiceCosts
    most: int
    whole: bool
    seed: int
    steps: int = field(init=False)
    _soft: NDArray[np.float64] = field(init=False)
    _by_site: tuple[Any, ...] = field(init=False)
    _state: tuple[Any, ...] = field(init=False)
    _slot_of: NDArray[np.int64] = field(init=False)
    _ban: NDArray[np.int64] = field(init=False)
    _rng: np.random.Generator = field(init=False)
    _now: int = 0

    def __post_init__(self) -> None:
        service = self.service
        m = service.sites.size
        # The walk may leave a row unserved for a while, at a price that it soon avoids.
        dearest = service.cost.max(initial=1.0)
        self._soft = np.where(np.isinf(service.outside), 4.0 * dearest + 1.0, service.outside)
        order = np.argsort(service.site, kind="stable")
        ends = np.concatenate([[0], np.cumsum(np.bincount(service.site, minlength=m))])
        self._by_site = (
            ends.astype(np.int64), service.pair_rows()[order], service.cost[order]
        )  # fmt: skip
        self.steps = max(40, min(400, 10_000_000 // max(service.cost.size, 1)))
        self._state = start_state(self.most, m, self._soft)
        self._slot_of = np.full(self.most, -1)
        self._ban = np.zeros(m, np.int64)
        self._rng = np.random.default_rng(self.seed)

    def _columns(self) -> tuple[Any, ...]:
        return self.service.offset, self.service.site, self.service.cost, self._soft

    def root(self, plan: BestChoice) -> Node:
        """Return the node where nothing is settled; rows begin by paying what the plan costs."""
        service = self.service
        return Node(
            np.zeros(service.sites.size, np.int8),
            0.0,
            self._paid(plan.chosen),
            np.ones(service.n_rows),
            np.zeros(service.sites.size),
        )

    def needed(self, value: float) -> float:
        """Return the least value that would be better than this one."""
        return value + 1.0 - 1e-6 if self.whole else value + 1e-10 * abs(value)

    def begin(self, plan: BestChoice) -> None:
        """Open what saves most, one after the other."""
        count_all(self._state, *self._columns())
        open_greedily(self._state, self._slot_of, *self._columns(), *self._by_site)
        self.take(plan, self._slot_of)

    def begin_at(self, plan: BestChoice, choice: NDArray[np.float64]) -> None:
        """Go on from near what the bound would choose."""
        noisy = choice + 0.2 * self._rng.random(choice.size)
        self._slot_of = np.argsort(-noisy)[: self.most].copy()
        self._state = start_state(self.most, choice.size, self._soft)
        self._state[-1][self._slot_of] = np.arange(self.most)
        count_all(self._state, *self._columns())
        self._ban[:] = 0
        self._now = 0
        self.take(plan, self._slot_of)

    def walk(self, plan: BestChoice, steps: int) -> None:
        """Look for a better plan by swaps."""
        best = self._slot_of.copy()
        known = -plan.value if np.isfinite(plan.value) else np.inf
        self._now, _ = search_swaps(
            steps, self._rng, self._now, self._state, self._slot_of, self._ban, best, known,
            *self._columns(), *self._by_site,
        )  # fmt: skip
        self.take(plan, best)

    def take(self, plan: BestChoice, chosen: NDArray[np.integer]) -> None:
        """Count a choice anew and keep it if it serves every row and is better."""
        if np.unique(chosen).size > self.most:
            return
        value = -float(self._paid(chosen).sum())
        if value > plan.value:
            plan.chosen, plan.value = np.unique(chosen).astype(np.int64), value

    def _paid(self, opened: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return what each row pays at its nearest open site; infinity where it has none."""
        service = self.service
        is_open = np.zeros(service.sites.size, bool)
        is_open[opened] = True
        pairs = np.flatnonzero(is_open[service.site])
        paid = service.outside.copy()
        np.minimum.at(paid, service.pair_rows()[pairs], service.cost[pairs])
        return paid

    def improve(self, node: Node, plan: BestChoice, iterations: int) -> None:
        """Lower a node's bound and settle what a better plan cannot have otherwise."""
        opened = np.flatnonzero(node.settled > 0)
        most = self.most - opened.size
        if most < 0:
            node.bound = -np.inf
            return
        service = self.service
        outside = self._paid(opened)
        np.minimum(node.center, outside, out=node.center)
        known = -self.needed(plan.value)
        fixed = node.settled.copy()
        bound, node.scale = improve_bound(
            iterations, known, 1e-9 * abs(known), node.center, -node.bound, node.average,
            node.choice, node.scale, service.weight, service.offset, service.site, service.cost,
            outside, most, node.settled, fixed,
        )  # fmt: skip
        node.bound = min(node.bound, -bound)
        node.settled = fixed

    def is_small(self, node: Node, plan: BestChoice) -> bool:
        """Tell whether the solver does better with what is undecided."""
        return self._rest(node, plan)[0].size <= _SOLVER_PAIRS

    def _rest(self, node: Node, plan: BestChoice) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the undecided pairs that a better plan can use, and what rows pay without.

        A row that pays more than its multiplier and the whole gap together would make the plan
        worse than the one at hand, so such pairs go, and paying it from outside is ruled out.
        """
        service = self.service
        outside = self._paid(np.flatnonzero(node.settled > 0))
        gap = max(node.bound - plan.value, 0.0)
        most = node.center + gap * (1 + 1e-6) + 1e-6
        outside = np.where(outside > most, np.inf, outside)
        undecided = node.settled[service.site] == 0
        limit = np.minimum(outside, most)[service.pair_rows()]
        return np.flatnonzero(undecided & (service.cost < limit)), outside

    def solve_rest(self, node: Node, plan: BestChoice, watch: Watch) -> None:
        """Ask the solver for plans better than the one at hand, or for the proof of none."""
        opened = np.flatnonzero(node.settled > 0)
        free = np.flatnonzero(node.settled == 0)
        pairs, outside = self._rest(node, plan)
        program, base = self._program(free, pairs, outside, self.most - opened.size)
        outcome = solve_program(program, watch, label=progress_message(plan))
        if outcome.end == "infeasible":
            plan.bound = plan.value
            return
        if outcome.values is not None:
            self.take(plan, np.union1d(opened, free[outcome.values[: free.size] > 0.5]))
        lower(self, plan, -(outcome.bound + base))

    def _program(
        self,
        free: NDArray[np.int64],
        pairs: NDArray[np.int64],
        outside: NDArray[np.float64],
        most: int,
    ) -> tuple[Program, float]:
        """Build the program of distinct costs: z of a step is 1 if no site so near is open."""
        service = self.service
        row, cost = service.pair_rows()[pairs], service.cost[pairs]
        new = np.concatenate([[True], (np.diff(row) > 0) | (np.diff(cost) > 0)])[: row.size]
        step = np.cumsum(new) - 1
        at = np.flatnonzero(new)
        step_row, step_cost = row[at], cost[at]
        first = np.concatenate([[True], np.diff(step_row) > 0])[: at.size]
        last = np.concatenate([np.diff(step_row) > 0, [True]])[: at.size]
        following = np.where(last, outside[step_row], np.roll(step_cost, -1))
        must = last & np.isinf(following)
        # A step's z is paid for with the way to the next cost; the last of a row without any
        # other service must be 0.
        price = np.where(must, 0.0, np.where(must, 0.0, following) - step_cost)
        n, k = free.size, at.size
        rows = Rows()
        z = n + np.arange(k)
        inner = np.flatnonzero(~first)
        rows.add(
            k, np.where(first, 1.0, 0.0), np.inf,
            (step, np.searchsorted(free, service.site[pairs]), 1.0),
            (np.arange(k), z, 1.0),
            (inner, z[inner - 1], -1.0),
        )  # fmt: skip
        rows.add(1, -np.inf, most, (0, np.arange(n), 1.0))
        upper = np.concatenate([np.ones(n), np.where(must, 0.0, 1.0)])
        program = rows.program(
            np.concatenate([np.zeros(n), price]), 0.0, upper, np.arange(n + k) < n
        )
        alone = np.ones(service.n_rows, bool)
        alone[row] = False
        return program, float(step_cost[first].sum() + outside[alone].sum())
