"""What a distance question returns, and when a cost is within a limit.

Owns the result types that straight-line and network distances share.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

TOLERANCE_M = 1e-6
"""Metres (or seconds) above an inclusive limit that still count as on it: a sum of street lengths
that is exactly 300 m on paper may be 300.00000000000006 in floating point."""


@dataclass(frozen=True, slots=True, eq=False)
class Closest:
    """The nearest destination of each of n origins.

    Parameters
    ----------
    cost
        float64 (n,): metres or seconds; infinite where none can be reached.
    nearest
        int32 (n,): row of the destinations; -1 where none can be reached. Of equally near ones
        the lowest.
    """

    cost: NDArray[np.float64]
    nearest: NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class TravelCosts:
    """All pairs of origin and destination within a limit, sorted by origin, then destination.

    Parameters
    ----------
    from_index, to_index
        int32 (k,): rows of the origins and of the destinations; each pair stands there once.
    cost
        float64 (k,): metres or seconds.
    """

    from_index: NDArray[np.int32]
    to_index: NDArray[np.int32]
    cost: NDArray[np.float64]


def within(cost: ArrayLike, cutoff: float) -> NDArray[np.bool_]:
    """Tell which costs are within an inclusive limit.

    Parameters
    ----------
    cost
        float, any shape: metres or seconds. Infinite or missing costs are never within.
    cutoff
        The limit, in the same unit; infinity accepts every finite cost.

    Examples
    --------
    >>> within([299.9, 300.0, 300.00000000000006, 300.001, float("inf")], 300).tolist()
    [True, True, True, False, False]
    """
    values = np.asarray(cost, float)
    return np.asarray(np.isfinite(values) & (values <= cutoff + TOLERANCE_M))
