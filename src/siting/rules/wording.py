"""Numbers and units as people read them, in Chinese and English.

Owns the spelling of units only; `siting.number_text` writes the numbers.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING

from siting.message import Message, Text, message
from siting.number_text import distinct_texts, number_text, to_decimal

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "COMPARISONS",
    "distinct_texts",
    "joined",
    "number_text",
    "per_text",
    "quantity_text",
    "sentences",
    "to_decimal",
    "with_unit",
]

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


def sentences(*parts: Message | Text) -> Message:
    """Join messages, and texts that are not empty, with the semicolon of the language.

    >>> sentences(Text("", ""), Text("甲", "a")).key
    'mark.joined'
    """
    return message("mark.joined", parts=[part for part in parts if part != Text("", "")])


def joined(*parts: Text, zh: str = "；", en: str = "; ") -> Text:
    """Join texts that are not empty."""
    kept = [part for part in parts if part.zh or part.en]
    return Text(zh.join(part.zh for part in kept), en.join(part.en for part in kept))
