# ruff: noqa: ANN001, ANN201, ANN202 - numba infers types
# mypy: disable-error-code="no-untyped-def"
"""Compiled search for edges that are drawn twice."""

from __future__ import annotations

import numpy as np

from siting.network.kernels.kernel import kernel, part


@kernel(steps=lambda order, *_: 10 * order.size)
def mark_repeats(order, low, high, offsets, xy):
    """Return the edge that stands for each edge, and whether it runs the other way.

    `order` sorts edges by their two nodes and number of vertices, so that repeats are neighbours;
    the first of a group stands for the rest.
    """
    stands = np.arange(low.size)
    turned = np.zeros(low.size, np.bool_)
    head = 0
    for i in range(order.size):
        e = order[i]
        f = order[head]
        if low[e] != low[f] or high[e] != high[f]:
            head = i
            continue
        for j in range(head, i):
            f = order[j]
            if stands[f] == f:
                same = _same_line(e, f, offsets, xy)
                if same:
                    stands[e] = f
                    turned[e] = same == 2
                    break
    return stands, turned


@part
def _same_line(e, f, offsets, xy):
    """Return 1 where both edges have the same vertices, 2 where reversed, else 0."""
    count = offsets[e + 1] - offsets[e]
    if count != offsets[f + 1] - offsets[f]:
        return 0
    along = True
    against = True
    for k in range(count):
        a = offsets[e] + k
        b = offsets[f] + k
        c = offsets[f + 1] - 1 - k
        along = along and xy[a, 0] == xy[b, 0] and xy[a, 1] == xy[b, 1]
        against = against and xy[a, 0] == xy[c, 0] and xy[a, 1] == xy[c, 1]
        if not along and not against:
            return 0
    return 1 if along else 2
