"""What a plan tells, as ranges: of a figure with a missing part only the least is known."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from fractions import Fraction

SIZES = ("floor_area_m2", "land_area_m2", "classes", "places", "beds")
ZERO = Fraction(0)
Range = tuple[Fraction, Fraction | None]


@dataclass
class Room:
    types: tuple[str, ...]
    sizes: dict[str, Fraction] = field(default_factory=dict)
    phase: str = ""
    level: int | None = None
    entrance: bool | None = None
    complex: str = ""


@dataclass
class Told:
    """What a plan tells; `waivers` are rule, last day and subject, `phases` name and figures."""

    figures: dict[str, Fraction]
    rooms: list[Room] = field(default_factory=list)
    phases: list[tuple[str, dict[str, Fraction]]] = field(default_factory=list)
    status: str = "new"
    day: dt.date = dt.date(2026, 11, 1)
    place: str = "cn-hubei-wuhan"
    waivers: list[tuple[str, dt.date, str]] = field(default_factory=list)
    reasons: set[str] = field(default_factory=set)


def figure(told: Told, key: str) -> Fraction | None:
    """Return a figure: as stated, else what rooms or phases add up to, else what follows."""
    if key in told.figures:
        return told.figures[key]
    quantity, _, code = key.partition(".")
    if quantity in SIZES:
        return _size(told, quantity, code)
    if quantity == "count":
        return _count(told, code)
    if key == "residential_floor_area_m2":
        homes = [each.get(key) for _, each in told.phases]
        return None if not homes or None in homes else sum(homes, ZERO)
    per = told.figures.get("persons_per_household")
    is_known = key == "population" and per is not None and "households" in told.figures
    return told.figures["households"] * per if is_known else None


def _size(told: Told, quantity: str, code: str) -> Fraction | None:
    rooms = [room.sizes.get(quantity) for room in told.rooms if room.types[0] == code]
    if rooms and None not in rooms:
        return sum(rooms, ZERO)
    key = f"{quantity}.{code}"
    phases = [each[key] for _, each in told.phases if key in each]
    if phases:
        return sum(phases, ZERO)
    return ZERO if told.figures.get(f"count.{code}") == 0 else None


def _count(told: Told, code: str) -> Fraction | None:
    rooms = sum(code in room.types for room in told.rooms)
    if rooms:
        return Fraction(rooms)
    mine = [value for key in SIZES if (value := figure(told, f"{key}.{code}")) is not None]
    if mine:
        return Fraction(any(mine))
    listed = [*told.figures, *(key for _, each in told.phases for key in each)]
    sized = any(room.sizes for room in told.rooms)
    return (
        ZERO if sized or any("." in key and not key.startswith("count") for key in listed) else None
    )


def total(told: Told, quantity: str, codes: list[str], *, optional=()) -> Range | None:
    """Return the range of a sum over types; None where nothing of it is known."""
    found = {code: figure(told, f"{quantity}.{code}") for code in codes}
    known = [value for value in found.values() if value is not None]
    gaps = [code for code, value in found.items() if value is None and code not in optional]
    return (sum(known, ZERO), None if gaps else sum(known, ZERO)) if known else None


def places(told: Told, quantity: str, codes: list[str]) -> tuple[Range, Range]:
    """Return the ranges of the smallest place and of the largest one.

    Rooms that are listed are places; what a total has beyond them is one more place or several. A
    total alone is one place, unless the plan counts several or builds it in several phases.
    """
    each = [_places_of(told, quantity, code) for code in codes]
    there = [pair for pair in each if pair[1] != (ZERO, ZERO)] or each
    smallest = [pair[0] for pair in there]
    largest = [pair[1] for pair in there]
    ends = [high for _, high in smallest if high is not None]
    tops = [high for _, high in largest]
    return (
        (min(low for low, _ in smallest), min(ends, default=None)),
        (max(low for low, _ in largest), None if None in tops else max(tops)),
    )


def _places_of(told: Told, quantity: str, code: str) -> tuple[Range, Range]:
    key, whole = f"{quantity}.{code}", figure(told, f"{quantity}.{code}")
    rooms = [room.sizes.get(quantity) for room in told.rooms if room.types[0] == code]
    if any(each is not None for each in rooms) or len(rooms) > 1:
        return _of_rooms(rooms, whole)
    if whole is None:
        return (ZERO, None), (ZERO, None)
    parts = [each[key] for _, each in told.phases if each.get(key)]
    if len(parts) > 1 and sum(parts) == whole:
        return (min(parts),) * 2, (max(parts),) * 2
    count = figure(told, f"count.{code}") or 0
    if count > 1:
        return (ZERO, whole / count), (whole / count, whole)
    return (whole, whole), (whole, whole)


def _of_rooms(rooms: list[Fraction | None], whole: Fraction | None) -> tuple[Range, Range]:
    known = [each for each in rooms if each is not None]
    least, most = min(known, default=None), max(known, default=ZERO)
    if len(known) < len(rooms) or whole is None:
        return (ZERO, least), (most, None)
    rest = whole - sum(known, ZERO)
    if rest <= 0:
        return (min(known), min(known)), (most, most)
    return (ZERO, min(*known, rest)), (most, max(most, rest))
