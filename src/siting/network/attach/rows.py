"""Some rows of an attachment, and two attachments one behind the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from siting.network.attach.attachment import Attachment


def take_rows(attachment: Attachment, rows: NDArray[np.integer]) -> Attachment:
    """Return the attachments of some subjects only, numbered by their place among `rows`.

    Parameters
    ----------
    attachment
        Of a whole table.
    rows
        Rows of that table, ascending.

    Examples
    --------
    Of three subjects the second has two gates; the last two are taken.

    >>> whole = Attachment([0, 1, 1, 2], [5, 6, 7, 8], [0.0] * 4, [9.0] * 4, 3, [1, 2, 1])
    >>> part = take_rows(whole, np.array([1, 2]))
    >>> part.subject.tolist(), part.edge.tolist(), part.via.tolist()
    ([0, 0, 1], [6, 7, 8], [2, 1])
    """
    # Subjects stand in ascending order, so those of a few rows are found by bisection.
    low = np.searchsorted(attachment.subject, rows, "left")
    count = np.searchsorted(attachment.subject, rows, "right") - low
    number = np.repeat(np.arange(rows.size, dtype=np.int32), count)
    first = np.cumsum(count) - count
    kept = np.arange(number.size) + np.repeat(low - first, count)
    return Attachment(
        number,
        attachment.edge[kept],
        attachment.position[kept],
        attachment.access_m[kept],
        int(rows.size),
        attachment.via[rows],
    )


def join_rows(first: Attachment, second: Attachment) -> Attachment:
    """Return the attachment of two tables joined, the rows of `second` behind those of `first`.

    Parameters
    ----------
    first, second
        On the same network.

    Examples
    --------
    >>> one = Attachment([0], [5], [0.5], [9.0], 1, [1])
    >>> join_rows(one, one).subject.tolist(), join_rows(one, one).size
    ([0, 1], 2)
    """
    return Attachment(
        np.concatenate([first.subject, second.subject + first.size]),
        np.concatenate([first.edge, second.edge]),
        np.concatenate([first.position, second.position]),
        np.concatenate([first.access_m, second.access_m]),
        first.size + second.size,
        np.concatenate([first.via, second.via]),
    )
