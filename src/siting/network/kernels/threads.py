"""Both cores busy: compiled kernels that let go of the interpreter, on contiguous pieces of work.

Each piece writes its own rows, so the result does not depend on the number of threads.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TypeVar

Result = TypeVar("Result")


def over_pieces(
    work: Callable[[int, int], Result], size: int, threads: int | None, *, least: int = 4096
) -> list[Result]:
    """Return ``work(low, high)`` for contiguous pieces of ``range(size)``, in their order.

    Parameters
    ----------
    work
        Called with the first row and the row after the last.
    size
        Number of rows; none calls nothing.
    threads
        How many at once; left out: as many as there are cores.
    least
        Pieces are not smaller than this.
    """
    count = threads or os.cpu_count() or 1
    # A few pieces per thread, because the city is not equally dense everywhere.
    pieces = max(1, min(4 * count if count > 1 else 1, size // least))
    bounds = [size * piece // pieces for piece in range(pieces + 1)]
    spans = [(low, high) for low, high in pairwise(bounds) if high > low]
    if count == 1 or len(spans) < 2:
        return [work(low, high) for low, high in spans]
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(lambda span: work(*span), spans))
