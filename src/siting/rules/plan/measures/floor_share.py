"""The share of a floor area, such as the 10 % of commerce and services.

Owns the denominators: texts leave open whether the basement is part of the whole, so that a rule
may ask for the same verdict with and without it.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from siting.message import Message, Quantity, Sayable, Text, message
from siting.rules.facts import fact_title
from siting.rules.plan.amounts import Amount, fact_amount, sum_of_types
from siting.rules.plan.finding import PlanVerdict
from siting.rules.plan.outcome import (
    Counting,
    Outcome,
    counting_note,
    judge,
    limit_text,
    missing_text,
    outcome_of,
)
from siting.rules.wording import distinct_texts, number_text, sentences

if TYPE_CHECKING:
    from siting.rules.pack.measures import Measure
    from siting.rules.pack.model import Rule
    from siting.rules.plan.model import Plan

_ABOVE = "above_ground_floor_area_m2"


def measure_share(rule: Rule, plan: Plan, measure: Measure, counting: Counting) -> Outcome:
    """Judge a part of a floor area in percent, exactly: 16,800 of 168,000 m2 are 10 %.

    With `Options.denominators_agree` every denominator has to give the same verdict: both meet it,
    pass; none does, fail; else unknown, with both figures. Of two denominators the first is the
    larger one, the floor area with the basement. Where the plan gives only that one, a share that
    meets the rule meets it without the basement too; one that does not fails, since no basement is
    stated. Where it gives only the smaller one, a share that meets the rule settles nothing.
    """
    part = sum_of_types(plan, rule, measure.quantity, share_rooms=counting.share_rooms)
    wholes = denominators(rule, plan)
    first = rule.options.denominator
    evidence = (*part.evidence, *(place for whole in wholes.values() for place in whole.evidence))
    agree = rule.options.denominators_agree
    known = [key for key, whole in wholes.items() if whole.value and (agree or key == first)]
    missing = (*part.missing, *(wholes[first].missing or (first,) if not known else ()))
    if part.value is None or not known:
        return Outcome("unknown", missing_text(missing), None, None, evidence, missing)
    shares = {key: part.value * 100 / (wholes[key].value or 1) for key in known}
    note = sentences(counting_note(rule, part, counting), _others(rule, wholes, part.value))
    chosen = known[0]
    whole = wholes[chosen].value or Fraction(1)
    if rule.require is None:
        figure = _share_text(part, whole)
        return outcome_of("not_applicable", figure, shares[chosen], None, evidence, (), note)
    limit = Fraction(rule.require.limit)
    verdict, gaps = _verdict(rule, part, shares)
    text = sentences(
        _share_text(part, whole, limit),
        limit_text(rule.require, "%"),
        _said(verdict, gaps, shares, limit, limit / 100 * whole - part.value),
    )
    if agree and len(known) < len(wholes):
        note = sentences(note, message("share.one_denominator", denominator=fact_title(chosen)))
    return outcome_of(verdict, text, shares[chosen], limit, evidence, gaps, note)


def denominators(rule: Rule, plan: Plan) -> dict[str, Amount]:
    """Return the floor areas that a share may be of, the rule's own first.

    What stands above ground is what is left of the total without the basement, where the plan
    gives these two.
    """
    keys = (rule.options.denominator, *rule.options.variants)
    found = {key: fact_amount(plan, key) for key in keys}
    total, below = (
        fact_amount(plan, key) for key in ("total_floor_area_m2", "underground_floor_area_m2")
    )
    lacking = _ABOVE in found and found[_ABOVE].value is None
    if lacking and total.value is not None and below.value is not None:
        value = total.value - below.value
        if value > 0:
            found[_ABOVE] = Amount(value, {_ABOVE: value}, (*total.evidence, *below.evidence))
    return found


def _verdict(
    rule: Rule, part: Amount, shares: dict[str, Fraction]
) -> tuple[PlanVerdict, tuple[str, ...]]:
    """Return the verdict of all known denominators, and the facts without which it is unknown."""
    assert rule.require is not None
    limit = Fraction(rule.require.limit)
    gaps = bool(part.missing)
    found = {judge(rule.require, share, limit, gaps=gaps) for share in shares.values()}
    first = rule.options.denominator
    if "unknown" in found:
        return "unknown", part.missing
    if len(found) > 1:
        return "unknown", ()
    verdict = found.pop()
    # A larger whole makes a smaller share: less than enough stays so, enough may become too little.
    settled: PlanVerdict = "pass" if rule.require.is_upper else "fail"
    if first not in shares and verdict != settled:
        return "unknown", (first,)
    return verdict, ()


def _said(
    verdict: PlanVerdict,
    gaps: tuple[str, ...],
    shares: dict[str, Fraction],
    limit: Fraction,
    lacking: Fraction,
) -> Message:
    if verdict == "pass":
        return message("figure.met")
    if gaps:
        return missing_text(gaps)
    if verdict == "unknown":
        figures = [_of_key(key, share, limit) for key, share in shares.items()]
        return message("share.denominators_disagree", figures=figures)
    area = Quantity(abs(lacking), "m2")
    points = number_text(abs(limit - next(iter(shares.values()))))
    return message("share.short", points=points, area=area)


def _share_text(part: Amount, whole: Fraction, limit: Fraction | None = None) -> Message:
    numbers = [number_text(each) for each in part.parts.values() if each] or ["0"]
    summed = f"({' + '.join(numbers)})" if len(numbers) > 1 else numbers[0]
    assert part.value is not None
    share = part.value * 100 / whole
    shown = distinct_texts(share, share if limit is None else limit)[0]
    return message("share.sum", part=summed, whole=number_text(whole), share=shown)


def _of_key(key: str, share: Fraction, limit: Fraction) -> Message:
    shown = distinct_texts(share, limit)[0]
    return message("share.of", denominator=Text(fact_title(key).zh, key), share=shown)


def _others(rule: Rule, wholes: dict[str, Amount], part: Fraction) -> Sayable:
    """Report the share of other denominators, since texts leave it open which one is meant."""
    others = {key: wholes[key].value for key in rule.options.variants}
    limit = Fraction(rule.require.limit) if rule.require else Fraction(-1)
    texts = [_of_key(key, part * 100 / whole, limit) for key, whole in others.items() if whole]
    return sentences(*texts)
