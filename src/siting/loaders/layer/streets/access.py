"""Streets of a line layer that nobody may walk: by their class, their tags or their status.

Owns the classes of roads in words that are not OpenStreetMap's. What OpenStreetMap's words mean
is decided in `siting.loaders.osm.walking`, so that a layer and the map it came from are read alike.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting.errors import LoadError
from siting.loaders.layer.columns.statuses import out_of_service
from siting.loaders.osm.walking import PRIVATE_WORD, SQUARES, access_word, walk_access
from siting.message import Given, message

if TYPE_CHECKING:
    from collections.abc import Collection

    import geopandas as gpd
    from numpy.typing import NDArray

    from siting.data_report import LayerReport

_ACCESS_TAGS = ("foot", "access")
_CLASS_TAGS = ("highway", "sidewalk", "sidewalk:left", "sidewalk:right", "sidewalk:both",
               "motorroad")  # fmt: skip
# Classes in other words than OpenStreetMap's, first match first: a road beside an expressway is
# walked, a planned or unfinished one is not, whatever it will be.
_CLASSES = (
    (re.compile("在建|施工|规划|拟建|未建|待建|under_construction|planned"), "construction"),
    (re.compile("辅路|辅道|人行|步行|慢行|非机动"), "service"),
    (re.compile("高速|freeway|interstate|motorway"), "motorway"),
    (re.compile("匝道|on_?ramp|off_?ramp"), "motorway_link"),
    (re.compile("快速|expressway"), "trunk"),
    (re.compile("铁路|轨道|轻轨|地铁|公交专用|railway|subway|busway"), "busway"),
)
# Columns that say whether a street is open to traffic, and what says that it is not. Words about
# cars alone shut nobody out, nor does 通车 = 否 on a path that cars never use.
_OPENINGS = ("是否通车", "是否通行", "是否开通", "能否通行", "通车情况", "通行情况", "通行")
_SHUT = re.compile(
    r"^(?:否|no|n|false|0(?:\.0)?)$|^(?!.*(?:机动车|货车|车辆)).*(?:未|禁|不|封|断|停)"
)
_FOR_WALKERS = re.compile("步行|人行|慢行|footway|path|pedestrian|steps")
_OPEN_CLASS = "road"
_SQUARE_CLASS = re.compile("广场|步行|人行|慢行|plaza|square")


def open_streets(
    streets: gpd.GeoDataFrame,
    *,
    private_streets: str,
    report: LayerReport,
    tags: Collection[str] = _ACCESS_TAGS,
    status: str | None = None,
) -> gpd.GeoDataFrame:
    """Leave out the streets that nobody may walk.

    Parameters
    ----------
    streets
        STREETS with the layer's further columns.
    private_streets
        ``residents`` keeps private streets, ``exclude`` leaves them out too.
    tags
        Columns to believe. Graphs of OSMnx keep ``access`` without ``foot``, which may overrule
        it; of them only ``foot`` is believed.
    status
        The column that says whether a street is in use or still being built; None without one.

    Returns
    -------
    geopandas.GeoDataFrame
        ``foot`` decides where it says something, then the class of the street (motorways, trunk
        roads without pavement, what is planned or being built), then ``access``; streets that say
        nothing stay.

    Raises
    ------
    LoadError
        No street is left.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from siting.data_report import DataReport
    >>> streets = gpd.GeoDataFrame(
    ...     {"street_id": ["a", "b", "c"], "access": ["no", "no", ""], "foot": ["", "yes", ""]}
    ... )
    >>> report = DataReport()
    >>> left = open_streets(streets, private_streets="residents", report=report.of("x"))
    >>> left["street_id"].tolist()
    ['b', 'c']
    >>> report.notes[0].code
    'street-closed'
    """
    believed = [name for name in (*_ACCESS_TAGS, *_CLASS_TAGS) if name in streets.columns]
    believed = [name for name in believed if name in tags or name in _CLASS_TAGS]
    fit, closed, private = _judged(streets, believed)
    gone, _ = out_of_service(streets, status, "name" if "name" in streets.columns else None)
    gone |= _is_shut(streets)
    unfit = ~fit & ~closed
    kinds = sorted({str(kind) for kind in _classes(streets)[unfit]})[:5]
    _note(streets, closed, "street-closed", report)
    _note(streets, unfit, "street-not-walkable", report, kinds=kinds)
    _note(streets, gone, "street-gone", report)
    out = closed | unfit | gone
    if private_streets == "exclude":
        _note(streets, private, "street-private", report)
        out |= private
    if out.size and out.all():
        raise LoadError(message("street.all_closed", subject=report.subject))
    return streets.loc[~out].reset_index(drop=True)


def _is_shut(streets: gpd.GeoDataFrame) -> NDArray[np.bool_]:
    """Tell which streets a column such as 是否通车 says are not open."""
    shut = np.zeros(len(streets), bool)
    for column in streets.columns.intersection(_OPENINGS):
        words = streets[column].astype("string").str.strip().str.lower()
        shut |= words.str.contains(_SHUT, na=False).to_numpy(bool)
    if not shut.any():
        return shut
    for_walkers = pd.Series(_classes(streets)).astype("string").str.contains(_FOR_WALKERS)
    return shut & ~for_walkers.to_numpy(bool)


def _classes(streets: gpd.GeoDataFrame) -> NDArray[np.object_]:
    if "highway" not in streets.columns:
        return np.full(len(streets), "", object)
    return np.asarray(streets["highway"].fillna(""), dtype=object)


def _judged(streets: gpd.GeoDataFrame, columns: list[str]) -> tuple[NDArray[np.bool_], ...]:
    """Tell of each street whether its class suits walkers, and whether it is closed or private.

    Each distinct set of words is judged once, by the rules for OpenStreetMap.
    """
    number = np.zeros(len(streets), np.int64)
    for name in columns:
        code, words = pd.factorize(streets[name].astype(object))
        number = np.unique(number * (len(words) + 1) + code + 1, return_inverse=True)[1]
    _, first, inverse = np.unique(number, return_index=True, return_inverse=True)
    rows = streets[columns].iloc[first].to_dict("records") if columns else [{}] * len(first)
    judged = np.array([_verdict(row) for row in rows], bool).reshape(-1, 3)
    return tuple(judged[inverse].T)


def _verdict(row: dict[str, object]) -> tuple[bool, bool, bool]:
    """Return fit by its class, closed by its tags, private."""
    tags = {
        name: str(value).strip().lower()
        for name, value in row.items()
        if isinstance(value, str) and value.strip()
    }
    tags["highway"] = ";".join(_plain_class(kind) for kind in tags.get("highway", "").split(";"))
    by_tags = walk_access({**tags, "highway": _OPEN_CLASS, "motorroad": "no"})
    walk = walk_access(tags)
    word = access_word(tags.get("foot", "")) or access_word(tags.get("access", ""))
    private = word == PRIVATE_WORD
    return walk is not None or by_tags is None, by_tags is None, private


def _plain_class(kind: str) -> str:
    """Return OpenStreetMap's word for a class of road; one that is not known is walked."""
    plain = re.sub(r"[\s\-]+", "_", kind.strip().lower())
    if not plain:
        return _OPEN_CLASS
    if plain.isascii() and plain in {"motorway", "motorway_link", "trunk", "trunk_link"}:
        return plain
    return next((meant for words, meant in _CLASSES if words.search(plain)), plain)


def is_square_class(kind: object) -> bool:
    """Say whether a class of a polygon is open ground for walkers, in all its words.

    Examples
    --------
    >>> is_square_class("pedestrian"), is_square_class("城市广场"), is_square_class("主干路")
    (True, True, False)
    """
    kinds = str(kind).lower().split(";") if isinstance(kind, str) else []
    return bool(kinds) and all(
        each.strip() in SQUARES or _SQUARE_CLASS.search(each) is not None for each in kinds
    )


def _note(
    streets: gpd.GeoDataFrame,
    rows: NDArray[np.bool_],
    code: str,
    report: LayerReport,
    **values: Given,
) -> None:
    if rows.any():
        told = message(f"note.{code}", count=rows.sum(), total=rows.size, **values)
        report.add("excluded", code, told, rows=streets.loc[rows, "street_id"])
