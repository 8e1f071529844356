"""What a label says beside the name of a figure: its unit, numbers, limits, 其中, a role.

Owns taking labels apart; which fact the name means, `words` says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from siting.loaders.plan.table.quantities import (
    WrittenQuantity,
    any_unit,
    in_base_unit,
    is_required,
    measures,
    quantities_of,
    quantity_of,
    units_in,
)
from siting.loaders.plan.table.words import TRAILING_BRACKET, key_of
from siting.rules.facts import SCALAR_UNITS, TYPED_UNITS
from siting.vocabulary.labels import bare_label
from siting.vocabulary.plan_words import Role, plan_words
from siting.vocabulary.text import fold

_COUNTED_UNITS = frozenset((*SCALAR_UNITS.values(), *TYPED_UNITS.values()))
_FOOTNOTE_MARK = re.compile(r"(?:[*†#]+|\[?注?[0-9]{1,2}\]?)$")
_LONGEST_HEADER = 24
_IN_BRACKETS = re.compile(r"[(\[]((?:[^()\[\]]|\([^()]*\))+)[)\]]")
# A slash in brackets is none: it may stand between units, as in 数值(万m2/户).
_SLASH = re.compile(r"(?P<base>(?:[^(/]|\([^()]*\))+)/(?P<tail>.+)")
# 6班幼儿园, and a number straight behind its name.
_CLASSES = re.compile(r"(?P<number>[0-9]{1,2}(?:个)?班)(?P<name>[^0-9].*)")
_NUMBER_BEHIND = re.compile(r"(?P<name>[^0-9]+)(?P<number>[0-9][0-9,.]*[^0-9()]*(?:m2)?)")


@dataclass(frozen=True, slots=True)
class RowLabel:
    """A label taken apart: its words, its unit, the quantities and whether it is a 其中 row.

    The unit may be one that is not known (`is_not_known`).

    Parameters
    ----------
    role
        What the label says that the row is for, where it is no figure of the plan.
    is_total
        It sums up the rooms of a kind, as 养老服务用房小计 does.
    slash
        Which of two numbers with a slash is the figure: 0 for 容积率/规定容积率; -1 for none.
    """

    words: str
    unit: str = ""
    quantities: tuple[WrittenQuantity, ...] = ()
    of_which: bool = False
    role: Role | None = None
    is_total: bool = False
    slash: int = -1


@lru_cache(maxsize=4096)
def label_of(text: str) -> RowLabel:
    """Take a label apart.

    Examples
    --------
    >>> label = label_of("1、总建筑面积（万㎡）")
    >>> label.words, label.unit, label.of_which
    ('总建筑面积', '万m2', False)
    >>> label_of("其中：幼儿园(6班)").quantities
    (WrittenQuantity(number=Decimal('6'), unit='班', about='', other=None),)
    """
    words, of_which = bare_label(text)
    unit = ""
    quantities: tuple[WrittenQuantity, ...] = ()
    role: Role | None = None
    words = _without_footnote(words.rstrip(":"))
    while bracket := TRAILING_BRACKET.match(words):
        inside = bracket["inside"]
        found = quantities_of(inside)
        if one := _one_unit(inside):
            unit = one
        elif is_required(inside):
            # 不少于375m2 is a limit beside the figure; (应配) makes the row one.
            role = role if re.search("[0-9]", inside) else plan_words().role_of(inside)
        elif found and all(_is_counted(each.unit) for each in found):
            quantities = found
        else:
            break
        words = bracket["base"]
    slash = -1
    split = _SLASH.fullmatch(words)
    if split and not unit and any_unit(split["tail"]):
        words, unit = split["base"], any_unit(split["tail"])
    elif split:
        words, slash = _without_limit(words)
    words, counted, is_total = _name_of(_without_footnote(words))
    return RowLabel(words, unit, (*counted, *quantities), of_which, role, is_total, slash)


def _one_unit(inside: str) -> str:
    """Return the unit that a bracket names, also where it lists others of the same worth: 户/套."""
    if unit := any_unit(inside):
        return unit
    units = list(units_in(inside).values())
    if not all(map(measures, units)):
        return ""
    worths = {(kinds := measures(each), in_base_unit(Decimal(1), each, kinds[0])) for each in units}
    return units[0] if len(worths) == 1 else ""


def header_units(text: str) -> list[str]:
    """Return the units, known or not, that a header names for the figures in its column.

    Examples
    --------
    >>> header_units("建筑面积（㎡）"), header_units("数值（万平方米/户）"), header_units("指标")
    (['m2'], ['万平方米', '户'], [])
    >>> header_units("建筑面积（万㎡，含地下）"), header_units("数值（万㎡）（户）")
    (['万m2'], ['万m2', '户'])
    """
    words = fold(text)
    # A note above the table may have a unit in brackets and is no header.
    parts = _IN_BRACKETS.findall(words) or [words] if len(words) <= _LONGEST_HEADER else []
    units = [unit for part in parts for unit in units_in(part).values()]
    named = [*filter(None, dict.fromkeys(units))]
    return named or [*filter(None, [label_of(text).unit or any_unit(text)])]


def _without_limit(words: str) -> tuple[str, int]:
    """Take the limit off 容积率/规定容积率; also which of the two numbers is the figure."""
    parts = words.split("/")
    figures = [at for at, part in enumerate(parts) if not is_required(part)]
    if len(parts) == 2 and len(figures) == 1:
        return parts[figures[0]], figures[0]
    return words, -1


def _name_of(words: str) -> tuple[str, tuple[WrittenQuantity, ...], bool]:
    """Return a label's name, the numbers written into it, and whether it is a total of rooms.

    养老服务用房小计, 6班幼儿园 and 养老服务用房340m2 are such; names that are known stay.
    """
    if key_of(words):
        return words, (), False
    for tail in plan_words().subtotals:
        if words.endswith(tail) and "." in key_of(base := words.removesuffix(tail)):
            return base, (), True
    if (found := _CLASSES.fullmatch(words)) and "." in key_of(found["name"]):
        return found["name"], quantities_of(found["number"]), False
    if found := _NUMBER_BEHIND.fullmatch(words):
        number = quantity_of(found["number"])
        if number and number.unit and key_of(found["name"], number.unit):
            return found["name"], (number,), False
    return words, (), False


def contents_of(text: str) -> tuple[tuple[str, WrittenQuantity], ...]:
    """Return the rooms that a remark behind a name or a number says to be in it.

    Examples
    --------
    >>> contents_of("社区服务用房(含养老服务用房340m2)")
    (('养老服务用房', WrittenQuantity(number=Decimal('340'), unit='m2', about='', other=None)),)
    >>> contents_of("住宅(含地下室340m2)"), contents_of("社区服务用房(不含养老服务用房340m2)")
    ((), ())
    """
    bracket = TRAILING_BRACKET.match(text)
    inside = bracket["inside"] if bracket else ""
    if not plan_words().of_which.match(inside):
        return ()
    found: list[tuple[str, WrittenQuantity]] = []
    for part in re.split("[、,;]", inside):
        named = _NUMBER_BEHIND.fullmatch(plan_words().of_which.sub("", part))
        number = quantity_of(named["number"]) if named else None
        if named and number and number.unit and "." in key_of(named["name"], number.unit):
            found.append((named["name"], number))
    return tuple(found)


def refused_remark(words: str, unit: str) -> tuple[str, str]:
    """Return the fact of a room whose remark nobody knows, and the remark; else empty texts.

    Its number is not read, and without it the sum of the rooms is not known either. An area that
    is measured otherwise is none of the rooms'.

    Examples
    --------
    >>> refused_remark("养老服务用房(远期)", "m2")
    ('floor_area_m2.elder_care', '远期')
    >>> refused_remark("养老服务用房(使用面积)", "m2")
    ('', '')
    """
    found = TRAILING_BRACKET.match(words)
    if (
        found is None
        or key_of(words)
        or any(word in found["inside"] for word in plan_words().other_measures)
    ):
        return "", ""
    key = key_of(found["base"], unit)
    return (key, found["inside"]) if "." in key else ("", "")


def _is_counted(unit: str) -> bool:
    """Tell whether a fact is measured so; 住宅(18层) is a kind of homes and no number of them."""
    return not unit or not _COUNTED_UNITS.isdisjoint(measures(unit))


def _without_footnote(words: str) -> str:
    """Take off a footnote's mark; the 2 of m2 is none."""
    return words if words.endswith("m2") else _FOOTNOTE_MARK.sub("", words) or words
