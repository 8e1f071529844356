# ruff: noqa: ANN001, ANN202 - numba infers types
# mypy: disable-error-code="no-untyped-def"
"""Sums by area, verdict and weight in one pass."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from siting.network.kernels.kernel import ALWAYS, kernel

# Fewer rows are summed as arrays, since loading compiled loops takes longer.
_FEW = 20_000


def add_up(
    group: NDArray[np.int32],
    verdict: NDArray[np.int8],
    weights: tuple[NDArray[np.float64], ...],
    size: int,
    verdicts: int,
) -> NDArray[np.float64]:
    """Return float64 (size, verdicts, weights): sums in the order of the rows; NaN adds nothing.

    A weight that no row has, inside or outside the groups, is NaN throughout.

    Parameters
    ----------
    group
        int32 (n,): -1 is left out.
    verdict
        int8 (n,).
    weights
        Tuple of w float64 (n,), all read-only: columns of tables, not copied side by side.
    """
    add = _few if group.size <= _FEW else _many.compiled
    sums: NDArray[np.float64] = add(group, verdict, weights, size, verdicts)
    return sums


def _few(group, verdict, weights, size, verdicts):
    """Add up one weight after the other; `bincount` too adds in the order of the rows."""
    sums = np.full((size, verdicts, len(weights)), np.nan)
    place = group.astype(np.int64) * verdicts + verdict
    for index, weight in enumerate(weights):
        known = ~np.isnan(weight)
        if known.any():
            rows = known & (group >= 0)
            summed = np.bincount(place[rows], weight[rows], minlength=size * verdicts)
            sums[:, :, index] = summed.reshape(size, verdicts)
    return sums


@kernel(steps=ALWAYS, nogil=True)
def _many(group, verdict, weights, size, verdicts):
    """Add up all weights in one pass."""
    sums = np.zeros((size, verdicts, len(weights)))
    known = np.zeros(len(weights), np.bool_)
    for row in range(group.size):
        for index in range(len(weights)):
            weight = weights[index][row]
            if not np.isnan(weight):
                known[index] = True
                if group[row] >= 0:
                    sums[group[row], verdict[row], index] += weight
    for index in range(len(weights)):
        if not known[index]:
            sums[:, :, index] = np.nan
    return sums
