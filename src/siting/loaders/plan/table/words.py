"""What a cell of an indicator table says: a number with its unit, or a label that names a fact.

Owns taking labels apart and finding the fact that one names. The words themselves are data, in
`siting.vocabulary`; where in a table they stand is the business of the modules beside this one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from siting.rules.facts import SCALAR_UNITS, TYPED_UNITS
from siting.vocabulary.facility_types import load_facility_types
from siting.vocabulary.headers import load_headers
from siting.vocabulary.labels import bare_label
from siting.vocabulary.plan_words import Role, plan_words
from siting.vocabulary.text import fold, word_key
from siting.vocabulary.units import load_units

_QUANTITY_OF_UNIT = {
    "m2": "floor_area_m2",
    "beds": "beds",
    "classes": "classes",
    "places": "places",
    "persons": "places",
    "facilities": "count",
}
# What a bracket behind an area may count: 2500㎡(6班).
_COUNTED = frozenset(("beds", "classes", "places"))

_COUNTED_UNITS = frozenset((*SCALAR_UNITS.values(), *TYPED_UNITS.values()))

_NUMBER = r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?|[+-]?\.[0-9]+"
_MORE_OR_LESS = "小于|大于|少于|低于|高于|超过|多于"
_LIMIT = rf"[≥≤><≧≦]=?|(?:应|须|宜)?不(?:得|应|宜)?(?:{_MORE_OR_LESS})|至少|最少|最多|大于|小于"
_QUANTITY = re.compile(rf"(?P<about>约为?|{_LIMIT})?(?P<number>{_NUMBER})(?P<unit>.*)")
_TRAILING_BRACKET = re.compile(r"^(?P<base>.+?)[(\[](?P<inside>[^()\[\]]*(?:\([^()]*\))?)[)\]]$")
_FOOTNOTE_MARK = re.compile(r"(?:[*†#]+|\[?注?[0-9]{1,2}\]?)$")
# Behind a number, digits alone are digits: 340* and 340[1] and 340注1, but never 3401.
_MARK_OF_NUMBER = re.compile(
    r"(?<=[^*†#])(?:[*†‡#]+|\[注?[0-9]{1,2}\]|注[0-9]{0,2}|\(注[0-9]{0,2}\))$"
)
_REMARK = re.compile(r"(?P<number>.+?)(?P<remark>\([^()]+\)|\[[^\[\]]+\])$")
# 6班幼儿园, and a number straight behind its name.
_CLASSES = re.compile(r"(?P<number>[0-9]{1,2}(?:个)?班)(?P<name>[^0-9].*)")
_NUMBER_BEHIND = re.compile(r"(?P<name>[^0-9]+)(?P<number>[0-9][0-9,.]*[^0-9()]*(?:m2)?)")
# Where a room stands: 1#楼, 位于3#楼1层, 一层, A地块.
_HOUSE = r"[0-9a-zA-Z]{1,4}(?:[、,/~-][0-9a-zA-Z]{1,4}){0,8}(?:#|号)?(?:楼|栋|幢|座|地块)?"
_STOREY = r"(?:地上|地下)?[0-9一二三四五]{1,2}(?:[~-][0-9一二三四五]{1,2})?(?:层|楼|[fF])"
_PLACE = re.compile(
    rf"(?:位于|设于|设在|在)?(?:{_HOUSE})?(?:{_STOREY}|首层|底层)?(?:内|[一二三四])?"
)
_BUILDING_BEFORE = re.compile(r"[0-9a-zA-Z]{1,4}(?:(?:#|号)(?:楼|栋|幢)?|栋|幢|座)")
# 总建筑面积(含地下) is the same figure; what 不含 leaves out makes it another.
_COMMENT = re.compile(r"\(含[^()]*\)$")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with the unit written beside it; `about` keeps a ≥, a 约 or a remark."""

    number: Decimal
    unit: str
    about: str = ""

    @property
    def is_limit(self) -> bool:
        """Whether the number says what has to be met, as in ≥375 and 375(标准), and no figure."""
        before, bracket, remark = self.about.partition("(")
        if re.fullmatch(_LIMIT, before.strip()):
            return True
        return bool(bracket) and not re.search("[0-9]", remark) and _is_required(remark)


@dataclass(frozen=True, slots=True)
class Label:
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
    quantities: tuple[Quantity, ...] = ()
    of_which: bool = False
    role: Role | None = None
    is_total: bool = False
    slash: int = -1


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


def quantity_of(text: str) -> Quantity | None:
    """Read a number with or without a unit, known or not; None where the text is anything else.

    Examples
    --------
    >>> quantity_of("１，２５０ 户")
    Quantity(number=Decimal('1250'), unit='户', about='')
    >>> quantity_of("300~400㎡") is None
    True
    """
    found = _QUANTITY.fullmatch(_MARK_OF_NUMBER.sub("", fold(text)).replace("平方米", "m2"))
    if found is None:
        return None
    unit = found["unit"]
    if unit and not (unit := any_unit(unit)):
        return None
    return Quantity(Decimal(found["number"].replace(",", "")), unit, found["about"] or "")


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


def quantities_of(text: str) -> tuple[Quantity, ...]:
    """Read one quantity, or several with units such as 6班/180人; nothing where any part fails.

    Two numbers for one measure are no two quantities, since nobody could say which is meant; a
    remark in brackets behind a number is kept with it.

    Examples
    --------
    >>> [each.unit for each in quantities_of("6班/180人/2500㎡")], quantities_of("200㎡/300㎡")
    (['班', '人', 'm2'], ())
    >>> quantities_of("1250户（含保障房100户）")
    (Quantity(number=Decimal('1250'), unit='户', about='(含保障房100户)'),)
    """
    whole = quantity_of(text)
    if whole is not None:
        return (whole,)
    parts = [quantity_of(part) for part in re.split(r"[/、;,]", fold(text))]
    known = tuple(part for part in parts if part and measures(part.unit))
    kinds = {measures(part.unit) for part in known}
    if len(parts) > 1 and len(known) == len(parts) == len(kinds):
        return known
    return _with_remark(fold(text))


def _with_remark(text: str) -> tuple[Quantity, ...]:
    """Read 1250户(含保障房100户) and 2500㎡(6班): a number with something said of it."""
    found = _REMARK.fullmatch(text)
    number = quantity_of(found["number"]) if found else None
    if found is None or number is None:
        return ()
    inside = quantity_of(found["remark"][1:-1])
    if inside and set(measures(inside.unit)) & _COUNTED and inside.unit != number.unit:
        return (number, inside)
    about = f"{number.about} {found['remark']}".strip()
    return (Quantity(number.number, number.unit, about),)


@lru_cache(maxsize=4096)
def label_of(text: str) -> Label:
    """Take a label apart.

    Examples
    --------
    >>> label_of("1、总建筑面积（万㎡）")
    Label(words='总建筑面积', unit='万m2', quantities=(), of_which=False)
    >>> label_of("其中：幼儿园(6班)").quantities
    (Quantity(number=Decimal('6'), unit='班', about=''),)
    """
    words, of_which = bare_label(text)
    unit = ""
    quantities: tuple[Quantity, ...] = ()
    role: Role | None = None
    words = _without_footnote(words.rstrip(":"))
    while bracket := _TRAILING_BRACKET.match(words):
        inside = bracket["inside"]
        found = quantities_of(inside)
        if any_unit(inside):
            unit = any_unit(inside)
        elif _is_required(inside):
            # 不少于375m2 is a limit beside the figure; (应配) makes the row one.
            role = role if re.search("[0-9]", inside) else plan_words().role_of(inside)
        elif found and all(_is_counted(each.unit) for each in found):
            quantities = found
        else:
            break
        words = bracket["base"]
    slash = -1
    if not unit and "/" in words:
        base, _, tail = words.partition("/")
        words, unit = (base, any_unit(tail)) if any_unit(tail) else (words, "")
        if not unit:
            words, slash = _without_limit(words)
    words, counted, is_total = _name_of(_without_footnote(words))
    return Label(words, unit, (*counted, *quantities), of_which, role, is_total, slash)


def _is_required(words: str) -> bool:
    """Tell whether a remark speaks of what is required, or of what was; 含 begins a content."""
    return not words.startswith(("含", "(含")) and plan_words().is_not_the_plans(words)


def _without_limit(words: str) -> tuple[str, int]:
    """Take the limit off 容积率/规定容积率; also which of the two numbers is the figure."""
    parts = words.split("/")
    figures = [at for at, part in enumerate(parts) if not _is_required(part)]
    if len(parts) == 2 and len(figures) == 1:
        return parts[figures[0]], figures[0]
    return words, -1


def _name_of(words: str) -> tuple[str, tuple[Quantity, ...], bool]:
    """Return a label's name, the numbers written into it, and whether it is a total of rooms.

    养老服务用房小计, 6班幼儿园 and 养老服务用房340m2 are such; names that are known stay.
    """
    if key_of(words):
        return words, (), False
    for tail in ("小计", "合计", "总计"):
        if words.endswith(tail) and "." in key_of(base := words.removesuffix(tail)):
            return base, (), True
    if (found := _CLASSES.fullmatch(words)) and "." in key_of(found["name"]):
        return found["name"], quantities_of(found["number"]), False
    if found := _NUMBER_BEHIND.fullmatch(words):
        number = quantity_of(found["number"])
        if number and number.unit and key_of(found["name"], number.unit):
            return found["name"], (number,), False
    return words, (), False


@lru_cache(maxsize=4096)
def room_of(words: str) -> tuple[str, str]:
    """Split the name of a room into what it is and where it stands: 1#楼, (独立占地).

    Examples
    --------
    >>> room_of("养老服务用房(1#楼)"), room_of("2号楼养老服务用房")
    (('养老服务用房', '1#楼'), ('养老服务用房', '2号楼'))
    >>> room_of("养老服务用房(远期)"), room_of("养老服务用房(地下)")
    (('养老服务用房(远期)', ''), ('养老服务用房', '地下'))
    """
    remark = ""
    while (bracket := _TRAILING_BRACKET.match(words)) and is_room_remark(bracket["inside"]):
        words, remark = bracket["base"], bracket["inside"]
    if before := _BUILDING_BEFORE.match(words):
        words, remark = words[before.end() :], remark or before.group()
    return words, remark


def is_room_remark(remark: str) -> bool:
    """Tell whether words behind a room's name say where it stands and nothing more."""
    bare = re.sub(rf"{_NUMBER}(?:m2|万m2|公顷|亩)", "", remark)
    known = bare in plan_words().room_remarks or remark in plan_words().parts
    return known or bool(remark and _PLACE.fullmatch(remark))


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
    found = _TRAILING_BRACKET.match(words)
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


@lru_cache(maxsize=8192)
def key_of(words: str, unit: str = "") -> str:
    """Return the fact that a label names, given the unit beside it; empty where none is known.

    A unit that is not known does not change what a label names; its number is not read.

    Examples
    --------
    >>> key_of("居住户(套)数", "户"), key_of("养老服务用房建筑面积"), key_of("幼儿园", "班")
    ('households', 'floor_area_m2.elder_care', 'classes.kindergarten')
    >>> key_of("总建筑面积", "人"), key_of("总建筑面积", "坪")
    ('', 'total_floor_area_m2')
    """
    plain = word_key(_COMMENT.sub("", words))
    unit = "" if is_not_known(unit) else unit
    key = _own_key(words) or _scalar_key(plain) or _typed_key(plain, unit)
    if not key:
        room = room_of(_COMMENT.sub("", words))[0]
        key = _typed_key(word_key(room), unit) if room != words else ""
    return key if key and _fits(key, unit) else ""


def is_not_asked(words: str) -> bool:
    """Tell whether a label is known and no rule asks for its figure, as 门卫室."""
    return word_key(room_of(_COMMENT.sub("", words))[0]) in plan_words().not_asked


def key_below(facility_type: str, words: str, unit: str = "") -> str:
    """Return the fact that a label names below the name of a facility type; empty for none.

    Examples
    --------
    >>> key_below("elder_care", "用地面积", "m2"), key_below("kindergarten", "班数")
    ('land_area_m2.elder_care', 'classes.kindergarten')
    >>> key_below("elder_care", "绿地率", "%")
    ''
    """
    plain = word_key(_COMMENT.sub("", words))
    hints = [hint for base, hint in _bases(plain) if not base and hint]
    key = f"{_quantity(plain, hints[0], unit)}.{facility_type}" if hints else ""
    return key if key and _fits(key, unit) else ""


def says_only_what(words: str) -> bool:
    """Tell whether a label says what is measured and not of what, as 建筑面积 does.

    Examples
    --------
    >>> says_only_what("用地面积"), says_only_what("总建筑面积"), says_only_what("住宅面积")
    (True, False, False)
    """
    return word_key(_COMMENT.sub("", words)) in _only_what()


def is_of_whole_plan(words: str) -> bool:
    """Tell whether a heading speaks of the whole plan, as 规划总指标 and 总建筑面积 do.

    Examples
    --------
    >>> is_of_whole_plan("项目概况"), is_of_whole_plan("居住用地"), is_of_whole_plan("江湾站房")
    (True, False, False)
    """
    plain = word_key(_COMMENT.sub("", words))
    whole = key_of(words) in ("site_area_m2", "total_floor_area_m2")
    return whole or bool(_whole_plan().fullmatch(plain))


def is_own_key(words: str) -> bool:
    """Tell whether a text is the name that siting itself uses for a figure of the whole plan."""
    return fold(words) in SCALAR_UNITS


def _own_key(words: str) -> str:
    """Know the names that siting itself uses, such as floor_area_m2.elder_care."""
    quantity, dot, facility_type = words.partition(".")
    typed = dot and quantity in TYPED_UNITS and facility_type in load_facility_types()
    return words if typed or words in SCALAR_UNITS else ""


def _scalar_key(plain: str) -> str:
    """Know a figure of the whole plan; the vocabulary knows some that plans do not have."""
    key = load_headers().figure_of(plain)
    return key if key in SCALAR_UNITS else ""


def _typed_key(plain: str, unit: str) -> str:
    types = load_facility_types()
    for base, hint in _bases(plain):
        if facility_type := types.code_of_label(base):
            return f"{_quantity(plain, hint, unit)}.{facility_type}"
    return ""


def _bases(plain: str) -> list[tuple[str, str]]:
    """Return the names a label may hold, the fullest first, with what its tail says."""
    names = [plain]
    for prefix in plan_words().prefixes:
        names += [name.removeprefix(prefix) for name in list(names) if name.startswith(prefix)]
    found = [(name, "") for name in names]
    for tail, hint in plan_words().tails:
        found += [(name.removesuffix(tail), hint) for name in names if name.endswith(tail)]
    return found


def _quantity(plain: str, hint: str, unit: str) -> str:
    """Choose the quantity: the unit decides between area and number, the words between lands."""
    by_unit = next(
        (_QUANTITY_OF_UNIT[each] for each in measures(unit) if each in _QUANTITY_OF_UNIT), ""
    )
    if hint == "count" and "facilities" in measures(unit):
        return hint
    if unit and by_unit != "floor_area_m2":
        return by_unit or "none"
    outdoors = any(word in plain for word in plan_words().land_words)
    # 集中绿地面积 is land; 公园管理用房建筑面积 is not.
    if outdoors and hint == "floor_area_m2" and not plain.endswith("建筑面积"):
        return "land_area_m2"
    if hint and hint != "count":
        # A ㎡ meant for the column's areas does not make an area of 班数.
        return hint if not unit or hint.endswith("_m2") else "none"
    return hint or ("land_area_m2" if outdoors else "floor_area_m2")


def _fits(key: str, unit: str) -> bool:
    """Tell whether a unit can measure a key; no unit fits, and says nothing."""
    quantity = key.partition(".")[0]
    wanted = SCALAR_UNITS.get(key) if "." not in key else TYPED_UNITS.get(quantity)
    if wanted is None:
        return False
    return (
        not unit or wanted in measures(unit) or (wanted == "places" and "persons" in measures(unit))
    )


@lru_cache(maxsize=1)
def _only_what() -> frozenset[str]:
    tails = plan_words().tails
    return frozenset(tail for tail, hint in tails if hint and tail != "总建筑面积")


@lru_cache(maxsize=1)
def _whole_plan() -> re.Pattern[str]:
    words = "|".join(map(re.escape, plan_words().whole_plan))
    return re.compile(rf".*(?:技术经济|经济技术)(?:总)?指标(?:一览)?表?|(?:{words})+")
