"""How the parts of what a rule says are put together.

Owns what several sentences share; `siting.number_text` writes the numbers, the catalogues the
words and units.
"""

from __future__ import annotations

from collections.abc import Iterable

from siting.message import Quantity, Sayable, Term, Text, message
from siting.number_text import distinct_texts, number_text, to_decimal

__all__ = ["distinct_texts", "number_text", "per_text", "sentences", "to_decimal", "unit_for"]

_NOTHING = Text("", "")
_PLACES_OF = {
    "childcare": "nursery_places",
    **dict.fromkeys(("kindergarten", "primary_school"), "school_places"),
    **dict.fromkeys(("junior_middle_school", "school"), "school_places"),
}


def per_text(unit: str, per: int) -> Quantity | Term:
    """Return the second half of a rate: what it is for each of, such as 100 户 or person.

    Examples
    --------
    >>> per_text("households", 100), per_text("persons", 1)
    (Quantity(number=100, unit='households'), Term(family='one', code='persons'))
    """
    return Term("one", unit) if per == 1 else Quantity(per, unit)


def unit_for(unit: str, facility_types: Iterable[str]) -> str:
    """Return what a unit is called for facilities: places of a kindergarten are 学位, 托位 else.

    >>> unit_for("places", ["kindergarten"]), unit_for("places", ["childcare"])
    ('school_places', 'nursery_places')
    >>> unit_for("places", ["kindergarten", "childcare"]), unit_for("m2", ["kindergarten"])
    ('places', 'm2')
    """
    names = {_PLACES_OF.get(code, unit) for code in facility_types} if unit == "places" else ()
    return next(iter(names)) if len(names) == 1 else unit


def sentences(*parts: Sayable) -> Sayable:
    """Join what is not empty with the semicolon of the language; one part stays as it is.

    >>> sentences(Text("甲", "a"), Text("乙", "b")).key
    'mark.joined'
    >>> sentences(Text("", ""), Text("甲", "a"))
    Text(zh='甲', en='a')
    """
    told = [part for part in parts if part != _NOTHING]
    if len(told) > 1:
        return message("mark.joined", parts=told)
    return told[0] if told else _NOTHING
