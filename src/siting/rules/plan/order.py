"""Plan rules about how services hang together: functions of a complex, and order of building."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from siting.message import Text
from siting.rules.plan.amounts import facilities_of, name_of, size_of
from siting.rules.plan.outcome import (
    NOTHING,
    Counting,
    Outcome,
    compared,
    limit_text,
    missing_text,
    outcome_of,
)
from siting.rules.wording import joined, number_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.rules.pack.measures import Measure
    from siting.rules.pack.model import Rule
    from siting.rules.plan.model import Phase, Plan, PlannedFacility


def measure_complex(rule: Rule, plan: Plan, measure: Measure, _: Counting) -> Outcome:
    """Count the functions of each complex; the best one is judged."""
    groups: dict[str, list[PlannedFacility]] = {}
    for each in plan.facilities:
        if each.complex_id:
            groups.setdefault(each.complex_id, []).append(each)
    if not groups:
        missing = ("facilities.complex",)
        return Outcome("unknown", missing_text(missing), None, None, (), missing)
    wanted = rule.options.of_which
    found = {name: _functions(members, rule.facility_types) for name, members in groups.items()}

    def rank(name: str) -> tuple[bool, int]:
        special = _special(found[name], wanted.facility_types) if wanted else 0
        return (wanted is None or special >= wanted.at_least, len(found[name]))

    best = max(sorted(found), key=rank)
    evidence = tuple(each.evidence for each in groups[best] if each.evidence)
    outcome = compared(rule, Fraction(len(found[best])), measure.finding_unit, evidence)
    if wanted is None:
        return outcome
    special = _special(found[best], wanted.facility_types)
    enough = special >= wanted.at_least
    names = {lang: _titles(wanted.facility_types, lang) for lang in ("zh", "en")}
    text = joined(
        outcome.explanation,
        Text(
            f"其中 {special} 项属于{names['zh']}（要求 {wanted.at_least} 项）",
            f"{special} of them from {names['en']} ({wanted.at_least} wanted)",
        ),
    )
    verdict = outcome.verdict if enough or outcome.verdict != "pass" else "fail"
    return outcome_of(verdict, text, outcome.measured, outcome.required, evidence)


def _functions(members: Sequence[PlannedFacility], counted: Sequence[str]) -> set[str]:
    return {code for each in members for code in each.facility_types if code in counted}


def _special(functions: set[str], codes: Sequence[str]) -> int:
    return len(functions & set(codes))


def _titles(codes: Sequence[str], language: str) -> str:
    return ("、" if language == "zh" else ", ").join(
        name_of(f".{code}", language) for code in codes
    )


def measure_phasing(rule: Rule, plan: Plan, measure: Measure, _: Counting) -> Outcome:
    """Judge when the facility is finished: in the first phase, or before so much housing."""
    phases = sorted(plan.phases, key=lambda phase: phase.order)
    if len(phases) < 2:
        text = Text("方案不分期", "the plan has one phase")
        return Outcome("not_applicable", text)
    housing = [_phase_value(phase, "residential_floor_area_m2") for phase in phases]
    built = [_built_in(plan, phase, rule, measure.quantity) for phase in phases]
    missing = _phase_gaps(phases, housing, built, rule, measure.quantity)
    if missing:
        return Outcome("unknown", missing_text(missing), None, None, (), missing)
    evidence = tuple(phase.evidence for phase in phases if phase.evidence)
    total = sum((each or Fraction(0) for each in housing), Fraction(0))
    last = max(index for index, each in enumerate(built) if each)
    done = sum((each or Fraction(0) for each in housing[: last + 1]), Fraction(0)) * 100 / total
    words = number_text(done)
    name = phases[last].name
    if last == 0:
        text = Text(f"全部安排在首期“{name}”", f"all of it in the first phase, “{name}”")
        limit = Fraction(rule.require.limit) if rule.require else None
        return outcome_of("pass", text, done, limit, evidence)
    outcome = compared(rule, done, "%", evidence)
    text = joined(
        Text(
            f"在第 {last + 1} 期“{name}”建成，届时住宅完成 {words} %",
            f"finished in phase {last + 1}, “{name}”, with {words} % of the housing",
        ),
        limit_text(rule.require, "%") if rule.require else NOTHING,
    )
    return outcome_of(outcome.verdict, text, done, outcome.required, evidence)


def _phase_value(phase: Phase, key: str) -> Fraction | None:
    fact = phase.facts.get(key)
    return None if fact is None else Fraction(fact.value)


def _built_in(plan: Plan, phase: Phase, rule: Rule, quantity: str) -> Fraction | None:
    """Return how much of the facility a phase builds: its own figure, or its facilities'."""
    values = [_phase_value(phase, f"{quantity}.{code}") for code in rule.facility_types]
    known = [value for value in values if value is not None]
    if known:
        return sum(known, Fraction(0))
    sizes = [size_of(each, quantity) for each in facilities_of(plan, rule)
             if each.phase == phase.name]  # fmt: skip
    return sum((size or Fraction(1) for size in sizes), Fraction(0)) if sizes else None


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
    elif not sum((each or Fraction(0) for each in housing), Fraction(0)):
        gaps.append("phases.residential_floor_area_m2")
    return tuple(gaps)
