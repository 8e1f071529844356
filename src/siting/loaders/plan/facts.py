"""From rows and facilities to facts, and what a figure includes.

Which of several rows gives a figure, `siting.loaders.plan.choice` decides; that rows contradict
each other, `siting.rules.plan.consistency` reports.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from siting.loaders.plan.choice import choose
from siting.message import message
from siting.rules.plan.model import Doubt, Fact, PlannedFacility, PlanRow, add_facts
from siting.vocabulary.units import load_units

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_QUANTITIES = ("floor_area_m2", "land_area_m2", "places", "beds", "classes")


def facts_of_rows(rows: Sequence[PlanRow], *, phase: str = "") -> dict[str, Fact]:
    """Return the facts that rows give for the whole plan or for one phase, without any doubt.

    Examples
    --------
    >>> from decimal import Decimal
    >>> from siting.rules.plan.model import Evidence
    >>> here = Evidence("a.xlsx", "S!B2", "8")
    >>> rows = [PlanRow("floor_area_m2.commerce", Decimal(8), "m2", here, part="地上"),
    ...         PlanRow("floor_area_m2.commerce", Decimal(2), "m2", here, part="地下")]
    >>> facts_of_rows(rows)["floor_area_m2.commerce"].value
    Decimal('10')
    """
    return told_by(rows, phase=phase)[0]


def told_by(
    rows: Sequence[PlanRow], *, phase: str = ""
) -> tuple[dict[str, Fact], dict[str, Doubt]]:
    """Return the facts that rows give for the whole plan or for one phase, and those in doubt.

    A row inside a row of the same fact is part of it already. Where a number of a fact could not
    be read, the fact is in doubt: a sum would lack it, and another row may tell something else.
    """
    found: dict[str, list[PlanRow]] = defaultdict(list)
    unread: dict[str, list[PlanRow]] = defaultdict(list)
    for row in rows:
        if row.phase != phase or not row.key:
            continue
        if row.is_unread or has_unknown_unit(row):
            unread[row.key].append(row)
        elif row.value is not None and not _inside_own(rows, row):
            found[row.key].append(row)
    for key, missing in _rooms_without_name(rows, phase):
        unread[key].append(missing)
    facts: dict[str, Fact] = {}
    doubts: dict[str, Doubt] = {}
    for key in dict.fromkeys((*found, *unread)):
        chosen = choose(found[key], rows) if key in found else Doubt()
        if isinstance(chosen, Fact) and key not in unread and not _lacks_plot(found[key], rows):
            facts[key] = chosen
        else:
            readings = chosen.readings if isinstance(chosen, Doubt) else (chosen,)
            doubts[key] = Doubt(readings, tuple(row.evidence for row in unread[key]))
    return facts, doubts


def _rooms_without_name(rows: Sequence[PlanRow], phase: str) -> list[tuple[str, PlanRow]]:
    """Return rows of areas below a heading of rooms without a number of its own, not known.

    The rooms below 养老服务用房 are the elderly's, also those whose names nobody knows.
    """
    found: list[tuple[str, PlanRow]] = []
    for row in rows:
        above = rows[row.parent] if row.parent >= 0 else None
        if above is None or row.key or row.value is None or row.phase != phase:
            continue
        if above.value is None and above.key.startswith("floor_area_m2.") and row.unit == "m2":
            found.append((above.key, row))
    return found


def _lacks_plot(rows: Sequence[PlanRow], every: Sequence[PlanRow]) -> bool:
    """Tell whether a figure of the whole plan is missing for one of the plots beside each other."""
    given = {row.column for row in rows}
    if "." in rows[0].key or given == {""}:
        return False
    table = {(row.table, row.evidence.location.partition("!")[0]) for row in rows}
    beside = {
        row.column
        for row in every
        if (row.table, row.evidence.location.partition("!")[0]) in table and row.value is not None
    }
    return not beside <= given


def has_unknown_unit(row: PlanRow) -> bool:
    """Tell whether a row of a known figure was not read because of its unit.

    Examples
    --------
    >>> from siting.rules.plan.model import Evidence
    >>> here = Evidence("a.xlsx", "S!B2", "1.25", "坪")
    >>> has_unknown_unit(PlanRow("site_area_m2", None, "m2", here))
    True
    """
    unit = row.evidence.unit
    return bool(row.key and row.value is None and unit and not load_units().measures(unit))


def includes_of_rows(rows: Sequence[PlanRow]) -> dict[str, tuple[str, ...]]:
    """Return which facility types' floor areas stand as 其中 below another type's."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        inner = row.key.removeprefix("floor_area_m2.")
        if inner == row.key:
            continue
        for above in ancestors(rows, row):
            outer = above.key.removeprefix("floor_area_m2.")
            # A heading without an area of its own includes nothing.
            if above.value is not None and outer not in (above.key, inner):
                found[outer].add(inner)
    return {outer: tuple(sorted(inner)) for outer, inner in sorted(found.items())}


def ancestors(rows: Sequence[PlanRow], row: PlanRow) -> list[PlanRow]:
    """Return the rows that a row is part of, the nearest first."""
    found: list[PlanRow] = []
    while row.parent >= 0:
        row = rows[row.parent]
        found.append(row)
    return found


def facts_of_facilities(facilities: Iterable[PlannedFacility]) -> dict[str, Fact]:
    """Add up the facilities of each type; a type with a missing number has no sum of it.

    A facility's area counts for its first type, and as ``shared_floor_area_m2`` for its others; a
    type that has shared rooms only has none of its own, which is 0 and not unknown.
    """
    groups: dict[str, list[PlannedFacility]] = defaultdict(list)
    shared: dict[str, list[PlannedFacility]] = defaultdict(list)
    for each in facilities:
        groups[each.facility_type].append(each)
        for other in each.facility_types[1:]:
            shared[other].append(each)
    facts: dict[str, Fact] = {}
    for facility_type, members in groups.items():
        for quantity in _QUANTITIES:
            _put_sum(facts, f"{quantity}.{facility_type}", members, quantity)
    for facility_type, members in shared.items():
        _put_sum(facts, f"shared_floor_area_m2.{facility_type}", members, "floor_area_m2")
        if facility_type not in groups:
            places = tuple(each.evidence for each in members if each.evidence)
            none = Fact(Decimal(0), "m2", places, message("derived.under_other_types"))
            facts[f"floor_area_m2.{facility_type}"] = none
    for facility_type in dict.fromkeys((*groups, *shared)):
        members = [*groups[facility_type], *shared[facility_type]]
        facts[f"count.{facility_type}"] = _count(members)
    return facts


def merged(first: Mapping[str, Fact], then: Mapping[str, Fact]) -> dict[str, Fact]:
    """Return both; what the first has, the second does not change."""
    return {**then, **first}


def _inside_own(rows: Sequence[PlanRow], row: PlanRow) -> bool:
    return any(above.key == row.key and above.value is not None for above in ancestors(rows, row))


def _put_sum(
    facts: dict[str, Fact], key: str, members: list[PlannedFacility], quantity: str
) -> None:
    found = [getattr(each, quantity) for each in members]
    if found and None not in found:
        count = len(found)
        derived = message("derived.facilities", count=count)
        facts[key] = add_facts(found, derived=derived) if count > 1 else found[0]


def _count(members: list[PlannedFacility]) -> Fact:
    evidence = tuple(each.evidence for each in members if each.evidence)
    return Fact(Decimal(len(members)), "facilities", evidence, message("derived.counted"))
