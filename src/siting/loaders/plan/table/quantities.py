"""What a cell says as a number: 1,250户, 约700, ≥375, 6班/180人.

Owns numbers with their units, limits and remarks; what they are numbers of, `words` says.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from siting.vocabulary.plan_words import plan_words
from siting.vocabulary.text import fold
from siting.vocabulary.units import load_units

# What a bracket behind an area may count: 2500㎡(6班).
_COUNTED = frozenset(("beds", "classes", "places"))
NUMBER = r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?|[+-]?\.[0-9]+"
_LIMIT = (
    "[≥≤><≧≦]=?|(?:应|须|宜)?不(?:得|应|宜)?(?:小于|大于|少于|低于|高于|超过|多于)"
    "|至少|最少|最多|大于|小于"
)
_QUANTITY = re.compile("(?P<about>约为?|" + _LIMIT + ")?(?P<number>" + NUMBER + ")(?P<unit>.*)")
# Behind a number, digits alone are digits: 340* and 340[1] and 340注1, but never 3401.
_MARK_OF_NUMBER = re.compile(
    r"(?<=[^*†#])(?:[*†‡#]+|\[注?[0-9]{1,2}\]|注[0-9]{0,2}|\(注[0-9]{0,2}\))$"
)
# Blanks among digits: those of thousands, 1 250 and 12 168 300, part one number. Others, a new line
# too, stand between two numbers (340 2处) or in a slip of the pen: nobody can say which.
_BLANK_AMONG_DIGITS = re.compile(r"[0-9]\s+[0-9]")
_THOUSANDS_BY_BLANKS = re.compile(
    r"(?<![0-9.,])[0-9]{1,3}(?: [0-9]{3})+(?:\.[0-9]+)?(?![0-9.,]|\s+[0-9])"
)
# Several units of which nobody can say which is meant are written as one that is not known.
UNCLEAR = "、"
_REMARK = re.compile(r"(?P<number>.+?)(?P<remark>\([^()]+\)|\[[^\[\]]+\])$")


@dataclass(frozen=True, slots=True)
class WrittenQuantity:
    """A number with the unit written beside it.

    Parameters
    ----------
    about
        A ≥, a 约 or a remark.
    other
        The second number of 340/375, of which either may be meant.
    """

    number: Decimal
    unit: str
    about: str = ""
    other: Decimal | None = None

    @property
    def is_limit(self) -> bool:
        """Whether the number says what has to be met, as in ≥375 and 375(标准), and no figure."""
        before, bracket, remark = self.about.partition("(")
        if re.fullmatch(_LIMIT, before.strip()):
            return True
        return bool(bracket) and not re.search("[0-9]", remark) and is_required(remark)


@lru_cache(maxsize=4096)
def unit_word(text: str) -> str:
    """Return the known unit that a text is, without brackets and the word 单位; else empty.

    Examples
    --------
    >>> unit_word("万㎡"), unit_word("(户)"), unit_word("住宅")
    ('万m2', '户', '')
    """
    return load_units().known(text)


@lru_cache(maxsize=4096)
def any_unit(text: str) -> str:
    """Return the unit that a text is, known or not; empty where it is none.

    Examples
    --------
    >>> any_unit("万㎡"), any_unit("坪"), any_unit("住宅")
    ('万m2', '坪', '')
    """
    return load_units().known(text) or load_units().unknown(text)


def units_in(text: str) -> dict[str, str]:
    """Return the parts of a list, each with the unit that it is, known or not; empty for none.

    Examples
    --------
    >>> units_in("单位：万㎡/户"), units_in("人/户，含地下")
    ({'单位:万m2': '万m2', '户': '户'}, {'人/户': '人/户', '含地下': ''})
    """
    parts = re.split("[、,;]", fold(text))
    whole = [each for part in parts for each in ([part] if unit_word(part) else part.split("/"))]
    return {each: any_unit(each) for each in whole}


def is_not_known(unit: str) -> bool:
    """Tell whether a unit was written that siting does not know; no unit at all is none."""
    return bool(unit) and not measures(unit)


def in_base_unit(number: Decimal, unit: str, base: str) -> Decimal | None:
    """Convert a number to the unit that siting counts in; None where the unit is no such one.

    Examples
    --------
    >>> in_base_unit(Decimal("16.8"), "万m2", "m2"), in_base_unit(Decimal(3), "亩", "m2")
    (Decimal('168000.0'), Decimal('2000'))
    >>> in_base_unit(Decimal(3), "坪", "m2") is None
    True
    """
    if not unit:
        return number
    factor = load_units().factor_to(unit, base)
    return None if factor is None else number * factor.numerator / factor.denominator


@lru_cache(maxsize=1024)
def measures(unit: str) -> tuple[str, ...]:
    """Return what a known unit can measure; nothing for no unit and for one that is not known."""
    return load_units().measures(unit) if unit else ()


def are_numbers_parted(text: str) -> bool:
    """Tell whether blanks stand among the digits of a text otherwise than between thousands.

    Examples
    --------
    >>> [are_numbers_parted(each) for each in ("3 80", "340 2处", "1 250户", "6班 180人")]
    [True, True, False, False]
    """
    plain = _THOUSANDS_BY_BLANKS.sub("0", unicodedata.normalize("NFKC", text))
    return bool(_BLANK_AMONG_DIGITS.search(plain))


def quantity_of(text: str) -> WrittenQuantity | None:
    """Read a number with or without a unit, known or not; None where the text is anything else.

    Examples
    --------
    >>> quantity_of("１，２５０ 户")
    WrittenQuantity(number=Decimal('1250'), unit='户', about='', other=None)
    >>> quantity_of("300~400㎡") is None
    True
    """
    found = _QUANTITY.fullmatch(_MARK_OF_NUMBER.sub("", fold(text)).replace("平方米", "m2"))
    if found is None or are_numbers_parted(text):
        return None
    unit = found["unit"]
    if unit and not (unit := any_unit(unit)):
        return None
    return WrittenQuantity(Decimal(found["number"].replace(",", "")), unit, found["about"] or "")


def tail_of_number(text: str) -> str:
    """Return what stands behind the one number of a text that is no quantity; else empty.

    Examples
    --------
    >>> tail_of_number("340 foo"), tail_of_number("340㎡"), tail_of_number("300~400㎡")
    ('foo', '', '')
    """
    found = _QUANTITY.fullmatch(fold(text))
    tail = found["unit"] if found and not quantities_of(text) else ""
    return "" if re.search("[0-9]", tail) else tail


def quantities_of(text: str) -> tuple[WrittenQuantity, ...]:
    """Read one quantity, or several with units such as 6班/180人; nothing where any part fails.

    Two numbers for one measure are no two quantities, since nobody could say which is meant; a
    remark in brackets behind a number is kept with it.

    Examples
    --------
    >>> [each.unit for each in quantities_of("6班/180人/2500㎡")], quantities_of("200㎡/300㎡")
    (['班', '人', 'm2'], ())
    >>> quantities_of("1250户（含保障房100户）")
    (WrittenQuantity(number=Decimal('1250'), unit='户', about='(含保障房100户)', other=None),)
    """
    whole = quantity_of(text)
    if whole is not None:
        return (whole,)
    if are_numbers_parted(text):
        return ()
    parts = [quantity_of(part) for part in re.split(r"[/、;,]", fold(text))]
    known = tuple(part for part in parts if part and measures(part.unit))
    kinds = {measures(part.unit) for part in known}
    if len(parts) > 1 and len(known) == len(parts) == len(kinds):
        return known
    return _with_remark(fold(text))


def either_of(text: str) -> tuple[WrittenQuantity, ...]:
    """Read 340/375, of which a header may say which is planned; nothing for anything else.

    A number that is written as a limit is one, and the other is the figure.

    Examples
    --------
    >>> either_of("340/375㎡")
    (WrittenQuantity(number=Decimal('340'), unit='m2', about='', other=Decimal('375')),)
    >>> either_of("340/≥375"), either_of("340㎡/0.034万㎡"), either_of("6班/180人")
    ((WrittenQuantity(number=Decimal('340'), unit='', about='', other=None),), (), ())
    """
    if are_numbers_parted(text):
        return ()
    before, _, behind = fold(text).partition("/")
    first, second = quantity_of(before), quantity_of(behind)
    if first is None or second is None or len(units := {first.unit, second.unit} - {""}) > 1:
        return ()
    unit = next(iter(units), "")
    figures = [each for each in (first, second) if not each.is_limit]
    if len(figures) != 2:
        return tuple(replace(each, unit=unit) for each in figures)
    return (replace(first, unit=unit, other=second.number),)


def _with_remark(text: str) -> tuple[WrittenQuantity, ...]:
    """Read 1250户(含保障房100户) and 2500㎡(6班): a number with something said of it."""
    found = _REMARK.fullmatch(text)
    number = quantity_of(found["number"]) if found else None
    if found is None or number is None:
        return ()
    inside = quantity_of(found["remark"][1:-1])
    if inside and set(measures(inside.unit)) & _COUNTED and inside.unit != number.unit:
        return (number, inside)
    about = f"{number.about} {found['remark']}".strip()
    return (WrittenQuantity(number.number, number.unit, about),)


def is_required(words: str) -> bool:
    """Tell whether a remark speaks of what is required, or of what was; 含 begins a content."""
    return not words.startswith(("含", "(含")) and plan_words().is_not_the_plans(words)
