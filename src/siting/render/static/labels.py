"""Where names stand on a static map, so that they cover neither each other nor a facility."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Box: TypeAlias = tuple[float, float, float, float]
"""Left, bottom, right and top, in points of the sheet."""

# How far a name moves up or down so as not to cover anything, in heights of its letters.
_SHIFTS = (0.0, 1.4, -1.4)


def free_places(
    middles: Sequence[tuple[float, float]],
    widths: Sequence[float],
    height: float,
    marks: NDArray[np.float64],
) -> list[tuple[float, float] | None]:
    """Return where each name stands, the first ones first served.

    Parameters
    ----------
    middles
        Where the names would stand best, in points.
    widths
        Of the names, in points.
    height
        Of the letters, in points.
    marks
        float64 (m, 2): the facilities, in points; of `height` each.

    Returns
    -------
    list
        The middle of each name, moved up or down where that frees it; None where it would cover
        another name all the same. Where no place is free of facilities, a name covers one.

    Examples
    --------
    >>> nothing = np.empty((0, 2))
    >>> free_places([(0, 0), (5, 0), (0, 40)], [20, 20, 20], 10, nothing)
    [(0, 0.0), (5, 14.0), (0, 40.0)]
    >>> free_places([(0, 0)] * 4, [20] * 4, 10, nothing)[3] is None
    True
    >>> free_places([(0, 0)], [20], 10, np.array([[2.0, 1.0]]))
    [(0, 14.0)]
    """
    half = height / 2
    facilities = [(x - half, y - half, x + half, y + half) for x, y in marks.tolist()]
    taken: list[Box] = []
    places: list[tuple[float, float] | None] = []
    for (x, y), width in zip(middles, widths, strict=True):
        tries = [(x, y + shift * height) for shift in _SHIFTS]
        boxes = [(_box(place, width, height), place) for place in tries]
        clear = [each for each in boxes if not _meets(each[0], taken)]
        best = next((each for each in clear if not _meets(each[0], facilities)), None)
        chosen = best or next(iter(clear), None)
        places.append(chosen[1] if chosen else None)
        if chosen:
            taken.append(chosen[0])
    return places


def _box(middle: tuple[float, float], width: float, height: float) -> Box:
    x, y = middle
    return x - width / 2, y - height * 0.65, x + width / 2, y + height * 0.65


def _meets(box: Box, others: Iterable[Box]) -> bool:
    left, bottom, right, top = box
    return any(a < right and c > left and b < top and d > bottom for a, b, c, d in others)
