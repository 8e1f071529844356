"""The closed table of measures: what a rule can ask for, in which unit, of whom, from which data.

Owns the names and units only. The arithmetic of each family is in a module of its own:
`city_distance`, `city_amounts`, `plan_measures`. A pack can name nothing that is not in this table.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING

from siting.vocabulary.title import Title

if TYPE_CHECKING:
    from collections.abc import Mapping


class Family(Enum):
    """Measures that are computed the same way."""

    DISTANCE = "cost to the nearest facility"
    LOAD = "demand of those for whom a facility is the nearest"
    RATE = "amount for each so many people or households"
    HEADS = "people for each facility"
    SHARE = "part of a floor area"
    SIZE = "size of a facility"
    SIZE_PER = "size of a facility for each of its places"
    PRESENCE = "number of facilities"
    COMPLEX = "number of functions in one complex"
    PHASING = "housing that is built before"
    ATTRIBUTES = "facilities that break a condition"
    COVERED = "share of demand within reach"
    WITHIN = "amount within a limit"
    CATCHMENT = "amount within a limit for each of those who share it"
    RESIDENTS = "number of people"


@dataclass(frozen=True, slots=True)
class Measure:
    """One entry of the table.

    Parameters
    ----------
    name
        As packs write it.
    title
        In words.
    family
        How it is computed.
    unit
        Of the number in a rule, such as ``m2/100 households``.
    finding_unit
        Of what a finding reports as measured and required, such as ``m2``.
    subjects
        What it can be asked of.
    inputs
        The columns and facts that it reads.
    quantity, base, per
        For rates: what is added up, what it is compared with, and for how many of that.
    begun
        For rates: each begun group of the base counts as a whole one; a rule says how large it is.
    on_streets
        For distances: the way is walked, and there is none without streets.
    in_metres
        For distances in minutes: the measure of the same way in metres.
    """

    name: str
    title: Title
    family: Family
    unit: str
    finding_unit: str
    subjects: tuple[str, ...]
    inputs: tuple[str, ...]
    quantity: str = ""
    base: str = ""
    per: int = 1
    begun: bool = False
    on_streets: bool = False
    in_metres: str = ""

    @property
    def needs_types(self) -> bool:
        """Whether a rule has to name facility types."""
        return self.family is not Family.RESIDENTS


_UNITS = {"floor_area_m2": "m2", "land_area_m2": "m2", "places": "places", "beds": "beds"}
_BASES = {"households": "households", "population": "persons", "elderly": "elderly"}


def _distance(
    name: str, zh: str, en: str, unit: str, inputs: tuple[str, ...], in_metres: str = ""
) -> Measure:
    title = Title(zh=zh, en=en)
    return Measure(
        name,
        title,
        Family.DISTANCE,
        unit,
        unit,
        ("home",),
        inputs,
        on_streets="streets" in inputs,
        in_metres=in_metres,
    )


def _rate(name: str, zh: str, en: str, quantity: str, base: str, per: int) -> Measure:
    total = _UNITS[quantity]
    people = _BASES[base]
    unit = f"{total}/{per} {people}" if per > 1 else f"{total}/{people.removesuffix('s')}"
    return Measure(
        name,
        Title(zh=zh, en=en),
        Family.RATE,
        unit,
        total,
        ("area", "city", "plan"),
        (f"facilities.{quantity}", base),
        quantity,
        base,
        per,
    )


def _begun(name: str, zh: str, en: str, quantity: str, base: str) -> Measure:
    unit = "facilities" if quantity == "count" else _UNITS[quantity]
    inputs = (f"facilities.{quantity}", base)
    return Measure(
        name,
        Title(zh=zh, en=en),
        Family.RATE,
        unit,
        unit,
        ("area", "city", "plan"),
        inputs,
        quantity,
        base,
        begun=True,
    )


def _size(name: str, zh: str, en: str, quantity: str, unit: str) -> Measure:
    title = Title(zh=zh, en=en)
    subjects = ("facility", "plan", "area")
    inputs = (f"facilities.{quantity}",)
    return Measure(name, title, Family.SIZE, unit, unit, subjects, inputs, quantity)


def _size_per(name: str, zh: str, en: str, quantity: str) -> Measure:
    title = Title(zh=zh, en=en)
    inputs = (f"facilities.{quantity}", "facilities.capacity")
    subjects = ("facility", "plan")
    return Measure(
        name, title, Family.SIZE_PER, "m2/bed", "m2", subjects, inputs, quantity, "beds", 1
    )


def _within(name: str, zh: str, en: str, quantity: str, unit: str) -> Measure:
    title = Title(zh=zh, en=en)
    inputs = (*_STREETS, f"facilities.{quantity}")
    return Measure(name, title, Family.WITHIN, unit, unit, ("home",), inputs, quantity)


def _catchment(name: str, zh: str, en: str, quantity: str, base: str, per: int) -> Measure:
    rate = _rate(name, zh, en, quantity, base, per)
    return replace(
        rate,
        family=Family.CATCHMENT,
        finding_unit=rate.unit,
        subjects=("home",),
        inputs=(*_STREETS, f"facilities.{quantity}", f"homes.{base}"),
    )


_STREETS = ("homes.geometry", "facilities.geometry", "streets")

_ALL = (
    _distance(
        "straight_line",
        "直线距离",
        "Straight-line distance to the nearest facility",
        "m",
        _STREETS[:2],
    ),
    _distance(
        "walking_distance",
        "步行距离",
        "Walking distance to the nearest facility along streets",
        "m",
        _STREETS,
    ),
    _distance(
        "walking_time",
        "步行时间",
        "Walking time to the nearest facility along streets",
        "min",
        (*_STREETS, "parameters.walking_speed_m_per_min"),
        in_metres="walking_distance",
    ),
    Measure(
        "service_population",
        Title(zh="服务人口", en="People for whom the facility is the nearest"),
        Family.LOAD,
        "persons",
        "persons",
        ("facility",),
        ("homes.population", *_STREETS),
        base="population",
    ),
    Measure(
        "service_households",
        Title(zh="服务户数", en="Households for whom the facility is the nearest"),
        Family.LOAD,
        "households",
        "households",
        ("facility",),
        ("homes.households", *_STREETS),
        base="households",
    ),
    _rate(
        "floor_area_per_100_households",
        "每百户建筑面积",
        "Floor area per 100 households",
        "floor_area_m2",
        "households",
        100,
    ),
    _rate(
        "floor_area_per_1000_people",
        "千人建筑面积",
        "Floor area per 1,000 people",
        "floor_area_m2",
        "population",
        1000,
    ),
    _rate(
        "land_area_per_1000_people",
        "千人用地面积",
        "Land per 1,000 people",
        "land_area_m2",
        "population",
        1000,
    ),
    _rate(
        "floor_area_per_person",
        "人均建筑面积",
        "Floor area per person",
        "floor_area_m2",
        "population",
        1,
    ),
    _rate(
        "land_area_per_person", "人均用地面积", "Land per person", "land_area_m2", "population", 1
    ),
    _rate(
        "places_per_1000_people",
        "千人托位（学位）数",
        "Places per 1,000 people",
        "places",
        "population",
        1000,
    ),
    _rate(
        "beds_per_1000_elderly", "千名老人床位数", "Beds per 1,000 elderly", "beds", "elderly", 1000
    ),
    _begun(
        "floor_area_per_begun_households",
        "每起始若干户建筑面积",
        "Floor area for each begun group of households",
        "floor_area_m2",
        "households",
    ),
    _begun(
        "floor_area_per_begun_people",
        "每起始若干人建筑面积",
        "Floor area for each begun group of people",
        "floor_area_m2",
        "population",
    ),
    _begun(
        "facilities_per_begun_people",
        "每起始若干人设施数",
        "Facilities for each begun group of people",
        "count",
        "population",
    ),
    Measure(
        "people_per_facility",
        Title(zh="每处设施服务人口", en="People per facility"),
        Family.HEADS,
        "persons/facility",
        "persons/facility",
        ("area", "city", "plan"),
        ("facilities", "population"),
        "count",
        "population",
    ),
    Measure(
        "share_of_floor_area",
        Title(zh="占建筑面积比例", en="Share of floor area"),
        Family.SHARE,
        "%",
        "%",
        ("plan",),
        ("facilities.floor_area_m2", "total_floor_area_m2"),
        "floor_area_m2",
        "total_floor_area_m2",
    ),
    _size("minimum_floor_area", "单处建筑面积", "Floor area of a facility", "floor_area_m2", "m2"),
    _size("minimum_land_area", "单处用地面积", "Land of a facility", "land_area_m2", "m2"),
    _size("number_of_classes", "班数", "Classes", "classes", "classes"),
    _size("number_of_places", "托位（学位）数", "Places", "places", "places"),
    _size("number_of_beds", "床位数", "Beds", "beds", "beds"),
    _size_per("floor_area_per_bed", "床均建筑面积", "Floor area per bed", "floor_area_m2"),
    _size_per("land_area_per_bed", "床均用地面积", "Land per bed", "land_area_m2"),
    Measure(
        "presence",
        Title(zh="设施数量", en="Number of facilities"),
        Family.PRESENCE,
        "facilities",
        "facilities",
        ("area", "city", "plan"),
        ("facilities",),
        "count",
    ),
    Measure(
        "functions_in_complex",
        Title(zh="综合体功能数", en="Functions in one complex"),
        Family.COMPLEX,
        "functions",
        "functions",
        ("plan",),
        ("facilities.complex_id", "facilities.facility_types"),
    ),
    Measure(
        "phasing",
        Title(zh="建成时的住宅进度", en="Housing completed when the facility is"),
        Family.PHASING,
        "%",
        "%",
        ("plan",),
        ("phases", "facilities.phase"),
        "floor_area_m2",
    ),
    Measure(
        "attribute_conditions",
        Title(zh="不符合条件的设施数", en="Facilities that break a condition"),
        Family.ATTRIBUTES,
        "facilities",
        "facilities",
        ("plan",),
        ("facilities",),
    ),
    Measure(
        "covered_share",
        Title(zh="覆盖率", en="Share within reach"),
        Family.COVERED,
        "%",
        "%",
        ("area", "city"),
        ("homes", "facilities", "streets"),
    ),
    _within("facilities_within", "限值内设施数", "Facilities within reach", "count", "facilities"),
    _within(
        "floor_area_within", "限值内建筑面积", "Floor area within reach", "floor_area_m2", "m2"
    ),
    _within("places_within", "限值内托位（学位）数", "Places within reach", "places", "places"),
    _catchment(
        "catchment_floor_area_per_person",
        "人均可达建筑面积",
        "Floor area within reach per person who shares it",
        "floor_area_m2",
        "population",
        1,
    ),
    _catchment(
        "catchment_floor_area_per_100_households",
        "每百户可达建筑面积",
        "Floor area within reach per 100 households that share it",
        "floor_area_m2",
        "households",
        100,
    ),
    _catchment(
        "catchment_places_per_1000_people",
        "千人可达托位（学位）数",
        "Places within reach per 1,000 people who share them",
        "places",
        "population",
        1000,
    ),
    _catchment(
        "catchment_beds_per_1000_elderly",
        "千名老人可达床位数",
        "Beds within reach per 1,000 elderly who share them",
        "beds",
        "elderly",
        1000,
    ),
    Measure(
        "residents",
        Title(zh="居住人口", en="Residents"),
        Family.RESIDENTS,
        "persons",
        "persons",
        ("area", "city", "plan"),
        ("population",),
        base="population",
    ),
)

MEASURES: Mapping[str, Measure] = MappingProxyType({each.name: each for each in _ALL})


def measure_of(name: str) -> Measure:
    """Return the measure of that name.

    Raises
    ------
    KeyError
        There is none; packs that were parsed name only known ones.

    Examples
    --------
    >>> measure_of("floor_area_per_100_households").unit
    'm2/100 households'
    >>> measure_of("floor_area_per_person").unit, measure_of("floor_area_per_person").finding_unit
    ('m2/person', 'm2')
    """
    return MEASURES[name]
