"""From rows to facts: which of several rows gives a figure, and what a figure includes.

Owns the decision, not the judgement: rows that contradict each other are left for
`siting.rules.plan.consistency` to report.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from siting.rules.plan.model import Fact, PlannedFacility, PlanRow, add_facts
from siting.vocabulary.units import load_units

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_QUANTITIES = ("floor_area_m2", "land_area_m2", "places", "beds", "classes")


def facts_of_rows(rows: Sequence[PlanRow], *, phase: str = "") -> dict[str, Fact]:
    """Return the facts that rows give for the whole plan or for one phase.

    A row without a part counts as it is, the first where several are given; rows of several parts
    (地上, 地下) are added; rows of one facility type below each other in one table are added; a
    row inside a row of the same fact is part of it already. Where the unit of one of the rows is
    not known, none gives the fact: a sum would lack it, and another row may tell something else.

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
    found: dict[str, list[PlanRow]] = defaultdict(list)
    unknown = {row.key for row in rows if row.phase == phase and has_unknown_unit(row)}
    for row in rows:
        if row.key and row.value is not None and row.phase == phase and not _inside_own(rows, row):
            found[row.key].append(row)
    return {key: _fact(each, rows) for key, each in found.items() if key not in unknown}


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
            none = Fact(Decimal(0), "m2", places, "counted under other types")
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


def _fact(rows: list[PlanRow], every: Sequence[PlanRow]) -> Fact:
    facts = [Fact(row.value, row.unit, (row.evidence,)) for row in rows if row.value is not None]
    whole = [row for row in rows if not row.part]
    if not whole:
        parts = {row.part: fact for row, fact in zip(reversed(rows), reversed(facts), strict=True)}
        chosen = list(reversed(parts.values()))
        return add_facts(chosen) if len(chosen) > 1 else chosen[0]
    repeated = [each for each in whole if _same_table(each, whole[0], every)]
    if len(repeated) > 1 and "." in rows[0].key:
        return add_facts(facts[rows.index(each)] for each in repeated)
    return facts[rows.index(whole[0])]


def _same_table(row: PlanRow, first: PlanRow, every: Sequence[PlanRow]) -> bool:
    """Tell whether two rows list two facilities and do not repeat one figure."""
    sheet = row.evidence.location.partition("!")[0]
    return (
        sheet == first.evidence.location.partition("!")[0]
        and row.table == first.table
        and _listed_in(row, every) == _listed_in(first, every)
    )


def _listed_in(row: PlanRow, every: Sequence[PlanRow]) -> int:
    """Return the row that a row is part of, past the headings of its own facility type."""
    facility_type = row.key.partition(".")[2]
    parent = row.parent
    while parent >= 0 and facility_type and every[parent].value is None:
        if every[parent].key.partition(".")[2] != facility_type:
            break
        parent = every[parent].parent
    return parent


def _put_sum(
    facts: dict[str, Fact], key: str, members: list[PlannedFacility], quantity: str
) -> None:
    found = [getattr(each, quantity) for each in members]
    if found and None not in found:
        count = len(found)
        facts[key] = (
            add_facts(found, derived=f"sum of {count} facilities") if count > 1 else found[0]
        )


def _count(members: list[PlannedFacility]) -> Fact:
    evidence = tuple(each.evidence for each in members if each.evidence)
    return Fact(Decimal(len(members)), "facilities", evidence, "counted")
