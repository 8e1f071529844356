"""The search that all large models share: walk and bound in turns, fix, then branch.

A task maximises a value. It brings a walk that improves the plan, a bound that improves with more
iterations, and a way to finish a small rest by the solver.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from siting.locate.solution import is_closed, relative_gap, round_bound
from siting.message import Message, message

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siting.locate.solve import Watch

# Numbers that nodes may hold together before they begin from the root's multipliers instead.
_MOST_STORED = 200_000_000


@dataclass(slots=True)
class BestChoice:
    """The best choice of free sites so far, its value, and a bound on every value."""

    chosen: NDArray[np.int64]
    value: float
    bound: float


@dataclass(slots=True, eq=False)
class Node:
    """A part of the search: what is settled, its bound, and multipliers to begin with.

    `settled` is 1 for open, -1 for closed and 0 for undecided sites. `average` and `choice` are
    the means of how often rows were served and sites taken.
    """

    settled: NDArray[np.int8]
    bound: float
    center: NDArray[np.float64]
    average: NDArray[np.float64]
    choice: NDArray[np.float64]
    scale: float = 0.1

    def child(self, site: int, side: int) -> Node:
        """Return this node with one more site settled."""
        settled = self.settled.copy()
        settled[site] = side
        return Node(
            settled,
            self.bound,
            self.center.copy(),
            self.average.copy(),
            self.choice.copy(),
            max(self.scale, 0.05),
        )


class Task(Protocol):
    """What a model brings to the search."""

    whole: bool
    steps: int

    def needed(self, value: float) -> float:
        """Return the least value that would be better than this one."""

    def walk(self, plan: BestChoice, steps: int) -> None:
        """Look for a better plan."""

    def begin_at(self, plan: BestChoice, choice: NDArray[np.float64]) -> None:
        """Go on with the walk near a fractional choice of sites."""

    def improve(self, node: Node, plan: BestChoice, iterations: int) -> None:
        """Lower a node's bound and settle what a better plan cannot have otherwise."""

    def take(self, plan: BestChoice, chosen: NDArray[np.integer]) -> None:
        """Count a choice anew and keep it if it is allowed and better."""

    def is_small(self, node: Node, plan: BestChoice) -> bool:
        """Tell whether the solver does better with what is undecided."""

    def solve_rest(self, node: Node, plan: BestChoice, watch: Watch) -> None:
        """Hand what is undecided to the solver."""


def search(task: Task, plan: BestChoice, root: Node, watch: Watch) -> None:
    """Improve plan and bound until they meet, the gap is small enough or the time is up."""
    try:
        _close_at_root(task, plan, root, watch)
        if not _is_enough(plan, watch) and not watch.out_of_time():
            if task.is_small(root, plan):
                task.solve_rest(root, plan, watch)
            else:
                _branch(task, plan, root, watch)
    except KeyboardInterrupt:
        watch.ended = "interrupted"
    plan.bound = max(plan.bound, plan.value)


def lower(task: Task, plan: BestChoice, bound: float) -> None:
    """Take a bound over; no plan is worse than the one at hand."""
    tight = round_bound(bound, sense="max", whole=task.whole)
    plan.bound = max(min(plan.bound, tight), plan.value)


def progress_message(plan: BestChoice) -> Message:
    """Say how far the search is."""
    gap = relative_gap(plan.value, plan.bound)
    return message("progress.bound", best=abs(plan.value), bound=abs(plan.bound), gap=gap)


def _is_enough(plan: BestChoice, watch: Watch) -> bool:
    closed = is_closed(plan.value, plan.bound)
    return closed or relative_gap(plan.value, plan.bound) <= watch.limits.gap


def _close_at_root(task: Task, plan: BestChoice, root: Node, watch: Watch) -> None:
    """Walk and bound in turns until both stand still."""
    still = 0
    while not _is_enough(plan, watch) and not watch.out_of_time() and still < 4:
        before = plan.value, root.bound
        if still:
            task.begin_at(plan, root.choice)
        task.walk(plan, task.steps)
        task.improve(root, plan, max(task.steps // 2, 20))
        lower(task, plan, root.bound)
        watch.tell(progress_message(plan))
        moved = plan.value > before[0] or before[1] - root.bound > 1e-5 * abs(root.bound)
        still = 0 if moved else still + 1


def _branch(task: Task, plan: BestChoice, root: Node, watch: Watch) -> None:
    """Branch on the least decided site of the node with the highest bound."""
    heap = [(-root.bound, 0, root)]
    count = 0
    while heap and not _is_enough(plan, watch) and not watch.out_of_time():
        node = heapq.heappop(heap)[2]
        lower(task, plan, node.bound)
        if node.bound < task.needed(plan.value):
            continue
        if not (node.settled == 0).any():
            task.take(plan, np.flatnonzero(node.settled > 0))
            continue
        for child in _children(node):
            task.improve(child, plan, 40)
            count += 1
            if child.bound >= task.needed(plan.value):
                if len(heap) * child.center.size > _MOST_STORED:
                    child.center, child.average = root.center, root.average
                heapq.heappush(heap, (-child.bound, count, child))
        if count % 20 == 0:
            _walk_on(task, plan, node, afresh=count % 400 == 0)
            watch.tell(progress_message(plan))
    if not watch.ended:
        lower(task, plan, -heap[0][0] if heap else plan.value)


def _walk_on(task: Task, plan: BestChoice, node: Node, *, afresh: bool) -> None:
    if afresh:
        task.begin_at(plan, node.choice)
    task.walk(plan, 40)


def _children(node: Node) -> list[Node]:
    free = np.flatnonzero(node.settled == 0)
    pick = int(free[np.argmin(np.abs(node.choice[free] - 0.5))])
    return [node.child(pick, 1), node.child(pick, -1)]
