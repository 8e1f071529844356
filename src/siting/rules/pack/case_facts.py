"""The keys of an example beside a rule: how ``elder_care_m2: 299.9`` becomes a fact.

Owns the words only; running the examples is in `siting.rules.cases.run`.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from siting.did_you_mean import nearest_known
from siting.rules.facts import SCALAR_UNITS
from siting.vocabulary.facility_types import load_facility_types

if TYPE_CHECKING:
    from collections.abc import Mapping

CASE_KEYS = ("name", "verdict", "measured", "required", "shortfall")

# What stands behind a facility type's code; the longest endings first, since _m2 ends _land_m2.
_ENDINGS: Mapping[str, str] = MappingProxyType(
    {
        "_shared_m2": "shared_floor_area_m2",
        "_land_m2": "land_area_m2",
        "_m2": "floor_area_m2",
        "_places": "places",
        "_beds": "beds",
        "_classes": "classes",
        "_count": "count",
    }
)

# What only examples of city rules have, with what it is.
SPECIAL_KEYS: Mapping[str, str] = MappingProxyType(
    {
        "distance_m": "metres to the nearest facility; null: none is in the data",
        "minutes": "minutes to the nearest facility; null: none is in the data",
        "people_nearest": "people for whom the facility is the nearest",
        "households_nearest": "households for whom the facility is the nearest",
        "elderly": "people of 60 and over",
        "zone": "zone of the place, such as main_urban",
        "phases": "list of phases, each with residential_floor_area_m2 and <type>_m2",
        "facilities": "list of facilities, each with types, m2, complex, floor_level ...",
        "status": "new, renewal or existing",
        "reason": "why the plan takes the exception that the rule leaves",
    }
)
_LISTS = ("phases", "facilities")
_WORDS = ("zone", "status", "reason")


def fact_of(key: str) -> str | None:
    """Return the fact that an example's key means.

    Examples
    --------
    >>> fact_of("elder_care_m2"), fact_of("sport_land_m2"), fact_of("households")
    ('floor_area_m2.elder_care', 'land_area_m2.sport', 'households')
    >>> fact_of("elder_car_m2") is None
    True
    """
    if key in SCALAR_UNITS:
        return key
    types = load_facility_types()
    for ending, quantity in _ENDINGS.items():
        code = key.removesuffix(ending)
        if key.endswith(ending) and code in types:
            return f"{quantity}.{code}"
    return None


def case_key_fault(key: str, value: Any) -> str | None:
    """Say what is wrong with a key of an example; None where nothing is."""
    if key in CASE_KEYS:
        return None
    if key not in SPECIAL_KEYS and fact_of(key) is None:
        return f"is no fact that an example can give; {nearest_known(key, _examples())}"
    if _fits(key, value):
        return None
    return f"is {value!r}; expected {SPECIAL_KEYS.get(key, 'a number')}"


def _fits(key: str, value: Any) -> bool:
    if key in _LISTS:
        return isinstance(value, list)
    if key in _WORDS:
        return isinstance(value, str)
    if value is None:
        return key in ("distance_m", "minutes")
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _examples() -> list[str]:
    """Return the keys that people mean: scalars, specials and floor areas of every type."""
    typed = [f"{code}{ending}" for code in load_facility_types() for ending in _ENDINGS]
    return [*SCALAR_UNITS, *SPECIAL_KEYS, *typed]
