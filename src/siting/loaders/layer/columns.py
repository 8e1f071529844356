"""Which column of a layer is which column of the table contract.

Owns the names that Chinese and English layers use, the units in their headers, and the messages
about columns that are missing, ambiguous or misspelt.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from siting.errors import LoadError
from siting.loaders.layer.numbers import Quantity, half_width, is_unit, unit_factor, units_of

if TYPE_CHECKING:
    from siting.tables import DataReport


@dataclass(frozen=True, slots=True)
class Field:
    """A column of the table contract and the headers it is found under, best first."""

    name: str
    quantity: Quantity | None
    headers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A field found in a layer: the layer's column, and the factor of the unit in its header."""

    column: str
    factor: float = 1.0
    unit: str = ""


_NAME = ("name", "名称", "项目名称", "名字", "title")
_ID = (
    "id",
    "编号",
    "编码",
    "代码",
    "标识码",
    "唯一编码",
    "序号",
    "fid",
    "objectid",
    "gid",
    "osm_id",
)
# Headers of standards.md section 8 first, then those of open data and of earlier surveys.
_HOUSEHOLDS = (
    "households",
    "规划总户数",
    "总户数",
    "居住户数",
    "居住户(套)数",
    "规划户数",
    "户数",
    "户数量",
    "住户数",
    "家庭户数",
    "户(套)数",
    "总套数",
    "套数",
    "household",
    "hh",
)
_POPULATION = (
    "population",
    "常住人口",
    "居住人口",
    "居住人数",
    "规划居住人口",
    "规划常住人口",
    "总人口",
    "人口数",
    "人口数量",
    "人口",
    "总人数",
    "pop",
    "persons",
    "residents",
)
_ELDERLY = (
    "elderly",
    "老年人口",
    "老年人数",
    "老年人口数",
    "老年人",
    "老人数",
    "老人数量",
    "60岁以上人口",
    "60岁及以上人口",
    "60岁以上",
    "60岁以上老年人口",
    "pop_60plus",
)
_CHILDREN = (
    "children",
    "婴幼儿数",
    "婴幼儿人口",
    "婴幼儿",
    "0-3岁人口",
    "3岁以下人口",
    "3岁以下婴幼儿",
    "0-3岁婴幼儿",
)
_FLOOR_AREA = (
    "floor_area_m2",
    "建筑面积",
    "总建筑面积",
    "规划总建筑面积",
    "住宅建筑面积",
    "floor_area",
    "gfa",
    "build_floor_area",
)
_LAND_AREA = ("land_area_m2", "用地面积", "占地面积", "土地面积", "land_area", "site_area")
_STATUS = (
    "status",
    "营业状态",
    "经营状态",
    "运营状态",
    "运行状态",
    "使用状态",
    "建设状态",
    "设施状态",
    "道路状态",
    "当前状态",
    "状态",
    "business_status",
    "operational_status",
    "operating_status",
)
_ROAD_CLASS = (
    "highway",
    "fclass",
    "道路等级",
    "道路类型",
    "道路级别",
    "道路类别",
    "road_class",
    "roadclass",
    "road_type",
)
_CAPACITY = (
    "capacity",
    "服务能力",
    "容量",
    "床位数",
    "床位",
    "托位数",
    "托位",
    "学位数",
    "学位",
    "座位数",
    "beds",
    "places",
)


def _fields(*rows: tuple[str, Quantity | None, tuple[str, ...]]) -> tuple[Field, ...]:
    return tuple(Field(*row) for row in rows)


RESIDENTIAL_FIELDS = _fields(
    ("home_id", None, ("home_id", "小区编号", "楼栋编号", "小区编码", "楼栋编码", *_ID)),
    ("name", None, ("小区名称", "小区名", "小区", "楼栋名称", "楼盘名称", "楼名", *_NAME)),
    ("households", "households", _HOUSEHOLDS),
    ("population", "persons", _POPULATION),
    ("elderly", "persons", _ELDERLY),
    ("children", "persons", _CHILDREN),
    ("floor_area_m2", "area", _FLOOR_AREA),
)
FACILITY_FIELDS = _fields(
    ("facility_id", None, ("facility_id", "设施编号", "设施编码", *_ID)),
    ("name", None, ("设施名称", "机构名称", "单位名称", *_NAME, "name_poi")),
    (
        "facility_type",
        None,
        (
            "facility_type",
            "设施类型",
            "设施类别",
            "类别",
            "类型",
            "分类",
            "种类",
            "category",
            "type",
        ),
    ),
    ("floor_area_m2", "area", _FLOOR_AREA),
    ("land_area_m2", "area", _LAND_AREA),
    ("capacity", "places", _CAPACITY),
    ("status", None, _STATUS),
)
SITE_FIELDS = _fields(
    ("site_id", None, ("site_id", "地块编号", "地块编码", "候选点编号", *_ID)),
    ("name", None, ("地块名称", "候选点名称", *_NAME)),
    ("cost", "money", ("cost", "造价", "投资", "总投资", "投资额", "成本", "费用", "建设费用")),
    ("floor_area_m2", "area", _FLOOR_AREA),
    ("capacity", "places", _CAPACITY),
)
AREA_FIELDS = _fields(
    (
        "area_id",
        None,
        ("area_id", "社区编码", "社区代码", "行政区划代码", "区划代码", "adcode", *_ID),
    ),
    (
        "name",
        None,
        ("社区名称", "街道名称", "社区", "街道", "行政区", "区县", "乡镇", *_NAME),
    ),
    ("level", None, ("level", "级别", "层级")),
    ("population", "persons", _POPULATION),
    ("households", "households", _HOUSEHOLDS),
)
STREET_FIELDS = _fields(
    ("street_id", None, ("street_id", "道路编号", "道路编码", *_ID)),
    ("from_node", None, ("from_node", "fnode", "起点", "起始节点", "u")),
    ("to_node", None, ("to_node", "tnode", "终点", "终止节点", "v")),
    ("highway", None, _ROAD_CLASS),
    ("name", None, ("道路名称", "路名", *_NAME)),
    ("oneway", None, ("oneway", "单向", "单行")),
    ("status", None, _STATUS),
)
ENTRANCE_FIELDS = _fields(
    (
        "subject_id",
        None,
        (
            "subject_id",
            "home_id",
            "facility_id",
            "小区编号",
            "设施编号",
            "所属编号",
            "所属小区编号",
        ),
    ),
)
LONGITUDE = Field(
    "longitude",
    "degrees",
    (
        "longitude",
        "经度",
        "lon",
        "lng",
        "long",
        "东经",
        "x",
        "东坐标",
        "横坐标",
        "x坐标",
        "easting",
    ),
)
LATITUDE = Field(
    "latitude",
    "degrees",
    ("latitude", "纬度", "lat", "北纬", "y", "北坐标", "纵坐标", "y坐标", "northing"),
)

_IN_BRACKETS = re.compile(r"^(?P<name>.+?)\s*[(\[【](?P<unit>[^()\[\]【】]+)[)\]】]$")
_AFTER_MARK = re.compile(r"^(?P<name>.+?)\s*[/_:,\s-]\s*(?P<unit>[^/_:,\s-]+)$")
# A dbf keeps ten bytes of a field's name, which is five Chinese characters in GBK.
_CUT_BYTES = (9, 10)


def match_columns(
    headers: Sequence[str],
    fields: Sequence[Field],
    *,
    declared: Mapping[str, str | None] | None = None,
    subject: str,
    report: DataReport,
) -> dict[str, Match]:
    """Find the fields of a table among the columns of a layer.

    Parameters
    ----------
    headers
        Column names of the layer.
    fields
        What is looked for.
    declared
        Field -> column, as a person wrote it; it wins over what would be found. None for a
        column says: the layer has none, do not look.

    Returns
    -------
    dict
        Field -> match, for the fields that were found. No column is used for two fields unless
        it was declared so.

    Raises
    ------
    LoadError
        Declared fields or columns that do not exist (the nearest is named), a header with a unit
        of another quantity.

    Examples
    --------
    >>> from siting.tables import DataReport
    >>> found = match_columns(
    ...     ["小区名称", "户数（户）", "建筑面积(万㎡)"],
    ...     RESIDENTIAL_FIELDS, subject="a.shp", report=DataReport(),
    ... )
    >>> found["floor_area_m2"]
    Match(column='建筑面积(万㎡)', factor=10000.0, unit='万m2')
    """
    wanted = _declared_matches(headers, fields, declared or {}, subject)
    skip = {field for field, column in (declared or {}).items() if column is None}
    used = {match.column for match in wanted.values()}
    for field in fields:
        if field.name in wanted or field.name in skip:
            continue
        free = [header for header in headers if header not in used]
        match = _find(free, field, subject)
        if match is not None:
            wanted[field.name] = match
            used.add(match.column)
    _note_matches(wanted, declared or {}, subject, report)
    return wanted


def split_unit(header: str) -> tuple[str, str]:
    """Split a header into its name and its unit; the unit is empty where there is none.

    Examples
    --------
    >>> split_unit("建筑面积（万㎡）")
    ('建筑面积', '万m2')
    >>> split_unit("居住户(套)数")
    ('居住户(套)数', '')
    """
    plain = half_width(header)
    for pattern in (_IN_BRACKETS, _AFTER_MARK):
        found = pattern.match(plain)
        if found and is_unit(found["unit"].removeprefix("单位:").removeprefix("单位")):
            return found["name"], found["unit"].removeprefix("单位:").removeprefix("单位")
    return plain, ""


def header_score(cells: Iterable[object], fields: Sequence[Field], exact: Sequence[str]) -> int:
    """Count the different cells of a row that are headers of these fields or these exact names.

    Examples
    --------
    >>> header_score(["名称", "经度", "纬度"], [LONGITUDE, LATITUDE], [])
    2
    """
    known = {_key(name) for field in fields for name in field.headers} | set(map(_key, exact))
    texts = {cell for cell in cells if isinstance(cell, str)}
    return sum(bool({_key(text), _key(split_unit(text)[0])} & known) for text in texts)


def require_columns(
    headers: Sequence[str],
    matches: Mapping[str, Match],
    required: Iterable[Field],
    *,
    subject: str,
) -> None:
    """Raise one error that names every required field a layer lacks.

    Raises
    ------
    LoadError
        With the columns the layer has, and the nearest of them.
    """
    missing = [field for field in required if field.name not in matches]
    if not missing:
        return
    names = [field.name for field in missing]
    hints = [_hint(headers, field) for field in missing]
    raise LoadError(
        f"{subject} lacks {_listed(names)}; it has the columns {list(headers)}. {' '.join(hints)}"
    )


def _hint(headers: Sequence[str], field: Field) -> str:
    near = _nearest(headers, field.headers)
    example = near or "the column's name"
    told = f"The nearest to '{field.name}' is '{near}'. " if near else ""
    if field in (LONGITUDE, LATITUDE):
        return f"{told}Write {field.name}: {example}."
    return f"{told}Write columns: {{{field.name}: {example}}}."


def _listed(names: Sequence[str]) -> str:
    quoted = [f"'{name}'" for name in names]
    return f"the column {quoted[0]}" if len(quoted) == 1 else f"the columns {', '.join(quoted)}"


def _nearest(headers: Sequence[str], names: Sequence[str]) -> str | None:
    best, best_score = None, 0.5
    for header in headers:
        plain = _key(header)
        score = max(difflib.SequenceMatcher(None, plain, _key(name)).ratio() for name in names)
        if score > best_score:
            best, best_score = header, score
    return best


def _key(header: str) -> str:
    return re.sub(r"[\s_]+", "", half_width(header).casefold())


def _find(headers: Sequence[str], field: Field, subject: str) -> Match | None:
    """Return the first header in the field's own order of preference."""
    split = {header: split_unit(header) for header in headers}
    for name in field.headers:
        for header, (plain, unit) in split.items():
            if _key(name) in (_key(header), _key(plain)):
                return _with_unit(header, unit, field, subject)
    cut = next((header for header in headers if _is_cut(header, field.headers)), None)
    return None if cut is None else Match(cut)


def _is_cut(header: str, names: Sequence[str]) -> bool:
    length = {len(header.encode("utf-8")), len(header.encode("gb18030"))}
    return bool(length & set(_CUT_BYTES)) and any(
        _key(name).startswith(_key(header)) and _key(name) != _key(header) for name in names
    )


def _with_unit(header: str, unit: str, field: Field, subject: str) -> Match:
    if not unit or field.quantity is None:
        return Match(header)
    factor = unit_factor(unit, field.quantity)
    if factor is None:
        raise LoadError(
            f"{subject}: the column '{header}' is in {unit}, which is no unit of {field.name}. "
            f"Known are {list(units_of(field.quantity))}. Rename the column, or write "
            f"columns: {{{field.name}: null}} to leave it out."
        )
    return Match(header, factor, unit)


def _declared_matches(
    headers: Sequence[str],
    fields: Sequence[Field],
    declared: Mapping[str, str | None],
    subject: str,
) -> dict[str, Match]:
    known = {field.name: field for field in fields}
    by_key = {_key(header): header for header in headers}
    matches: dict[str, Match] = {}
    for name, column in declared.items():
        if name not in known:
            raise LoadError(_unknown_field(name, list(known), subject))
        if column is None:
            continue
        header = column if column in headers else by_key.get(_key(column))
        if header is None:
            raise LoadError(_unknown_column(name, column, headers, subject))
        matches[name] = _with_unit(header, split_unit(header)[1], known[name], subject)
    return matches


def _unknown_field(name: str, known: Sequence[str], subject: str) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    return f"{subject}: columns: names '{name}', but this layer's columns are {list(known)}.{hint}"


def _unknown_column(name: str, column: str, headers: Sequence[str], subject: str) -> str:
    near = _nearest(headers, [column])
    hint = f" The nearest is '{near}'." if near else ""
    return (
        f"{subject} lacks the column '{column}' that columns: names for '{name}'; it has "
        f"{list(headers)}.{hint}"
    )


def _note_matches(
    matches: Mapping[str, Match],
    declared: Mapping[str, str | None],
    subject: str,
    report: DataReport,
) -> None:
    found = {
        name: match
        for name, match in matches.items()
        if name not in declared and match.column != name
    }
    if found:
        pairs = ", ".join(
            f"{name} from '{match.column}'" + (f" x {match.factor:g}" if match.factor != 1 else "")
            for name, match in found.items()
        )
        details = {"columns": {name: [match.column, match.factor] for name, match in found.items()}}
        report.add(subject, "info", "columns-recognised", pairs, count=len(found), details=details)
