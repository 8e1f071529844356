"""The largest single place of a facility: many small rooms do not make a large one.

Owns what a plan says of the division of a total: its listed facilities, the rows of its table, its
phases, or nothing but the total, which is then read as one place.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from siting.message import Message, Quantity, Sayable, message
from siting.rules.plan.amounts import outer_types, size_of
from siting.rules.plan.outcome import NOTHING

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    smallest
        No place is smaller than this; 0 where the plan does not say.
    least_bound
        One place is no larger than this; None where nothing bounds it.
    how
        What the largest place was read from.
    """

    largest: Fraction = _ZERO
    bound: Fraction | None = None
    smallest: Fraction = _ZERO
    least_bound: Fraction | None = None
    how: Sayable = NOTHING

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
        ``floor_area_m2``, ``places`` ...
    total
        The sum over the types.

    Returns
    -------
    Places
        Each type has places of its own; what is part of another type's figure is not told apart.
        Listed rooms count as they are; what the total has beyond them may be one more place, or
        several. Rows of a table that list rooms, and phases, are places too. A total of which
        nothing more is said is one row of a table, which is one facility; a stated number of
        facilities bounds the largest by their mean and by the total.
    """
    outer = outer_types(plan, rule.facility_types)
    whole = rule.facility_types
    groups = [(code,) for code in outer] if len(outer) == len(whole) else [whole]
    each = [
        _of_types(plan, quantity, codes, total)
        for codes in groups
        if any(key.partition(".")[2] in codes for key in (*total.parts, *total.missing))
    ]
    there = [one for one in each if one.bound != 0] or each or [Places()]
    bounds = [one.bound for one in there if one.bound is not None]
    least = [one.least_bound for one in there if one.least_bound is not None]
    return Places(
        max(one.largest for one in there),
        max(bounds) if len(bounds) == len(there) else None,
        min(one.smallest for one in there),
        min(least, default=None),
        _how([one.how for one in there]),
    )


def _of_types(plan: Plan, quantity: str, codes: Sequence[str], total: Amount) -> Places:
    """Return the places of one type, or of types that are parts of each other."""
    sizes = [size_of(each, quantity) for each in plan.facilities if each.facility_type in codes]
    parts = [part for key, part in total.parts.items() if key.partition(".")[2] in codes]
    is_open = any(key.partition(".")[2] in codes for key in total.missing)
    whole = sum(parts, _ZERO) if parts else None
    if any(size is not None for size in sizes) or len(sizes) > 1:
        return _of_rooms(sizes, None if is_open else whole)
    if whole is None:
        return Places()
    split = [part for code in codes for part in _split(plan, f"{quantity}.{code}")]
    count = sum(plan.value(f"count.{code}") or 0 for code in codes)
    if count > 1 and not split:
        mean = whole / Fraction(count)
        return Places(mean, None if is_open else whole, _ZERO, mean)
    places = split or [whole]
    largest, least = max(places), min(places)
    how = message("place.by_rows" if split else "place.one_row")
    return Places(largest, how=how) if is_open else Places(largest, largest, least, least, how)


def _of_rooms(sizes: Sequence[Fraction | None], whole: Fraction | None) -> Places:
    """Return the places of listed rooms, and of what a known total has beyond them."""
    known = [size for size in sizes if size is not None]
    largest, least = max(known, default=_ZERO), min(known, default=None)
    if whole is None or least is None or len(known) < len(sizes):
        return Places(largest, None, _ZERO, least)
    rest = whole - sum(known)
    if rest <= 0:
        return Places(largest, largest, least, least)
    return Places(largest, max(largest, rest), _ZERO, min(least, rest))


def _how(found: Sequence[Sayable]) -> Sayable:
    """Return how the places are known: by rows where some are, by one row where all are."""
    by_rows = message("place.by_rows")
    if by_rows in found:
        return by_rows
    return NOTHING if NOTHING in found else found[0]


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
