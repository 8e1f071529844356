"""Rooms that serve several facility types: how they may be divided, and the plan that results.

Owns what a plan says of such rooms and the making of a *divided* plan, in which every m2 belongs to
one type and every measure can be taken as in a plan without shared rooms. Which division is wanted
is chosen in `claims`; the arithmetic is in `divide`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import ROUND_FLOOR, Context, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from siting.message import message
from siting.rules.facts import TYPED_UNITS
from siting.rules.plan.amounts import size_of
from siting.rules.plan.model import Evidence, Fact, Phase, Plan, PlannedFacility

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

QUANTITIES = ("floor_area_m2", "land_area_m2", "places", "beds", "classes")
_DIVIDED = message("derived.divided")
_ZERO = Fraction(0)
_DIGITS = 40

# (facility_id, facility_type) -> how much of the room's quantity the type gets
Shares = dict[tuple[str, str], Fraction]


@dataclass(frozen=True, slots=True)
class Room:
    """One number of a facility that serves several types.

    Parameters
    ----------
    facility
        The facility.
    types
        Those of its types that the number may be divided among. A type whose figure the plan
        states besides has all of it there, and takes nothing from rooms that count for others.
    size
        How much there is.
    """

    facility: PlannedFacility
    types: frozenset[str]
    size: Fraction


@dataclass(frozen=True, slots=True)
class SharedRooms:
    """The rooms of a plan that serve several types, for one quantity.

    Parameters
    ----------
    quantity
        ``floor_area_m2``, ``land_area_m2``, ``places``, ``beds`` or ``classes``.
    rooms
        Those of known size.
    own
        Facility type -> what it has without these rooms.
    least
        Types served by a room of unknown size: what is known of them is the least.
    """

    quantity: str
    rooms: tuple[Room, ...]
    own: Mapping[str, Fraction]
    least: frozenset[str]


def has_shared_rooms(plan: Plan) -> bool:
    """Tell whether a facility of the plan serves more than one type."""
    return any(map(_serves_several, plan.facilities))


def shared_rooms(plan: Plan, quantity: str) -> SharedRooms:
    """Return the rooms that serve several types, and what each type has besides.

    A plan that states less of a type than its shared rooms have contradicts itself: nothing is
    divided then, and its figures count as they stand.
    """
    several = [each for each in plan.facilities if _serves_several(each)]
    codes = sorted({code for each in several for code in each.facility_types})
    stated = {code: plan.value(f"{quantity}.{code}") for code in codes}
    listed = {code: _sum_of_first(plan.facilities, code, quantity) for code in codes}
    within = {code: _sum_of_first(several, code, quantity) for code in codes}
    own = {
        code: (listed[code] if stated[code] is None else Fraction(stated[code] or 0)) - within[code]
        for code in codes
    }
    if any(value < 0 for value in own.values()):
        return SharedRooms(quantity, (), {}, frozenset())
    apart = {code for code in codes if stated[code] not in (None, listed[code])}
    rooms = []
    for each in several:
        size = size_of(each, quantity)
        if size is not None:
            types = {code for code in each.facility_types if code not in apart}
            rooms.append(Room(each, frozenset(types | {each.facility_type}), size))
    unsized = [each for each in plan.facilities if size_of(each, quantity) is None]
    least = {code for each in unsized for code in each.facility_types if code in codes} - apart
    return SharedRooms(quantity, tuple(rooms), own, frozenset(least))


def divided_plan(plan: Plan, shares: Mapping[str, Shares]) -> Plan:
    """Return the plan in which every shared room is several rooms of one type each.

    Parameters
    ----------
    plan
        The plan as it was read.
    shares
        Quantity -> how its rooms are divided; rooms that are not named give nothing to anybody.
    """
    facts = dict(plan.facts)
    gaps: set[str] = set(plan.gaps)
    for quantity in QUANTITIES:
        found = shared_rooms(plan, quantity)
        if not found.rooms and quantity != "floor_area_m2":
            continue
        facts.update(_facts(plan, found, shares.get(quantity, {})))
        gaps |= {f"{quantity}.{code}" for code in found.least}
    return replace(
        plan,
        facts=facts,
        facilities=tuple(part for each in plan.facilities for part in _parts(each, shares)),
        phases=tuple(_phase(each, plan, shares) for each in plan.phases),
        gaps=frozenset(gaps & set(facts)),
    )


def repeated_plan(plan: Plan) -> Plan:
    """Return the plan in which a room of several types stands whole under each of them."""
    facilities = tuple(
        replace(each, facility_types=(code,))
        for each in plan.facilities
        for code in dict.fromkeys(each.facility_types)
    )
    return replace(plan, facilities=facilities)


def _facts(plan: Plan, found: SharedRooms, shares: Shares) -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    for code, own in found.own.items():
        key = f"{found.quantity}.{code}"
        given = [share for (_, other), share in shares.items() if other == code]
        if not given and key not in plan.facts:
            continue
        total = own + sum(given, _ZERO)
        places = [
            room.facility.evidence
            for room in found.rooms
            if room.facility.evidence and (room.facility.facility_id, code) in shares
        ]
        before = plan.facts[key].evidence if key in plan.facts else ()
        evidence: tuple[Evidence, ...] = tuple(dict.fromkeys((*before, *places)))
        unit = TYPED_UNITS[found.quantity]
        facts[key] = Fact(_decimal(total), unit, evidence, _DIVIDED)
    return facts


def _parts(facility: PlannedFacility, shares: Mapping[str, Shares]) -> Iterable[PlannedFacility]:
    """Return a facility for each type that has a part of it; the facility where it serves one."""
    if not _serves_several(facility):
        return (facility,)
    parts = []
    for code in sorted(set(facility.facility_types)):
        part = _part(facility, code, shares)
        if facility.floor_area_m2 is None or any(getattr(part, q) for q in QUANTITIES):
            parts.append(part)
    return parts


def _part(facility: PlannedFacility, code: str, shares: Mapping[str, Shares]) -> PlannedFacility:
    """Return what one type has of a room."""
    floor, land, places, beds, classes = (
        _share_fact(facility, code, quantity, shares.get(quantity, {})) for quantity in QUANTITIES
    )
    return replace(
        facility,
        facility_types=(code,),
        floor_area_m2=floor,
        land_area_m2=land,
        places=places,
        beds=beds,
        classes=classes,
    )


def _share_fact(facility: PlannedFacility, code: str, quantity: str, shares: Shares) -> Fact | None:
    share = shares.get((facility.facility_id, code))
    whole: Fact | None = getattr(facility, quantity)
    return None if not share or whole is None else replace(whole, value=_decimal(share))


def _phase(phase: Phase, plan: Plan, shares: Mapping[str, Shares]) -> Phase:
    """Return a phase with the parts of its rooms; what it states itself stays."""
    here = [each for each in plan.facilities if each.phase == phase.name]
    facts = dict(phase.facts)
    for quantity in QUANTITIES:
        divided = shares.get(quantity, {})
        rooms = {each.facility_id for each in here if _serves_several(each)}
        for code in sorted({code for name, code in divided if name in rooms}):
            key = f"{quantity}.{code}"
            listed = _sum_of_first(here, code, quantity)
            stated = phase.facts.get(key)
            if stated is not None and Fraction(stated.value) != listed:
                continue
            own = listed - _sum_of_first(filter(_serves_several, here), code, quantity)
            given = (share for (name, c), share in divided.items() if c == code and name in rooms)
            total = own + sum(given, _ZERO)
            facts[key] = Fact(_decimal(total), TYPED_UNITS[quantity], derived=_DIVIDED)
    return replace(phase, facts=facts)


def _serves_several(facility: PlannedFacility) -> bool:
    return len(set(facility.facility_types)) > 1


def _sum_of_first(facilities: Iterable[PlannedFacility], code: str, quantity: str) -> Fraction:
    sizes = (size_of(each, quantity) for each in facilities if each.facility_type == code)
    return sum((size for size in sizes if size is not None), _ZERO)


def _decimal(value: Fraction) -> Decimal:
    """Return a number as a decimal, rounded down where it has no end: never more than there is."""
    context = Context(prec=_DIGITS, rounding=ROUND_FLOOR)
    return context.divide(Decimal(value.numerator), Decimal(value.denominator))


def distributed(
    rooms: Sequence[Room],
    reserved: Mapping[tuple[str, str], Fraction],
    pooled: Mapping[tuple[frozenset[str], str], Fraction],
) -> Shares:
    """Give each room its part of what its pool was divided into.

    Parameters
    ----------
    rooms
        Rooms with the same types make one pool.
    reserved
        (facility_id, type) -> what a room gives to a type whatever the rest is used for.
    pooled
        (pool, type) -> how the rest of the pool is divided.
    """
    shares: Shares = defaultdict(Fraction, reserved)
    free: dict[str, Fraction] = {}
    for room in rooms:
        name = room.facility.facility_id
        taken = sum((part for (other, _), part in reserved.items() if other == name), _ZERO)
        free[name] = room.size - taken
    for pool, code in sorted(pooled, key=lambda cell: (sorted(cell[0]), cell[1])):
        wanted = pooled[pool, code]
        members = [room for room in rooms if room.types == pool]
        for room in sorted(members, key=lambda each: (-each.size, each.facility.facility_id)):
            name = room.facility.facility_id
            part = min(wanted, free[name])
            if part:
                shares[name, code] += part
                free[name] -= part
                wanted -= part
    return dict(shares)
