"""The largest single place of a facility: many small rooms do not make a large one.

Owns what a plan says of the division of a total: its listed facilities, the rows of its table, its
phases, or nothing but the total, which is then read as one place.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from siting.message import Message, Quantity, Sayable, message
from siting.rules.plan.amounts import facilities_of, outer_types, size_of
from siting.rules.plan.outcome import NOTHING

if TYPE_CHECKING:
    from siting.rules.pack.model import Rule
    from siting.rules.plan.amounts import Amount
    from siting.rules.plan.model import Plan

_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Places:
    """What is known of the places that make a total.

    Parameters
    ----------
    largest
        The largest place that the plan shows; 0 where it shows none.
    bound
        No place is larger than this; None where nothing bounds it.
    how
        What the largest place was read from.
    smallest
        No place that the plan shows is smaller; None where it does not say.
    """

    largest: Fraction
    bound: Fraction | None
    how: Sayable = NOTHING
    smallest: Fraction | None = None

    def has(self, size: Fraction) -> bool | None:
        """Tell whether one place is that large; None where the plan does not say."""
        if self.largest >= size:
            return True
        return False if self.bound is not None and self.bound < size else None


def places_of(rule: Rule, plan: Plan, quantity: str, total: Amount) -> Places:
    """Return the places of a rule's facility types.

    Parameters
    ----------
    rule, plan
        The rule whose types are taken, and the plan with its shared rooms divided.
    quantity
        ``floor_area_m2`` or ``land_area_m2``.
    total
        The sum over the types.

    Returns
    -------
    Places
        Listed rooms count as they are; what the total has beyond them may be one more place. Rows
        of a table that list rooms, and phases, are places too. A total of which nothing more is
        said is one row of a table, which is one facility; a stated number of facilities bounds
        the largest by their mean and by the total.
    """
    sizes = [size_of(each, quantity) for each in facilities_of(plan, rule)]
    known = [size for size in sizes if size is not None]
    if known or len(sizes) > 1:
        largest = max(known, default=_ZERO)
        if len(known) < len(sizes) or total.missing:
            return Places(largest, None)
        rest = _ZERO if total.value is None else total.value - sum(known)
        return Places(largest, max(largest, rest))
    if total.value is None:
        return Places(_ZERO, None)
    parts, is_split = _parts(plan, quantity, total)
    count = sum(plan.value(f"count.{code}") or 0 for code in rule.facility_types)
    if count > 1 and not is_split:
        return Places(total.value / Fraction(count), total.value if total.is_whole else None)
    how = message("place.by_rows" if is_split else "place.one_row")
    largest = max(parts, default=_ZERO)
    bound = largest if total.is_whole else None
    return Places(largest, bound, how, min(parts, default=None))


def _parts(plan: Plan, quantity: str, total: Amount) -> tuple[list[Fraction], bool]:
    """Return the places by the rows of a table: each type has one at least where it has any."""
    rows = defaultdict[str, Fraction](Fraction)
    for key, part in total.parts.items():
        rows[key.partition(".")[2]] += part
    split = {code: _split(plan, f"{quantity}.{code}") for code in outer_types(plan, rows)}
    parts = [part for code, found in split.items() for part in found or [rows[code]] if part]
    return parts, any(split.values())


def largest_place_text(places: Places, size: Fraction, unit: str) -> Message:
    """Say whether one place is large enough: 最大一处 50 m²，要求至少一处不小于 300 m²."""
    wanted = Quantity(size, unit)
    if places.has(size) is None:
        return message("place.not_divided", wanted=wanted)
    largest = Quantity(places.largest, unit)
    if places.how == NOTHING:
        return message("place.largest", wanted=wanted, largest=largest)
    return message("place.largest_read", wanted=wanted, largest=largest, how=places.how)


def _split(plan: Plan, key: str) -> list[Fraction]:
    """Return the parts in which rows or phases give a figure; nothing where it is one."""
    fact = plan.facts.get(key)
    if fact is None:
        return []
    total = Fraction(fact.value)
    rows = [
        Fraction(row.value)
        for row in plan.rows
        if row.key == key and row.value is not None and not row.phase and not row.part
        and row.evidence in fact.evidence
    ]  # fmt: skip
    phases = [Fraction(each.facts[key].value) for each in plan.phases if key in each.facts]
    for parts in (rows, [part for part in phases if part]):
        if len(parts) > 1 and sum(parts, _ZERO) == total:
            return parts
    return []
