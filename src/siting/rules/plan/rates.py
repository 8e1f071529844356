"""Plan rules about totals: rates, shares, people per facility, presence, residents.

Owns exact arithmetic on the facts of the whole plan.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING

from siting.message import Text
from siting.rules.facts import fact_title
from siting.rules.plan.amounts import Amount, fact_amount, sum_of_types
from siting.rules.plan.finding import PlanVerdict
from siting.rules.plan.outcome import (
    NOTHING,
    Counting,
    Outcome,
    compared,
    counting_note,
    judge,
    limit_text,
    missing_text,
    outcome_of,
    planned_text,
    reported,
)
from siting.rules.wording import distinct_texts, joined, number_text, per_text, quantity_text

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
        return reported(rule, amount.value, measure.finding_unit, evidence, amount.missing)
    required, sum_text = _required(rule, measure, base, counting)
    note = counting_note(rule, amount, counting)
    if required is None or amount.value is None or not base.is_whole:
        return _open_rate(rule, measure, amount, base, note)
    verdict = judge(rule.require, amount.value, required, gaps=not amount.is_whole)
    missing = amount.missing if verdict == "unknown" else ()
    text = joined(sum_text, planned_text(amount.value, required, measure.finding_unit, verdict))
    return outcome_of(verdict, text, amount.value, required, evidence, missing, note)


def _open_rate(rule: Rule, measure: Measure, amount: Amount, base: Amount, note: Text) -> Outcome:
    """Judge a rate without its base or amount: only the least total can still decide."""
    evidence = (*amount.evidence, *base.evidence)
    least = rule.require.and_total_at_least if rule.require else None
    if least is not None and amount.is_whole and amount.value is not None:
        floor = Fraction(least)
        if amount.value < floor:
            limit = quantity_text(floor, measure.finding_unit)
            text = Text(f"不论规模，至少 {limit.zh}", f"whatever the size at least {limit.en}")
            text = joined(text, planned_text(amount.value, floor, measure.finding_unit, "fail"))
            return outcome_of("fail", text, amount.value, floor, evidence, (), note)
    missing = (*amount.missing, *base.missing)
    return Outcome("unknown", missing_text(missing), None, None, evidence, missing, note)


def _required(
    rule: Rule, measure: Measure, base: Amount, counting: Counting
) -> tuple[Fraction | None, Text]:
    """Return what a rate asks for and the sum in words."""
    if rule.require is None or base.value is None:
        return None, NOTHING
    limit = Fraction(rule.require.limit)
    rounding = counting.rounding or rule.options.rounding
    people = base.value
    if rounding == "ceil_per_100":
        people = Fraction(ceil(people / measure.per) * measure.per)
    total = limit * people / measure.per
    unit = measure.finding_unit
    of_people = quantity_text(people, _BASE_UNITS[measure.base])
    rate, per = quantity_text(limit, unit), per_text(_BASE_UNITS[measure.base], measure.per)
    made = quantity_text(total, unit)
    text = Text(
        f"{of_people.zh} × {rate.zh}/{per.zh} = {made.zh}",
        f"{of_people.en} × {rate.en}/{per.en} = {made.en}",
    )
    if people != base.value:
        stated = quantity_text(base.value, _BASE_UNITS[measure.base])
        rounded = Text(f"{stated.zh}按 {per.zh}进整", f"{stated.en} rounded up to {per.en}")
        text = joined(rounded, text, zh="，", en=", ")
    least = rule.require.and_total_at_least
    if least is not None and Fraction(least) > total:
        floor = quantity_text(Fraction(least), unit)
        text = Text(
            f"{text.zh}，低于下限，取 {floor.zh}",
            f"{text.en}, below the least total, so {floor.en}",
        )
        total = Fraction(least)
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
        none = Text("没有此类设施", "there is no such facility")
        limit = Fraction(rule.require.limit) if rule.require else None
        verdict: PlanVerdict = "fail" if limit is not None else "not_applicable"
        return Outcome(verdict, none, None, limit, evidence)
    return compared(rule, people.value / count.value, measure.finding_unit, evidence)


def measure_share(rule: Rule, plan: Plan, measure: Measure, counting: Counting) -> Outcome:
    """Judge a part of a floor area in percent, exactly: 16,800 of 168,000 m2 are 10 %."""
    part = sum_of_types(plan, rule, measure.quantity, share_rooms=counting.share_rooms)
    whole = fact_amount(plan, rule.options.denominator)
    evidence = (*part.evidence, *whole.evidence)
    missing = (*part.missing, *whole.missing)
    if part.value is None or not whole.value:
        return Outcome("unknown", missing_text(missing or (rule.options.denominator,)), None,
                       None, evidence, missing or (rule.options.denominator,))  # fmt: skip
    share = part.value * 100 / whole.value
    note = joined(counting_note(rule, part, counting), _variants(rule, plan, part.value))
    if rule.require is None:
        return outcome_of("not_applicable", _share_text(part, whole.value), share, None, evidence,
                        (), note)  # fmt: skip
    limit = Fraction(rule.require.limit)
    verdict = judge(rule.require, share, limit, gaps=bool(part.missing))
    text = joined(_share_text(part, whole.value, limit), limit_text(rule.require, "%"))
    if verdict == "fail":
        lacking = quantity_text(abs(limit / 100 * whole.value - part.value), "m2")
        points = number_text(abs(limit - share))
        short = Text(
            f"缺 {points} 个百分点，即 {lacking.zh}",
            f"{points} percentage points, {lacking.en} short",
        )
        text = joined(text, short)
    elif verdict == "unknown":
        text = joined(text, missing_text(part.missing))
    else:
        text = joined(text, Text("符合", "met"))
    missing = part.missing if verdict == "unknown" else ()
    return outcome_of(verdict, text, share, limit, evidence, missing, note)


def _share_text(part: Amount, whole: Fraction, limit: Fraction | None = None) -> Text:
    numbers = [number_text(each) for each in part.parts.values()]
    summed = f"({' + '.join(numbers)})" if len(numbers) > 1 else numbers[0]
    assert part.value is not None
    share = part.value * 100 / whole
    shown = distinct_texts(share, share if limit is None else limit)[0]
    text = f"{summed} m² ÷ {number_text(whole)} m² = {shown} %"
    return Text(text, text)


def _variants(rule: Rule, plan: Plan, part: Fraction) -> Text:
    """Report the share of other denominators, since texts leave it open which one is meant."""
    texts = []
    for key in rule.options.variants:
        whole = fact_amount(plan, key).value
        if whole:
            share = number_text(part * 100 / whole)
            texts.append(Text(f"以{fact_title(key).zh}为分母：{share} %", f"of {key}: {share} %"))
    return joined(*texts)


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
