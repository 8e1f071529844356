"""Plan rules about totals: rates, people per facility, presence, residents.

Owns exact arithmetic on the facts of the whole plan.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

from siting.message import Message, Quantity, Sayable, Text, message
from siting.rules.plan.amounts import Amount, facilities_of, fact_amount, sum_of_types
from siting.rules.plan.finding import PlanVerdict
from siting.rules.plan.measures.places import largest_place_text, places_of
from siting.rules.plan.outcome import (
    NOTHING,
    Counting,
    Outcome,
    compared,
    counting_note,
    judge,
    missing_text,
    outcome_of,
    planned_text,
    reported,
)
from siting.rules.wording import number_text, per_text, sentences

if TYPE_CHECKING:
    from siting.rules.pack.measures import Measure
    from siting.rules.pack.model import Rule
    from siting.rules.plan.model import Plan

_BASE_UNITS = {"households": "households", "population": "persons", "elderly": "elderly"}


def measure_rate(rule: Rule, plan: Plan, measure: Measure, counting: Counting) -> Outcome:
    """Judge an amount for each so many people or households, and the least total if there is one.

    1,001 households need 300.3 m2 of 30 per 100: nothing is rounded unless that is asked for.
    """
    amount = sum_of_types(plan, rule, measure.quantity, share_rooms=counting.share_rooms)
    base = fact_amount(plan, measure.base)
    evidence = (*amount.evidence, *base.evidence)
    if rule.require is None:
        outcome = reported(rule, amount.value, measure.finding_unit, evidence, amount.missing)
        return _with_rate(outcome, measure, base)
    required, sum_text = required_of_rate(rule, measure, base, counting)
    note = counting_note(rule, amount, counting)
    if required is None or amount.value is None or not base.is_whole:
        outcome = _open_rate(rule, measure, amount, base, note)
        outcome = replace(outcome, total_required=required if base.is_whole else None)
    else:
        verdict = judge(rule.require, amount.value, required, gaps=not amount.is_whole)
        missing = amount.missing if verdict == "unknown" else ()
        planned = planned_text(amount.value, required, measure.finding_unit, verdict)
        text = sentences(sum_text, planned)
        outcome = outcome_of(verdict, text, amount.value, required, evidence, missing, note)
    return _with_place(rule, plan, measure, amount, outcome)


def _with_place(
    rule: Rule, plan: Plan, measure: Measure, amount: Amount, outcome: Outcome
) -> Outcome:
    """Judge the largest place besides the total, where the rule asks for one.

    The part that decides stands first, so that no failure begins with what is met.
    """
    least = rule.require.and_one_place_at_least if rule.require else None
    if least is None or amount.value is None:
        return outcome
    size = Fraction(least)
    places = places_of(rule, plan, measure.quantity, amount)
    has = places.has(size)
    place: Sayable = largest_place_text(places, size, measure.finding_unit)
    if has is False:
        gap = Quantity(size - places.largest, measure.finding_unit)
        place = sentences(place, message("figure.short", gap=gap))
    if outcome.verdict == "fail":
        both = sentences(outcome.explanation, place)
        return outcome if has else replace(outcome, explanation=both)
    if has is False:
        text = sentences(place, outcome.explanation)
        failed = outcome_of("fail", text, places.largest, size, outcome.evidence)
        return replace(failed, note=outcome.note, total_required=outcome.required)
    text = sentences(outcome.explanation, place)
    if has is None:
        text = sentences(place, outcome.explanation) if outcome.verdict == "pass" else text
        missing = (*outcome.missing, f"facilities.{measure.quantity}")
        return replace(
            outcome, verdict="unknown", explanation=text, missing=missing, shortfall=None
        )
    several = len(facilities_of(plan, rule)) > 1 or places.largest != amount.value
    return replace(outcome, explanation=text) if several else outcome


def _with_rate(outcome: Outcome, measure: Measure, base: Amount) -> Outcome:
    """Add to a figure that nobody judges what it is for each so many people or households."""
    if outcome.measured is None or not base.value or measure.begun:
        return outcome
    rate = Quantity(outcome.measured * measure.per / base.value, measure.finding_unit)
    per = per_text(_BASE_UNITS[measure.base], measure.per)
    each = message("rate.which_is", rate=rate, per=per)
    return replace(outcome, explanation=sentences(outcome.explanation, each))


def _open_rate(
    rule: Rule, measure: Measure, amount: Amount, base: Amount, note: Sayable
) -> Outcome:
    """Judge a rate without its base or amount: only the least total can still decide."""
    evidence = (*amount.evidence, *base.evidence)
    least = rule.require.and_total_at_least if rule.require else None
    if least is not None and amount.is_whole and amount.value is not None:
        floor = Fraction(least)
        if amount.value < floor:
            limit = message("rate.whatever_size", limit=Quantity(floor, measure.finding_unit))
            planned = planned_text(amount.value, floor, measure.finding_unit, "fail")
            text = sentences(limit, planned)
            return outcome_of("fail", text, amount.value, floor, evidence, (), note)
    missing = (*amount.missing, *base.missing)
    return Outcome("unknown", missing_text(missing), None, None, evidence, missing, note)


def required_of_rate(
    rule: Rule, measure: Measure, base: Amount, counting: Counting
) -> tuple[Fraction | None, Message | Text]:
    """Return what a rate asks for and the sum in words."""
    if rule.require is None or base.value is None:
        return None, NOTHING
    if measure.begun:
        total, text = _required_of_begun(rule, measure, base.value)
    else:
        total, text = _required_of_all(rule, measure, base.value, counting)
    least = rule.require.and_total_at_least
    if least is not None and Fraction(least) > total:
        total = Fraction(least)
        text = message("rate.below_least", sum=text, least=Quantity(total, measure.finding_unit))
    return total, text


def _required_of_begun(rule: Rule, measure: Measure, base: Fraction) -> tuple[Fraction, Message]:
    """Return the amount for each begun group: 601 households are two groups of 600."""
    assert rule.require is not None
    assert rule.options.begun is not None
    groups = Fraction(ceil(base / rule.options.begun))
    total = Fraction(rule.require.limit) * groups
    return total, message(
        "rate.begun_sum",
        people=Quantity(base, _BASE_UNITS[measure.base]),
        group=Quantity(Fraction(rule.options.begun), _BASE_UNITS[measure.base]),
        each=Quantity(Fraction(rule.require.limit), measure.finding_unit),
        count=number_text(groups),
        total=Quantity(total, measure.finding_unit),
    )


def _required_of_all(
    rule: Rule, measure: Measure, base: Fraction, counting: Counting
) -> tuple[Fraction, Message]:
    """Return the amount in proportion to all people or households."""
    assert rule.require is not None
    limit = Fraction(rule.require.limit)
    rounding = counting.rounding or rule.options.rounding
    people = base
    if rounding == "ceil_per_100":
        people = Fraction(ceil(people / measure.per) * measure.per)
    total = limit * people / measure.per
    unit = measure.finding_unit
    per = per_text(_BASE_UNITS[measure.base], measure.per)
    text = message(
        "rate.sum",
        people=Quantity(people, _BASE_UNITS[measure.base]),
        rate=Quantity(limit, unit),
        per=per,
        total=Quantity(total, unit),
    )
    if people != base:
        stated = Quantity(base, _BASE_UNITS[measure.base])
        text = message("rate.rounded_up", stated=stated, per=per, sum=text)
    return total, text


def measure_heads(rule: Rule, plan: Plan, measure: Measure, _: Counting) -> Outcome:
    """Judge how many people there are for each facility."""
    count = sum_of_types(plan, rule, "count")
    people = fact_amount(plan, measure.base)
    evidence = (*count.evidence, *people.evidence)
    missing = (*count.missing, *people.missing)
    if missing or count.value is None or people.value is None:
        return Outcome("unknown", missing_text(missing), None, None, evidence, missing)
    if not count.value:
        none = message("facility.none_such")
        limit = Fraction(rule.require.limit) if rule.require else None
        verdict: PlanVerdict = "fail" if limit is not None else "not_applicable"
        return Outcome(verdict, none, None, limit, evidence)
    return compared(rule, people.value / count.value, measure.finding_unit, evidence)


def measure_presence(rule: Rule, plan: Plan, measure: Measure, _: Counting) -> Outcome:
    """Judge how many facilities of the rule's types there are."""
    count = sum_of_types(plan, rule, "count")
    if count.value is None:
        return Outcome("unknown", missing_text(count.missing), None, None, (), count.missing)
    return compared(rule, count.value, measure.finding_unit, count.evidence, count.missing)


def measure_residents(rule: Rule, plan: Plan, measure: Measure, _: Counting) -> Outcome:
    """Report how many people will live there."""
    people = fact_amount(plan, measure.base)
    if people.value is None:
        return Outcome("unknown", missing_text(people.missing), None, None, (), people.missing)
    return compared(rule, people.value, measure.finding_unit, people.evidence)
