"""The keys of an example beside a rule: how ``elder_care_m2: 299.9`` becomes a fact.

Owns the words only; running the examples is in `siting.rules.cases.run`.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from siting.did_you_mean import hint_known
from siting.message import Message, Quantity, Sayable, Term, message
from siting.plain_text import one_line
from siting.rules.facts import SCALAR_UNITS, fact_title, unit_of
from siting.vocabulary.facility_types import load_facility_types
from siting.yaml_lines import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from siting.rules.pack.model import Case

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

# What only examples have that are no facts of a plan; the catalogues say what each is.
SPECIAL_KEYS = (
    "distance_m",
    "minutes",
    "people_nearest",
    "households_nearest",
    "elderly",
    "zone",
    "phases",
    "facilities",
    "status",
    "reason",
)
_WORDS = ("zone", "status", "reason")


# More than all people there are, and more facilities than an example can need.
_MOST = 1e10
_MOST_FACILITIES = 10_000


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


def case_title(case: Case, number: int) -> Sayable:
    """Return what an example is called: its name; for Chinese readers of an English name its facts.

    >>> from siting.rules.pack.model import Case
    >>> case_title(Case(name="恰好 300 户", verdict="pass"), 1)
    '恰好 300 户'
    """
    name = one_line(case.name)
    if not name.isascii():
        return name
    given = [_given_text(key, value) for key, value in case.given.items()]
    return message("case.named", name=name, number=number, given=given or message("case.nothing"))


def _given_text(key: str, value: Any) -> Message:
    fact = fact_of(key)
    label = fact_title(fact) if fact else Term("case_word", key)
    text: Sayable = Term("plan_status", value) if isinstance(value, str) else str(value)
    if value is None:
        text = message("case.nothing")
    elif isinstance(value, list):
        text = str(len(value))
    elif not isinstance(value, str):
        text = Quantity(value, unit_of(fact) if fact else "")
    return message("mark.labelled", label=label, text=text)


def case_key_fault(key: str, value: Any) -> Message | None:
    """Say what is wrong with a key of an example; None where nothing is."""
    if key in CASE_KEYS:
        return None
    if key not in SPECIAL_KEYS and fact_of(key) is None:
        return message("pack.no_case_key", hint=hint_known(key, _examples()))
    if _fits(key, value):
        return None
    expected = message(f"case_key.{key}") if key in SPECIAL_KEYS else message("case_key.number")
    return message("pack.case_value", given=shown(value), expected=expected)


def _fits(key: str, value: Any) -> bool:
    if key == "facilities":
        return isinstance(value, list) and all(map(_is_room, value))
    if key == "phases":
        return isinstance(value, list) and all(map(_is_phase, value))
    if key in _WORDS:
        return isinstance(value, str)
    if value is None:
        return key in ("distance_m", "minutes")
    return _is_amount(value, _MOST_FACILITIES if key.endswith("_count") else _MOST)


def _is_amount(value: Any, most: float = _MOST) -> bool:
    """Tell a number that a city can have; every facility of a count becomes a row."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and 0 <= value <= most


def _is_room(room: Any) -> bool:
    if not isinstance(room, dict) or not isinstance(room.get("types"), list):
        return False
    types = [code for code in room["types"] if isinstance(code, str)]
    return (
        len(types) == len(room["types"]) > 0
        and (room.get("m2") is None or _is_amount(room["m2"]))
        and isinstance(room.get("floor_level"), int | None)
        and isinstance(room.get("own_entrance"), bool | None)
        and isinstance(room.get("complex", ""), str)
    )


def _is_phase(phase: Any) -> bool:
    return isinstance(phase, dict) and all(
        _is_amount(value) for key, value in phase.items() if fact_of(str(key)) is not None
    )


def _examples() -> list[str]:
    """Return the keys that people mean: scalars, specials and floor areas of every type."""
    typed = [f"{code}{ending}" for code in load_facility_types() for ending in _ENDINGS]
    return [*SCALAR_UNITS, *SPECIAL_KEYS, *typed]
