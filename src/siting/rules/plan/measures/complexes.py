"""Plan rules about how services hang together: the functions of a complex."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from siting.message import message
from siting.rules.plan.outcome import (
    Counting,
    Outcome,
    compared,
    missing_text,
    outcome_of,
)
from siting.rules.wording import sentences
from siting.vocabulary.facility_types import type_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.rules.pack.measures import Measure
    from siting.rules.pack.model import Rule
    from siting.rules.plan.model import Plan, PlannedFacility


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
    of_which = message(
        "complex.of_which",
        count=special,
        types=map(type_text, wanted.facility_types),
        wanted=wanted.at_least,
    )
    if not enough and outcome.verdict == "pass":
        # What is lacking leads, in words and in figures.
        text = sentences(of_which, outcome.explanation)
        return outcome_of("fail", text, Fraction(special), Fraction(wanted.at_least), evidence)
    text = sentences(outcome.explanation, of_which)
    return outcome_of(outcome.verdict, text, outcome.measured, outcome.required, evidence)


def _functions(members: Sequence[PlannedFacility], counted: Sequence[str]) -> set[str]:
    return {code for each in members for code in each.facility_types if code in counted}


def _special(functions: set[str], codes: Sequence[str]) -> int:
    return len(functions & set(codes))
