"""What a plan rule finds: the outcome, the exact comparison, and its words.

Owns what every family of plan measures shares. It knows nothing of where numbers come from.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from siting.message import Message, Quantity, Sayable, Term, Text, message
from siting.rules.facts import fact_text
from siting.rules.pack.conditions import compare_exactly
from siting.rules.plan.finding import PlanVerdict
from siting.rules.wording import distinct_texts, sentences, unit_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from siting.rules.pack.model import Require, Rule
    from siting.rules.plan.amounts import Amount
    from siting.rules.plan.model import Evidence

NOTHING = Text("", "")


@dataclass(frozen=True, slots=True)
class Counting:
    """Choices of whoever checks a plan, reported with every finding that they change.

    Parameters
    ----------
    share_rooms
        Let the area of a room count for every type it serves. By default one m2 counts once.
    rounding
        ``linear`` or ``ceil_per_100`` for every rate; None: as each rule says.
    """

    share_rooms: bool = False
    rounding: Literal["linear", "ceil_per_100"] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a measure finds, before it is tied to a rule's title and source.

    What the plan lacks is named by keys of facts in `missing`, what the existing city lacks by
    messages in `lacks`. `is_shown_only` marks the figure of a rule that judges areas, or larger
    plans, and not this one. `total_required` is the total asked for, where `required` is that of
    one place or says nothing. `may_not_apply`: nobody knows whether the rule applies.
    """

    verdict: PlanVerdict
    explanation: Sayable
    measured: Fraction | None = None
    required: Fraction | None = None
    evidence: tuple[Evidence, ...] = ()
    missing: tuple[str, ...] = ()
    note: Sayable = NOTHING
    shortfall: Fraction | None = None
    lacks: tuple[Message, ...] = ()
    is_shown_only: bool = False
    total_required: Fraction | None = None
    may_not_apply: bool = False


def judge(
    require: Require | None, measured: Fraction, required: Fraction, *, gaps: bool = False
) -> PlanVerdict:
    """Compare exactly; with gaps the measured part settles one side only.

    >>> from siting.rules.pack.model import Require
    >>> judge(Require(at_least=300, unit="m2"), Fraction("299.99"), Fraction(300))
    'fail'
    """
    if require is None:
        return "not_applicable"
    meets = compare_exactly(measured, require.comparator, required)
    if not gaps or meets != require.is_upper:
        return "pass" if meets else "fail"
    return "unknown"


def compared(
    rule: Rule,
    measured: Fraction,
    unit: str,
    evidence: tuple[Evidence, ...],
    gaps: tuple[str, ...] = (),
) -> Outcome:
    """Compare one number with the rule's limit."""
    if rule.require is None:
        return reported(rule, measured, unit, evidence, ())
    limit = Fraction(rule.require.limit)
    verdict = judge(rule.require, measured, limit, gaps=bool(gaps))
    named = unit_for(unit, rule.facility_types)
    planned = planned_text(measured, limit, named, verdict)
    text = sentences(limit_text(rule.require, named), planned)
    missing = gaps if verdict == "unknown" else ()
    return outcome_of(verdict, text, measured, limit, evidence, missing)


def reported(
    rule: Rule,
    measured: Fraction | None,
    unit: str,
    evidence: tuple[Evidence, ...],
    missing: tuple[str, ...],
) -> Outcome:
    """Report a figure that no rule judges."""
    if measured is None:
        keys = missing or tuple(rule.facility_types)
        return Outcome("unknown", missing_text(keys), None, None, evidence, keys)
    text: Sayable = Quantity(measured, unit_for(unit, rule.facility_types))
    if rule.strength == "indicator":
        text = message("figure.no_pass_mark", figure=text)
    return Outcome("not_applicable", text, measured, None, evidence)


def outcome_of(
    verdict: PlanVerdict,
    text: Sayable,
    measured: Fraction | None,
    required: Fraction | None,
    evidence: tuple[Evidence, ...],
    missing: tuple[str, ...] = (),
    note: Sayable = NOTHING,
) -> Outcome:
    """Make an outcome with its shortfall: 0 where the rule is met, None where nothing is known."""
    shortfall: Fraction | None = None
    if measured is not None and required is not None and verdict in ("pass", "fail"):
        shortfall = abs(required - measured) if verdict == "fail" else Fraction(0)
    return Outcome(verdict, text, measured, required, evidence, missing, note, shortfall)


def planned_text(
    measured: Fraction, required: Fraction, unit: str, verdict: PlanVerdict
) -> Sayable:
    """Write what is planned and what is missing of it: 规划 340 m²；缺 35 m²."""
    number = distinct_texts(measured, required)[0]
    planned = message("figure.planned", planned=Quantity(number, unit))
    if verdict == "fail":
        gap = Quantity(abs(required - measured), unit)
        is_short = measured < required
        wrong = message("figure.short" if is_short else "figure.too_much", gap=gap)
        return sentences(planned, wrong)
    return sentences(planned, message("figure.met")) if verdict == "pass" else planned


def limit_text(require: Require, unit: str) -> Message:
    """Write the pass mark: 要求不低于 200 m²."""
    comparison = Term("comparison", require.comparator)
    limit = Quantity(Fraction(require.limit), unit)
    return message("figure.required", comparison=comparison, limit=limit)


def missing_text(keys: Sequence[str]) -> Message:
    """Say which facts a plan lacks."""
    return message("plan.lacks", facts=map(fact_text, dict.fromkeys(keys)))


def counting_note(rule: Rule, amount: Amount, counting: Counting) -> Sayable:
    """State every choice that changed the number."""
    notes = []
    if amount.shared:
        notes.append(message("shared_area.included", area=Quantity(amount.shared, "m2")))
    if rule.counting.shared_with:
        notes.append(message("shared_area.counted_twice", rules=rule.counting.shared_with))
    if counting.rounding == "ceil_per_100" or rule.options.rounding == "ceil_per_100":
        notes.append(message("rate.base_rounded_up"))
    return sentences(*notes)
