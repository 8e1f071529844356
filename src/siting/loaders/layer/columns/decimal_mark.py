"""Whether the comma of a column is a decimal mark or a thousands separator.

Owns that one question. A single cell often cannot answer it (``350,125``), the column as a whole
mostly can: another cell has a mark that stands for one thing only (``9800,5``, ``1,250.5``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple


class DecimalMark(Enum):
    """What the marks in numbers stand for."""

    POINT = "point"
    COMMA = "comma"
    OPEN = "open"
    NONE = "none"


class NumberText(NamedTuple):
    """The digits and marks at the begin of a cell, and what stands behind them."""

    number: str
    behind: str


_NUMBER = re.compile(r"[+-]?(?:\d[\d., ]*\d|\d)")
_SWAP = str.maketrans(",.", ".,")


def number_text(text: str) -> NumberText | None:
    """Split a cell of half-width text; None where it does not begin with a digit.

    Examples
    --------
    >>> number_text("1.234,5 m2")
    NumberText(number='1.234,5', behind='m2')
    """
    found = _NUMBER.match(text)
    return None if found is None else NumberText(found.group(), text[found.end() :].strip())


def mark_of(number: str) -> DecimalMark:
    """Return the decimal mark that one number shows.

    Parameters
    ----------
    number
        Digits, commas, points and blanks.

    Returns
    -------
    DecimalMark
        ``OPEN`` for one comma that either reading allows; ``NONE`` for no mark at all, and for
        one point before three digits, which is a decimal point until a comma says otherwise.

    Examples
    --------
    >>> [mark_of(each).value for each in ("9800,5", "1.234,5", "0,125", "1.234.567")]
    ['comma', 'comma', 'comma', 'comma']
    >>> [mark_of(each).value for each in ("1,250.5", "12.5", "1,234,567", "350,125", "1.234")]
    ['point', 'point', 'point', 'open', 'none']
    """
    commas, points = number.count(","), number.count(".")
    if commas and points:
        return DecimalMark.COMMA if number.rfind(",") > number.rfind(".") else DecimalMark.POINT
    if commas > 1:
        return DecimalMark.POINT
    if points > 1:
        return DecimalMark.COMMA
    if commas:
        return DecimalMark.OPEN if _may_be_thousands(number, ",") else DecimalMark.COMMA
    return DecimalMark.POINT if points and not _may_be_thousands(number, ".") else DecimalMark.NONE


def _may_be_thousands(number: str, mark: str) -> bool:
    lead, _, tail = number.lstrip("+-").partition(mark)
    return len(tail) == 3 and 1 <= len(lead) <= 3 and lead[0] != "0"


def column_mark(numbers: Iterable[str]) -> DecimalMark:
    """Return the decimal mark of a column; ``OPEN`` where its cells say nothing or disagree.

    Examples
    --------
    >>> column_mark(["350,125", "9800,5"]), column_mark(["350,125", "12.5"])
    (<DecimalMark.COMMA: 'comma'>, <DecimalMark.POINT: 'point'>)
    >>> column_mark(["350,125", "800"]), column_mark(["12,5", "12.5"])
    (<DecimalMark.OPEN: 'open'>, <DecimalMark.OPEN: 'open'>)
    """
    said = {mark_of(number) for number in numbers} & {DecimalMark.POINT, DecimalMark.COMMA}
    return said.pop() if len(said) == 1 else DecimalMark.OPEN


def with_point(number: str) -> str:
    """Return a number with a decimal comma as one with a decimal point.

    Examples
    --------
    >>> with_point("1.234,5")
    '1,234.5'
    """
    return number.translate(_SWAP)
