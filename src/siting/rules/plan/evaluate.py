"""Rules in, plan findings out: which rules a plan is asked, what governs, and what is waived.

Owns the findings of one plan. The arithmetic is in `siting.rules.plan.measures`; distances
come from the same judgement as those of a city.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from typing import TYPE_CHECKING, Literal

from siting.message import Message, Sayable, Text, message
from siting.rules import city as city_rules
from siting.rules.pack.conditions import FALSE, TRUE, UNKNOWN
from siting.rules.pack.measures import Family, measure_of
from siting.rules.plan.amounts import fact_amount
from siting.rules.plan.division.claims import BINDING, SHOWN, WANTED, best_division, division_texts
from siting.rules.plan.division.shared_rooms import has_shared_rooms, repeated_plan
from siting.rules.plan.doubts import doubt_message
from siting.rules.plan.finding import Citation, PlanFinding
from siting.rules.plan.meanings import as_in_plans
from siting.rules.plan.measures.distance import measure_distance
from siting.rules.plan.measures.families import measure_plan, test_plan, ways_of
from siting.rules.plan.measures.phasing import measure_phasing
from siting.rules.plan.outcome import NOTHING, Counting, Outcome, missing_text
from siting.rules.wording import sentences, to_decimal

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Sequence

    from siting.rules.city.costs import Costs
    from siting.rules.city.model import City
    from siting.rules.pack.model import Rule
    from siting.rules.plan.finding import PlanVerdict
    from siting.rules.plan.model import Plan, Waiver
    from siting.vocabulary.title import Title

__all__ = ["Counting", "concerns_plan", "evaluate_plan", "with_waiver"]

_OF_FACILITIES = (Family.SIZE, Family.SIZE_PER)
# What a room is for, or what it is like, is true of the whole room.
_OF_WHOLE_ROOMS = (Family.COMPLEX, Family.ATTRIBUTES)


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
    known = costs
    if city is not None and costs is None:
        known = city_rules.CityCosts(city)
    plan = as_in_plans(plan)
    asked = [rule for rule in rules if concerns_plan(rule, plan)]
    judge = _Judge(tuple(asked), plan, plan, city, known, chosen, today)
    if has_shared_rooms(plan):
        judge = _divided(judge)
    return judge.findings()


def concerns_plan(rule: Rule, plan: Plan) -> bool:
    """Tell whether a rule can say anything about a plan."""
    if rule.applies_to.status == "existing" and plan.status != "existing":
        return False
    subjects = rule.applies_to.subject
    if "plan" in subjects or "home" in subjects or rule.applies_to.shown_on_plans:
        return True
    return (
        "facility" in subjects
        and measure_of(rule.measure).family in _OF_FACILITIES
        and any((fact_amount(plan, f"count.{code}").value or 0) > 0 for code in rule.facility_types)
    )


@dataclass(frozen=True, slots=True)
class _Judge:
    """Judges the rules that concern a plan.

    Parameters
    ----------
    rules
        Those that concern the plan.
    whole
        The plan as it was read.
    parts
        The same with its shared rooms divided, so that every m2 belongs to one type.
    city, costs, counting, today
        As `evaluate_plan` takes them.
    division
        How the rooms were divided, in words by facility type.
    """

    rules: tuple[Rule, ...]
    whole: Plan
    parts: Plan
    city: City | None
    costs: Costs | None
    counting: Counting
    today: dt.date | None
    division: Mapping[str, Message] = field(default_factory=dict)

    def findings(self) -> tuple[PlanFinding, ...]:
        """Return a finding for each rule, governed and waived ones marked."""
        found = [self._judged(rule) for rule in self.rules]
        governed = _governed(found)
        return tuple(_marked(each.finding, governed.get(each.finding.rule_id)) for each in found)

    def _judged(self, rule: Rule) -> _Judged:
        outcome = self.outcome(rule)
        finding = with_waiver(_finding(rule, self.whole, outcome), self.whole, self.today)
        total = outcome.required if outcome.total_required is None else outcome.total_required
        return _Judged(rule, finding, total, outcome.may_not_apply)

    def outcome(self, rule: Rule) -> Outcome:
        """Judge one rule: whom it concerns first, then what it asks for."""
        wanted = rule.applies_to.status
        if wanted not in ("any", self.whole.status):
            return _of_other_status(rule)
        state, missing = self._state(rule)
        if state == FALSE:
            return self._shown(rule)
        if measure_of(rule.measure).family is Family.DISTANCE:
            outcome = measure_distance(rule, self.parts, self.city, self.costs)
        else:
            outcome = self._with_division(rule, self._measured(_on_facilities(rule)))
        if state != UNKNOWN:
            return outcome
        total = outcome.required if outcome.total_required is None else outcome.total_required
        outcome = replace(outcome, may_not_apply=True, total_required=total)
        if outcome.verdict not in ("fail", "unknown"):
            return outcome
        named = tuple(dict.fromkeys((*missing, *outcome.missing)))
        text = sentences(message("plan.may_not_apply"), missing_text(named))
        return replace(
            outcome, verdict="unknown", explanation=text, required=None, missing=named,
            note=NOTHING, shortfall=None, lacks=(),
        )  # fmt: skip

    def _state(self, rule: Rule) -> tuple[int, tuple[str, ...]]:
        """Return whether a rule applies to the plan, and the facts without which nobody knows."""
        applies = rule.applies_to
        if not {"plan", "home", "facility"}.intersection(applies.subject):
            return FALSE, ()
        conditions = [applies.plan_when]
        # The condition of a rule on homes is about homes, and is tested there.
        if measure_of(rule.measure).family is not Family.DISTANCE:
            conditions.append(applies.when)
        states = [test_plan(each, self.parts) for each in conditions if each is not None]
        worst = min((state for state, _ in states), default=TRUE)
        return worst, tuple(key for state, keys in states if state == UNKNOWN for key in keys)

    def _shown(self, rule: Rule) -> Outcome:
        """Return the figure of a rule that does not judge the plan, where a plan shows it."""
        subjects = rule.applies_to.subject
        text = message("plan.condition_not_met" if "plan" in subjects else "plan.not_an_area")
        if not rule.applies_to.shown_on_plans:
            return Outcome("not_applicable", text)
        bare = rule.model_copy(update={"require": None, "alternatives": ()})
        found = self._with_division(rule, self._measured(bare))
        if found.measured is None:
            return Outcome("not_applicable", sentences(text, found.explanation))
        shown = message("figure.shown_only", figure=found.explanation, why=text)
        return replace(
            found,
            verdict="not_applicable",
            explanation=shown,
            missing=(),
            is_shown_only=True,
        )

    def _measured(self, rule: Rule) -> Outcome:
        """Let the first way that passes count; report the first way otherwise."""
        outcomes = [self._one_way(each) for each in ways_of(rule)]
        first = outcomes[0]
        if len(outcomes) == 1:
            return first
        text = _or_else([each.explanation for each in outcomes])
        evidence = tuple(place for each in outcomes for place in each.evidence)
        passing = next((each for each in outcomes if each.verdict == "pass"), None)
        if passing is not None:
            return replace(passing, explanation=text, evidence=evidence, missing=())
        missing = tuple(dict.fromkeys(key for each in outcomes for key in each.missing))
        if any(each.verdict == "unknown" for each in outcomes):
            return replace(
                first, verdict="unknown", explanation=text, missing=missing, shortfall=None
            )
        return replace(first, explanation=text, evidence=evidence)

    def _one_way(self, rule: Rule) -> Outcome:
        measure = measure_of(rule.measure)
        if measure.family is Family.PHASING:
            return measure_phasing(rule, self.parts, measure, self._enough(rule))
        plan = self.whole if measure.family in _OF_WHOLE_ROOMS else self.parts
        if rule.counting.shared_rooms or self.counting.share_rooms:
            plan = repeated_plan(self.whole) if plan is self.parts else plan
        return measure_plan(rule, plan, self.counting)

    def _enough(self, rule: Rule) -> Callable[[Plan], PlanVerdict | None]:
        """Return what judges the rooms of one phase by the rules that say how much is needed."""
        named = [each for each in self.rules if each.id in rule.options.meets]
        given_way = {
            name for each in named if each.governs == "this" for name in each.supersedes
        }  # fmt: skip
        judges = [each for each in named if each.id not in given_way]

        def judge(plan: Plan) -> PlanVerdict | None:
            inner = replace(self, rules=(), whole=plan, parts=plan)
            verdicts = {inner.outcome(each).verdict for each in judges} - {"not_applicable"}
            order: tuple[PlanVerdict, ...] = ("fail", "unknown", "pass")
            return next((verdict for verdict in order if verdict in verdicts), None)

        return judge

    def _with_division(self, rule: Rule, outcome: Outcome) -> Outcome:
        """Add how the rooms that serve the rule's types were divided."""
        texts = dict.fromkeys(
            self.division[code] for code in rule.facility_types if code in self.division
        )
        if not texts or measure_of(rule.measure).family in _OF_WHOLE_ROOMS:
            return outcome
        return replace(outcome, explanation=sentences(outcome.explanation, *texts))


def _divided(judge: _Judge) -> _Judge:
    """Return the judge of the plan with its shared rooms divided as well as they can be."""
    if judge.counting.share_rooms:
        return judge
    first = {finding.rule_id: finding for finding in judge.findings()}
    ways = [
        (rank, ways_of(_on_facilities(rule)))
        for rule in judge.rules
        if rule.require is not None and (rank := _rank(first[rule.id])) is not None
    ]
    rules = {rule.id: rule for rule in judge.rules}

    def score(parts: Plan) -> tuple[int, ...]:
        tried = replace(judge, parts=parts)
        counts = [0] * 4
        for rank, (rule, *_) in ways:
            if rank == SHOWN:
                continue
            verdict = tried.outcome(rules[rule.id]).verdict
            if verdict in ("fail", "unknown"):
                counts[2 * rank + (verdict == "unknown")] += 1
        return tuple(counts)

    parts, shares = best_division(judge.whole, ways, judge.counting, score)
    return replace(judge, parts=parts, division=division_texts(judge.whole, shares))


def _rank(finding: PlanFinding) -> int | None:
    """Return how much a rule matters when rooms are divided; None where it says nothing."""
    if finding.verdict == "not_applicable":
        return SHOWN if finding.strength == "indicator" else None
    return BINDING if finding.binds else WANTED


def _or_else(explanations: Sequence[Sayable]) -> Sayable:
    """Join the explanations of several ways to meet one rule."""
    return reduce(lambda one, two: message("rule.or_else", first=one, other=two), explanations)


def _of_other_status(rule: Rule) -> Outcome:
    return Outcome("not_applicable", message(f"only_for.{rule.applies_to.status}"))


def _on_facilities(rule: Rule) -> Rule:
    """Let a rule about facilities ask each facility of the plan."""
    if "plan" in rule.applies_to.subject or "facility" not in rule.applies_to.subject:
        return rule
    return rule.model_copy(update={"options": rule.options.model_copy(update={"of": "each"})})


def _finding(rule: Rule, plan: Plan, outcome: Outcome) -> PlanFinding:
    sense: Literal["", "at_least", "at_most"] = ""
    if rule.require is not None and not outcome.is_shown_only:
        sense = "at_most" if rule.require.is_upper else "at_least"
    unit = measure_of(rule.measure).finding_unit
    interpretation = rule.interpretation
    missing = tuple(dict.fromkeys(outcome.missing))
    said = sentences(outcome.note, _text(interpretation) if interpretation else NOTHING)
    doubts = [doubt_message(key, plan.doubtful[key]) for key in missing if key in plan.doubtful]
    note = sentences(*doubts, said)
    return PlanFinding(
        plan=plan.name,
        source=plan.source,
        rule_id=rule.id,
        title=_text(rule.title),
        verdict=outcome.verdict,
        strength="indicator" if outcome.is_shown_only else rule.strength,
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


def _explained(outcome: Outcome) -> Sayable:
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


@dataclass(frozen=True, slots=True)
class _Judged:
    """A rule, its finding, and the total that it asks for whatever the finding reports."""

    rule: Rule
    finding: PlanFinding
    total: Fraction | None
    may_not_apply: bool


def _governed(found: Sequence[_Judged]) -> dict[str, str]:
    """Return, for every rule that another one decides instead of, which one that is.

    A rule that does not apply to the plan, that may not apply, or that is waived, governs nothing.
    """
    return dict(_pairs(found, {each.rule.id: each for each in found}))


def _pairs(found: Sequence[_Judged], by_id: Mapping[str, _Judged]) -> Iterator[tuple[str, str]]:
    """Yield who is governed, and by whom."""
    for each in found:
        for name in each.rule.supersedes:
            other = by_id.get(name)
            if other is None:
                continue
            if "not_applicable" in (each.finding.verdict, other.finding.verdict):
                continue
            winner, loser = each, other
            if each.rule.governs == "stricter" and _is_laxer(each, other):
                winner, loser = other, each
            # A rule that wants the larger place is not met by the larger total.
            surely = winner.finding.waived is None and not winner.may_not_apply
            if surely and _place_of(winner) >= _place_of(loser):
                yield loser.rule.id, winner.rule.id


def _is_laxer(judged: _Judged, other: _Judged) -> bool:
    if judged.total is None or other.total is None or judged.finding.unit != other.finding.unit:
        return False
    if judged.finding.comparison == "at_most":
        return judged.total > other.total
    return judged.total < other.total


def _place_of(judged: _Judged) -> Decimal:
    require = judged.rule.require
    return Decimal(0 if require is None else require.and_one_place_at_least or 0)


def with_waiver(finding: PlanFinding, plan: Plan, today: dt.date | None = None) -> PlanFinding:
    """Attach the waiver that holds on the day, by default the plan's; else say that one ran out.

    Of several waivers of one rule any that holds is enough, in whatever order they stand.
    """
    day = today or plan.date
    mine = [
        each
        for each in plan.waivers
        if each.rule_id == finding.rule_id and each.subject in ("", finding.subject)
    ]
    held = next((each for each in mine if day is not None and day <= each.expires), None)
    if held is not None:
        return replace(finding, waived=held)
    return replace(finding, note=sentences(finding.note, *map(_expired, mine))) if mine else finding


def _expired(waiver: Waiver) -> Message:
    return message("waiver.expired", approver=waiver.approver, on=waiver.expires)
