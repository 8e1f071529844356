"""Rules in, plan findings out: which rules a plan is asked, what governs, and what is waived.

Owns the findings of one plan. The arithmetic is in `siting.rules.plan.measures`; distances come
from the same judgement as those of a city.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from siting.message import Message, Text, message
from siting.rules import city as city_rules
from siting.rules.pack.conditions import FALSE, UNKNOWN
from siting.rules.pack.measures import Family, measure_of
from siting.rules.plan.amounts import fact_amount
from siting.rules.plan.distance import measure_distance
from siting.rules.plan.finding import Citation, PlanFinding
from siting.rules.plan.measures import measure_plan, test_plan
from siting.rules.plan.outcome import NOTHING, Counting, Outcome, missing_text
from siting.rules.wording import joined, sentences, to_decimal

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence

    from siting.rules.city.costs import Costs
    from siting.rules.city.model import City
    from siting.rules.pack.model import Rule
    from siting.rules.plan.model import Plan, Waiver
    from siting.vocabulary.title import Title

__all__ = ["Counting", "concerns_plan", "evaluate_plan"]

_OF_FACILITIES = (Family.SIZE, Family.SIZE_PER)


def evaluate_plan(
    rules: Sequence[Rule],
    plan: Plan,
    *,
    city: City | None = None,
    costs: Costs | None = None,
    counting: Counting | None = None,
    today: dt.date | None = None,
) -> tuple[PlanFinding, ...]:
    """Apply rules to a plan.

    Parameters
    ----------
    rules
        Those in force on the plan's date at its place, as `select_rules` gives them.
    plan
        The plan.
    city
        The plan's homes in the existing city: its homes are those of the plan, its facilities
        those of the city and of the plan. None: distances cannot be judged.
    costs
        Distances of that city, where they are known already.
    counting
        How areas are counted and rounded; by default as the rules say.
    today
        The day on which waivers have to hold; left out: the plan's date.

    Returns
    -------
    tuple of PlanFinding
        One for each rule, in the order of the rules. A rule for new plans is ``not_applicable`` to
        a renewal and the other way round. Rules about single facilities appear where the plan has
        such a facility. A radius rule is ``not_applicable`` where the plan has neither a drawing
        nor a context, and ``unknown`` where it has one of both. Missing facts make a finding
        ``unknown`` and are named.
    """
    chosen = counting or Counting()
    found: list[tuple[Rule, PlanFinding]] = []
    known = costs
    if city is not None and costs is None:
        known = city_rules.CityCosts(city)
    for rule in rules:
        if not concerns_plan(rule, plan):
            continue
        outcome = _outcome(rule, plan, city, known, chosen)
        found.append((rule, _finding(rule, plan, outcome)))
    governed = _governed(found)
    return tuple(
        _waived(_marked(finding, governed.get(finding.rule_id)), plan, today)
        for _, finding in found
    )


def concerns_plan(rule: Rule, plan: Plan) -> bool:
    """Tell whether a rule can say anything about a plan."""
    if rule.applies_to.status == "existing":
        return False
    subjects = rule.applies_to.subject
    if "plan" in subjects or "home" in subjects:
        return True
    return (
        "facility" in subjects
        and measure_of(rule.measure).family in _OF_FACILITIES
        and any((fact_amount(plan, f"count.{code}").value or 0) > 0 for code in rule.facility_types)
    )


def _outcome(
    rule: Rule, plan: Plan, city: City | None, costs: Costs | None, counting: Counting
) -> Outcome:
    wanted = rule.applies_to.status
    if wanted not in ("any", plan.status):
        words = {"new": ("新建", "new"), "renewal": ("更新改造", "renewal")}[wanted]
        text = Text(f"只适用于{words[0]}项目", f"holds for {words[1]} plans only")
        return Outcome("not_applicable", text)
    state = FALSE
    missing: tuple[str, ...] = ()
    condition = rule.applies_to.when
    is_distance = measure_of(rule.measure).family is Family.DISTANCE
    # The condition of a rule on homes is about homes, and is tested there.
    if condition is not None and not is_distance:
        state, missing = test_plan(condition, plan)
        if state == FALSE:
            text = Text("方案未达到适用条件", "the plan does not meet the rule's condition")
            return Outcome("not_applicable", text)
    if is_distance:
        return measure_distance(rule, plan, city, costs)
    outcome = _with_alternatives(_on_facilities(rule), plan, counting)
    if state == UNKNOWN and condition is not None and outcome.verdict in ("fail", "unknown"):
        named = tuple(dict.fromkeys((*missing, *outcome.missing)))
        why = Text("是否适用未知", "whether it applies is not known")
        text = joined(why, missing_text(named))
        return Outcome("unknown", text, outcome.measured, None, outcome.evidence, named)
    return outcome


def _on_facilities(rule: Rule) -> Rule:
    """Let a rule about facilities ask each facility of the plan."""
    if "plan" in rule.applies_to.subject:
        return rule
    return rule.model_copy(update={"options": rule.options.model_copy(update={"of": "each"})})


def _with_alternatives(rule: Rule, plan: Plan, counting: Counting) -> Outcome:
    """Let the first way that passes count; report the first way otherwise."""
    first = measure_plan(rule, plan, counting)
    outcomes = [first]
    for other in rule.alternatives:
        update = {"measure": other.measure, "require": other.require, "options": other.options}
        types = other.facility_types or rule.facility_types
        second = rule.model_copy(update={**update, "facility_types": types})
        outcomes.append(measure_plan(second, plan, counting))
    if len(outcomes) == 1:
        return first
    text = joined(*(each.explanation for each in outcomes), zh="；或者：", en="; or: ")
    evidence = tuple(place for each in outcomes for place in each.evidence)
    passing = next((each for each in outcomes if each.verdict == "pass"), None)
    if passing is not None:
        return replace(passing, explanation=text, evidence=evidence, missing=())
    missing = tuple(dict.fromkeys(key for each in outcomes for key in each.missing))
    if missing:
        return replace(first, verdict="unknown", explanation=text, missing=missing, shortfall=None)
    return replace(first, explanation=text, evidence=evidence)


def _finding(rule: Rule, plan: Plan, outcome: Outcome) -> PlanFinding:
    sense: Literal["", "at_least", "at_most"] = ""
    if rule.require is not None:
        sense = "at_most" if rule.require.is_upper else "at_least"
    unit = measure_of(rule.measure).finding_unit
    interpretation = rule.interpretation
    missing = tuple(dict.fromkeys(outcome.missing))
    note = joined(outcome.note, _text(interpretation) if interpretation else NOTHING)
    return PlanFinding(
        plan=plan.name,
        source=plan.source,
        rule_id=rule.id,
        title=_text(rule.title),
        verdict=outcome.verdict,
        strength=rule.strength,
        measured=None if outcome.measured is None else to_decimal(outcome.measured),
        required=None if outcome.required is None else to_decimal(outcome.required),
        unit=unit,
        shortfall=None if outcome.shortfall is None else to_decimal(outcome.shortfall),
        explanation=_explained(outcome),
        citation=_citation(rule),
        evidence=tuple(dict.fromkeys(outcome.evidence)),
        measure=rule.measure,
        comparison=sense,
        missing=missing,
        lacks=outcome.lacks,
        note=note,
    )


def _explained(outcome: Outcome) -> Message | Text:
    """Return the explanation, with the first thing that the existing city lacks behind it."""
    if not outcome.lacks:
        return outcome.explanation
    return message("mark.labelled", label=outcome.explanation, text=outcome.lacks[0])


def _citation(rule: Rule) -> Citation:
    since = rule.days.since
    return Citation(
        **rule.citation(),
        document_en=rule.document.title.en,
        in_force_from=since.isoformat() if since else "",
        pack=rule.jurisdiction,
    )


def _text(title: Title) -> Text:
    return Text(title.zh, title.en)


def _marked(finding: PlanFinding, governed_by: str | None) -> PlanFinding:
    if governed_by is None:
        return finding
    return replace(finding, governs=False, governed_by=governed_by)


def _governed(found: Sequence[tuple[Rule, PlanFinding]]) -> dict[str, str]:
    """Return, for every rule that another one decides instead of, which one that is.

    A rule that does not apply to the plan governs nothing.
    """
    by_id = {rule.id: (rule, finding) for rule, finding in found}
    return {loser: winner for winner, loser in _pairs(found, by_id)}


def _pairs(
    found: Sequence[tuple[Rule, PlanFinding]], by_id: dict[str, tuple[Rule, PlanFinding]]
) -> Iterator[tuple[str, str]]:
    for rule, finding in found:
        for name in rule.supersedes:
            if name not in by_id:
                continue
            other = by_id[name][1]
            if "not_applicable" in (finding.verdict, other.verdict):
                continue
            if rule.governs == "stricter" and _is_laxer(finding, other):
                yield other.rule_id, rule.id
            else:
                yield rule.id, other.rule_id


def _is_laxer(finding: PlanFinding, other: PlanFinding) -> bool:
    if finding.required is None or other.required is None or finding.unit != other.unit:
        return False
    if finding.comparison == "at_most":
        return finding.required > other.required
    return finding.required < other.required


def _waived(finding: PlanFinding, plan: Plan, today: dt.date | None) -> PlanFinding:
    """Attach the waiver in force; say of one that has run out that it has."""
    day = today or plan.date
    for waiver in plan.waivers:
        if waiver.rule_id != finding.rule_id or waiver.subject not in ("", finding.subject):
            continue
        if day is not None and day <= waiver.expires:
            return replace(finding, waived=waiver)
        return replace(finding, note=sentences(finding.note, _expired(waiver)))
    return finding


def _expired(waiver: Waiver) -> Message:
    return message("waiver.expired", approver=waiver.approver, on=waiver.expires)
