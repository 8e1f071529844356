"""The one door to the solver: columns in, values and a bound out.

Owns the only use of HiGHS. A model is handed over as arrays; no object is made per variable.
The search runs in a thread of its own, so that Ctrl-C stops it and the best so far comes back.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

import highspy
import numpy as np

from siting.message import Message, Term

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from siting.progress import Progress

Ended = Literal["", "time limit", "interrupted"]
End = Literal["done", "time limit", "interrupted", "infeasible", "unbounded", "failed"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How long to search and when to be content.

    Parameters
    ----------
    time_limit_s
        Seconds for the whole search; what is best then is the answer, with its gap.
    gap
        Stop once the relative gap is proven to be at most this; 0 asks for the optimum.
    seed
        Of the random moves of the local search; the same seed gives the same moves.
    progress
        Called with a short label and a share from 0 to 1.
    """

    time_limit_s: float = 60.0
    gap: float = 0.0
    seed: int = 0
    progress: Progress | None = None


@dataclass(slots=True)
class Watch:
    """The time of one search, and why it ended early."""

    limits: Limits
    began: float = field(default_factory=time.perf_counter)
    ended: Ended = ""

    def elapsed(self) -> float:
        """Return the seconds since the search began."""
        return time.perf_counter() - self.began

    def left(self) -> float:
        """Return the seconds that remain; 0 once the search was stopped."""
        if self.ended:
            return 0.0
        return max(self.limits.time_limit_s - self.elapsed(), 0.0)

    def out_of_time(self) -> bool:
        """Tell whether to stop, and remember the reason."""
        if not self.ended and self.elapsed() >= self.limits.time_limit_s:
            self.ended = "time limit"
        return bool(self.ended)

    def why(self, otherwise: Literal["gap", "gave_up"] = "gap") -> Term:
        """Return the word for why the search ended."""
        return Term("ended", self.ended or otherwise)

    def tell(self, label: Message | str) -> None:
        """Report progress."""
        if self.limits.progress is not None:
            share = self.elapsed() / max(self.limits.time_limit_s, 1e-9)
            self.limits.progress(label, min(share, 1.0))


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """A linear or mixed-integer program as columns; rows in compressed row storage."""

    cost: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    integer: NDArray[np.bool_]
    row_lower: NDArray[np.float64]
    row_upper: NDArray[np.float64]
    start: NDArray[np.int64]
    index: NDArray[np.int64]
    value: NDArray[np.float64]
    maximise: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class SolverOutcome:
    """What the solver found: values or None, its bound on the objective, and how it ended."""

    values: NDArray[np.float64] | None
    bound: float
    end: End


class Rows:
    """Collects the rows of a program block by block, each block as arrays."""

    def __init__(self) -> None:
        self._row: list[NDArray[np.int64]] = []
        self._column: list[NDArray[np.int64]] = []
        self._value: list[NDArray[np.float64]] = []
        self._lower: list[NDArray[np.float64]] = []
        self._upper: list[NDArray[np.float64]] = []
        self._count = 0

    def add(self, n_rows: int, lower: ArrayLike, upper: ArrayLike, *entries: Any) -> None:
        """Add rows; each entry is (row within the block, column, value), broadcast together."""
        for row, column, value in entries:
            rows, columns, values = np.broadcast_arrays(
                np.asarray(row, np.int64), np.asarray(column, np.int64), np.asarray(value, float)
            )
            self._row.append(rows.ravel() + self._count)
            self._column.append(columns.ravel())
            self._value.append(values.ravel())
        self._lower.append(np.broadcast_to(np.asarray(lower, float), n_rows))
        self._upper.append(np.broadcast_to(np.asarray(upper, float), n_rows))
        self._count += n_rows

    def program(
        self,
        cost: NDArray[np.float64],
        lower: ArrayLike,
        upper: ArrayLike,
        integer: NDArray[np.bool_],
        *,
        maximise: bool = False,
    ) -> Program:
        """Close the collection with the columns' costs, limits and kinds."""
        row = np.concatenate([np.empty(0, np.int64), *self._row])
        order = np.argsort(row, kind="stable")
        start = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=self._count))])
        return Program(
            cost=np.asarray(cost, float),
            lower=np.broadcast_to(np.asarray(lower, float), cost.size).copy(),
            upper=np.broadcast_to(np.asarray(upper, float), cost.size).copy(),
            integer=integer,
            row_lower=np.concatenate([np.empty(0), *self._lower]),
            row_upper=np.concatenate([np.empty(0), *self._upper]),
            start=start,
            index=np.concatenate([np.empty(0, np.int64), *self._column])[order],
            value=np.concatenate([np.empty(0), *self._value])[order],
            maximise=maximise,
        )


def solve_program(
    program: Program,
    watch: Watch,
    *,
    start: NDArray[np.float64] | None = None,
    label: Message | str = "",
) -> SolverOutcome:
    """Solve a program within the time left, to the gap that was asked for.

    Parameters
    ----------
    start
        Values of all columns to begin with.
    label
        What progress calls the search.

    Returns
    -------
    Outcome
        `values` are as the solver gives them, integers not rounded. `bound` is its proven bound
        on the objective; infinite on the open side where there is none.
    """
    if program.cost.size == 0:
        return _solve_empty(program)
    scaled, factor = _lifted(program)
    outcome = _attempt(scaled, watch, start, label)
    if start is not None and _is_stale(scaled, outcome, watch.limits.gap):
        outcome = _attempt(scaled, watch, None, label)
    return replace(outcome, bound=outcome.bound / factor)


def _lifted(program: Program) -> tuple[Program, float]:
    """Return the program with small rows and costs scaled up, and the factor of the costs.

    The solver's tolerances are absolute and it drops entries below 1e-9: to it, demand given as
    shares of a city, or money in hundreds of millions, would be rounding. Powers of two change no
    digit.
    """
    row = np.repeat(np.arange(program.row_lower.size), np.diff(program.start))
    largest = np.zeros(program.row_lower.size)
    np.maximum.at(largest, row, np.abs(program.value))
    by_row = _power_of_two(largest)
    factor = float(_power_of_two(np.abs(program.cost).max(keepdims=True, initial=0.0))[0])
    if factor == 1.0 and (by_row == 1.0).all():
        return program, factor
    return replace(
        program,
        cost=program.cost * factor,
        value=program.value * by_row[row],
        row_lower=program.row_lower * by_row,
        row_upper=program.row_upper * by_row,
    ), factor


def _power_of_two(largest: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what lifts these to 1 or a little more; 1 where they are that large, or nothing."""
    small = (largest > 0) & (largest < 1)
    exponent = np.ceil(-np.log2(np.where(small, largest, 1.0)))
    return np.exp2(np.minimum(exponent, 1000.0))


def _attempt(
    program: Program, watch: Watch, start: NDArray[np.float64] | None, label: Message | str
) -> SolverOutcome:
    solver = _loaded(program, watch)
    if start is not None and program.integer.any():
        columns = np.arange(program.cost.size, dtype=np.int32)
        solver.setSolution(program.cost.size, columns, np.asarray(start, float))
    _run(solver, watch, label)
    return _read(solver, program, watch)


def _is_stale(program: Program, outcome: SolverOutcome, gap: float) -> bool:
    """Tell whether a finished search hands back values that are worse than it says.

    Seen with HiGHS 1.16: where its presolve solves all of a small program, it returns the start.
    """
    if outcome.end != "done" or outcome.values is None:
        return False
    value = float(program.cost @ outcome.values)
    return abs(value - outcome.bound) > (gap + 1e-6) * abs(value) + 1e-5


def _solve_empty(program: Program) -> SolverOutcome:
    fits = ((program.row_lower <= TINY) & (program.row_upper >= -TINY)).all()
    return SolverOutcome(np.empty(0) if fits else None, 0.0, "done" if fits else "infeasible")


TINY = 1e-9


def _quiet_solver() -> Any:
    """Return a solver that writes nothing, not even the banner of its first moment."""

    class Quiet(highspy.Highs):
        def enableCallbacks(self) -> None:  # noqa: N802 - called while it is being built
            self.setOptionValue("output_flag", False)  # noqa: FBT003 - the solver's signature
            super().enableCallbacks()  # type: ignore[no-untyped-call]

    solver: Any = Quiet()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)  # noqa: FBT003 - the solver's signature
    return solver


def _loaded(program: Program, watch: Watch) -> Any:
    solver = _quiet_solver()
    solver.setOptionValue("time_limit", max(watch.left(), 0.01))
    solver.setOptionValue("mip_rel_gap", float(watch.limits.gap))
    solver.setOptionValue("mip_abs_gap", TINY)
    sense = highspy.ObjSense.kMaximize if program.maximise else highspy.ObjSense.kMinimize
    solver.passModel(
        program.cost.size,
        program.row_lower.size,
        program.index.size,
        2,  # rows, not columns, are compressed
        int(sense),
        0.0,
        program.cost,
        program.lower,
        program.upper,
        program.row_lower,
        program.row_upper,
        program.start.astype(np.int32),
        program.index.astype(np.int32),
        program.value,
        program.integer.astype(np.int32),
    )
    return solver


def _run(solver: Any, watch: Watch, label: Message | str) -> None:
    """Run in a thread and wait for it here: only the main thread receives Ctrl-C."""

    def look(event: Any) -> None:
        if watch.ended == "interrupted":
            event.interrupt()

    solver.cbMipInterrupt += look
    solver.cbSimplexInterrupt += look
    solver.cbIpmInterrupt += look
    worker = threading.Thread(target=solver.run, daemon=True)
    worker.start()
    while worker.is_alive():
        try:
            worker.join(0.1)
            watch.tell(label)
        except KeyboardInterrupt:
            watch.ended = "interrupted"


def _read(solver: Any, program: Program, watch: Watch) -> SolverOutcome:
    status = solver.getModelStatus()
    kinds = highspy.HighsModelStatus
    info = solver.getInfo()
    open_side = np.inf if program.maximise else -np.inf
    if status in (kinds.kInfeasible, kinds.kUnboundedOrInfeasible):
        return SolverOutcome(None, -open_side, "infeasible")
    if status == kinds.kUnbounded:
        return SolverOutcome(None, open_side, "unbounded")
    has_values = info.primal_solution_status == 2
    values = np.array(solver.getSolution().col_value) if has_values else None
    whole = bool(program.integer.any())
    if status == kinds.kOptimal:
        bound = info.mip_dual_bound if whole else info.objective_function_value
        return SolverOutcome(values, float(bound), "done")
    bound = float(info.mip_dual_bound) if whole else open_side
    if not np.isfinite(bound):
        bound = open_side
    watch.ended = watch.ended or ("time limit" if status == kinds.kTimeLimit else "")
    if watch.ended == "interrupted":
        return SolverOutcome(values, bound, "interrupted")
    return SolverOutcome(values, bound, "time limit" if status == kinds.kTimeLimit else "failed")
