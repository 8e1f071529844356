"""The closed table of measures: what a rule can ask for, in which unit, of whom, from which data.

Owns the names and units only. The arithmetic of each family is in a module of its own
in `rules.city` and `rules.plan`. A pack can name nothing that is not in this table.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto
from types import MappingProxyType
from typing import TYPE_CHECKING

from siting.message import Term

if TYPE_CHECKING:
    from collections.abc import Mapping


class Family(Enum):
    """Measures that are computed the same way."""

    DISTANCE = auto()  # cost to the nearest facility
    LOAD = auto()  # demand of those for whom a facility is the nearest
    RATE = auto()  # amount for each so many people or households
    HEADS = auto()  # people for each facility
    SHARE = auto()  # part of a floor area
    SIZE = auto()  # size of a facility
    SIZE_PER = auto()  # size of a facility for each of its places
    PRESENCE = auto()  # number of facilities
    COMPLEX = auto()  # number of functions in one complex
    PHASING = auto()  # housing that is built before
    ATTRIBUTES = auto()  # facilities that break a condition
    COVERED = auto()  # share of demand within reach
    WITHIN = auto()  # amount within a limit
    CATCHMENT = auto()  # amount within a limit for each of those who share it
    RESIDENTS = auto()  # number of people


@dataclass(frozen=True, slots=True)
class Measure:
    """One entry of the table.

    Parameters
    ----------
    name
        As packs write it.
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
    def title(self) -> Term:
        """What it is called."""
        return Term("measure_title", self.name)

    @property
    def needs_types(self) -> bool:
        """Whether a rule has to name facility types."""
        return self.family is not Family.RESIDENTS


_UNITS = {"floor_area_m2": "m2", "land_area_m2": "m2", "places": "places", "beds": "beds"}
_BASES = {"households": "households", "population": "persons", "elderly": "elderly"}


def _distance(name: str, unit: str, inputs: tuple[str, ...], in_metres: str = "") -> Measure:
    return Measure(
        name,
        Family.DISTANCE,
        unit,
        unit,
        ("home",),
        inputs,
        on_streets="streets" in inputs,
        in_metres=in_metres,
    )


def _rate(name: str, quantity: str, base: str, per: int) -> Measure:
    total = _UNITS[quantity]
    people = _BASES[base]
    unit = f"{total}/{per} {people}" if per > 1 else f"{total}/{people.removesuffix('s')}"
    return Measure(
        name,
        Family.RATE,
        unit,
        total,
        ("area", "city", "plan"),
        (f"facilities.{quantity}", base),
        quantity,
        base,
        per,
    )


def _begun(name: str, quantity: str, base: str) -> Measure:
    unit = "facilities" if quantity == "count" else _UNITS[quantity]
    inputs = (f"facilities.{quantity}", base)
    return Measure(
        name,
        Family.RATE,
        unit,
        unit,
        ("area", "city", "plan"),
        inputs,
        quantity,
        base,
        begun=True,
    )


def _size(name: str, quantity: str, unit: str) -> Measure:
    subjects = ("facility", "plan", "area")
    inputs = (f"facilities.{quantity}",)
    return Measure(name, Family.SIZE, unit, unit, subjects, inputs, quantity)


def _size_per(name: str, quantity: str) -> Measure:
    inputs = (f"facilities.{quantity}", "facilities.capacity")
    subjects = ("facility", "plan")
    return Measure(name, Family.SIZE_PER, "m2/bed", "m2", subjects, inputs, quantity, "beds", 1)


def _within(name: str, quantity: str, unit: str) -> Measure:
    inputs = (*_STREETS, f"facilities.{quantity}")
    return Measure(name, Family.WITHIN, unit, unit, ("home",), inputs, quantity)


def _catchment(name: str, quantity: str, base: str, per: int) -> Measure:
    rate = _rate(name, quantity, base, per)
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
        "m",
        _STREETS[:2],
    ),
    _distance(
        "walking_distance",
        "m",
        _STREETS,
    ),
    _distance(
        "walking_time",
        "min",
        (*_STREETS, "parameters.walking_speed_m_per_min"),
        in_metres="walking_distance",
    ),
    Measure(
        "service_population",
        Family.LOAD,
        "persons",
        "persons",
        ("facility",),
        ("homes.population", *_STREETS),
        base="population",
    ),
    Measure(
        "service_households",
        Family.LOAD,
        "households",
        "households",
        ("facility",),
        ("homes.households", *_STREETS),
        base="households",
    ),
    _rate(
        "floor_area_per_100_households",
        "floor_area_m2",
        "households",
        100,
    ),
    _rate(
        "floor_area_per_1000_people",
        "floor_area_m2",
        "population",
        1000,
    ),
    _rate(
        "land_area_per_1000_people",
        "land_area_m2",
        "population",
        1000,
    ),
    _rate(
        "floor_area_per_person",
        "floor_area_m2",
        "population",
        1,
    ),
    _rate("land_area_per_person", "land_area_m2", "population", 1),
    _rate(
        "places_per_1000_people",
        "places",
        "population",
        1000,
    ),
    _rate("beds_per_1000_elderly", "beds", "elderly", 1000),
    _begun(
        "floor_area_per_begun_households",
        "floor_area_m2",
        "households",
    ),
    _begun(
        "floor_area_per_begun_people",
        "floor_area_m2",
        "population",
    ),
    _begun(
        "facilities_per_begun_people",
        "count",
        "population",
    ),
    Measure(
        "people_per_facility",
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
        Family.SHARE,
        "%",
        "%",
        ("plan",),
        ("facilities.floor_area_m2", "total_floor_area_m2"),
        "floor_area_m2",
        "total_floor_area_m2",
    ),
    _size("minimum_floor_area", "floor_area_m2", "m2"),
    _size("minimum_land_area", "land_area_m2", "m2"),
    _size("number_of_classes", "classes", "classes"),
    _size("number_of_places", "places", "places"),
    _size("number_of_beds", "beds", "beds"),
    _size_per("floor_area_per_bed", "floor_area_m2"),
    _size_per("land_area_per_bed", "land_area_m2"),
    Measure(
        "presence",
        Family.PRESENCE,
        "facilities",
        "facilities",
        ("area", "city", "plan"),
        ("facilities",),
        "count",
    ),
    Measure(
        "functions_in_complex",
        Family.COMPLEX,
        "functions",
        "functions",
        ("plan",),
        ("facilities.complex_id", "facilities.facility_types"),
    ),
    Measure(
        "phasing",
        Family.PHASING,
        "%",
        "%",
        ("plan",),
        ("phases", "facilities.phase"),
        "floor_area_m2",
    ),
    Measure(
        "attribute_conditions",
        Family.ATTRIBUTES,
        "facilities",
        "facilities",
        ("plan",),
        ("facilities",),
    ),
    Measure(
        "covered_share",
        Family.COVERED,
        "%",
        "%",
        ("area", "city"),
        ("homes", "facilities", "streets"),
    ),
    _within("facilities_within", "count", "facilities"),
    _within("floor_area_within", "floor_area_m2", "m2"),
    _within("places_within", "places", "places"),
    _catchment(
        "catchment_floor_area_per_person",
        "floor_area_m2",
        "population",
        1,
    ),
    _catchment(
        "catchment_floor_area_per_100_households",
        "floor_area_m2",
        "households",
        100,
    ),
    _catchment(
        "catchment_places_per_1000_people",
        "places",
        "population",
        1000,
    ),
    _catchment(
        "catchment_beds_per_1000_elderly",
        "beds",
        "elderly",
        1000,
    ),
    Measure(
        "residents",
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
