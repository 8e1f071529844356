"""Numbers and units as people read them, in Chinese and English.

Owns the spelling only: thousands separators, exponents of units, and enough digits that two
numbers which differ are never written alike.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import inf, isinf, isnan
from types import MappingProxyType
from typing import TYPE_CHECKING

from siting.rules.plan.finding import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST_DIGITS = 12

# label: unit -> how it is written after a number
_UNITS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "m": (" m", " m"),
        "min": (" 分钟", " min"),
        "m2": (" m²", " m²"),
        "%": (" %", " %"),
        "households": (" 户", " households"),
        "persons": (" 人", " people"),
        "elderly": (" 名老人", " elderly"),
        "facilities": (" 处", " facilities"),
        "persons/facility": (" 人/处", " people per facility"),
        "functions": (" 项功能", " functions"),
        "classes": (" 班", " classes"),
        "places": (" 个托位（学位）", " places"),
        "beds": (" 床", " beds"),
        "m2/person": (" m²/人", " m² per person"),
        "m2/100 households": (" m²/百户", " m² per 100 households"),
        "places/1000 persons": (" 个/千人", " places per 1,000 people"),
        "beds/1000 elderly": (" 床/千名老人", " beds per 1,000 elderly"),
    }
)

COMPARISONS: Mapping[str, Text] = MappingProxyType(
    {
        "at_least": Text("不低于", "at least"),
        "at_most": Text("不超过", "at most"),
        "above": Text("超过", "more than"),
        "below": Text("低于", "less than"),
    }
)


def number_text(value: Fraction | Decimal | float, digits: int = 4) -> str:
    """Write a number with thousands separators and without trailing zeros.

    A number that is not zero never looks like zero.

    Examples
    --------
    >>> number_text(Fraction(1250)), number_text(Decimal("300.30")), number_text(1 / 3, 2)
    ('1,250', '300.3', '0.33')
    >>> number_text(Fraction("0.0000001"))
    '0.0000001'
    """
    if isinstance(value, float) and (isinf(value) or isnan(value)):
        return "∞" if value == inf else "–"
    exact = Fraction(value)
    while exact and not round(exact, digits) and digits < _MOST_DIGITS:
        digits += 1
    rounded = round(exact, digits)
    text = f"{to_decimal(rounded):,.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def distinct_texts(first: Fraction, second: Fraction) -> tuple[str, str]:
    """Write two numbers with enough digits that they look different where they are.

    Examples
    --------
    >>> distinct_texts(Fraction("9.9999999"), Fraction(10))
    ('9.9999999', '10')
    """
    digits = 4
    while digits < _MOST_DIGITS and first != second:
        if number_text(first, digits) != number_text(second, digits):
            break
        digits += 1
    return number_text(first, digits), number_text(second, digits)


def quantity_text(value: Fraction | Decimal | float, unit: str) -> Text:
    """Write a number with its unit.

    Examples
    --------
    >>> quantity_text(Fraction(375), "m2").zh, quantity_text(1250.0, "households").zh
    ('375 m²', '1,250 户')
    """
    return with_unit(number_text(value), unit)


def with_unit(number: str, unit: str) -> Text:
    """Put a unit behind a number that is text already."""
    zh, en = _UNITS.get(unit, (f" {unit}", f" {unit}"))
    one = _ONE.get(unit)
    return Text(number + zh, f"{number} {one}" if number == "1" and one else number + en)


def per_text(unit: str, per: int) -> Text:
    """Write the second half of a rate: what it is for each of.

    Examples
    --------
    >>> per_text("households", 100).zh, per_text("persons", 1).en
    ('100 户', 'person')
    """
    if per == 1:
        return Text(with_unit("", unit).zh.strip(), _ONE.get(unit, unit))
    return with_unit(f"{per:,}", unit)


_ONE: Mapping[str, str] = MappingProxyType(
    {
        "persons": "person",
        "households": "household",
        "beds": "bed",
        "elderly": "elderly person",
        "facilities": "facility",
        "functions": "function",
        "classes": "class",
        "places": "place",
    }
)


def to_decimal(value: Fraction) -> Decimal:
    """Return a fraction as a decimal, exactly where it has one of at most 28 digits."""
    return Decimal(value.numerator) / Decimal(value.denominator)


def joined(*parts: Text, zh: str = "；", en: str = "; ") -> Text:
    """Join texts that are not empty."""
    kept = [part for part in parts if part.zh or part.en]
    return Text(zh.join(part.zh for part in kept), en.join(part.en for part in kept))
