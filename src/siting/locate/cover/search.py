"""Most demand covered under a number and a budget, with a proven bound.

The method: greedy opening and tabu swaps for the plan, a Lagrangian bound by the volume
algorithm, sites fixed by their reduced worth, and branching on what is left, best bound first. A
small rest goes to the solver.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from siting.locate.bound_search import BestChoice, Node, lower, progress_message, search
from siting.locate.cover.bound import improve_bound
from siting.locate.cover.kernels import fill, open_site, search_swaps, start_state
from siting.locate.cover.presolve import Cover, drop_dominated_sites, take_sites
from siting.locate.solution import is_whole
from siting.locate.solve import Rows, solve_program

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siting.locate.solve import Watch

# Swap values are kept for every open and closed site; beyond this many the search does without.
_MOST_SWAP_VALUES = 50_000_000
# Pairs left after fixing up to which the solver's branch and cut beats branching on our bound.
_SOLVER_PAIRS = 25_000


def maximise_cover(cover: Cover, *, most: int, budget: float, watch: Watch) -> BestChoice:
    """Choose free sites that cover most; the plan's sites are numbers of `cover`."""
    allowed = cover.cost <= budget
    reduced = cover if allowed.all() else take_sites(cover, allowed, cover.weight)
    # Of sites that dominate each other one is enough: the best plan never needs the other.
    reduced = drop_dominated_sites(reduced)
    most = min(most, reduced.n_sites, _most_for(reduced.cost, budget))
    if most <= 0 or not reduced.n_rows:
        return BestChoice(np.empty(0, np.int64), 0.0, 0.0)
    task = CoverTask(reduced, most, budget, is_whole(cover.weight), watch.limits.seed)
    plan = BestChoice(np.empty(0, np.int64), 0.0, float(reduced.weight.sum()))
    task.begin(plan)
    search(task, plan, task.root(), watch)
    number = np.searchsorted(cover.sites, reduced.sites)
    return BestChoice(number[plan.chosen], plan.value, plan.bound)


def _most_for(cost: NDArray[np.float64], budget: float) -> int:
    """Return how many sites the budget can pay at most."""
    return int(np.searchsorted(np.cumsum(np.sort(cost)), _with_slack(budget), side="right"))


def _with_slack(budget: float) -> float:
    """Let sums of money that are exactly the budget on paper pass."""
    return budget * (1 + 1e-12)


@dataclass(slots=True, eq=False)
class CoverTask:
    """Cover as much as possible with at most `most` sites for at most `budget`."""

    cover: Cover
    most: int
    budget: float
    whole: bool
    seed: int
    steps: int = field(init=False)
    _state: tuple[NDArray[Any], ...] = field(init=False)
    _slot_of: NDArray[np.int64] = field(init=False)
    _ban: NDArray[np.int64] = field(init=False)
    _rng: np.random.Generator = field(init=False)
    _spent: float = 0.0
    _now: int = 0

    def __post_init__(self) -> None:
        self.steps = max(40, min(800, 20_000_000 // max(self.cover.site.size, 1)))
        self._rng = np.random.default_rng(self.seed)
        self._close_all()

    def _close_all(self) -> None:
        cover = self.cover
        slots = self.most if self.most * cover.n_sites <= _MOST_SWAP_VALUES else 0
        self._state = start_state(slots, cover.weight, cover.offset, cover.site, cover.n_sites)
        self._slot_of = np.full(self.most, -1)
        self._ban = np.zeros(cover.n_sites, np.int64)
        self._spent, self._now = 0.0, 0

    def _columns(self) -> tuple[Any, ...]:
        cover = self.cover
        return cover.weight, cover.offset, cover.site, cover.site_offset, cover.row

    def root(self) -> Node:
        """Return the node where nothing is settled."""
        cover = self.cover
        return Node(
            np.zeros(cover.n_sites, np.int8),
            float(cover.weight.sum()),
            cover.weight * 0.5,
            np.ones(cover.n_rows),
            np.zeros(cover.n_sites),
        )

    def needed(self, value: float) -> float:
        """Return the least value that would be better than this one."""
        return value + 1.0 - 1e-6 if self.whole else value + 1e-10 * abs(value)

    def begin(self, plan: BestChoice) -> None:
        """Open what adds most, one after the other."""
        self._spent = fill(
            self._state, self._slot_of, self._spent, _with_slack(self.budget), self.cover.cost,
            self._ban, 0, *self._columns(),
        )  # fmt: skip
        self.take(plan, self._slot_of[self._slot_of >= 0])

    def begin_at(self, plan: BestChoice, choice: NDArray[np.float64]) -> None:
        """Go on from near what the bound would choose."""
        self._close_all()
        cost = self.cover.cost
        order = np.argsort(-(choice + 0.2 * self._rng.random(choice.size)))
        wanted = order[choice[order] > 0.05][: self.most]
        within = np.cumsum(cost[wanted]) <= _with_slack(self.budget)
        for slot, j in enumerate(wanted[within]):
            self._slot_of[slot] = j
            self._spent += float(cost[j])
            open_site(j, slot, self._state, *self._columns())
        self.begin(plan)

    def walk(self, plan: BestChoice, steps: int) -> None:
        """Look for a better plan by swaps."""
        best = self._slot_of.copy()
        self._now, self._spent, _ = search_swaps(
            steps, self._rng, self._now, self._state, self._slot_of, self._spent,
            _with_slack(self.budget), self.cover.cost, self._ban, best, plan.value,
            *self._columns(),
        )  # fmt: skip
        self.take(plan, best[best >= 0])

    def take(self, plan: BestChoice, chosen: NDArray[np.integer]) -> None:
        """Count a choice anew and keep it if it is allowed and better."""
        cover = self.cover
        if chosen.size > self.most or cover.cost[chosen].sum() > _with_slack(self.budget):
            return
        value = float(cover.weight.sum() - self._left_by(chosen).sum())
        if value > plan.value:
            plan.chosen, plan.value = np.sort(chosen).astype(np.int64), value

    def _left_by(self, opened: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return the weights, those of covered rows set to 0."""
        weight = self.cover.weight.copy()
        for j in opened:
            weight[self.cover.row[self.cover.site_offset[j] : self.cover.site_offset[j + 1]]] = 0.0
        return weight

    def improve(self, node: Node, plan: BestChoice, iterations: int) -> None:
        """Lower a node's bound and settle what a better plan cannot have otherwise."""
        cover = self.cover
        opened = np.flatnonzero(node.settled > 0)
        weight = self._left_by(opened)
        base = float(cover.weight.sum() - weight.sum())
        most = self.most - opened.size
        budget = _with_slack(self.budget) - float(cover.cost[opened].sum())
        if most < 0 or budget < 0:
            node.bound = -np.inf
            return
        needed = self.needed(plan.value) - base
        fixed = node.settled.copy()
        kernel: Any = improve_bound
        bound, node.scale = kernel(
            iterations, needed, needed, node.center, node.bound - base, node.average, node.choice,
            node.scale, weight, *self._columns()[1:], cover.cost, most, budget, node.settled,
            fixed,
        )  # fmt: skip
        node.bound = min(node.bound, bound + base)
        node.settled = fixed

    def is_small(self, node: Node, plan: BestChoice) -> bool:
        """Tell whether the solver does better with what is undecided."""
        del plan
        return self._rest(node)[0].site.size <= _SOLVER_PAIRS

    def _rest(self, node: Node) -> tuple[Cover, float]:
        """Return what is undecided at a node, and the value that is settled."""
        weight = self._left_by(np.flatnonzero(node.settled > 0))
        rest = take_sites(self.cover, node.settled == 0, weight)
        return rest, float(self.cover.weight.sum() - weight.sum())

    def solve_rest(self, node: Node, plan: BestChoice, watch: Watch) -> None:
        """Ask the solver for plans better than the one at hand, or for the proof of none."""
        rest, base = self._rest(node)
        n, r = rest.n_sites, rest.n_rows
        opened = np.flatnonzero(node.settled > 0)
        rows = Rows()
        covering = (rest.pair_rows(), rest.site, 1.0)
        rows.add(r, 0.0, np.inf, covering, (np.arange(r), n + np.arange(r), -1.0))
        rows.add(1, -np.inf, self.most - opened.size, (0, np.arange(n), 1.0))
        if np.isfinite(self.budget):
            left = _with_slack(self.budget) - self.cover.cost[opened].sum()
            rows.add(1, -np.inf, left, (0, np.arange(n), rest.cost))
        better = self.needed(plan.value) - base - 1e-6
        rows.add(1, better, np.inf, (0, n + np.arange(r), rest.weight))
        cost = np.concatenate([np.zeros(n), rest.weight])
        program = rows.program(cost, 0.0, 1.0, np.arange(n + r) < n, maximise=True)
        outcome = solve_program(program, watch, label=progress_message(plan))
        if outcome.end == "infeasible":
            plan.bound = plan.value
            return
        if outcome.values is not None:
            picked = np.searchsorted(self.cover.sites, rest.sites[outcome.values[:n] > 0.5])
            self.take(plan, np.union1d(opened, picked))
        lower(self, plan, outcome.bound + base)
