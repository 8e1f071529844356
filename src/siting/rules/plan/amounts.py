"""What a plan says of a quantity: its number, where it stands, and what it does not say.

Owns sums over facility types in exact fractions. One m2 counts once: what is part of another
figure is not added again, and rooms of several types are divided before they are added up (see
`siting.rules.plan.division.claims`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from siting.rules.pack.model import Rule
    from siting.rules.plan.model import Evidence, Fact, Plan, PlannedFacility

_TYPED_AREAS = ("floor_area_m2", "land_area_m2", "classes", "places", "beds")


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of a plan.

    Parameters
    ----------
    value
        Exact; with `missing` it is the part that is known. None where nothing is.
    parts
        Fact key -> its share of the value, in the order they were added.
    evidence
        Where the parts stand.
    missing
        Keys of the facts that the plan does not give.
    shared
        The part that stands in rooms which count for another facility type.
    """

    value: Fraction | None
    parts: Mapping[str, Fraction] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    missing: tuple[str, ...] = ()
    shared: Fraction = Fraction(0)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing."""
        return self.value is not None and not self.missing


def fact_amount(plan: Plan, key: str) -> Amount:
    """Return one fact, such as ``households`` or ``count.kindergarten``.

    A count that the plan does not give follows from its other figures: a type with an area or
    classes is there once at least; one whose area is in doubt may be there or not. A type of which
    nothing is said is absent where the plan lists facilities of other types, and unknown where it
    lists none at all. A figure in doubt is missing, whatever its readings are.
    """
    doubt = plan.doubtful.get(key)
    if doubt is not None:
        return Amount(None, evidence=doubt.evidence, missing=(key,))
    fact = plan.facts.get(key)
    if fact is not None:
        amount = _amount_of(key, fact)
        return replace(amount, missing=(key,)) if key in plan.gaps else amount
    quantity, dot, code = key.partition(".")
    if dot and quantity == "count":
        return _implied_count(plan, code)
    none = plan.facts.get(f"count.{code}") if quantity in _TYPED_AREAS else None
    if none is not None and none.value == 0:
        return Amount(Fraction(0), {key: Fraction(0)}, none.evidence)
    return Amount(None, missing=(key,))


def sum_of_types(plan: Plan, rule: Rule, quantity: str, *, share_rooms: bool = False) -> Amount:
    """Add up a quantity of the rule's facility types.

    Parameters
    ----------
    plan, rule
        The plan and the rule whose types and counting are taken.
    quantity
        ``floor_area_m2``, ``land_area_m2``, ``places``, ``beds``, ``classes`` or ``count``.
    share_rooms
        Count rooms that serve a type besides the one that their area counts for.

    Returns
    -------
    Amount
        A type that is part of another one of the rule's types (``Plan.includes``) is not added
        again. Types in `Options.optional_types` are not missed.
    """
    share = share_rooms or rule.counting.shared_rooms
    parts: dict[str, Fraction] = {}
    evidence: list[Evidence] = []
    missing: list[str] = []
    shared = Fraction(0)
    for code in outer_types(plan, rule.facility_types):
        amount = fact_amount(plan, f"{quantity}.{code}")
        in_doubt = f"{quantity}.{code}" in plan.doubtful
        if amount.value is None and code in rule.options.optional_types and not in_doubt:
            continue
        missing += amount.missing
        parts.update(amount.parts)
        evidence += amount.evidence
        rooms = plan.facts.get(f"shared_floor_area_m2.{code}")
        if share and quantity == "floor_area_m2" and rooms is not None:
            shared += Fraction(rooms.value)
            parts[f"shared_floor_area_m2.{code}"] = Fraction(rooms.value)
            evidence += rooms.evidence
    value = sum(parts.values(), Fraction(0)) if parts else None
    return Amount(value, parts, tuple(evidence), tuple(missing), shared)


def outer_types(plan: Plan, codes: Iterable[str]) -> tuple[str, ...]:
    """Return the types that are no part of another one of them.

    A type whose figure includes that of an included type is followed to the end.
    """
    codes = tuple(codes)
    inner: set[str] = set()
    for code in codes:
        waiting = list(plan.includes.get(code, ()))
        while waiting:
            each = waiting.pop()
            if each not in inner and each != code:
                inner.add(each)
                waiting += plan.includes.get(each, ())
    return tuple(code for code in codes if code not in inner)


def facilities_of(plan: Plan, rule: Rule) -> tuple[PlannedFacility, ...]:
    """Return the listed facilities whose own type is one of the rule's."""
    return tuple(each for each in plan.facilities if each.facility_type in rule.facility_types)


def serving(plan: Plan, rule: Rule) -> tuple[PlannedFacility, ...]:
    """Return the listed facilities that serve one of the rule's types among others."""
    wanted = set(rule.facility_types)
    return tuple(each for each in plan.facilities if wanted.intersection(each.facility_types))


def size_of(facility: PlannedFacility, quantity: str) -> Fraction | None:
    """Return a number of one facility; None where the plan does not give it."""
    fact: Fact | None = getattr(facility, quantity, None)
    return None if fact is None else Fraction(fact.value)


def _amount_of(key: str, fact: Fact) -> Amount:
    value = Fraction(fact.value)
    return Amount(value, {key: value}, fact.evidence)


def _implied_count(plan: Plan, code: str) -> Amount:
    open_keys = [f"{quantity}.{code}" for quantity in _TYPED_AREAS]
    if any(key in plan.doubtful for key in open_keys):
        return Amount(None, missing=(f"count.{code}",))
    facts = [plan.facts[key] for key in open_keys if key in plan.facts]
    if facts:
        largest = max(facts, key=lambda fact: fact.value > 0)
        count = Fraction(1 if largest.value > 0 else 0)
        return Amount(count, {f"count.{code}": count}, largest.evidence)
    if any(key.partition(".")[0] in _TYPED_AREAS for key in plan.facts):
        return Amount(Fraction(0), {f"count.{code}": Fraction(0)})
    return Amount(None, missing=(f"count.{code}",))
