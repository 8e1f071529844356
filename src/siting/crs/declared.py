"""What a declared coordinate reference system means.

Owns the reading of the `crs:` that a person wrote or a file carries: anything that PROJ knows,
the Chinese names of the common systems, and GCJ-02 / BD-09, which PROJ does not know because they
are no datum. City grids whose parameters are not public are refused with an explanation.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

import pyproj

from siting.boundary import reading
from siting.crs.transformers import transformer_between
from siting.errors import CRSError
from siting.message import Message, message

Reading = Literal["WGS 84", "GCJ-02", "BD-09"]
READINGS: tuple[Reading, ...] = ("WGS 84", "GCJ-02", "BD-09")


_GCJ02 = frozenset(
    {"gcj02", "gcj", "gcj02ll", "mars", "amap", "autonavi", "tencent", "高德", "腾讯"}
    | {"火星坐标", "火星坐标系", "国测局坐标", "国测局坐标系", "高德坐标", "高德坐标系"}
    | {"腾讯坐标", "腾讯坐标系"}
)
_BD09 = frozenset({"bd09", "bd09ll", "baidu", "百度", "百度坐标", "百度坐标系", "百度经纬度"})
_NAMES = {
    "wgs84": "EPSG:4326",
    "wgs1984": "EPSG:4326",
    "gps": "EPSG:4326",
    "cgcs2000": "EPSG:4490",
    "国家2000": "EPSG:4490",
    "大地2000": "EPSG:4490",
    "国家大地2000": "EPSG:4490",
    "2000国家大地坐标系": "EPSG:4490",
    "国家2000坐标系": "EPSG:4490",
    "xian80": "EPSG:4610",
    "xian1980": "EPSG:4610",
    "西安80": "EPSG:4610",
    "西安1980": "EPSG:4610",
    "西安80坐标系": "EPSG:4610",
    "beijing54": "EPSG:4214",
    "beijing1954": "EPSG:4214",
    "北京54": "EPSG:4214",
    "北京1954": "EPSG:4214",
    "北京54坐标系": "EPSG:4214",
}
# Named after a city or said to be local: 武汉2000, 上海城建坐标系, 天津90, 重庆独立坐标系 ...
_LOCAL = re.compile(
    r"独立坐标|地方坐标|城建坐标|城市坐标|城市独立|地方独立"
    r"|^[\u4e00-\u9fff]{2,4}(市)?(2000|1990|90|城建|独立|地方)(坐标系?)?$"
    r"|^(wuhan|shanghai|beijing|guangzhou|shenzhen|tianjin|chongqing|nanjing|hangzhou|chengdu)"
    r"(2000|90|local)$"
)


@dataclass(frozen=True, slots=True)
class SourceCRS:
    """The system in which the numbers of a layer are written.

    Parameters
    ----------
    crs
        As PROJ knows it, horizontal only; EPSG:4326 where the reading is GCJ-02 or BD-09.
    reading
        ``GCJ-02`` or ``BD-09`` where degrees carry that offset, otherwise ``WGS 84``: the numbers
        are what ``crs`` says.
    """

    crs: pyproj.CRS
    reading: Reading = "WGS 84"

    @property
    def label(self) -> str:
        """The name to use in messages.

        Examples
        --------
        >>> parse_crs("gcj02", subject="poi.csv").label
        'GCJ-02'
        """
        return crs_label(self.crs) if self.reading == "WGS 84" else self.reading


def parse_crs(declared: object, *, subject: str) -> SourceCRS:
    """Return the system that a declaration names.

    Parameters
    ----------
    declared
        ``EPSG:4547``, ``4547``, WKT, PROJJSON, a name that PROJ knows, a pyproj CRS, ``GCJ-02``,
        ``BD-09`` or a usual Chinese name such as ``西安80``. Case, spaces and hyphens of the names
        do not matter.
    subject
        The layer, for messages.

    Raises
    ------
    CRSError
        Unknown names, city grids without public parameters (``武汉2000``), local engineering
        systems, geocentric or vertical systems, Baidu's Mercator metres.

    Examples
    --------
    >>> parse_crs("EPSG:4547", subject="a.shp").crs.to_epsg()
    4547
    >>> parse_crs("百度", subject="poi.csv").reading
    'BD-09'
    """
    if isinstance(declared, SourceCRS):
        return declared
    name = _plain(declared) if isinstance(declared, str) else ""
    if name in _GCJ02:
        return SourceCRS(_proj("EPSG:4326", subject), "GCJ-02")
    if name in _BD09:
        return SourceCRS(_proj("EPSG:4326", subject), "BD-09")
    _refuse_unusable_names(name, declared, subject)
    return SourceCRS(_horizontal(_proj(_NAMES.get(name, declared), subject), subject))


def crs_label(crs: pyproj.CRS) -> str:
    """Return ``EPSG:4547`` where the system has a code, otherwise its name.

    Examples
    --------
    >>> crs_label(parse_crs(4326, subject="x").crs)
    'EPSG:4326'
    """
    code = crs.to_authority(min_confidence=70)
    return ":".join(code) if code else str(crs.name)


def _plain(text: str) -> str:
    """Half-width, lower case, without the spaces and dashes that people vary."""
    half_width = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\s_\-]+", "", half_width)


def _refuse_unusable_names(name: str, declared: object, subject: str) -> None:
    if name in ("bd09mc", "百度墨卡托"):
        raise CRSError(message("crs.baidu_mercator", subject=subject, declared=str(declared)))
    if _LOCAL.search(name) and name not in _NAMES:
        raise CRSError(message("crs.local_grid", subject=subject, declared=str(declared)))


def _proj(declared: object, subject: str) -> pyproj.CRS:
    def told(_: Message | str) -> Message:
        return message("crs.unknown", subject=subject, declared=str(declared)[:200])

    with reading(subject, told=told, error=CRSError):
        return pyproj.CRS.from_user_input(declared)


def _horizontal(crs: pyproj.CRS, subject: str) -> pyproj.CRS:
    """Drop heights and attached shifts; refuse what has no horizontal position on the Earth."""
    if crs.is_bound and crs.source_crs is not None:
        crs = crs.source_crs
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    crs = crs.to_2d()
    if not (crs.is_geographic or crs.is_projected):
        raise CRSError(message("crs.not_tied", subject=subject, name=crs.name, kind=crs.type_name))
    _check_way_to_degrees(crs, subject)
    return crs


def _check_way_to_degrees(crs: pyproj.CRS, subject: str) -> None:
    """Raise where PROJ parses a system but cannot use it, as one of an unknown projection."""

    def told(said: Message | str) -> Message:
        return message("crs.no_way", subject=subject, name=crs.name, error=said)

    with reading(subject, told=told, error=CRSError):
        # In two steps, since PROJ takes long to go from one datum to another: once for all layers.
        own = crs.geodetic_crs or pyproj.CRS("EPSG:4326")
        transformer_between(crs, own).transform(0.0, 0.0)
        transformer_between(own, "EPSG:4326").transform(0.0, 0.0)
