"""Numbers as people type them in the columns of layers.

Owns the reading of number columns that hold text: full-width digits, thousands separators, units
in the cell, and the many ways to write "none". The units are those of `siting.vocabulary.units`;
what a comma stands for is decided in `decimal_mark`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from siting.loaders.formats.sheet import ShownNumber
from siting.loaders.layer.columns.decimal_mark import (
    DecimalMark,
    column_mark,
    mark_of,
    number_text,
    with_point,
)
from siting.message import message
from siting.vocabulary.text import half_width
from siting.vocabulary.units import Quantity, load_units

if TYPE_CHECKING:
    from siting.data_report import LayerReport

_NOTHING = frozenset(
    ("", "-", "--", "—", "——", "/", "\\", "无", "空", "暂无", "不详", "未知", "nan", "na", "n/a")
) | frozenset(("none", "null", "<null>", "#n/a", "#value!", "#div/0!", "#ref!", "#name?", "#null!"))
_NUMBER = re.compile(
    r"(?P<number>[+-]?(?:\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d{1,3}(?: \d{3})+(?:\.\d*)?"
    r"|\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?))\s*(?P<unit>.*)"
)
# What is counted is a whole number, so that its comma separates thousands.
_COUNTED = frozenset(
    ("households", "persons", "beds", "places", "classes", "facilities", "spaces", "plain")
)
# What formats write around coordinates and years is no unit of theirs.
_AS_STORED = frozenset(("degrees", "plain"))
_DEGREES = re.compile(
    r"(?P<d>\d{1,3})[°度]\s*(?P<m>\d{1,2}(?:\.\d+)?)['’′分]\s*(?:(?P<s>\d{1,2}(?:\.\d+)?)(?:[\"”秒]|′′|'')?)?"
    r"\s*(?P<half>[nsew东西南北]?)"
)
# 东经114.29° and E114.29 are 114.29; the west and the south count below 0.
_HALF = re.compile(
    r"(?P<before>[东西]经|[南北]纬|[nsew](?=\s*\d))?\s*(?P<rest>.+?)\s*(?P<behind>[nsew])?"
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
    open
        Rows whose comma may be a decimal mark or separate thousands, and nothing in the column
        decides it; they are unreadable.
    decimal_comma
        Whether the numbers of the column have a decimal comma.
    """

    number: NDArray[np.float64]
    unreadable: NDArray[np.bool_]
    units: tuple[str, ...]
    unknown_units: tuple[str, ...] = ()
    open: NDArray[np.bool_] | None = None
    decimal_comma: bool = False


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


def parse_numbers(
    column: pd.Series,
    quantity: Quantity,
    *,
    factor: float = 1.0,
    declared: DecimalMark | None = None,
    lone_comma: DecimalMark | None = None,
) -> Numbers:
    """Read a column as numbers in the unit of the table contract.

    Parameters
    ----------
    column
        Numbers, text, or both; any length.
    quantity
        What is measured, which decides the units that cells may carry.
    factor
        Of the unit in the header, for cells without their own; NaN where that unit is not known.
    declared
        The decimal mark that a person declared for the layer; found out where left out.
    lone_comma
        How ``350,125`` is read where no cell of the column decides: ``POINT`` as 350125,
        ``COMMA`` as 350.125, ``OPEN`` not at all. Left out: ``POINT`` for what is counted, and
        ``OPEN`` for what is measured.

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
    texts = [_text(word) for word in words]
    typed = any(_is_number(word) for word in words)
    mark, single = _marks(texts, quantity, lone_comma, typed=typed)
    mark = declared or mark
    read = [
        _parse_cell(word, text, quantity, factor, mark)
        for word, text in zip(words, texts, strict=True)
    ]
    values = np.array([value for value, _, _ in read] + [np.nan])[codes]
    unreadable = np.array([not good for _, good, _ in read] + [False])[codes]
    units, unknown = (
        tuple(dict.fromkeys(unit for _, good, unit in read if unit and good is wanted))
        for wanted in (True, False)
    )
    undecided = np.array([*single, False])[codes] & (mark is DecimalMark.OPEN)
    return Numbers(
        _finite(values),
        unreadable,
        units,
        unknown,
        undecided,
        decimal_comma=mark is DecimalMark.COMMA,
    )


def _text(word: object) -> str:
    """Return a cell of text as it is compared; empty for a cell that holds a number."""
    return "" if _is_number(word) else half_width(str(word)).casefold().replace("，", ",")


def _is_number(word: object) -> bool:
    return isinstance(word, (int, float, np.integer, np.floating)) and not isinstance(word, bool)


def _marks(
    texts: Sequence[str], quantity: Quantity, lone_comma: DecimalMark | None, *, typed: bool
) -> tuple[DecimalMark, list[bool]]:
    """Return the decimal mark of the column, and which texts are open until it is known.

    Where some cells are numbers, the program that saved them took their decimal mark for one.
    """
    found = [number_text(text) for text in texts]
    whole = [
        each.number
        if each and (not each.behind or unit_factor(each.behind, quantity) is not None)
        else ""
        for each in found
    ]
    mark = column_mark([*whole, "0.5"] if typed else whole)
    if mark is DecimalMark.OPEN and not any(mark_of(each) is DecimalMark.COMMA for each in whole):
        mark = lone_comma or (DecimalMark.POINT if quantity in _COUNTED else DecimalMark.OPEN)
    return mark, [mark_of(each) is DecimalMark.OPEN for each in whole]


def _finite(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(np.isfinite(values), values, np.nan)


def _parse_cell(
    cell: object, text: str, quantity: Quantity, factor: float, mark: DecimalMark
) -> tuple[float, bool, str]:
    """Return the number, whether the cell could be read, and the unit it carries itself."""
    if isinstance(cell, ShownNumber) and quantity not in _AS_STORED:
        unit = _shown_unit(cell, quantity)
        own = unit_factor(unit, quantity) if unit else factor
        return (np.nan, False, unit) if own is None else (float(cell) * own, True, unit)
    if _is_number(cell):
        return float(cell) * factor, True, ""  # type: ignore[arg-type]
    if text in _NOTHING:
        return np.nan, True, ""
    if quantity != "degrees":
        return _parse_text(text, quantity, factor, mark)
    return _parse_degrees(text, factor, mark)


def _parse_degrees(text: str, factor: float, mark: DecimalMark) -> tuple[float, bool, str]:
    """Read an angle with or without its half of the earth, before or behind it."""
    if angle := _DEGREES.fullmatch(text):
        return _degrees(angle), True, ""
    found = _HALF.fullmatch(text)
    if found is None or not (found["before"] or found["behind"]):
        return _parse_text(text, "degrees", factor, mark)
    value, good, unit = _parse_degrees(found["rest"], factor, mark)
    below = bool({(found["before"] or "")[:1], found["behind"]} & set("sw西南"))
    return -value if below else value, good, unit


def _shown_unit(cell: ShownNumber, quantity: Quantity) -> str:
    """Return what a number format writes around a number; ¥ says no more than the column does."""
    around = half_width(cell.before + cell.after).casefold()
    return around.replace("¥", "").strip() if quantity == "money" else around


def _parse_text(
    text: str, quantity: Quantity, factor: float, mark: DecimalMark
) -> tuple[float, bool, str]:
    parts = number_text(text)
    if parts is not None and mark is DecimalMark.COMMA:
        text = with_point(parts.number) + parts.behind
    elif (
        parts is not None and mark is DecimalMark.OPEN and mark_of(parts.number) is DecimalMark.OPEN
    ):
        return np.nan, False, ""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return np.nan, False, ""
    own = unit_factor(found["unit"], quantity) if found["unit"] else factor
    if own is None:
        return np.nan, False, found["unit"]
    number = float(found["number"].replace(",", "").replace(" ", ""))
    return number * own, True, found["unit"]


def note_commas(cells: pd.Series, numbers: Numbers, header: str, report: LayerReport) -> None:
    """Say that a column has decimal commas, or that nothing tells what its commas are."""
    commas = cells.index[[isinstance(cell, str) and "," in half_width(cell) for cell in cells]]
    if numbers.decimal_comma and len(commas):
        told = message(
            "note.decimal-comma", header=header, text=str(cells[commas[0]]),
            value=float(numbers.number[cells.index.get_loc(commas[0])]),
        )  # fmt: skip
        report.add("repair", "decimal-comma", told, rows=commas)
    if numbers.open is not None and numbers.open.any():
        rows = cells.index[numbers.open]
        first = half_width(str(cells[numbers.open].iloc[0]))
        told = message(
            "note.comma-unclear", header=header, text=first, thousands=first.replace(",", ""),
            decimal=first.replace(",", "."),
        )  # fmt: skip
        report.add("warning", "comma-unclear", told, rows=rows)


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
