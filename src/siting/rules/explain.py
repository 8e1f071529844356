"""Rules and findings in words: what a rule asks, where it is written, and how a number came about.

Owns the sentences for people. The arithmetic of plan findings is written where it is done, in
`siting.rules.plan.outcome`; here stand the rule itself and the findings of a city.
"""

from __future__ import annotations

from functools import reduce
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from siting.message import Message, Quantity, Sayable, Term, Text, message
from siting.plain_text import one_line
from siting.rules.city.findings import Verdict
from siting.rules.facts import SCALAR_UNITS, fact_title, unit_of
from siting.rules.pack.measures import Family, measure_of
from siting.rules.wording import number_text, per_text, sentences
from siting.vocabulary.facility_types import type_text
from siting.vocabulary.levels import load_levels
from siting.vocabulary.title import Title

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from siting.message import Given
    from siting.rules.city.findings import FindingBlock
    from siting.rules.city.model import City
    from siting.rules.pack.measures import Measure
    from siting.rules.pack.model import Condition, Options, Require, Rule

_BASE_UNITS: Mapping[str, str] = MappingProxyType({"population": "persons"})
_NOTHING = Text("", "")


def describe_rule(rule: Rule) -> tuple[Message, ...]:
    """Describe one rule whole, a line for each of its parts.

    Returns
    -------
    tuple
        The title with the rule's id, then what the rule asks, how it is measured, whom it concerns
        and where it is written, then a line for each worked case. What a rule does not say has no
        line.
    """
    source = rule.source
    parts: list[tuple[Message, Sayable]] = [
        (message("rule_part.asks"), asks_text(rule)),
        (message("rule_part.measure"), measure_of(rule.measure).title),
        (message("rule_part.types"), _names(rule)),
        (message("rule_part.within"), _within_text(rule)),
        (message("rule_part.applies_to"), _applies_text(rule)),
        (message("rule_part.when"), _condition_text(rule.applies_to.when)),
        (message("rule_part.plan_when"), _condition_text(rule.applies_to.plan_when)),
        (message("rule_part.strength"), Term("rule_strength", rule.strength)),
        (message("rule_part.in_force"), _days_text(rule)),
        (message("rule_part.place"), _data(rule.jurisdiction)),
        (message("rule_part.status"), _status(rule)),
        (message("rule_part.document"), _document(rule)),
        (message("rule_part.clause"), _data(source.clause)),
        (
            message("rule_part.paraphrase" if source.paraphrase else "rule_part.quote"),
            _data(source.quote),
        ),
        (message("rule_part.url"), _data(rule.url)),
        (message("rule_part.confidence"), Term("rule_confidence", source.confidence)),
        (message("rule_part.read_as"), _title(rule.interpretation)),
        (message("rule_part.governs"), _listed(rule.supersedes)),
        (message("rule_part.shares_area"), _listed(rule.counting.shared_with)),
    ]
    lines = [message("mark.aside", text=_title(rule.title), aside=rule.id)]
    lines += [message("mark.labelled", label=label, text=text)
              for label, text in parts if text != _NOTHING]  # fmt: skip
    lines += [message("rule.cases")] if rule.cases else []
    lines += [message("rule.case", name=one_line(each.name), verdict=each.verdict)
              for each in rule.cases]  # fmt: skip
    return tuple(lines)


def asks_text(rule: Rule) -> Sayable:
    """Say what a rule asks for in one phrase: 每 100 户不低于 30 m²，且合计不低于 300 m²."""
    measure = measure_of(rule.measure)
    ways = [_require_text(rule.require, measure, rule.options)]
    ways += [
        _require_text(other.require, measure_of(other.measure), other.options)
        for other in rule.alternatives
    ]
    return reduce(lambda first, other: message("rule.or", first=first, other=other), ways)


def _require_text(require: Require | None, measure: Measure, options: Options) -> Sayable:
    if require is None:
        return message("rule.figure_only")
    comparison = Term("comparison", require.comparator)
    limit = Quantity(require.limit, measure.finding_unit)
    bands = _bands_text(require, measure)
    if measure.family is not Family.RATE:
        return sentences(message("rule.limit", comparison=comparison, limit=limit), *bands)
    clauses = [_rate_text(comparison, limit, measure, options), *bands]
    if require.and_total_at_least is not None:
        least = Quantity(require.and_total_at_least, measure.finding_unit)
        clauses.append(message("rule.and_total", least=least))
    if require.and_one_place_at_least is not None:
        least = Quantity(require.and_one_place_at_least, measure.finding_unit)
        clauses.append(message("rule.and_one_place", least=least))
    return message("mark.clauses", parts=clauses)


def _rate_text(comparison: Term, limit: Quantity, measure: Measure, options: Options) -> Message:
    unit = _BASE_UNITS.get(measure.base, measure.base)
    if measure.begun:
        group = Quantity(options.begun or 1, unit)
        return message("rule.limit_begun", group=group, comparison=comparison, limit=limit)
    per = per_text(unit, measure.per)
    return message(
        "rule.limit_each" if measure.per == 1 else "rule.limit_per",
        per=per,
        comparison=comparison,
        limit=limit,
    )


def _bands_text(require: Require, measure: Measure) -> tuple[Message, ...]:
    """Write the bands of a sliding rate: 总建筑面积自 10,000 m² 起 40 m²."""
    if not require.bands:
        return ()
    steps = [
        message(
            "rule.band",
            fact=fact_title(require.by),
            start=Quantity(band.since, unit_of(require.by)),
            limit=Quantity(band.limit, measure.finding_unit),
        )
        for band in require.bands
    ]
    return (message("mark.clauses", parts=steps),)


def explain_row(block: FindingBlock, row: int, city: City) -> Sayable:
    """Explain one finding of a city: the subject, the sum, and how it was measured.

    Parameters
    ----------
    block
        The findings of one rule.
    row
        Which subject.
    city
        The city they are about.
    """
    number = int(block.reason[row])
    reason = (block.reasons[number],) if number >= 0 else ()
    if Verdict(int(block.verdict[row])) is Verdict.UNKNOWN:
        return message("reason.unknown", why=reason[0]) if reason else message("verdict.unknown")
    return sentences(*_arithmetic(block, row), *_nearest(block, row, city), *reason)


def _arithmetic(block: FindingBlock, row: int) -> tuple[Sayable, ...]:
    """Return what is required, what was measured, and what lacks between them."""
    measured, required = float(block.measured[row]), float(block.required[row])
    if np.isnan(measured):
        return ()
    found: Sayable = Quantity(measured, block.unit)
    if np.isinf(measured):
        found = message("figure.none_reached")
    if np.isnan(required):
        return (found,)
    return (
        _sum_text(block, row),
        message("figure.measured", found=found),
        *_gap_text(block, row),
    )


def _gap_text(block: FindingBlock, row: int) -> tuple[Message, ...]:
    if block.verdict[row] != Verdict.FAIL:
        return (message("figure.met"),)
    short = float(block.shortfall[row])
    if np.isinf(short):
        return ()
    gap = Quantity(short, block.unit)
    if block.sense != "at_most":
        return (message("figure.short", gap=gap),)
    is_distance = measure_of(block.measure).family is Family.DISTANCE
    return (message("figure.too_far" if is_distance else "figure.too_much", gap=gap),)


def _sum_text(block: FindingBlock, row: int) -> Message:
    """Write what is required; a rate with its base: 1,250 户 × 30 m²/100 户 = 375 m²."""
    rule = block.rule
    required = Quantity(float(block.required[row]), block.unit)
    measure = measure_of(rule.measure)
    assert rule.require is not None
    is_plain = measure.family is Family.RATE and not measure.begun and not rule.require.bands
    if not is_plain or block.base is None:
        comparison = Term("comparison", rule.require.comparator)
        return message("figure.required", comparison=comparison, limit=required)
    unit = _BASE_UNITS.get(measure.base, measure.base)
    total = float(rule.require.limit) * float(block.base[row]) / measure.per
    text = message(
        "rate.sum",
        people=Quantity(float(block.base[row]), unit),
        rate=Quantity(rule.require.limit, measure.finding_unit),
        per=per_text(unit, measure.per),
        total=Quantity(total, block.unit),
    )
    if abs(total - float(block.required[row])) <= 1e-9 * max(total, 1.0):
        return text
    return message("rate.sum_taken", sum=text, taken=required)


def _nearest(block: FindingBlock, row: int, city: City) -> tuple[Message, ...]:
    index = int(block.nearest[row])
    if index < 0:
        return ()
    facility = city.facilities.iloc[index]
    name = facility.get("name")
    shown = str(name) if isinstance(name, str) and name else str(facility["facility_id"])
    return (message("facility.nearest", name=shown),)


def _names(rule: Rule) -> Sayable:
    types = rule.facility_types
    names = [message("mark.aside", text=type_text(code), aside=code) for code in types]
    return message("mark.listed", parts=names) if names else _NOTHING


def _listed(names: Sequence[str]) -> Sayable:
    return message("mark.listed", parts=names) if names else _NOTHING


def _applies_text(rule: Rule) -> Message:
    applies = rule.applies_to
    parts: list[Given] = [[Term("rule_subject", each) for each in applies.subject]]
    if applies.level:
        levels = load_levels()
        level = Text(levels.title(applies.level, "zh"), levels.title(applies.level, "en"))
        parts.append(message("rule.level", level=level))
    if applies.status != "any":
        parts.append(Term("plan_status", applies.status))
    return message("mark.clauses", parts=parts)


def _within_text(rule: Rule) -> Sayable:
    """Say how far a rule looks, and what counts less because it is farther."""
    within = rule.options.within
    if within is None:
        return _NOTHING
    limit = Quantity(within.at_most, within.unit)
    zones = [
        message(
            "rule.zone",
            far=Quantity(zone.at_most, within.unit),
            share=number_text(zone.weight),
        )
        for zone in rule.options.zones
    ]
    reach = message("rule.within", way=Term("reach_way", within.measure), limit=limit)
    return sentences(reach, *zones)


def _condition_text(condition: Condition | None) -> Sayable:
    if condition is None:
        return _NOTHING
    if condition.any_of:
        parts = [_condition_text(part) for part in condition.any_of]
        return reduce(lambda one, two: message("condition.or", first=one, other=two), parts)
    if condition.all_of:
        return _all_of([_condition_text(part) for part in condition.all_of])
    fact = condition.fact or ""
    if condition.equals is not None:
        value = str(condition.equals)
        return message("condition.is", fact=fact, title=fact_title(fact), value=value)
    return _all_of([_test_text(fact, name, limit) for name, limit in condition.tests])


def _all_of(parts: Sequence[Sayable]) -> Sayable:
    return reduce(lambda one, two: message("condition.and", first=one, other=two), parts)


def _test_text(fact: str, comparator: str, limit: float | Decimal) -> Message:
    """Say one test of a fact: by its key in English, by title and with its unit in Chinese."""
    # Facts of places, such as the elderly, are no figures of plans and have no unit there.
    unit = unit_of(fact) if "." in fact or fact in SCALAR_UNITS else ""
    return message(
        "condition.test",
        fact=fact,
        title=fact_title(fact),
        comparison=Term("comparison", comparator),
        number=number_text(limit),
        limit=Quantity(limit, unit),
    )


def _days_text(rule: Rule) -> Message:
    days = rule.days
    since = days.since.isoformat() if days.since else "…"
    until = days.until.isoformat() if days.until else "…"
    return message("rule.days", since=since, until=until)


def _status(rule: Rule) -> Sayable:
    return _NOTHING if rule.status == "active" else Term("rule_state", rule.status)


def _document(rule: Rule) -> Text:
    title, number = rule.document.title, rule.document.number
    zh, en = (" ".join(part for part in (each, number) if part) for each in (title.zh, title.en))
    return Text(one_line(zh), one_line(en))


def _data(text: str) -> Text:
    return Text(one_line(text), one_line(text))


def _title(title: Title | None) -> Text:
    return _NOTHING if title is None else Text(one_line(title.zh), one_line(title.en))
