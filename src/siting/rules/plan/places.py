"""The largest single place of a facility: many small rooms do not make a large one.

Owns what a plan says of the division of a total: its listed facilities, the rows of its table, its
phases, or nothing but the total, which is then read as one place.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from siting.message import Text
from siting.rules.plan.amounts import facilities_of, outer_types, size_of
from siting.rules.plan.outcome import NOTHING
from siting.rules.wording import joined, quantity_text

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
    how: Text = NOTHING
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
    how = Text("按指标表分行或分期的面积", "by the rows or phases of the table")
    if not is_split:
        how = Text("指标表一行按一处理解", "a row of the table is taken as one place")
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


def place_text(places: Places, size: Fraction, unit: str) -> Text:
    """Say whether one place is large enough: 最大一处 50 m²，要求至少一处不小于 300 m²."""
    wanted = quantity_text(size, unit)
    asked = Text(f"至少一处不小于 {wanted.zh}", f"one place of {wanted.en} at least")
    if places.has(size) is None:
        open_text = Text("面积如何分处未写明", "how the area is divided into places is not said")
        return joined(asked, open_text, zh="：", en=": ")
    shown = quantity_text(places.largest, unit)
    largest = Text(f"最大一处 {shown.zh}", f"the largest has {shown.en}")
    return joined(asked, joined(largest, places.how, zh="，", en=", "), zh="：", en=": ")


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
