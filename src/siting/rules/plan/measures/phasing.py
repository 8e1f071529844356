"""When a facility is built: in the first phase, undivided, or before so much of the housing.

Owns what each phase builds and which phase alone is enough. Which rules say what is enough is
named by the rule (`Options.meets`), and judged by whoever asks here.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from siting.message import message
from siting.rules.plan.amounts import facilities_of, size_of, sum_of_types
from siting.rules.plan.model import Fact
from siting.rules.plan.outcome import (
    NOTHING,
    Outcome,
    compared,
    limit_text,
    missing_text,
    outcome_of,
)
from siting.rules.wording import number_text, sentences

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from siting.rules.pack.measures import Measure
    from siting.rules.pack.model import Rule
    from siting.rules.plan.finding import PlanVerdict
    from siting.rules.plan.model import Phase, Plan

_ZERO = Fraction(0)


def measure_phasing(
    rule: Rule, plan: Plan, measure: Measure, enough: Callable[[Plan], PlanVerdict | None]
) -> Outcome:
    """Judge in which phase the facility is there whole.

    Parameters
    ----------
    rule, plan, measure
        As for every measure; the plan's shared rooms are divided.
    enough
        Judges a plan that has the facility's rooms of one phase only, by the rules that say how
        much is needed; None where no such rule applies, and then one phase has to have all of it.

    Returns
    -------
    Outcome
        ``pass`` where the first phase alone has enough, or where a later one has, before the limit,
        and the plan states a reason; without a reason ``unknown``. ``fail`` where it comes too
        late, or where no phase alone has enough: it is split.
    """
    phases = sorted(plan.phases, key=lambda phase: phase.order)
    if len(phases) < 2:
        return Outcome("not_applicable", message("phase.only_one"))
    housing = [_phase_value(phase, "residential_floor_area_m2") for phase in phases]
    built = [_built_in(plan, phase, rule, measure.quantity) for phase in phases]
    missing = _phase_gaps(phases, housing, built, rule, measure.quantity)
    if missing:
        return Outcome("unknown", missing_text(missing), None, None, (), missing)
    total = sum((each or _ZERO for each in housing), _ZERO)
    shares = [
        sum((each or _ZERO for each in housing[: last + 1]), _ZERO) * 100 / total
        for last in range(len(phases))
    ]
    with_rooms = [index for index, each in enumerate(built) if each]
    placed = sum((each or _ZERO for each in built), _ZERO)
    whole = sum_of_types(plan, rule, measure.quantity).value
    has_unplaced = whole is not None and placed < whole
    states = {
        index: enough(_only_in(plan, phases[index], rule, measure.quantity, built[index] or _ZERO))
        for index in with_rooms
        if len(with_rooms) > 1 or has_unplaced
    }
    chosen = _whole_in(with_rooms, states)
    if chosen is None and has_unplaced:
        missing = tuple(f"phases.{measure.quantity}.{code}" for code in rule.facility_types)
        return Outcome("unknown", missing_text(missing), None, None, (), missing)
    if chosen is None:
        return _split(rule, phases, shares, with_rooms, states)
    return _built_at(rule, plan, phases, shares, chosen)


def _whole_in(with_rooms: Sequence[int], states: dict[int, PlanVerdict | None]) -> int | None:
    """Return the first phase that alone has enough; where all of it is in one phase, that one."""
    if not states:
        return with_rooms[0]
    return next((index for index in with_rooms if states[index] == "pass"), None)


def _built_at(
    rule: Rule, plan: Plan, phases: Sequence[Phase], shares: Sequence[Fraction], chosen: int
) -> Outcome:
    evidence = tuple(phase.evidence for phase in phases if phase.evidence)
    name, done = phases[chosen].name, shares[chosen]
    if chosen == 0:
        whole = message("phase.whole_in_first", phase=name)
        limit = Fraction(rule.require.limit) if rule.require else None
        return outcome_of("pass", whole, done, limit, evidence)
    outcome = compared(rule, done, "%", evidence)
    finished = message("phase.finished", number=chosen + 1, phase=name, share=number_text(done))
    text = sentences(finished, limit_text(rule.require, "%") if rule.require else NOTHING)
    reason = plan.reasons.get(rule.id, "")
    if outcome.verdict == "pass" and not reason:
        key = f"reasons.{rule.id}"
        why = sentences(text, message("phase.no_reason", key=key))
        return Outcome("unknown", why, done, outcome.required, evidence, (key,))
    if reason:
        text = sentences(text, message("phase.reason", reason=reason))
    return outcome_of(outcome.verdict, text, done, outcome.required, evidence)


def _split(
    rule: Rule,
    phases: Sequence[Phase],
    shares: Sequence[Fraction],
    with_rooms: Sequence[int],
    states: dict[int, PlanVerdict | None],
) -> Outcome:
    """Judge rooms in several phases of which none is known to have enough alone."""
    evidence = tuple(phase.evidence for phase in phases if phase.evidence)
    names = [phases[index].name for index in with_rooms]
    done = shares[with_rooms[-1]]
    limit = Fraction(rule.require.limit) if rule.require else None
    if "unknown" in states.values():
        missing = tuple(f"phases.{name}" for name in names)
        text = message("phase.alone_not_known")
        return Outcome("unknown", text, done, limit, evidence, missing)
    return outcome_of("fail", message("phase.split", phases=names), done, limit, evidence)


def _only_in(plan: Plan, phase: Phase, rule: Rule, quantity: str, built: Fraction) -> Plan:
    """Return the plan with the rule's rooms of one phase only."""
    codes = rule.facility_types
    dropped = {f"count.{code}" for code in codes} | {f"{quantity}.{code}" for code in codes}
    facts = {key: fact for key, fact in plan.facts.items() if key not in dropped}
    for code in codes:
        key = f"{quantity}.{code}"
        facts[key] = phase.facts.get(key, Fact(Decimal(0), "m2"))
    if not any(facts[f"{quantity}.{code}"].value for code in codes):
        value = Decimal(built.numerator) / Decimal(built.denominator)
        facts[f"{quantity}.{codes[0]}"] = Fact(value, "m2")
    facilities = tuple(
        each
        for each in plan.facilities
        if each.facility_type not in codes or each.phase == phase.name
    )
    return replace(plan, facts=facts, facilities=facilities, phases=(), rows=())


def _phase_value(phase: Phase, key: str) -> Fraction | None:
    fact = phase.facts.get(key)
    return None if fact is None else Fraction(fact.value)


def _built_in(plan: Plan, phase: Phase, rule: Rule, quantity: str) -> Fraction | None:
    """Return how much of the facility a phase builds: its own figure, or its facilities'."""
    values = [_phase_value(phase, f"{quantity}.{code}") for code in rule.facility_types]
    known = [value for value in values if value is not None]
    if known:
        return sum(known, _ZERO)
    sizes = [size_of(each, quantity) for each in facilities_of(plan, rule)
             if each.phase == phase.name]  # fmt: skip
    return sum((size or Fraction(1) for size in sizes), _ZERO) if sizes else None


def _phase_gaps(
    phases: Sequence[Phase],
    housing: Sequence[Fraction | None],
    built: Sequence[Fraction | None],
    rule: Rule,
    quantity: str,
) -> tuple[str, ...]:
    gaps = [
        f"phases.{phase.name}.residential_floor_area_m2"
        for phase, each in zip(phases, housing, strict=True)
        if each is None
    ]
    if not any(built):
        gaps += [f"phases.{quantity}.{code}" for code in rule.facility_types]
    elif not sum((each or _ZERO for each in housing), _ZERO):
        gaps.append("phases.residential_floor_area_m2")
    return tuple(gaps)
