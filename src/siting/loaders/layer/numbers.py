"""Numbers as people type them in the columns of layers.

Owns the reading of number columns that hold text: full-width digits, thousands separators, units
in the cell, and the many ways to write "none". The units are those of `siting.vocabulary.units`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from siting.vocabulary.text import half_width
from siting.vocabulary.units import Quantity, load_units

_NOTHING = frozenset(
    ("", "-", "--", "—", "——", "/", "\\", "无", "空", "暂无", "不详", "未知", "nan", "na", "n/a")
) | frozenset(("none", "null", "<null>", "#n/a", "#value!", "#div/0!", "#ref!", "#name?", "#null!"))
_NUMBER = re.compile(
    r"(?P<number>[+-]?(?:\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d{1,3}(?: \d{3})+(?:\.\d*)?"
    r"|\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?))\s*(?P<unit>.*)"
)
_DEGREES = re.compile(
    r"(?P<d>\d{1,3})[°度]\s*(?P<m>\d{1,2}(?:\.\d+)?)['’′分]\s*(?:(?P<s>\d{1,2}(?:\.\d+)?)(?:[\"”秒]|′′|'')?)?"
    r"\s*(?P<half>[nsew东西南北]?)"
)


class Numbers(NamedTuple):
    """A column read as numbers.

    Parameters
    ----------
    number
        Float64 (n,) in the unit of the table contract; NaN where missing or unreadable.
    unreadable
        Rows whose text is neither a number nor a way to write "none".
    units
        Units found in the cells themselves, other than the header's.
    unknown_units
        What stands behind a number and is no unit of the quantity; such rows are unreadable.
    """

    number: NDArray[np.float64]
    unreadable: NDArray[np.bool_]
    units: tuple[str, ...]
    unknown_units: tuple[str, ...] = ()


@lru_cache(maxsize=1024)
def unit_factor(unit: str, quantity: Quantity) -> float | None:
    """Return by what a number in that unit is multiplied; None where the quantity lacks it.

    Examples
    --------
    >>> unit_factor("万㎡", "area")
    10000.0
    >>> unit_factor("户", "area") is None
    True
    """
    factor = load_units().factor(unit, quantity)
    return None if factor is None else float(factor)


def parse_numbers(column: pd.Series, quantity: Quantity, *, factor: float = 1.0) -> Numbers:
    """Read a column as numbers in the unit of the table contract.

    Parameters
    ----------
    column
        Numbers, text, or both; any length.
    quantity
        What is measured, which decides the units that cells may carry.
    factor
        Of the unit in the header, for cells without their own; NaN where that unit is not known.

    Returns
    -------
    Numbers
        Infinities and ways to write "none" (``—``, ``无``, ``#N/A`` ...) are missing.

    Examples
    --------
    >>> import pandas as pd
    >>> cells = pd.Series(["１，２５０户", "3.5 万户", "无", "约300"])
    >>> numbers = parse_numbers(cells, "households")
    >>> numbers.number.tolist(), numbers.unreadable.tolist()
    ([1250.0, 35000.0, nan, nan], [False, False, False, True])
    """
    if is_numeric_dtype(column.dtype) and not is_bool_dtype(column.dtype):
        values = column.to_numpy(dtype=np.float64, na_value=np.nan) * factor
        return Numbers(_finite(values), np.zeros(len(column), dtype=np.bool_), ())
    codes, words = pd.factorize(column)
    read = [_parse_cell(word, quantity, factor) for word in words]
    values = np.array([value for value, _, _ in read] + [np.nan])[codes]
    unreadable = np.array([not good for _, good, _ in read] + [False])[codes]
    units, unknown = (
        tuple(dict.fromkeys(unit for _, good, unit in read if unit and good is wanted))
        for wanted in (True, False)
    )
    return Numbers(_finite(values), unreadable, units, unknown)


def _finite(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(np.isfinite(values), values, np.nan)


def _parse_cell(cell: object, quantity: Quantity, factor: float) -> tuple[float, bool, str]:
    """Return the number, whether the cell could be read, and the unit it carries itself."""
    if isinstance(cell, (int, float, np.integer, np.floating)) and not isinstance(cell, bool):
        return float(cell) * factor, True, ""
    text = half_width(str(cell)).casefold().replace("，", ",")
    if text in _NOTHING:
        return np.nan, True, ""
    if quantity == "degrees" and (angle := _DEGREES.fullmatch(text)):
        return _degrees(angle), True, ""
    return _parse_text(text, quantity, factor)


def _parse_text(text: str, quantity: Quantity, factor: float) -> tuple[float, bool, str]:
    found = _NUMBER.fullmatch(text)
    if found is None:
        return np.nan, False, ""
    own = unit_factor(found["unit"], quantity) if found["unit"] else factor
    if own is None:
        return np.nan, False, found["unit"]
    number = float(found["number"].replace(",", "").replace(" ", ""))
    return number * own, True, found["unit"]


def _degrees(found: re.Match[str]) -> float:
    value = float(found["d"]) + float(found["m"]) / 60.0 + float(found["s"] or 0.0) / 3600.0
    return -value if found["half"] in ("s", "w", "南", "西") and found["half"] else value


def first_rows(rows: Iterable[object], count: int = 5) -> str:
    """Write the first few row labels for a message.

    Examples
    --------
    >>> first_rows([3, 4, 5], count=2)
    '3, 4 ...'
    """
    labels = [str(row) for row in rows]
    return ", ".join(labels[:count]) + (" ..." if len(labels) > count else "")
