"""What a rule asks of siting: who has none today, within which limit, by which measure.

Owns how a finding becomes demand. The limit, its unit and the way it is measured are those of the
rule, so that a home that siting counts as served passes the rule afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from siting.did_you_mean import hint_known, nearest
from siting.errors import SitingError
from siting.message import Term, message
from siting.pipeline.demand.limit import is_usable, limited_to, other_reach, reach_of
from siting.pipeline.demand.weights import counted_by, home_numbers, unknown_note, weight_name
from siting.rules.city.costs import CityCosts
from siting.rules.city.distance import evaluate_distance
from siting.rules.city.evaluate import with_conditions
from siting.rules.city.findings import FindingBlock, Verdict
from siting.rules.pack.measures import Family, measure_of
from siting.vocabulary.facility_types import load_facility_types

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from siting.message import Sayable
    from siting.pipeline.found import Found
    from siting.rules.city.model import City
    from siting.rules.pack.model import Rule


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """One rule, put as a siting question.

    Parameters
    ----------
    rule
        The rule as it was asked for.
    reach
        The same as a rule on homes and how far they may be.
    facility_type
        Code of what is opened.
    measure, unit, limit
        How far is measured, in m or min, and the inclusive limit; infinite where none was given.
    comparator
        ``at_most``, or ``below`` where the limit itself does not pass.
    served_by_each
        People (or households) that each facility may serve; infinite where the rule sets none.
    weight
        What is counted: one of `siting.pipeline.demand.weights.WEIGHTS`.
    verdict
        int8 (n,): of every home today.
    weights
        float64 (n,): what every home counts, 0 where it is not known.
    groups
        Name -> float64 (n,): the other numbers of every home that are known.
    homes
        int64 (k,): rows of the homes that are demand, ascending.
    notes
        What was assumed or left out.
    from_scratch
        Facilities that exist do not count.
    """

    rule: Rule
    reach: Rule
    facility_type: str
    measure: str
    unit: str
    limit: float
    comparator: str
    served_by_each: float
    weight: str
    verdict: NDArray[np.int8]
    weights: NDArray[np.float64]
    groups: Mapping[str, NDArray[np.float64]]
    homes: NDArray[np.int64]
    notes: tuple[Sayable, ...] = ()
    from_scratch: bool = False

    def total(self, verdict: Verdict) -> float:
        """Return how many people (or what is counted) have a verdict today."""
        return float(self.weights[self.verdict == verdict].sum())

    def with_homes(self, homes: NDArray[np.int64]) -> Question:
        """Return the question about other homes."""
        return replace(self, homes=homes)


def ask(
    analysis: Found,
    rule_id: str,
    *,
    weight: str | None = None,
    facility_type: str | None = None,
    cutoff: float | None = None,
    from_scratch: bool = False,
) -> Question:
    """Put a rule as a siting question.

    Parameters
    ----------
    rule_id
        A rule on reach, on the share within reach, or on service population, in force here.
    weight
        What is counted; people where they are known, else elderly, households, homes.
    facility_type
        What is opened; the first type of the rule where left out.
    cutoff
        Another limit than the rule's, in its unit. Rules on service population have none of their
        own: theirs is that of a reach rule on the same types, or this.
    from_scratch
        Ask as if no facility existed: every home that can walk at all is demand.

    Raises
    ------
    SitingError
        No such rule, or one that says nothing about reach; an unknown weight or type.
    """
    rule = find_rule(analysis, rule_id)
    family = measure_of(rule.measure).family
    code = _type_to_open(rule, facility_type)
    if family is Family.LOAD:
        load = _load_question(analysis, rule, code, weight, cutoff)
        return replace(load, from_scratch=from_scratch)
    reach = reach_of(rule, cutoff, analysis)
    block = _block_of(reach, analysis)
    verdict = _today(reach, block, analysis, from_scratch=from_scratch)
    _refuse_silence(rule, block, verdict)
    question = _question(analysis, rule, reach, code, weight, verdict, np.inf)
    return replace(question, from_scratch=from_scratch)


def find_rule(analysis: Found, rule_id: str) -> Rule:
    """Return a rule of the analysis by its id.

    Raises
    ------
    SitingError
        No rule in force on the city has it; the nearest is named, or those that siting can use.
    """
    known = {block.rule.id: block.rule for block in analysis.blocks}
    if rule_id in known:
        return known[rule_id]
    near = nearest(rule_id, known)
    usable = [key for key, rule in known.items() if is_usable(rule)]
    hint = message("question.usable", usable=usable)
    if near:
        hint = message("question.rule_meant", rule=near[0])
    raise SitingError(message("question.no_rule", rule=rule_id, date=str(analysis.date), hint=hint))


def _type_to_open(rule: Rule, facility_type: str | None) -> str:
    if facility_type is None:
        if not rule.facility_types:
            raise SitingError(message("question.no_type", rule=rule.id))
        return rule.facility_types[0]
    types = load_facility_types()
    if facility_type not in types:
        hint = hint_known(facility_type, types.types)
        raise SitingError(message("question.unknown_type", type=facility_type, hint=hint))
    if facility_type not in rule.facility_types:
        meet = rule.facility_types
        raise SitingError(
            message("question.other_type", rule=rule.id, type=facility_type, types=meet)
        )
    return facility_type


def _block_of(reach: Rule, analysis: Found) -> FindingBlock:
    """Return the findings of the rule on homes; those of the analysis where they are the same."""
    for block in analysis.blocks:
        if block.rule is reach and block.subject_kind == "home" and not block.is_alternative:
            return block
    city = analysis.city
    return with_conditions(evaluate_distance(reach, city, CityCosts(city)), city)


def _today(
    reach: Rule, block: FindingBlock, analysis: Found, *, from_scratch: bool
) -> NDArray[np.int8]:
    """Return the verdict of every home; from scratch every home that can walk fails."""
    if not from_scratch:
        return block.verdict
    verdict = np.full(len(analysis.city.homes), Verdict.FAIL, np.int8)
    if measure_of(reach.measure).on_streets:
        _check_streets(analysis.city)
        assert analysis.city.home_attachment is not None
        verdict[~analysis.city.home_attachment.attached] = Verdict.UNKNOWN
    return verdict


def _check_streets(city: City) -> None:
    if city.network is None or city.home_attachment is None:
        raise SitingError(message("question.no_streets"))


def _refuse_silence(rule: Rule, block: FindingBlock, verdict: NDArray[np.int8]) -> None:
    """Raise where nothing is known of any home, which is no ground for building."""
    if not verdict.size or (verdict != Verdict.UNKNOWN).any():
        return
    known = block.reason[0] >= 0
    reason = block.reasons[block.reason[0]] if known else message("reason.data_missing")
    raise SitingError(message("question.all_unknown", rule=rule.id, reason=reason))


def _load_question(
    analysis: Found, rule: Rule, code: str, weight: str | None, cutoff: float | None
) -> Question:
    """Put a rule on service population: each facility serves so many within a reach."""
    if rule.require is None or not rule.require.is_upper:
        raise SitingError(message("question.no_most", rule=rule.id))
    counted = measure_of(rule.measure).base
    if weight not in (None, counted):
        raise SitingError(
            message(
                "question.other_figure",
                rule=rule.id,
                counted=Term("figure", counted),
                weight=Term("figure", str(weight)),
            )
        )
    reach = (
        limited_to(rule, "walking_distance", cutoff, "m") if cutoff else other_reach(analysis, rule)
    )
    verdict = _today(reach, analysis.blocks[0], analysis, from_scratch=True)
    return _question(analysis, rule, reach, code, counted, verdict, float(rule.require.limit))


def _question(
    analysis: Found,
    rule: Rule,
    reach: Rule,
    code: str,
    weight: str | None,
    verdict: NDArray[np.int8],
    served_by_each: float,
) -> Question:
    assert reach.require is not None
    numbers = home_numbers(analysis.city)
    counted = weight_name(weight, numbers)
    weights, notes = counted_by(counted, numbers)
    notes += unknown_note(verdict, weights, counted)
    demand = np.flatnonzero((verdict == Verdict.FAIL) & (weights > 0))
    groups = {
        name: np.nan_to_num(values)
        for name, values in numbers.items()
        if name not in (counted, "homes")
    }
    return Question(
        rule=rule,
        reach=reach,
        facility_type=code,
        measure=reach.measure,
        unit=measure_of(reach.measure).finding_unit,
        limit=float(reach.require.limit),
        comparator=reach.require.comparator,
        served_by_each=served_by_each,
        weight=counted,
        verdict=verdict,
        weights=weights,
        groups=groups,
        homes=demand,
        notes=tuple(notes),
    )
