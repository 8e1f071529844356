"""Radius and walking rules for a plan: its homes in the existing city, the farthest decides."""

from __future__ import annotations

from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING

import lazy_loader

from siting.message import Message, Quantity, Sayable, message
from siting.rules import city as city_rules
from siting.rules.city.findings import Verdict
from siting.rules.plan.amounts import sum_of_types
from siting.rules.plan.finding import PlanVerdict
from siting.rules.plan.measures.places import places_of
from siting.rules.plan.outcome import NOTHING, Outcome, limit_text, missing_text
from siting.rules.wording import number_text, sentences

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    from siting.rules.city.costs import Costs
    from siting.rules.city.findings import FindingBlock
    from siting.rules.city.model import City
    from siting.rules.pack.model import Rule
    from siting.rules.plan.model import Plan
else:
    np = lazy_loader.load("numpy")  # a plan without a city needs no arrays

_WORDS: Mapping[Verdict | None, PlanVerdict] = MappingProxyType(
    {
        Verdict.PASS: "pass",
        Verdict.FAIL: "fail",
        Verdict.UNKNOWN: "unknown",
        None: "not_applicable",
    }
)


def measure_distance(rule: Rule, plan: Plan, city: City | None, costs: Costs | None) -> Outcome:
    """Judge the farthest home of the plan."""
    if city is None or costs is None:
        return _without_city(rule, plan)
    block = city_rules.evaluate_distance(rule, city, costs)
    block = city_rules.with_conditions(block, city)
    if not len(block):
        return Outcome("unknown", missing_text(("homes",)), missing=("homes",))
    verdicts = [Verdict(code) for code in np.unique(block.verdict)]
    worst = _first((Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS), verdicts)
    text = _distance_text(block, city, worst)
    limit = Fraction(rule.require.limit) if rule.require else None
    measured = _farthest(block)
    lacks = _unknown_reasons(block) if worst is Verdict.UNKNOWN else ()
    shortfall = None
    if worst is Verdict.PASS:
        shortfall = Fraction(0)
    elif worst is Verdict.FAIL and measured is not None and limit is not None:
        shortfall = abs(measured - limit)
    return Outcome(_WORDS[worst], text, measured, limit, (), (), NOTHING, shortfall, lacks)


def _first(order: Sequence[Verdict], present: Sequence[Verdict]) -> Verdict | None:
    return next((verdict for verdict in order if verdict in present), None)


def _without_city(rule: Rule, plan: Plan) -> Outcome:
    if plan.homes is None and not plan.context:
        least = rule.options.counts_from_m2
        if least is not None and _has_none_of(rule, plan, Fraction(least)):
            return _of_no_facility(rule, Fraction(least))
        return Outcome("not_applicable", message("plan.no_context"))
    key = "context" if plan.homes is not None else "layers.buildings"
    return Outcome("unknown", missing_text((key,)), missing=(key,))


def _has_none_of(rule: Rule, plan: Plan, least: Fraction) -> bool:
    """Tell whether no place of the plan is large enough to be a facility of the rule's types."""
    total = sum_of_types(plan, rule, "floor_area_m2")
    return total.is_whole and places_of(rule, plan, "floor_area_m2", total).has(least) is False


def _of_no_facility(rule: Rule, least: Fraction) -> Outcome:
    """Say that the plan has nothing to be within reach of: what is too small does not count."""
    limit = Fraction(rule.require.limit) if rule.require else None
    reach = NOTHING if rule.require is None else limit_text(rule.require, "m")
    none = message("plan.no_facility_of", size=Quantity(least, "m2"))
    return Outcome("fail", sentences(reach, none), None, limit)


def _farthest(block: FindingBlock) -> Fraction | None:
    """Return the greatest known cost, rounded to micrometres; None where none is finite."""
    known = block.measured[np.isfinite(block.measured)]
    if np.isinf(block.measured).any() or not known.size:
        return None
    return Fraction(f"{known.max():.6f}")


def _distance_text(block: FindingBlock, city: City, worst: Verdict | None) -> Message:
    total = number_text(len(block))
    farthest = _farthest(block)
    limits = block.required[np.isfinite(block.required)]
    mark = Fraction(float(limits[0])) if limits.size else None
    far: Sayable = "–" if farthest is None else _way_text(farthest, mark, block.unit)
    if worst is None:
        return message("homes.farthest", far=far)
    rows = np.flatnonzero(block.verdict == worst)
    count = number_text(rows.size)
    if worst is Verdict.UNKNOWN:
        return message("homes.unknown", total=total, count=count)
    limit = Quantity(float(block.required[rows[0]]), block.unit)
    if worst is Verdict.PASS:
        return message("homes.all_within", total=total, limit=limit, far=far)
    row = rows[int(np.argmax(block.measured[rows]))]
    home = str(city.homes["home_id"].iloc[row])
    far = "∞"
    if np.isfinite(block.measured[row]):
        far = _way_text(Fraction(f"{block.measured[row]:.6f}"), mark, block.unit)
    return message("homes.beyond", total=total, count=count, limit=limit, home=home, far=far)


def _way_text(way: Fraction, mark: Fraction | None, unit: str) -> Quantity:
    """Write a way to a tenth, and finer only where that would make it look like the pass mark.

    >>> _way_text(Fraction("710.084562"), Fraction(300), "m")
    Quantity(number='710.1', unit='m')
    >>> _way_text(Fraction("300.004"), Fraction(300), "m").number
    Fraction(75001, 250)
    """
    tenth = number_text(way, 1)
    if mark is not None and way != mark and tenth == number_text(mark, 1):
        return Quantity(way, unit)
    return Quantity(tenth, unit)


def _unknown_reasons(block: FindingBlock) -> tuple[Message, ...]:
    """Return why homes are unknown, that of the first home first."""
    found = block.reason[block.verdict == Verdict.UNKNOWN].tolist()
    return tuple(block.reasons[number] for number in dict.fromkeys(found) if number >= 0)
