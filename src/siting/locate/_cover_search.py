"""Most demand covered under a number and a budget, with a proven bound.

The method: lazy greedy and tabu swaps for the plan, the Lagrangian bound by the volume algorithm,
sites fixed by their reduced worth, and branching on what is left, best bound first. A small rest
goes to the solver.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from siting.locate._presolve import Cover, drop_dominated_sites, take_sites
from siting.locate.solution import is_closed, is_whole, relative_gap, round_bound
from siting.locate.solve import Rows, solve_program

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siting.locate.solve import Watch

# Swap values are kept for every open and closed site; beyond this many the search does without.
_MOST_SWAP_VALUES = 50_000_000
# Pairs left after fixing up to which the solver's branch and cut beats branching on our bound.
_SOLVER_PAIRS = 25_000
_MOST_STORED = 200_000_000


@dataclass(slots=True)
class Plan:
    """The best choice of free sites so far (numbers of the cover), its value, and the bound."""

    chosen: NDArray[np.int64]
    value: float
    bound: float


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """Cover as much as possible with at most `most` sites for at most `budget`."""

    cover: Cover
    most: int
    budget: float
    whole: bool

    def columns(self) -> tuple[NDArray[np.generic], ...]:
        """Return the columns that every kernel takes."""
        cover = self.cover
        return cover.weight, cover.offset, cover.site, cover.site_offset, cover.row

    def needed(self, value: float) -> float:
        """Return the least value that would be better than this one."""
        if self.whole:
            return value + 1.0 - 1e-6
        return value + 1e-10 * abs(value)

    def value_of(self, chosen: NDArray[np.int64]) -> float:
        """Count what a choice covers."""
        cover = self.cover
        covered = np.zeros(cover.n_rows, bool)
        for j in chosen:
            covered[cover.row[cover.site_offset[j] : cover.site_offset[j + 1]]] = True
        return float(cover.weight[covered].sum())


def maximise_cover(cover: Cover, *, most: int, budget: float, watch: Watch) -> Plan:
    """Choose free sites that cover most; the plan's sites are numbers of `cover`."""
    affordable = np.flatnonzero(cover.cost <= budget)
    most = int(min(most, affordable.size, _most_for(cover.cost, budget)))
    if most <= 0 or not cover.n_rows:
        return Plan(np.empty(0, np.int64), 0.0, 0.0)
    allowed = np.zeros(cover.n_sites, bool)
    allowed[affordable] = True
    reduced = cover if allowed.all() else take_sites(cover, allowed, cover.weight)
    # Of sites that dominate each other one is enough: the best plan never needs the other.
    reduced = drop_dominated_sites(reduced)
    task = Task(reduced, min(most, reduced.n_sites), budget, is_whole(cover.weight))
    plan = _search(task, watch)
    number = np.searchsorted(cover.sites, reduced.sites)
    return Plan(number[plan.chosen], plan.value, plan.bound)


def _most_for(cost: NDArray[np.float64], budget: float) -> int:
    """Return how many sites the budget can pay at most."""
    return int(np.searchsorted(np.cumsum(np.sort(cost)), budget * (1 + 1e-12), side="right"))


def _search(task: Task, watch: Watch) -> Plan:
    plan = Plan(np.empty(0, np.int64), 0.0, float(task.cover.weight.sum()))
    if task.most == 0:
        plan.bound = 0.0
        return plan
    swaps = Swaps(task, watch.limits.seed)
    root = Node.root(task)
    try:
        swaps.begin(plan)
        _close_at_root(task, plan, swaps, root, watch)
        if not _is_enough(plan, watch) and not watch.out_of_time():
            _close_the_rest(task, plan, swaps, root, watch)
    except KeyboardInterrupt:
        watch.ended = "interrupted"
    plan.bound = max(plan.bound, plan.value)
    return plan


def _is_enough(plan: Plan, watch: Watch) -> bool:
    closed = is_closed(plan.value, plan.bound)
    return closed or relative_gap(plan.value, plan.bound) <= watch.limits.gap


def _label(plan: Plan) -> str:
    gap = relative_gap(plan.value, plan.bound)
    return f"best {plan.value:,.0f}, at most {plan.bound:,.0f}, gap {gap:.2%}"


@dataclass(slots=True, eq=False)
class Swaps:
    """The walk from plan to plan; `walk` may be called again and again."""

    task: Task
    seed: int
    state: tuple[NDArray[np.generic], ...] = field(init=False)
    slot_of: NDArray[np.int64] = field(init=False)
    ban: NDArray[np.int64] = field(init=False)
    spent: float = 0.0
    now: int = 0

    def __post_init__(self) -> None:
        from siting.locate._cover_kernels import start_state

        weight, offset, site, *_ = self.task.columns()
        n_sites, most = self.task.cover.n_sites, self.task.most
        slots = most if most * n_sites <= _MOST_SWAP_VALUES else 0
        self.state = start_state(slots, weight, offset, site, n_sites)
        self.slot_of = np.full(most, -1)
        self.ban = np.zeros(n_sites, np.int64)

    def begin(self, plan: Plan) -> None:
        """Open what adds most, one after the other."""
        from siting.locate._cover_kernels import fill

        task = self.task
        self.spent = fill(
            self.state, self.slot_of, 0.0, task.budget, task.cover.cost, self.ban, 0,
            *task.columns(),
        )  # fmt: skip
        self._keep(plan, self.slot_of)

    def walk(self, plan: Plan, steps: int) -> None:
        """Take some steps and keep the best plan passed."""
        from siting.locate._cover_kernels import search_swaps

        task = self.task
        self.seed += 1
        best = self.slot_of.copy()
        self.now, self.spent, _ = search_swaps(
            steps, self.seed, self.now, self.state, self.slot_of, self.spent, task.budget,
            task.cover.cost, self.ban, best, plan.value, *task.columns(),
        )  # fmt: skip
        self._keep(plan, best)

    def _keep(self, plan: Plan, slot_of: NDArray[np.int64]) -> None:
        chosen = np.sort(slot_of[slot_of >= 0])
        value = self.task.value_of(chosen)
        fits = self.task.cover.cost[chosen].sum() <= self.task.budget * (1 + 1e-12)
        if fits and value > plan.value:
            plan.chosen, plan.value = chosen, value


@dataclass(slots=True, eq=False)
class Node:
    """A part of the search: what is settled, its bound, and multipliers to begin with.

    `settled` is 1 for open, -1 for closed and 0 for undecided sites.
    """

    settled: NDArray[np.int8]
    bound: float
    center: NDArray[np.float64]
    average: NDArray[np.float64]
    choice: NDArray[np.float64]
    scale: float = 0.1

    @classmethod
    def root(cls, task: Task) -> Node:
        """Return the node where nothing is settled."""
        cover = task.cover
        return cls(
            np.zeros(cover.n_sites, np.int8),
            float(cover.weight.sum()),
            cover.weight * 0.5,
            np.ones(cover.n_rows),
            np.zeros(cover.n_sites),
        )


def improve(task: Task, node: Node, plan: Plan, iterations: int) -> None:
    """Lower a node's bound and settle what a better plan cannot have otherwise."""
    from siting.locate._cover_bound import cover_rows, improve_bound

    cover = task.cover
    is_open = node.settled > 0
    covered = np.empty(cover.n_rows)
    cover_rows(is_open.astype(float), cover.site_offset, cover.row, covered)
    weight = np.where(covered > 0, 0.0, cover.weight)
    settled_value = float(cover.weight.sum() - weight.sum())
    most = task.most - int(is_open.sum())
    budget = task.budget - float(cover.cost[is_open].sum())
    if most < 0 or budget < -1e-9 * abs(task.budget):
        node.bound = -np.inf
        return
    needed = task.needed(plan.value) - settled_value
    fixed = node.settled.copy()
    bound, node.scale = improve_bound(
        iterations, needed, needed, node.center, node.bound - settled_value, node.average,
        node.choice, node.scale, weight, *task.columns()[1:], cover.cost, most, max(budget, 0.0),
        node.settled, fixed,
    )  # fmt: skip
    node.bound = min(node.bound, bound + settled_value)
    node.settled = fixed


def _close_at_root(task: Task, plan: Plan, swaps: Swaps, root: Node, watch: Watch) -> None:
    """Walk and bound in turns until both stand still."""
    steps = max(40, min(800, 20_000_000 // max(task.cover.site.size, 1)))
    still = 0
    while not _is_enough(plan, watch) and not watch.out_of_time() and still < 4:
        before = plan.value, root.bound
        swaps.walk(plan, steps)
        improve(task, root, plan, steps // 2)
        _lower(task, plan, root.bound)
        watch.tell(_label(plan))
        moved = plan.value > before[0] or before[1] - root.bound > 1e-5 * abs(root.bound)
        still = 0 if moved else still + 1


def _lower(task: Task, plan: Plan, bound: float) -> None:
    """Take a bound over; no plan is worse than the one at hand."""
    tight = round_bound(bound, sense="max", whole=task.whole)
    plan.bound = max(min(plan.bound, tight), plan.value)


def _close_the_rest(task: Task, plan: Plan, swaps: Swaps, root: Node, watch: Watch) -> None:
    rest, base = _rest_of(task, root)
    if rest.cover.site.size <= _SOLVER_PAIRS:
        _solve_rest(task, rest, base, root, plan, watch)
    else:
        _branch(task, plan, swaps, root, watch)


def _rest_of(task: Task, node: Node) -> tuple[Task, float]:
    """Return the task that remains undecided at a node, and the value that is settled."""
    cover = task.cover
    opened = np.flatnonzero(node.settled > 0)
    weight = cover.weight.copy()
    for j in opened:
        weight[cover.row[cover.site_offset[j] : cover.site_offset[j + 1]]] = 0.0
    rest = take_sites(cover, node.settled == 0, weight)
    budget = task.budget - float(cover.cost[opened].sum())
    base = float(cover.weight.sum() - weight.sum())
    return Task(rest, task.most - opened.size, budget, task.whole), base


def _solve_rest(task: Task, rest: Task, base: float, root: Node, plan: Plan, watch: Watch) -> None:
    """Hand the undecided part to the solver: plans better than the one at hand, or none."""
    cover = rest.cover
    n, r = cover.n_sites, cover.n_rows
    rows = Rows()
    rows.add(
        r, 0.0, np.inf, (cover.pair_rows(), cover.site, 1.0), (np.arange(r), n + np.arange(r), -1.0)
    )
    rows.add(1, -np.inf, rest.most, (0, np.arange(n), 1.0))
    if np.isfinite(rest.budget):
        rows.add(1, -np.inf, rest.budget, (0, np.arange(n), cover.cost))
    cost = np.concatenate([np.zeros(n), cover.weight])
    rows.add(1, task.needed(plan.value) - base - 1e-6, np.inf, (0, n + np.arange(r), cover.weight))
    integer = np.arange(n + r) < n
    outcome = solve_program(
        rows.program(cost, 0.0, 1.0, integer, maximise=True), watch, label=_label(plan)
    )
    if outcome.end == "infeasible":
        plan.bound = plan.value
        return
    if outcome.values is not None:
        picked = cover.sites[outcome.values[:n] > 0.5]
        opened = np.flatnonzero(root.settled > 0)
        chosen = np.union1d(opened, np.searchsorted(task.cover.sites, picked))
        value = task.value_of(chosen)
        if value > plan.value and chosen.size <= task.most:
            plan.chosen, plan.value = chosen, value
    _lower(task, plan, outcome.bound + base)


def _branch(task: Task, plan: Plan, swaps: Swaps, root: Node, watch: Watch) -> None:
    """Branch on the least decided site of the node with the highest bound."""
    heap = [(-root.bound, 0, root)]
    count = 0
    while heap and not _is_enough(plan, watch) and not watch.out_of_time():
        _, _, node = heapq.heappop(heap)
        if node.bound < task.needed(plan.value):
            continue
        for child in _children(task, node):
            improve(task, child, plan, 40)
            count += 1
            if child.bound >= task.needed(plan.value):
                _thin(task, child, len(heap), root)
                heapq.heappush(heap, (-child.bound, count, child))
        if count % 20 == 0:
            swaps.walk(plan, 40)
            watch.tell(_label(plan))
        _lower(task, plan, -heap[0][0] if heap else plan.value)


def _children(task: Task, node: Node) -> list[Node]:
    free = np.flatnonzero(node.settled == 0)
    if not free.size:
        return []
    pick = free[np.argmin(np.abs(node.choice[free] - 0.5))]
    children = []
    for side in (1, -1):
        settled = node.settled.copy()
        settled[pick] = side
        children.append(
            Node(
                settled,
                node.bound,
                node.center.copy(),
                node.average.copy(),
                node.choice.copy(),
                max(node.scale, 0.05),
            )  # fmt: skip
        )
    return children


def _thin(task: Task, node: Node, stored: int, root: Node) -> None:
    """Begin again from the root's multipliers where keeping a node's own would fill the memory."""
    if stored * task.cover.n_rows > _MOST_STORED:
        node.center, node.average = root.center, root.average
