"""Numbers as people type them, and the units they come in.

Owns the reading of number columns that hold text: full-width digits, thousands separators, units
in the cell or in the header, and the many ways to write "none".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

Quantity = Literal["area", "households", "persons", "places", "money", "degrees", "plain"]

# 1 亩 is a fifteenth of a hectare by definition.
_MU_M2 = 10_000.0 / 15.0
_UNITS: dict[Quantity, dict[str, float]] = {
    "area": {
        **dict.fromkeys(("m2", "m^2", "sqm", "平方米", "平米", "平方", "平"), 1.0),
        **dict.fromkeys(("万m2", "万m^2", "万平方米", "万平米", "万平方", "万平"), 1e4),
        **dict.fromkeys(("公顷", "hm2", "hm^2", "ha"), 1e4),
        **dict.fromkeys(("km2", "km^2", "平方公里", "平方千米"), 1e6),
        "亩": _MU_M2,
        "万亩": 1e4 * _MU_M2,
    },
    "households": {"户": 1.0, "套": 1.0, "户(套)": 1.0, "百户": 1e2, "千户": 1e3, "万户": 1e4},
    "persons": {
        **dict.fromkeys(("人", "口", "名", "位", "persons"), 1.0),
        "百人": 1e2,
        "千人": 1e3,
        "万人": 1e4,
    },
    "places": dict.fromkeys(
        ("人", "个", "张", "床", "位", "座", "席", "名", "床位", "托位", "学位", "座位"), 1.0
    ),
    "money": {
        **dict.fromkeys(("元", "cny", "rmb", "人民币元"), 1.0),
        "千元": 1e3,
        "万元": 1e4,
        "百万元": 1e6,
        "亿元": 1e8,
    },
    "degrees": dict.fromkeys(("°", "度", "deg"), 1.0),
    "plain": {},
}
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
    """

    number: NDArray[np.float64]
    unreadable: NDArray[np.bool_]
    units: tuple[str, ...]


def half_width(text: str) -> str:
    """Return text with full-width digits, letters and brackets as usual ones, trimmed.

    Examples
    --------
    >>> half_width(" 建筑面积（万㎡） １２ ")
    '建筑面积(万m2) 12'
    """
    return unicodedata.normalize("NFKC", text).replace("〔", "(").replace("〕", ")").strip()


def unit_factor(unit: str, quantity: Quantity) -> float | None:
    """Return by what a number in that unit is multiplied; None where the quantity lacks it.

    Examples
    --------
    >>> unit_factor("万㎡", "area")
    10000.0
    >>> unit_factor("户", "area") is None
    True
    """
    return _UNITS[quantity].get(half_width(unit).casefold().replace(" ", ""))


def units_of(quantity: Quantity) -> tuple[str, ...]:
    """Return the units that a quantity may be written in."""
    return tuple(_UNITS[quantity])


def is_unit(text: str) -> bool:
    """Tell whether some quantity is measured in this.

    Examples
    --------
    >>> is_unit("公顷"), is_unit("地上")
    (True, False)
    """
    return any(unit_factor(text, quantity) is not None for quantity in _UNITS)


def parse_numbers(column: pd.Series, quantity: Quantity, *, factor: float = 1.0) -> Numbers:
    """Read a column as numbers in the unit of the table contract.

    Parameters
    ----------
    column
        Numbers, text, or both; any length.
    quantity
        What is measured, which decides the units that cells may carry.
    factor
        Of the unit in the header, for cells without their own.

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
    import pandas as pd
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    if is_numeric_dtype(column.dtype) and not is_bool_dtype(column.dtype):
        values = column.to_numpy(dtype=np.float64, na_value=np.nan) * factor
        return Numbers(_finite(values), np.zeros(len(column), dtype=np.bool_), ())
    codes, words = pd.factorize(column)
    read = [_parse_cell(word, quantity, factor) for word in words]
    values = np.array([value for value, _, _ in read] + [np.nan])[codes]
    unreadable = np.array([not good for _, good, _ in read] + [False])[codes]
    units = tuple(dict.fromkeys(unit for _, _, unit in read if unit))
    return Numbers(_finite(values), unreadable, units)


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
    own = unit_factor(found["unit"], quantity) if found and found["unit"] else factor
    if found is None or own is None:
        return np.nan, False, ""
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
