"""A loop over arrays that is compiled only where there is enough to do.

Compiling the loops of an analysis takes fifteen seconds, once on a machine, and loading the
compiler half a second each time. A district of two thousand homes needs neither: the same function,
run by Python, ends in less. Both give the same result to the last bit, since it is one function.
"""

from __future__ import annotations

import functools
import math
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import lazy_loader
import numpy as np

if TYPE_CHECKING:
    import numba
else:
    numba = lazy_loader.load("numba")

MOST_STEPS = 1_200_000
"""A call of more steps is compiled; a step takes Python about a microsecond."""


Function = Callable[..., Any]
ALWAYS: Callable[..., float] = lambda *_: math.inf  # noqa: E731 - the steps of what is always compiled
_one_at_a_time = threading.Lock()


class Kernel:
    """A function that Python runs for a small job and numba for a large one.

    Parameters
    ----------
    function
        Loops over arrays in the part of Python that numba compiles. It may call functions that
        `part` marks.
    steps
        How many steps a call takes, from its arguments, such as four hundred for each home that is
        looked up. What an analysis repeats for each rule counts for all of them, and what is done
        in pieces counts as a whole.
    few
        What does a small job instead, such as the same with arrays: it takes the function and its
        arguments. Left out: Python runs the function.
    options
        For `numba.njit`.
    """

    def __init__(
        self,
        function: Function,
        steps: Callable[..., float],
        few: Function | None,
        options: dict[str, bool],
    ) -> None:
        functools.update_wrapper(self, function)
        self.plain = function
        self.few = function if few is None else functools.partial(few, function)
        self._steps = steps
        self._options = options
        self._compiled: Any = None

    @property
    def compiled(self) -> Any:
        """The compiled function; one for all threads."""
        with _one_at_a_time:
            if self._compiled is None:
                _prepare_parts(self.plain)
                compiler: Any = numba.njit(cache=True, **self._options)  # type: ignore[call-overload]
                self._compiled = compiler(self.plain)
        return self._compiled

    def __call__(self, *arguments: Any) -> Any:
        """Run the function, compiled where it pays or is done already in this process."""
        if self._compiled is not None or self._steps(*arguments) > MOST_STEPS:
            return self.compiled(*arguments)
        # Compiled code is silent about infinity less infinity.
        with np.errstate(all="ignore"):
            return self.few(*arguments)


def kernel(
    *, steps: Callable[..., float], few: Function | None = None, **options: bool
) -> Callable[[Function], Kernel]:
    """Return a decorator that makes a `Kernel` of a function."""
    return lambda function: Kernel(function, steps, few, options)


def part(function: Function) -> Function:
    """Mark a function that kernels call; it stays a function of Python until one is compiled."""
    function.is_part_of_kernels = True  # type: ignore[attr-defined]
    return function


def _prepare_parts(function: Function) -> None:
    """Tell numba what to compile where a function calls parts, and parts of parts."""
    for name in function.__code__.co_names:
        called: Any = function.__globals__.get(name)
        if hasattr(called, "is_part_of_kernels") and not hasattr(called, "_numba_type_"):
            _prepare_parts(called)
            called.compiled = numba.njit(cache=True)(called)
            # What numba asks of every name that it does not know.
            called._numba_type_ = called.compiled._numba_type_
