"""Which OpenStreetMap features are which facility, and which are mapped twice.

Owns matching tags to facility types, and merging a point or building with the ground it stands
on when both carry the same service.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from siting.loaders.osm.standing import EMPTY, former_tags
from siting.message import message

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import numpy.typing as npt

    from siting.data_report import LayerReport

# The stages that are asked for by key; the others are hardly used before a key.
_ASKED_STAGES = ("disused", "abandoned", "construction", "proposed", "demolished", "razed")


class FacilityTags:
    """The facility types of a tag set, indexed by key so that most features cost one look-up.

    Parameters
    ----------
    types
        Facility type code -> alternatives; an alternative is a set of tags that must all be
        there. A value is a word, a list of words, or ``"*"`` for any.

    Examples
    --------
    >>> tags = FacilityTags({"sport": [{"leisure": ["pitch", "fitness_station"]}]})
    >>> tags.match({"leisure": "pitch", "name": "A"})
    ('sport',)
    >>> tags.match({"leisure": "park"})
    ()
    >>> tags.match_former({"disused:leisure": "pitch"})
    ('sport',)
    """

    def __init__(self, types: Mapping[str, Sequence[Mapping[str, str | Sequence[str]]]]) -> None:
        # Key -> value -> (code, the other tags it needs): nearly every feature falls through here.
        self._rules: dict[str, dict[str, list[tuple[str, dict[str, frozenset[str]]]]]] = {}
        for code, alternatives in types.items():
            for alternative in alternatives:
                wanted = {key: _words(value) for key, value in alternative.items()}
                if not wanted:
                    continue
                first, *others = wanted
                rest = {key: wanted[key] for key in others}
                for word in wanted[first]:
                    self._rules.setdefault(first, {}).setdefault(word, []).append((code, rest))

    @property
    def keys(self) -> tuple[str, ...]:
        """The tag keys that can begin a match."""
        return tuple(sorted(self._rules))

    @property
    def former_keys(self) -> tuple[str, ...]:
        """The keys of closed or planned features that could have matched."""
        return tuple(f"{stage}:{key}" for stage in _ASKED_STAGES for key in self.keys)

    @property
    def query(self) -> dict[str, bool | list[str]]:
        """Key -> values that can begin a match, as OSMnx asks for features; True for any."""
        return {key: "*" in words or sorted(words) for key, words in sorted(self._rules.items())}

    def match(self, tags: Mapping[str, str]) -> tuple[str, ...]:
        """Return the facility types of a feature, each once, in alphabetical order.

        A value that says that nothing is there, such as ``shop=vacant``, is not "any" value.
        """
        found: set[str] = set()
        for key in self._rules.keys() & tags.keys():
            rules = self._rules[key]
            for word in _words_there(tags[key]):
                for code, rest in rules.get(word, ()):
                    if all(_has(tags, each, words) for each, words in rest.items()):
                        found.add(code)
        return tuple(sorted(found))

    def match_former(self, tags: Mapping[str, str]) -> tuple[str, ...]:
        """Return the facility types that a feature without any had once or will have."""
        empty = {key for key in self._rules.keys() & tags.keys() if not _is_there(tags[key])}
        former = former_tags(tags)
        if not empty and not former:
            return ()
        return self.match({**tags, **dict.fromkeys(empty, "yes"), **former})


def _words(value: str | Sequence[str]) -> frozenset[str]:
    return frozenset((value,) if isinstance(value, str) else value)


def _parts(value: str) -> tuple[str, ...]:
    """Split a tag that holds several values; semicolons stand between them."""
    return tuple(part.strip() for part in value.split(";")) if ";" in value else (value,)


def _is_there(value: str) -> bool:
    return not EMPTY.issuperset(_parts(value))


def _words_there(value: str) -> tuple[str, ...]:
    """Return the words of a value, and ``*`` for any where it names something."""
    return (*_parts(value), "*") if _is_there(value) else ()


def _has(tags: Mapping[str, str], key: str, words: frozenset[str]) -> bool:
    value = tags.get(key)
    return value is not None and any(each in words for each in _words_there(value))


def merge_nested(facilities: gpd.GeoDataFrame, report: LayerReport) -> gpd.GeoDataFrame:
    """Keep one row where a facility is mapped as ground and again inside it.

    Parameters
    ----------
    facilities
        One row per feature and facility type; columns ``facility_id, name, facility_type,
        geometry``, any CRS.
    report
        Gets the count of merged rows.

    Returns
    -------
    geopandas.GeoDataFrame
        Without the rows that lie within a larger polygon of the same type whose name is the same
        or, on either side, empty. Of two equal polygons the first stays.
    """
    inner = _nested_rows(facilities)
    if inner.any():
        ids = facilities.loc[inner, "facility_id"]
        told = message("note.facility-mapped-twice", count=len(ids))
        report.add("repair", "facility-mapped-twice", told, rows=ids)
    return facilities.loc[~inner].reset_index(drop=True)


def _nested_rows(facilities: gpd.GeoDataFrame) -> npt.NDArray[np.bool_]:
    geometry = np.asarray(facilities.geometry.array)
    grounds = np.flatnonzero(shapely.area(geometry) > 0)
    # A point on the surface stands for a building that pokes over its ground's edge.
    points = shapely.point_on_surface(geometry)
    inside, ground = shapely.STRtree(geometry[grounds]).query(points, predicate="within")
    ground = grounds[ground]
    types = facilities["facility_type"].to_numpy()
    names = facilities["name"].fillna("").to_numpy()
    area = shapely.area(geometry)
    order = np.arange(len(facilities))
    larger = (area[ground] > area[inside]) | (
        (area[ground] == area[inside]) & (order[ground] < order[inside])
    )
    same_name = (names[inside] == names[ground]) | (names[inside] == "") | (names[ground] == "")
    nested = np.zeros(len(facilities), dtype=bool)
    nested[inside[larger & same_name & (types[inside] == types[ground])]] = True
    return nested
