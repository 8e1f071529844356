"""The order of points along a Z-shaped space-filling curve: near in space, near in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LEVELS = 20
_MASKS = (
    (16, 0x0000FFFF0000FFFF),
    (8, 0x00FF00FF00FF00FF),
    (4, 0x0F0F0F0F0F0F0F0F),
    (2, 0x3333333333333333),
    (1, 0x5555555555555555),
)


def zorder_keys(xy: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Return each point's place on the curve, (n,); the curve fills the points' own square."""
    if not len(xy):
        return np.empty(0, np.uint64)
    low = xy.min(axis=0)
    extent = max(float((xy.max(axis=0) - low).max()), 1e-9)
    cells = ((xy - low) * ((2**_LEVELS - 1) / extent)).astype(np.uint64)
    return _spread(cells[:, 0]) | (_spread(cells[:, 1]) << np.uint64(1))


def _spread(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Put a zero bit after every bit."""
    for shift, mask in _MASKS:
        values = (values | (values << np.uint64(shift))) & np.uint64(mask)
    return values
