"""Whether what a map shows serves anybody today: open, gone, or for its owners only.

Owns the words of the life cycle: mappers leave a closed shop on the map with another value
(``shop=vacant``), a flag (``disused=yes``), another key (``disused:amenity=...``), hours that
never come (``opening_hours=off``) or a date (``end_date=2021``). Plain layers write the same in a
column of statuses.
"""

from __future__ import annotations

import datetime as dt
import re
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# A stage of life stands before a key (disused:shop=...) or is a flag of its own (disused=yes).
STAGES = (
    "abandoned",
    "closed",
    "construction",
    "demolished",
    "destroyed",
    "disused",
    "planned",
    "proposed",
    "razed",
    "removed",
    "ruins",
    "vacant",
    "was",
)
# Of these the feature may be in use: minor works, or a name that it had once.
_FLAGS = tuple(stage for stage in STAGES if stage != "was")
_ABSENT = ("demolished", "destroyed", "planned", "proposed", "razed", "removed")
_NOT_SO = frozenset(("", "no", "false", "0", "minor"))
EMPTY = frozenset(
    (
        "abandoned",
        "closed",
        "construction",
        "demolished",
        "disused",
        "empty",
        "no",
        "none",
        "planned",
        "proposed",
        "razed",
        "removed",
        "vacant",
    )
)
"""Values that say that nothing is there, such as ``shop=vacant``."""

GONE_BUILDINGS = EMPTY - {"no", "none"} | {"collapsed", "destroyed", "ruin", "ruins", "foundation"}
_NEVER_OPEN = re.compile(
    r'\s*((mo-su|24/7|00:00-24:00|ph)[\s,]*)*(off|closed)\s*("[^"]*")?[\s;]*', re.IGNORECASE
)
_IN_BRACKETS = re.compile(r"[（(\[【]([^（）()\[\]【】]*)[）)\]】]")
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_TELLING = (
    "opening_hours", "operational_status", "operating_status", "business_status", "status"
)  # fmt: skip
LIFE_CYCLE_KEYS = (*_FLAGS, *_TELLING)
"""Tags that can say that a feature serves nobody, whatever else it says."""

_STOPPED = frozenset(
    (
        "abandoned",
        "closed",
        "closed_permanently",
        "closed_temporarily",
        "construction",
        "decommissioned",
        "defunct",
        "demolished",
        "disused",
        "inactive",
        "non_operational",
        "nonoperational",
        "not_operational",
        "permanently_closed",
        "planned",
        "proposed",
        "temporarily_closed",
        "under_construction",
        "vacant",
        "歇业",
        "停业",
        "暂停营业",
        "停止营业",
        "停用",
        "停办",
        "停运",
        "关闭",
        "关停",
        "已关闭",
        "已停业",
        "已停用",
        "已停办",
        "倒闭",
        "注销",
        "已注销",
        "吊销",
        "撤销",
        "已撤销",
        "空置",
        "闲置",
        "废弃",
        "已废弃",
        "拆除",
        "已拆",
        "已拆除",
        "待拆除",
        "在建",
        "建设中",
        "施工中",
        "未建",
        "未建成",
        "未开工",
        "未开业",
        "未营业",
        "未启用",
        "未投用",
        "待建",
        "拟建",
        "筹建",
        "筹备",
        "筹备中",
        "规划",
        "规划中",
    )
)
_RUNNING = frozenset(
    (
        "active",
        "existing",
        "in_use",
        "open",
        "operating",
        "operational",
        "running",
        "使用中",
        "在业",
        "在用",
        "在营",
        "存续",
        "已启用",
        "已建",
        "已建成",
        "已投用",
        "建成",
        "开业",
        "开放",
        "正常",
        "正常使用",
        "正常营业",
        "现状",
        "营业",
        "营业中",
        "运营",
        "运营中",
        "运行",
    )
)
# What a status says in more words: 已建未投用, 预计明年开园, 施工围挡. 待定 tells nothing.
_STOPPED_WORDS = re.compile(
    "停业|停办|停用|停运|停课|停止|暂停|歇业|关闭|关停|关张|倒闭|注销|吊销|撤销|撤并|合并|空置|闲置|废弃|拆|"
    "未(?!知|定|详|填|注)|(?<![接招等期])待(?!定|查|核)|拟|筹|规划(?!保留|路|局|馆|展|院)|预留|远期|在建|建设中|施工|装修|改造中|翻新|"
    "修缮|整修|整顿|整改|搬迁|已迁|迁址|迁移|迁出|预计|计划|封闭|禁止|禁行|围挡|断头|不通|不开放|不对外"
)
_RESUMED = re.compile(
    "(?:已|完成|恢复|重新)(?:开(?!工)|通|投|启|营)|(?:装修|改造|施工|修缮)(?:完|后|竣)"
)
# What stands free, behind a name or in a remark, begins with it: 店（规划路店） is open.
_FREE_WORDS = re.compile(
    "(?:已|现|现已|正在|目前|暂|暂时|尚|仍|已建|建成)?(?:" + _STOPPED_WORDS.pattern + ")"
)
_PLACE_AT_END = re.compile("[店路街旁口部区院校站]$")
# The ground of these is for those who are enrolled or cared for, and often mapped as private.
_ENROLLED = frozenset(
    (
        "childcare",
        "clinic",
        "college",
        "hospital",
        "kindergarten",
        "nursing_home",
        "prep_school",
        "school",
        "social_facility",
        "university",
    )
)
_PRIVATE = frozenset(("private", "no"))


class Standing(Enum):
    """Whom a feature serves."""

    OPEN = "open"
    GONE = "gone"
    PRIVATE = "private"


def standing(tags: Mapping[str, str]) -> Standing:
    """Say whether a mapped facility serves the public.

    Parameters
    ----------
    tags
        Of a feature whose tags name a facility type.

    Returns
    -------
    Standing
        ``GONE`` for a flag of its life cycle (``disused=yes``, ``construction=yes``), hours that
        never come (``opening_hours=off``) or a stopped status; ``PRIVATE`` for ``access=private``
        or ``no``, apart from schools, care and health, whose ground is usually closed to others.

    Examples
    --------
    >>> standing({"amenity": "kindergarten", "disused": "yes"}).value
    'gone'
    >>> standing({"leisure": "pitch", "access": "private"}).value
    'private'
    >>> standing({"amenity": "school", "access": "private"}).value
    'open'
    """
    if is_gone(tags):
        return Standing.GONE
    if _values(tags.get("access", "")) & _PRIVATE and not _is_for_the_enrolled(tags):
        return Standing.PRIVATE
    return Standing.OPEN


def is_gone(tags: Mapping[str, str]) -> bool:
    """Say whether flags, hours or a status mark a feature as closed, empty or not built.

    Examples
    --------
    >>> is_gone({"shop": "bakery", "construction": "minor"})
    False
    >>> is_gone({"shop": "bakery", "opening_hours": 'closed "moved"'})
    True
    """
    return has_ended(tags) or any(key in tags and ends(key, tags[key]) for key in _TELLING)


def as_of(tags: dict[str, str], day: dt.date | None) -> dict[str, str]:
    """Return the tags of a feature, with a flag where its dates say that it is not there on a day.

    An ``end_date`` before the day sets ``removed=yes``, a later ``start_date`` sets
    ``planned=yes``. A year or a month counts from its first day: mappers write what has happened.
    Dates in other words (``~1950``, ``C19``) say nothing; nor do any without a day.

    Examples
    --------
    >>> as_of({"shop": "books", "end_date": "2021"}, dt.date(2026, 1, 1))["removed"]
    'yes'
    >>> as_of({"shop": "books", "start_date": "2026-07"}, dt.date(2026, 7, 1))
    {'shop': 'books', 'start_date': '2026-07'}
    """
    if day is None or not tags.keys() & {"end_date", "start_date"}:
        return tags
    end, start = _first_day(tags.get("end_date", "")), _first_day(tags.get("start_date", ""))
    if end is not None and end < day:
        return {**tags, "removed": "yes"}
    if start is not None and start > day:
        return {**tags, "planned": "yes"}
    return tags


def _first_day(text: str) -> dt.date | None:
    """Return the first day of a year, a month or a day; None for anything else."""
    found = _DATE.fullmatch(text.strip())
    try:
        return dt.date(*(int(part or 1) for part in found.groups())) if found else None
    except ValueError:  # the 31st of February
        return None


def has_ended(tags: Mapping[str, str]) -> bool:
    """Say whether a flag of the life cycle is set, such as ``disused=yes``; for any feature."""
    return any(key in tags and ends(key, tags[key]) for key in _FLAGS)


def not_there(tags: Mapping[str, str]) -> bool:
    """Say whether a thing is gone or planned, not only out of use: a gate bars nobody then."""
    return any(key in tags and ends(key, tags[key]) for key in _ABSENT)


def ends(key: str, value: str) -> bool:
    """Say whether one tag of the life cycle, of hours or of a status says that nothing is open."""
    if key == "opening_hours":
        return _NEVER_OPEN.fullmatch(value) is not None
    if key in _FLAGS:
        return value.strip().lower() not in _NOT_SO
    return status_serves(value) is False


def former_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """Return what a feature was or will be: ``disused:shop=x`` as ``shop=x``; often nothing.

    Examples
    --------
    >>> former_tags({"disused:amenity": "cafe", "shop": "books"})
    {'amenity': 'cafe'}
    """
    former = {}
    for key, value in tags.items():
        stage, colon, rest = key.partition(":")
        if colon and stage in STAGES:
            former[rest] = value
    return former


def status_serves(word: str) -> bool | None:
    """Say whether a word of a status column means open; None for a word that is not known.

    Examples
    --------
    >>> status_serves("Under construction"), status_serves("营业"), status_serves("湖北")
    (False, True, None)
    >>> status_serves("装修中"), status_serves("预计9月开园"), status_serves("装修完成，已开放")
    (False, False, None)
    """
    plain = re.sub(r"[\s\-]+", "_", word.strip().lower())
    if plain in _RUNNING:
        return True
    stopped = plain in _STOPPED or _STOPPED_WORDS.search(plain) is not None
    return False if stopped and not _RESUMED.search(plain) else None


def remark_serves(text: str) -> bool:
    """Say whether free words leave a thing open; only words that begin with its end close it.

    Examples
    --------
    >>> remark_serves("暂未开放"), remark_serves("接待散客"), remark_serves("规划路店")
    (False, True, True)
    """
    if _PLACE_AT_END.search(text.strip()) or status_serves(text) is not False:
        return True
    plain = text.strip().lower()
    return _FREE_WORDS.match(plain) is None and re.sub(r"[\s\-]+", "_", plain) not in _STOPPED


def name_serves(name: str) -> bool:
    """Say whether a name may be that of something open: its bracket may say that it is not.

    Examples
    --------
    >>> name_serves("江湾幼儿园（筹建）"), name_serves("江湾幼儿园(东区)")
    (False, True)
    """
    return all(map(remark_serves, _IN_BRACKETS.findall(name)))


def _is_for_the_enrolled(tags: Mapping[str, str]) -> bool:
    return bool(_values(tags.get("amenity", "")) & _ENROLLED) or "healthcare" in tags


def _values(text: str) -> set[str]:
    return {part.strip() for part in text.split(";")}
