"""Which fact the words of a label name, in an indicator table.

Owns the way from names to facts, what a room is called beside what it is, and the parts of a floor
area: above and below ground, in the plot ratio or not. The words themselves are data, in
`siting.vocabulary`; where in a table they stand is the business of the modules beside this one.
"""

from __future__ import annotations

import re
from functools import lru_cache

from siting.loaders.plan.table.quantities import NUMBER, is_not_known, measures
from siting.rules.facts import SCALAR_UNITS, TYPED_UNITS
from siting.vocabulary.facility_types import load_facility_types
from siting.vocabulary.headers import load_headers
from siting.vocabulary.labels import bare_label
from siting.vocabulary.plan_words import plan_words
from siting.vocabulary.text import fold, word_key

_QUANTITY_OF_UNIT = {
    "m2": "floor_area_m2",
    "beds": "beds",
    "classes": "classes",
    "places": "places",
    "persons": "places",
    "facilities": "count",
}
TRAILING_BRACKET = re.compile(r"^(?P<base>.+?)[(\[](?P<inside>[^()\[\]]*(?:\([^()]*\))?)[)\]]$")
# Where a room stands: 1#楼, 位于3#楼1层, 一层, A地块.
_HOUSE = r"[0-9a-zA-Z]{1,4}(?:[、,/~-][0-9a-zA-Z]{1,4}){0,8}(?:#|号)?(?:楼|栋|幢|座|地块)?"
_STOREY = r"(?:地上|地下)?[0-9一二三四五]{1,2}(?:[~-][0-9一二三四五]{1,2})?(?:层|楼|[fF])"
_PLACE = re.compile(
    r"(?:位于|设于|设在|在)?(?:" + _HOUSE + ")?(?:" + _STOREY + "|首层|底层)?(?:内|[一二三四])?"
)
_BUILDING_BEFORE = re.compile(r"[0-9a-zA-Z]{1,4}(?:(?:#|号)(?:楼|栋|幢)?|栋|幢|座)")
# 总建筑面积(含地下) is the same figure; what 不含 leaves out makes it another, and (其中地下) alone
# may make it a part.
_COMMENT = re.compile(r"\((?:含|包括|包含|其中[^()0-9]*(?<![a-z])[0-9])[^()]*\)$")


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
    while (bracket := TRAILING_BRACKET.match(words)) and is_room_remark(bracket["inside"]):
        words, remark = bracket["base"], bracket["inside"]
    if before := _BUILDING_BEFORE.match(words):
        words, remark = words[before.end() :], remark or before.group()
    return words, remark


def is_room_remark(remark: str) -> bool:
    """Tell whether words behind a room's name say where it stands and nothing more."""
    bare = re.sub("(?:" + NUMBER + ")(?:m2|万m2|公顷|亩)", "", remark)
    known = bare in plan_words().room_remarks or remark in plan_words().parts
    return known or bool(remark and _PLACE.fullmatch(remark))


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


def is_room_in_general(key: str, label: str) -> bool:
    """Tell whether a label names the rooms of a facility type, and not one kind of them.

    Examples
    --------
    >>> key = "floor_area_m2.elder_care"
    >>> is_room_in_general(key, "3、养老服务用房"), is_room_in_general(key, "日间照料中心")
    (True, False)
    """
    words = bare_label(label)[0]
    return key.startswith("floor_area_m2.") and words.endswith(plan_words().rooms_in_general)


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


def bare_part(words: str) -> str:
    """Return the part that a label names and nothing else; empty for none.

    Examples
    --------
    >>> bare_part("地下部分"), bare_part("地下车库")
    ('地下', '')
    """
    found = _bare_parts().fullmatch(words)
    return found["part"] if found else ""


def is_part_key(key: str) -> bool:
    """Tell whether a fact is a part of the whole total."""
    return key in plan_words().parts.values()


def part_of(words: str) -> str:
    """Return the part that a label begins with; empty for none.

    Examples
    --------
    >>> part_of("地下车库"), part_of("住宅")
    ('地下', '')
    """
    return next((part for part in plan_words().parts if words.startswith(part)), "")


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
    return re.compile(".*(?:技术经济|经济技术)(?:总)?指标(?:一览)?表?|(?:" + words + ")+")


@lru_cache(maxsize=1)
def _bare_parts() -> re.Pattern[str]:
    parts = "|".join(map(re.escape, plan_words().parts))
    return re.compile("(?P<part>" + parts + ")(?:部分|面积|建筑面积|部分建筑面积)?")
