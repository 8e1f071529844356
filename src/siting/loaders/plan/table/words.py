"""The words of indicator tables: which label means which fact, and what a unit is worth.

Owns the header variants and nothing about where in a table they stand. Full-width characters are
folded first (NFKC), so ㎡, m² and m2 are one unit and （㎡） is (m2).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType

from siting.loaders.plan.table.numbering import without_mark
from siting.rules.pack.facility_types import load_facility_types
from siting.rules.plan.model import SCALAR_UNITS, TYPED_UNITS

# label: unit words in a table, each with what it can measure and its worth as a ratio of integers,
# so that a mu is exactly 10000/15 m2.
_Unit = tuple[tuple[str, ...], int, int]
UNITS: MappingProxyType[str, _Unit] = MappingProxyType(
    {
        **dict.fromkeys(("m2", "平方米", "平米", "平方", "sqm", "m^2"), (("m2",), 1, 1)),
        **dict.fromkeys(("万m2", "万平方米", "万平米", "万平方", "万平"), (("m2",), 10_000, 1)),
        **dict.fromkeys(("公顷", "hm2", "ha", "h㎡"), (("m2",), 10_000, 1)),
        **dict.fromkeys(("km2", "平方公里", "平方千米"), (("m2",), 1_000_000, 1)),
        "亩": (("m2",), 10_000, 15),
        **dict.fromkeys(("户", "套", "户(套)", "套(户)", "household"), (("households",), 1, 1)),
        **dict.fromkeys(("万户", "万套"), (("households",), 10_000, 1)),
        **dict.fromkeys(("人", "persons", "名"), (("persons", "places"), 1, 1)),
        "万人": (("persons", "places"), 10_000, 1),
        **dict.fromkeys(("人/户", "人/套", "persons/household"), (("persons/household",), 1, 1)),
        "%": (("share",), 1, 100),
        **dict.fromkeys(("班", "个班", "classes"), (("classes",), 1, 1)),
        **dict.fromkeys(("床", "张", "张床", "床位", "beds"), (("beds",), 1, 1)),
        **dict.fromkeys(("托位", "个托位", "学位", "座", "places"), (("places",), 1, 1)),
        **dict.fromkeys(("处", "所", "家"), (("facilities",), 1, 1)),
        **dict.fromkeys(("个", "位"), (("spaces", "places", "facilities"), 1, 1)),
        **dict.fromkeys(("辆", "泊位", "车位", "个车位"), (("spaces",), 1, 1)),
    }
)

SCALAR_WORDS: MappingProxyType[str, str] = MappingProxyType(
    {
        "households": (
            "居住户数 居住户套数 居住套数 总户数 规划户数 规划总户数 户数 总套数 住宅套数 "
            "住宅户数 住宅总套数 住宅总户数 居住总户数 户套数"
        ),
        "population": (
            "居住人数 居住人口 规划居住人口 规划人口 总人口 人口 规划常住人口 居住总人口 "
            "居住人口数 居住总人数 规划居住人数"
        ),
        "persons_per_household": "户均人口 户均人数 平均每户人口 每户人口",
        "site_area_m2": (
            "规划净用地面积 净用地面积 总用地面积 规划用地面积 用地面积 规划总用地面积 "
            "建设用地面积 规划建设用地面积 总建设用地面积 用地总面积 居住区用地面积 "
            "居住区规划总用地"
        ),
        "total_floor_area_m2": "总建筑面积 规划总建筑面积 建筑总面积 总建面",
        "above_ground_floor_area_m2": "地上总建筑面积 地上建筑面积 地上部分建筑面积 地上面积",
        "underground_floor_area_m2": (
            "地下建筑面积 地下总建筑面积 地下室主楼建筑面积 地下室建筑面积 地下部分建筑面积"
        ),
        "far_floor_area_m2": (
            "地上计容建筑面积 计容建筑面积 计容总建筑面积 总计容建筑面积 计入容积率建筑面积 "
            "计算容积率建筑面积 计容面积 计容积率建筑面积"
        ),
        "non_far_floor_area_m2": (
            "不计容建筑面积 非计容建筑面积 不计容总建筑面积 不计入容积率建筑面积 不计容面积"
        ),
        "residential_floor_area_m2": (
            "住宅建筑面积 住宅总建筑面积 住宅 住宅面积 居住建筑面积 其中住宅 住宅建筑 "
            "地上住宅建筑面积 住宅计容建筑面积"
        ),
        "public_floor_area_m2": (
            "公建面积 公建建筑面积 公共建筑面积 配套公建面积 配套公建建筑面积 公建 配套公建 "
            "公共服务设施建筑面积 公共配套建筑面积 配套公共建筑面积 公共服务设施"
        ),
        "other_floor_area_m2": "其他建筑面积 其它建筑面积 其他 其它",
        "stilt_floor_area_m2": (
            "架空部分建筑面积 架空部分建筑面积非计容 架空部分建筑面积不计容 架空层建筑面积 "
            "架空建筑面积 架空面积 架空层面积 架空层"
        ),
        "footprint_m2": "建筑基底面积 建筑基底总面积 基底面积 建筑占地面积 建筑基地面积",
        "floor_area_ratio": "容积率 总容积率 平均容积率 规划容积率",
        "building_density_share": "建筑密度 建筑覆盖率 总建筑密度 建筑净密度",
        "green_share": "绿地率 绿化率 总绿地率",
        "parking_spaces": (
            "机动车停车位 机动车停车数 机动车停车位数 机动车位 停车位 机动车停车泊位 总停车位 "
            "机动车泊位 机动车停车泊位数 停车泊位"
        ),
        "bicycle_spaces": (
            "非机动车停车位 非机动车停车数 非机动车停车位数 非机动车位 非机动车停车泊位"
        ),
    }
)

# Words of indicator tables beyond those that every source uses (rules/facility-types.yaml).
_MORE_FACILITY_WORDS: MappingProxyType[str, str] = MappingProxyType(
    {
        "elder_care": (
            "社区养老用房 居家养老服务用房 居家养老用房 社区居家养老服务用房 老年服务用房"
        ),
        "childcare": "托育服务用房 托育设施 社区托育 社区托育用房 托育服务中心",
        "kindergarten": "幼托",
        "sport": (
            "室内健身 室外体育场地 体育活动场地 室内体育健身设施 室外健身设施 室外体育健身场地 "
            "体育用房 体育活动用房 健身用房 全民健身设施 室内健身设施"
        ),
        "reading_room": "公共阅读用房",
        "community_service": "社区配套用房 社区综合服务 社区综合服务中心 社区办公用房",
        "commerce": "商业服务用房 商业设施 底层商业 商业总 商业裙房",
        "children_activity": "儿童游乐场地",
        "cultural_station": "文化活动用房",
    }
)

# What a label says about its quantity when the facility's own name is taken off.
_TAILS: tuple[tuple[str, str], ...] = (
    ("总建筑面积", "floor_area_m2"),
    ("建筑面积", "floor_area_m2"),
    ("用地面积", "land_area_m2"),
    ("占地面积", "land_area_m2"),
    ("场地面积", "land_area_m2"),
    ("床位数", "beds"),
    ("托位数", "places"),
    ("学位数", "places"),
    ("座位数", "places"),
    ("班级数", "classes"),
    ("班数", "classes"),
    ("床位", "beds"),
    ("托位", "places"),
    ("学位", "places"),
    ("座位", "places"),
    ("规模", ""),
    ("数量", "count"),
    ("用地", "land_area_m2"),
    ("面积", "floor_area_m2"),
)
_ONLY_WHAT = frozenset(tail for tail, hint in _TAILS if hint and tail != "总建筑面积")
_WHOLE_PLAN = re.compile(
    r".*(?:技术经济|经济技术)(?:总)?指标(?:一览)?表?|"
    r"(?:总体|总|规划|项目|工程|主要|综合|技术|经济|指标|概况|基本|情况|数据|信息|规模|用地|土地|使用|建设|"
    r"建筑|面积|小区|居住区|居住小区|住区|地块|全区|整体|本|一览|表|设计|方案|平衡|汇总|统计|开发|强度|"
    r"及|和|与|的)+"
)
_LAND_WORDS = ("场地", "室外", "用地", "公园", "绿地", "游园")
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
_PREFIXES = (
    "其中",
    "新建",
    "配建",
    "小区",
    "规划",
    "地上",
    "地下",
    "计容",
    "不计容",
    "社区",
    "配套",
)

_NUMBER = r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?|[+-]?\.[0-9]+"
_QUANTITY = re.compile(
    rf"(?P<about>约|约为|≥|≤|>|<|>=|<=|不小于|不大于|不少于)?(?P<number>{_NUMBER})(?P<unit>.*)"
)
_TRAILING_BRACKET = re.compile(r"^(?P<base>.+?)[(\[](?P<inside>[^()\[\]]*(?:\([^()]*\))?)[)\]]$")
_FOOTNOTE_MARK = re.compile(r"(?:[*†#]+|\[?注?[0-9]{1,2}\]?)$")
# Behind a number, digits alone are digits: 340* and 340[1] and 340注1, but never 3401.
_MARK_OF_NUMBER = re.compile(
    r"(?<=[^*†#])(?:[*†‡#]+|\[注?[0-9]{1,2}\]|注[0-9]{0,2}|\(注[0-9]{0,2}\))$"
)
# NFKC would make 12501 of 1250① and 3402 of 340²; the ² of m² is a unit's.
_RAISED_DIGIT = re.compile(
    r"[\u2460-\u249b\u24ea-\u24ff\u2776-\u2793\u3251-\u325f]|(?<![Mm米])[\u00b2\u00b3\u00b9\u2070-\u2079]"
)
_REMARK = re.compile(r"(?P<number>.+?)(?P<remark>\([^()]+\)|\[[^\[\]]+\])$")
# 总建筑面积(含地下) is the same figure; what 不含 leaves out makes it another.
_COMMENT = re.compile(r"\(含[^()]*\)$")
_OF_WHICH = re.compile(r"^(?:其中|含|包括|包含)[:,]?")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with the unit written beside it; `about` keeps a ≥ or 约."""

    number: Decimal
    unit: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """A label taken apart: its words, its unit, the quantities and whether it is a 其中 row."""

    words: str
    unit: str = ""
    quantities: tuple[Quantity, ...] = ()
    of_which: bool = False


def fold(text: str) -> str:
    """Fold full-width forms, drop every space and the raised or circled digits of footnotes.

    Examples
    --------
    >>> fold("总 建筑面积（万㎡）"), fold("1250①")
    ('总建筑面积(万m2)', '1250')
    """
    return "".join(unicodedata.normalize("NFKC", _RAISED_DIGIT.sub("", text)).split())


def is_unit(text: str) -> bool:
    """Tell whether a text is nothing but a unit.

    Examples
    --------
    >>> is_unit("万㎡"), is_unit("(户)"), is_unit("住宅")
    (True, True, False)
    """
    return unit_word(text) != ""


def unit_word(text: str) -> str:
    """Return the known unit that a text is, without brackets and the word 单位; else empty."""
    word = fold(text).strip("()[]").removeprefix("单位").lstrip(":").replace("M2", "m2")
    return word if word in UNITS else word.lower() if word.lower() in UNITS else ""


def in_base_unit(number: Decimal, unit: str) -> Decimal:
    """Convert a number in a known unit to m2, households, persons or a share.

    Examples
    --------
    >>> in_base_unit(Decimal("16.8"), "万m2"), in_base_unit(Decimal(3), "亩")
    (Decimal('168000.0'), Decimal('2000'))
    """
    if not unit:
        return number
    _, times, per = UNITS[unit]
    return number * times / per


def measures(unit: str) -> tuple[str, ...]:
    """Return what a known unit can measure; nothing for no unit."""
    return UNITS[unit][0] if unit else ()


def quantity_of(text: str) -> Quantity | None:
    """Read a number with or without a unit; None where the text is anything else.

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
    unit = found["unit"].strip("()[]")
    if unit and not (unit := unit_word(unit)):
        return None
    return Quantity(Decimal(found["number"].replace(",", "")), unit, found["about"] or "")


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
    known = tuple(part for part in parts if part and part.unit)
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
    words = fold(without_mark(text))
    of_which = bool(_OF_WHICH.match(words))
    words = fold(without_mark(_OF_WHICH.sub("", words))).rstrip(":")
    unit = ""
    quantities: tuple[Quantity, ...] = ()
    words = _without_footnote(words)
    while bracket := _TRAILING_BRACKET.match(words):
        inside = bracket["inside"]
        if unit_word(inside):
            unit = unit_word(inside)
        elif quantities_of(inside):
            quantities = quantities_of(inside)
        else:
            break
        words = bracket["base"]
    if not unit and "/" in words:
        base, _, tail = words.partition("/")
        words, unit = (base, unit_word(tail)) if unit_word(tail) else (words, "")
    return Label(_without_footnote(words), unit, tuple(quantities), of_which)


def _without_footnote(words: str) -> str:
    """Take off a footnote's mark; the 2 of m2 is none."""
    return words if words.endswith("m2") else _FOOTNOTE_MARK.sub("", words) or words


@lru_cache(maxsize=8192)
def key_of(words: str, unit: str = "") -> str:
    """Return the fact that a label names, given the unit beside it; empty where none is known.

    Examples
    --------
    >>> key_of("居住户(套)数", "户"), key_of("养老服务用房建筑面积"), key_of("幼儿园", "班")
    ('households', 'floor_area_m2.elder_care', 'classes.kindergarten')
    >>> key_of("总建筑面积", "人")
    ''
    """
    plain = _plain(_COMMENT.sub("", words))
    key = _own_key(words) or _SCALARS.get(plain, "") or _typed_key(plain, unit)
    return key if key and _fits(key, unit) else ""


def key_below(facility_type: str, words: str, unit: str = "") -> str:
    """Return the fact that a label names below the name of a facility type; empty for none.

    Examples
    --------
    >>> key_below("elder_care", "用地面积", "m2"), key_below("kindergarten", "班数")
    ('land_area_m2.elder_care', 'classes.kindergarten')
    >>> key_below("elder_care", "绿地率", "%")
    ''
    """
    plain = _plain(_COMMENT.sub("", words))
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
    return _plain(_COMMENT.sub("", words)) in _ONLY_WHAT


def is_of_whole_plan(words: str) -> bool:
    """Tell whether a heading speaks of the whole plan, as 规划总指标 and 总建筑面积 do.

    Examples
    --------
    >>> is_of_whole_plan("项目概况"), is_of_whole_plan("居住用地"), is_of_whole_plan("江湾站房")
    (True, False, False)
    """
    plain = _plain(_COMMENT.sub("", words))
    whole = key_of(words) in ("site_area_m2", "total_floor_area_m2")
    return whole or bool(_WHOLE_PLAN.fullmatch(plain))


def _own_key(words: str) -> str:
    """Know the names that siting itself uses, such as floor_area_m2.elder_care."""
    quantity, dot, facility_type = words.partition(".")
    typed = dot and quantity in TYPED_UNITS and facility_type in load_facility_types()
    return words if typed or words in SCALAR_UNITS else ""


def _typed_key(plain: str, unit: str) -> str:
    for base, hint in _bases(plain):
        if base in _facilities():
            return f"{_quantity(plain, hint, unit)}.{_facilities()[base]}"
    return ""


def _bases(plain: str) -> list[tuple[str, str]]:
    """Return the names a label may hold, the fullest first, with what its tail says."""
    names = [plain]
    for prefix in _PREFIXES:
        names += [name.removeprefix(prefix) for name in list(names) if name.startswith(prefix)]
    found = [(name, "") for name in names]
    for tail, hint in _TAILS:
        found += [(name.removesuffix(tail), hint) for name in names if name.endswith(tail)]
    return found


def _quantity(plain: str, hint: str, unit: str) -> str:
    """Choose the quantity: the unit decides between area and number, the words between lands."""
    by_unit = next(
        (_QUANTITY_OF_UNIT[each] for each in measures(unit) if each in _QUANTITY_OF_UNIT), ""
    )
    if unit and by_unit != "floor_area_m2":
        return by_unit or "none"
    if hint and hint != "count":
        # A ㎡ meant for the column's areas does not make an area of 班数.
        return hint if not unit or hint.endswith("_m2") else "none"
    outdoors = any(word in plain for word in _LAND_WORDS)
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


_SCALARS = {word: key for key, words in SCALAR_WORDS.items() for word in words.split()}


@lru_cache(maxsize=1)
def _facilities() -> dict[str, str]:
    """Return the facility type that each word means, written as labels are looked up."""
    types = load_facility_types()
    words = {
        _plain(fold(word)): code
        for code, each in types.types.items()
        for word in (each.title.zh, *each.words)
    }
    more = {word: code for code, text in _MORE_FACILITY_WORDS.items() for word in text.split()}
    return {**more, **words}


def _plain(words: str) -> str:
    return re.sub(r"[()\[\]:/、,.]", "", words)
