# ruff: noqa: ANN001, ANN201 - numba infers types
# mypy: disable-error-code="no-untyped-def"
"""Sums by area, verdict and weight in one pass."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def add_up(group, verdict, weights, size, verdicts):
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
