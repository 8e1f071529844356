"""What the map is drawn from: plain columns, so that the renderer knows nothing of the analysis.

Owns ``MapModel`` and its parts, and the one check that reports every fault of a model at once.
Coordinates are longitude and latitude in WGS 84 (CGCS2000 agrees with it to a few decimetres).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from siting.errors import TableError
from siting.message import Message, message

VERDICTS = ("pass", "fail", "unknown", "not_applicable")
"""The verdict codes 0 to 3 by name, in the order of every column of verdicts and of totals."""

WEIGHTS = ("homes", "households", "population", "elderly")
"""What totals count, in the order of their last axis; ``homes`` counts rows."""

Floats = NDArray[np.float64]
Geometries = NDArray[np.object_]
Subject = Literal["home", "area", "facility", "city"]
Sense = Literal["at_most", "at_least", "below", "above"]


@dataclass(frozen=True, slots=True)
class MapText:
    """A text in Chinese and English; where one is empty the map shows the other."""

    zh: str = ""
    en: str = ""


@dataclass(frozen=True, slots=True)
class MapCitation:
    """Where a rule's number is written.

    Parameters
    ----------
    document
        Its title, one text for both languages or one for each.
    number, clause, quote, url
        As printed; only ``http`` and ``https`` addresses become links.
    paraphrase
        True where ``quote`` is not the document's own wording; it is shown without quotation marks.
    confidence
        ``A`` to ``C`` as the rule packs define it; ``B`` and ``C`` are pointed out.
    """

    document: str | MapText = ""
    number: str = ""
    clause: str = ""
    quote: str = ""
    url: str = ""
    paraphrase: bool = False
    confidence: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class MapHomes:
    """The demand: one row per residential unit.

    Parameters
    ----------
    lon, lat
        float64 (n,), degrees.
    ids, names
        Texts (n,); an empty name is shown as the id.
    households, population, elderly
        float64 (n,), NaN where unknown; None where the layer lacks the column.
    geometry
        Polygons in degrees (n,), drawn when zoomed in, None in place of a missing one; or None.
    """

    lon: Floats
    lat: Floats
    ids: Sequence[str]
    names: Sequence[str]
    households: Floats | None = None
    population: Floats | None = None
    elderly: Floats | None = None
    geometry: Geometries | None = None


@dataclass(frozen=True, slots=True, eq=False)
class MapFacilities:
    """The facilities: one row per facility, or per facility and type.

    Parameters
    ----------
    lon, lat
        float64 (m,), degrees.
    ids, names
        Texts (m,).
    types
        The facility type codes of each row (m,): a code, or a tuple of codes.
    """

    lon: Floats
    lat: Floats
    ids: Sequence[str]
    names: Sequence[str]
    types: Sequence[str | tuple[str, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class MapSites:
    """Proposed sites: one row per site that a siting run opened or offers.

    Parameters
    ----------
    lon, lat
        float64 (k,), degrees.
    ids, names
        Texts (k,).
    types
        Facility type code to open, or empty (k,).
    notes
        What the site adds, in words (k,); may be left out.
    """

    lon: Floats
    lat: Floats
    ids: Sequence[str]
    names: Sequence[str]
    types: Sequence[str]
    notes: Sequence[MapText] = ()


@dataclass(frozen=True, slots=True, eq=False)
class MapAreas:
    """The areas of one level: one row per community, sub-district, district or city.

    Parameters
    ----------
    level
        Code of the level, such as ``community``.
    title
        The level in words; where left out the page knows the usual codes.
    ids, names
        Texts (a,).
    geometry
        Polygons or multi-polygons in degrees (a,).
    home_area
        int32 (n_homes,): the row of the area that holds each home, -1 outside all.
    """

    level: str
    ids: Sequence[str]
    names: Sequence[str]
    geometry: Geometries
    home_area: NDArray[np.int32]
    title: MapText = MapText()


@dataclass(frozen=True, slots=True, eq=False)
class MapRule:
    """One rule with its findings as columns over its subjects.

    Parameters
    ----------
    id, title, strength, citation
        As in the rule pack; ``strength`` is ``mandatory``, ``recommended`` or ``indicator``.
    measure, unit
        The measure actually used, such as ``walking_distance``, and its unit.
    sense
        Whether ``measured`` has to be ``at_most``, ``at_least``, ``below`` or ``above`` what is
        required.
    required
        One number for all subjects, or float64 (n,); NaN for a rule without a pass mark.
    verdict
        int8 (n,): 0 pass, 1 fail, 2 unknown, 3 not applicable.
    measured
        float64 (n,): NaN where unknown, inf where nothing is reached.
    nearest
        int32 (n,): row of the facilities, -1 none; None where the measure has no nearest one.
    facility_types
        Codes of the facilities that the rule counts.
    counted
        bool (m,): the facilities that the rule counts; by ``facility_types`` where left out.
    subject, level
        What a row is: a home, a facility, an area of ``level``, or the whole city (one row). A
        rule that looks at several levels is given once for each.
    measure_title
        The measure in words; where left out the page knows the usual codes.
    compared
        True for a rule that is shown beside another one: measured in another way, or governed by
        it. It never leads the list of what is worst.
    service_areas
        Polygons in degrees, for the eye only; the verdict never comes from them.
    totals
        float64 (4, 4): sums by verdict (rows, ``VERDICTS``) and weight (columns, ``WEIGHTS``).
        Computed where left out; NaN where a weight is unknown.
    unknown_reasons
        What is missing where the verdict is unknown, with how many subjects lack it.
    covered_share
        level -> float64 (a, 3): the covered share of homes, households and people by area; a
        fourth column may hold that of elderly people.
        Computed where left out, as passed / (passed + failed).
    """

    id: str
    title: MapText
    measure: str
    unit: str
    sense: Sense
    required: float | Floats
    verdict: NDArray[np.int8]
    measured: Floats
    strength: str = "mandatory"
    citation: MapCitation = MapCitation()
    nearest: NDArray[np.int32] | None = None
    facility_types: tuple[str, ...] = ()
    counted: NDArray[np.bool_] | None = None
    subject: Subject = "home"
    level: str = ""
    measure_title: MapText = MapText()
    compared: bool = False
    service_areas: Geometries | None = None
    totals: Floats | None = None
    unknown_reasons: Sequence[tuple[MapText, int]] = ()
    covered_share: Mapping[str, Floats] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class MapContext:
    """What is drawn quietly below: water polygons, and main streets with a class each.

    A class is an OSM ``highway`` value; motorway to secondary are drawn wider than the rest.
    """

    water: Geometries | None = None
    streets: Geometries | None = None
    street_classes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class MapNote:
    """One doubt about the data, in words for both languages or for each."""

    layer: str | MapText
    severity: str
    message: str | MapText


@dataclass(frozen=True, slots=True, eq=False)
class MapModel:
    """Everything the map shows.

    Parameters
    ----------
    title
        Heading of the map.
    homes, facilities, rules
        The demand, the supply, and the findings.
    areas
        One entry per level, the finest first: the first is shown at the start.
    sites, context
        Proposed sites and the quiet background.
    facility_types
        code -> name.
    made_up
        True shows a banner that says that the data are invented.
    date
        ISO date on which rules were in force.
    versions
        What made the map, such as ``{"siting": "0.1.0"}``.
    notes
        Doubts about the data.
    attribution
        Texts that the data's licences ask for, such as ``© OpenStreetMap contributors``.

    Examples
    --------
    >>> import numpy as np
    >>> homes = MapHomes(np.array([114.3]), np.array([30.6]), ["h1"], ["江湾 1 栋"])
    >>> nothing = np.empty(0)
    >>> facilities = MapFacilities(nothing, nothing, [], [], [])
    >>> MapModel(MapText("示例", "Sample"), homes, facilities, rules=()).faults()
    []
    """

    title: MapText
    homes: MapHomes
    facilities: MapFacilities
    rules: Sequence[MapRule]
    areas: Sequence[MapAreas] = ()
    sites: MapSites | None = None
    context: MapContext = MapContext()
    facility_types: Mapping[str, MapText] = field(default_factory=dict)
    made_up: bool = False
    date: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[MapNote] = ()
    attribution: Sequence[str] = ()

    def subjects(self, rule: MapRule) -> int | None:
        """Return how many subjects a rule has; None where its level of areas is not given."""
        if rule.subject == "home":
            return len(self.homes.lon)
        if rule.subject == "facility":
            return len(self.facilities.lon)
        if rule.subject == "city":
            return 1
        return {level.level: len(level.ids) for level in self.areas}.get(rule.level)

    def faults(self) -> list[Message]:
        """Return every fault of the columns in words; empty where there is none."""
        return [
            *_length_faults("homes", len(self.homes.lon), _home_columns(self.homes)),
            *_place_faults("homes", self.homes.lon, self.homes.lat),
            *_facility_faults(self.facilities),
            *_site_faults(self.sites),
            *(fault for level in self.areas for fault in _area_faults(level, self.homes)),
            *(fault for rule in self.rules for fault in self._rule_faults(rule)),
            *_repeated("drawing.repeated_rule", [" ".join(_key(rule)) for rule in self.rules]),
            *_repeated("drawing.repeated_level", [level.level for level in self.areas]),
        ]

    def check(self) -> None:
        """Raise one error that lists every fault of the model.

        Raises
        ------
        TableError
            Columns of unequal length, coordinates that are not degrees, verdicts outside 0 to 3,
            nearest facilities that do not exist, rules over a level that is not given.
        """
        faults = self.faults()
        if faults:
            raise TableError("map", faults)

    def _rule_faults(self, rule: MapRule) -> Iterator[Message]:
        name = f"rule '{rule.id}'"
        n = self.subjects(rule)
        if n is None:
            given = [level.level for level in self.areas]
            yield message(
                "drawing.rule_without_level", rule=rule.id, level=rule.level, given=f"{given}"
            )
            return
        columns: dict[str, Any] = {"verdict": rule.verdict, "measured": rule.measured}
        if rule.nearest is not None:
            columns["nearest"] = rule.nearest
        if np.ndim(rule.required):
            columns["required"] = rule.required
        yield from _length_faults(name, n, columns)
        yield from _range_faults(f"{name}: verdict", rule.verdict, 0, len(VERDICTS) - 1)
        if rule.nearest is not None:
            last = len(self.facilities.lon) - 1
            yield from _range_faults(f"{name}: nearest", rule.nearest, -1, last)
        if rule.counted is not None:
            columns = {"counted": rule.counted}
            yield from _length_faults(f"{name}: facilities", len(self.facilities.lon), columns)


def _key(rule: MapRule) -> tuple[str, ...]:
    """Return what tells a rule's findings from all others."""
    return (rule.id, rule.level) if rule.level else (rule.id,)


def _home_columns(homes: MapHomes) -> dict[str, Any]:
    names = ("lat", "ids", "names", "households", "population", "elderly", "geometry")
    columns = {name: getattr(homes, name) for name in names}
    return {name: column for name, column in columns.items() if column is not None}


def _facility_faults(facilities: MapFacilities) -> Iterator[Message]:
    names = ("lat", "ids", "names", "types")
    columns = {name: getattr(facilities, name) for name in names}
    yield from _length_faults("facilities", len(facilities.lon), columns)
    yield from _place_faults("facilities", facilities.lon, facilities.lat)


def _site_faults(sites: MapSites | None) -> Iterator[Message]:
    if sites is None:
        return
    columns = {name: getattr(sites, name) for name in ("lat", "ids", "names", "types")}
    if sites.notes:
        columns["notes"] = sites.notes
    yield from _length_faults("sites", len(sites.lon), columns)
    yield from _place_faults("sites", sites.lon, sites.lat)


def _area_faults(areas: MapAreas, homes: MapHomes) -> Iterator[Message]:
    name = f"areas '{areas.level}'"
    yield from _length_faults(
        name, len(areas.ids), {"names": areas.names, "geometry": areas.geometry}
    )
    yield from _length_faults(f"{name}: homes", len(homes.lon), {"home_area": areas.home_area})
    yield from _range_faults(f"{name}: home_area", areas.home_area, -1, len(areas.ids) - 1)


def _length_faults(subject: str, expected: int, columns: Mapping[str, Any]) -> Iterator[Message]:
    for name, column in columns.items():
        if len(column) != expected:
            rows = len(column)
            yield message(
                "drawing.rows", subject=subject, column=name, rows=rows, expected=expected
            )


def _place_faults(subject: str, lon: Floats, lat: Floats) -> Iterator[Message]:
    if len(lon) != len(lat):
        return
    # The map is in Web Mercator, which ends at 85 degrees.
    outside = np.flatnonzero(~((np.abs(lon) <= 180) & (np.abs(lat) <= 85)))
    if outside.size:
        row = outside[0]
        at = {"row": row, "lon": f"{lon[row]:g}", "lat": f"{lat[row]:g}"}
        yield message("drawing.not_degrees", subject=subject, count=outside.size, **at)


def _range_faults(subject: str, values: NDArray[Any], low: int, high: int) -> Iterator[Message]:
    wrong = np.flatnonzero((values < low) | (values > high))
    if wrong.size:
        first = {"value": str(values[wrong[0]]), "row": wrong[0], "count": wrong.size}
        yield message("drawing.outside", subject=subject, low=low, high=high, **first)


def _repeated(key: str, ids: Sequence[str]) -> Iterator[Message]:
    for name in sorted({name for name in ids if ids.count(name) > 1}):
        yield Message(key, (("count", ids.count(name)), ("name", name)))
