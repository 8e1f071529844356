"""Plan rules about single facilities: how large they are, and what they have to be like.

Owns the choice between the largest, each and all of them.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from siting.message import Quantity, message
from siting.rules.pack.conditions import FALSE, TRUE, test_exactly
from siting.rules.plan.amounts import Amount, facilities_of, serving, size_of, sum_of_types
from siting.rules.plan.measures.places import Places, places_of
from siting.rules.plan.outcome import (
    NOTHING,
    Counting,
    Outcome,
    compared,
    judge,
    missing_text,
    outcome_of,
    planned_text,
)
from siting.rules.wording import sentences

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from siting.rules.pack.measures import Measure
    from siting.rules.pack.model import Condition, Rule
    from siting.rules.plan.model import Evidence, Plan, PlannedFacility


def measure_size(rule: Rule, plan: Plan, measure: Measure, counting: Counting) -> Outcome:
    """Judge the largest facility, each one, or the total, as the rule says."""
    listed = facilities_of(plan, rule)
    sizes = [size_of(each, measure.quantity) for each in listed]
    amount = sum_of_types(plan, rule, measure.quantity, share_rooms=counting.share_rooms)
    if amount.value is None and not any(sizes):
        if _has_none(rule, plan):
            return compared(rule, Fraction(0), measure.finding_unit, ())
        return _unknown_size(rule, measure, amount.evidence)
    evidence = tuple(each.evidence for each in listed if each.evidence) or amount.evidence
    if rule.options.of == "total":
        return _size_of_total(rule, measure, amount)
    one_unsized = len(sizes) == 1 and sizes[0] is None
    if rule.options.of == "each" and listed and not one_unsized:
        return _size_of_each(rule, measure, sizes, evidence)
    places = places_of(rule, plan, measure.quantity, amount)
    if rule.options.of == "each":
        return _size_of_smallest(rule, measure, places, evidence)
    return _size_of_largest(rule, measure, places, evidence)


def _size_of_total(rule: Rule, measure: Measure, amount: Amount) -> Outcome:
    if amount.value is None:
        return _unknown_size(rule, measure, amount.evidence)
    return compared(rule, amount.value, measure.finding_unit, amount.evidence, amount.missing)


def _has_none(rule: Rule, plan: Plan) -> bool:
    """Tell whether the plan itself says that it has no such facility."""
    return all(plan.value(f"count.{code}") == 0 for code in rule.facility_types)


def _size_of_largest(
    rule: Rule, measure: Measure, places: Places, evidence: tuple[Evidence, ...]
) -> Outcome:
    """Judge the largest place: one that is large enough is enough."""
    outcome = compared(rule, places.largest, measure.finding_unit, evidence)
    if rule.require is None:
        return outcome
    if rule.require.is_upper:
        settled = outcome.verdict == "fail" or places.bound == places.largest
    else:
        settled = places.has(Fraction(rule.require.limit)) is not None
    return outcome if settled else _not_divided(measure, outcome, evidence)


def _size_of_smallest(
    rule: Rule, measure: Measure, places: Places, evidence: tuple[Evidence, ...]
) -> Outcome:
    """Judge the smallest place by what is known of the total."""
    if rule.require is not None and rule.require.is_upper:
        return _size_of_largest(rule, measure, places, evidence)
    known = places.smallest is not None
    # The mean, which is the least that the largest can have, is the most that the smallest can.
    outcome = compared(rule, places.smallest or places.largest, measure.finding_unit, evidence)
    if rule.require is None or known or outcome.verdict == "fail":
        return outcome
    return _not_divided(measure, outcome, evidence)


def _size_of_each(
    rule: Rule,
    measure: Measure,
    sizes: Sequence[Fraction | None],
    evidence: tuple[Evidence, ...],
) -> Outcome:
    """Judge every listed facility; the worst one is reported."""
    known = [size for size in sizes if size is not None]
    if not known:
        return _unknown_size(rule, measure, evidence)
    is_upper = rule.require is not None and rule.require.is_upper
    outcome = compared(rule, max(known) if is_upper else min(known), measure.finding_unit, evidence)
    if len(known) < len(sizes) and outcome.verdict == "pass":
        return _not_divided(measure, outcome, evidence)
    return outcome


def _not_divided(measure: Measure, outcome: Outcome, evidence: tuple[Evidence, ...]) -> Outcome:
    missing = (f"facilities.{measure.quantity}",)
    return Outcome("unknown", missing_text(missing), None, outcome.required, evidence, missing)


def _unknown_size(rule: Rule, measure: Measure, evidence: tuple[Evidence, ...]) -> Outcome:
    keys = tuple(f"{measure.quantity}.{code}" for code in rule.facility_types)
    return Outcome("unknown", missing_text(keys), None, None, evidence, keys)


def measure_size_per(rule: Rule, plan: Plan, measure: Measure, counting: Counting) -> Outcome:
    """Judge the area of each facility for each of its beds; the worst one is reported."""
    listed = facilities_of(plan, rule)
    pairs = [(size_of(each, measure.quantity), size_of(each, "beds")) for each in listed]
    evidence = tuple(each.evidence for each in listed if each.evidence)
    if not listed:
        area = sum_of_types(plan, rule, measure.quantity, share_rooms=counting.share_rooms)
        beds = sum_of_types(plan, rule, "beds")
        pairs = [(area.value, beds.value)]
        evidence = (*area.evidence, *beds.evidence)
    known = [(area, beds) for area, beds in pairs if area is not None and beds is not None]
    missing = tuple(
        f"{quantity}.{rule.facility_types[0]}"
        for quantity, index in ((measure.quantity, 0), ("beds", 1))
        if any(pair[index] is None for pair in pairs)
    )
    if not known or rule.require is None:
        return Outcome("unknown", missing_text(missing), None, None, evidence, missing)
    limit = Fraction(rule.require.limit)
    sign = 1 if rule.require.is_upper else -1
    space, places = max(known, key=lambda pair: sign * (pair[0] - limit * pair[1]))
    required = limit * places
    verdict = judge(rule.require, space, required)
    if missing and verdict == "pass":
        return Outcome("unknown", missing_text(missing), None, required, evidence, missing)
    product = message(
        "rate.per_bed",
        beds=Quantity(places, "beds"),
        rate=Quantity(limit, "m2"),
        total=Quantity(required, "m2"),
    )
    text = sentences(product, planned_text(space, required, "m2", verdict))
    return outcome_of(verdict, text, space, required, evidence)


def measure_attributes(rule: Rule, plan: Plan, measure: Measure, _: Counting) -> Outcome:
    """Count the facilities that break a condition, such as a floor level."""
    listed = serving(plan, rule)
    states = {each.facility_id: _attribute_state(each, rule.options.attributes) for each in listed}
    broken = [name for name, state in states.items() if state == FALSE]
    unknown = [name for name, state in states.items() if state not in (FALSE, TRUE)]
    evidence = tuple(each.evidence for each in listed if each.evidence)
    missing = tuple(f"facilities.{name}" for name in rule.options.attributes)
    if not listed or (unknown and not broken):
        return Outcome("unknown", missing_text(missing), None, None, evidence, missing)
    outcome = compared(rule, Fraction(len(broken)), measure.finding_unit, evidence)
    text = message("facility.breaking", names=sorted(broken)) if broken else NOTHING
    return outcome_of(
        outcome.verdict,
        sentences(outcome.explanation, text),
        outcome.measured,
        outcome.required,
        evidence,
    )


def _attribute_state(facility: PlannedFacility, tests: Mapping[str, Condition]) -> int:
    states = [
        test_exactly(condition, _attribute(facility, name)) for name, condition in tests.items()
    ]
    return min(states, default=TRUE)


def _attribute(facility: PlannedFacility, name: str) -> Fraction | str | None:
    value = getattr(facility, name, None)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return Fraction(value) if isinstance(value, int) else value
