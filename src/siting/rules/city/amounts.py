"""Rules about amounts: floor area, land, places and facilities by area, and sizes of facilities.

Owns the sums. What is missing is never taken as zero: a sum with gaps is the least that is there,
which can settle a verdict on one side only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from siting.message import Message, message
from siting.rules.city.distance import evaluate_distance
from siting.rules.city.findings import FindingBlock, Verdict
from siting.rules.city.model import City, Grouping, column
from siting.rules.city.reasons import column_text, no_facility, types_of
from siting.rules.pack.conditions import compare_floats
from siting.rules.pack.measures import Family, Measure, measure_of
from siting.rules.pack.model import AppliesTo, Require

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from siting.rules.city.costs import Costs
    from siting.rules.pack.model import Require, Rule

_NO_DEMAND, _ABSENT, _GAPS, _FROM_HOMES, _NOBODY, _NO_OUTLINE = range(6)

# Places and beds of an existing facility stand in its capacity.
FACILITY_COLUMNS = {"places": "capacity", "beds": "capacity"}


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """People or households of k groups.

    Parameters
    ----------
    people
        float64 (k,), NaN where not known.
    summed
        bool (k,): added up from homes, since the area's table does not say.
    """

    people: NDArray[np.float64]
    summed: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class _Sum:
    """An amount of k groups, and whether some of it is not known."""

    amount: NDArray[np.float64]
    has_gaps: NDArray[np.bool_]


def demand_of_groups(city: City, groups: Grouping, name: str) -> Demand:
    """Return population, households or elderly of each group.

    The area's own figure counts; where it has none, the homes in it are added up, provided that
    every one of them has the number.
    """
    values = column(city.homes, name)
    if values is None:
        summed = np.full(groups.size, np.nan)
    else:
        total = groups.sum_homes(np.nan_to_num(values, nan=0.0))
        gaps = groups.sum_homes(np.isnan(values).astype(float)) > 0
        # No home at all says nothing about an area whose homes may not be in the data.
        empty = groups.sum_homes(np.ones(values.size)) == 0
        summed = np.where(gaps | empty, np.nan, total)
    own = None if groups.table is None else column(groups.table, name)
    stated = np.full(groups.size, np.nan) if own is None else own
    use = np.isnan(stated)
    return Demand(np.where(use, summed, stated), use & ~np.isnan(summed))


def sum_of_types(
    city: City, groups: Grouping, facility_types: Sequence[str], quantity: str
) -> _Sum:
    """Add up a quantity of the facilities of some types; a facility counts once however many."""
    rows = city.rows_of_types(facility_types)
    rows = rows[~city.facilities["facility_id"].iloc[rows].duplicated().to_numpy()]
    if quantity == "count":
        return _Sum(groups.sum_facilities(rows, np.ones(rows.size)), np.zeros(groups.size, bool))
    values = column(city.facilities, FACILITY_COLUMNS.get(quantity, quantity))
    taken = np.full(rows.size, np.nan) if values is None else values[rows]
    amount = groups.sum_facilities(rows, np.nan_to_num(taken, nan=0.0))
    return _Sum(amount, groups.sum_facilities(rows, np.isnan(taken).astype(float)) > 0)


def evaluate_amount(rule: Rule, city: City, groups: Grouping) -> FindingBlock:
    """Judge a rate, a number of people per facility, a presence or the residents of each group.

    Returns
    -------
    FindingBlock
        A row per area, measured and required as totals (m2, facilities ...), people per facility
        as such. Unknown: people or households not known; no facility of the types in the whole
        data (unless they are declared complete); a quantity missing for some facilities, unless the
        known ones settle it.
    """
    measure = measure_of(rule.measure)
    demand = demand_of_groups(city, groups, measure.base) if measure.base else None
    measured, required, unknown = _amounts(rule, city, groups, measure, demand)
    verdict = _judged(rule, measured, required, unknown)
    if rule.require is not None and rule.require.and_one_place_at_least is not None:
        size = float(rule.require.and_one_place_at_least)
        largest = _largest(city, groups, rule.facility_types, measure.quantity)
        verdict, measured, required = _with_place(verdict, measured, required, largest, size)
        unknown = np.where(largest.has_gaps & (verdict == Verdict.UNKNOWN), _GAPS, unknown)
    how = np.where(demand.summed, _FROM_HOMES, -1) if demand else np.full(groups.size, -1)
    reason = np.where(verdict == Verdict.UNKNOWN, unknown, how).astype(np.int16)
    return _block(
        rule,
        groups,
        verdict,
        np.where(verdict == Verdict.UNKNOWN, np.nan, measured),
        required,
        reason,
        None if demand is None else demand.people,
    )


def _amounts(
    rule: Rule, city: City, groups: Grouping, measure: Measure, demand: Demand | None
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Return measured, required, and why a group may be unknown (-1: it is not)."""
    unknown = np.full(groups.size, -1)
    people = np.full(groups.size, np.nan) if demand is None else demand.people
    required = required_amount(rule, measure, people)
    if measure.family is Family.RESIDENTS:
        measured = people
    elif measure.family is Family.SIZE:
        found = _largest if rule.options.of != "total" else sum_of_types
        largest = found(city, groups, rule.facility_types, measure.quantity)
        measured = largest.amount
        unknown[largest.has_gaps] = _GAPS
        if not city.lists_types(rule.facility_types):
            unknown[:] = _ABSENT
    else:
        total = sum_of_types(city, groups, rule.facility_types, measure.quantity)
        measured = total.amount
        unknown[total.has_gaps] = _GAPS
        if not city.lists_types(rule.facility_types):
            unknown[:] = _ABSENT
    if measure.family is Family.HEADS:
        with np.errstate(divide="ignore", invalid="ignore"):
            measured = people / measured
    if demand is not None:
        unknown[np.isnan(people)] = _NO_DEMAND
    return measured, required, unknown


def _largest(city: City, groups: Grouping, facility_types: Sequence[str], quantity: str) -> _Sum:
    """Return the largest facility of each group, 0 where there is none."""
    rows = city.rows_of_types(facility_types)
    values = column(city.facilities, FACILITY_COLUMNS.get(quantity, quantity))
    taken = np.full(rows.size, np.nan) if values is None else values[rows]
    group = groups.facilities[rows]
    inside = group >= 0
    amount = np.zeros(groups.size)
    np.maximum.at(amount, group[inside], np.nan_to_num(taken[inside], nan=0.0))
    return _Sum(amount, groups.sum_facilities(rows, np.isnan(taken).astype(float)) > 0)


def _with_place(
    verdict: NDArray[np.int8],
    measured: NDArray[np.float64],
    required: NDArray[np.float64],
    largest: _Sum,
    size: float,
) -> tuple[NDArray[np.int8], NDArray[np.float64], NDArray[np.float64]]:
    """Let one place of a size be needed besides a total that is met or not known."""
    small = ~compare_floats(largest.amount, "at_least", np.full(largest.amount.shape, size))
    open_place = small & largest.has_gaps & (verdict == Verdict.PASS)
    lacks = small & ~largest.has_gaps & (verdict != Verdict.FAIL)
    states = np.where(lacks, np.int8(Verdict.FAIL), verdict)
    states = np.where(open_place, np.int8(Verdict.UNKNOWN), states).astype(np.int8)
    return states, np.where(lacks, largest.amount, measured), np.where(lacks, size, required)


def required_amount(rule: Rule, measure: Measure, base: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what a rule asks for in the unit of findings, NaN for an indicator.

    A rate is multiplied by the base: 30 m2 per 100 households and 800 households make 240 m2, or
    the least total, whichever is more.
    """
    if rule.require is None:
        return np.full(base.shape, np.nan)
    limit = _banded(rule.require, base)
    if measure.family is not Family.RATE:
        return limit
    least = rule.require.and_total_at_least
    if measure.begun:
        required: NDArray[np.float64] = limit * np.ceil(base / float(rule.options.begun or 1))
        return required if least is None else np.maximum(required, float(least))
    if rule.options.rounding == "ceil_per_100":
        base = np.ceil(base / measure.per) * measure.per
    required = limit * base / measure.per
    return required if least is None else np.maximum(required, float(least))


def _banded(require: Require, base: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the pass mark of each group, by the band that its base lies in if there are any."""
    if not require.bands:
        return np.full(base.shape, float(require.limit))
    starts = np.array([float(band.since) for band in require.bands])
    limits = np.array([float(require.limit), *(float(band.limit) for band in require.bands)])
    found: NDArray[np.float64] = limits[np.searchsorted(starts, base, side="right")]
    return np.where(np.isnan(base), np.nan, found)


def _judged(
    rule: Rule,
    measured: NDArray[np.float64],
    required: NDArray[np.float64],
    unknown: NDArray[np.int64],
) -> NDArray[np.int8]:
    if rule.require is None:
        states = np.full(measured.shape, Verdict.NOT_APPLICABLE, np.int8)
        return np.where(unknown >= 0, np.int8(Verdict.UNKNOWN), states)
    meets = compare_floats(measured, rule.require.comparator, required)
    verdict = np.where(meets, np.int8(Verdict.PASS), np.int8(Verdict.FAIL))
    settled = Verdict.FAIL if rule.require.is_upper else Verdict.PASS
    open_gap = (unknown == _GAPS) & (verdict != settled)
    lacks = open_gap | np.isin(unknown, (_NO_DEMAND, _ABSENT)) | np.isnan(measured)
    return np.where(lacks, np.int8(Verdict.UNKNOWN), verdict)


def evaluate_size(rule: Rule, city: City) -> FindingBlock:
    """Judge the size of every facility of the rule's types, or its size for each bed.

    Returns
    -------
    FindingBlock
        A row per facility; those of other types are not concerned. Unknown: a number is missing.
    """
    measure = measure_of(rule.measure)
    size = len(city.facilities)
    absent = np.full(size, np.nan)
    own = column(city.facilities, FACILITY_COLUMNS.get(measure.quantity, measure.quantity))
    measured = absent if own is None else own
    limit = np.full(size, float(rule.require.limit) if rule.require else np.nan)
    if measure.family is Family.SIZE_PER:
        beds = column(city.facilities, "capacity")
        limit = limit * (absent if beds is None else beds)
    concerns = np.zeros(size, bool)
    concerns[city.rows_of_types(rule.facility_types)] = True
    gaps = np.isnan(measured) | (np.isnan(limit) & (rule.require is not None))
    verdict = _judged(rule, measured, limit, np.where(gaps, _NO_DEMAND, -1))
    return _block(
        rule,
        Grouping("", size, np.empty(0, np.int32), np.empty(0, np.int32), None),
        np.where(concerns, verdict, np.int8(Verdict.NOT_APPLICABLE)),
        measured,
        limit,
        np.where(gaps & concerns, _GAPS, -1).astype(np.int16),
        None,
        subject_kind="facility",
        concerns=concerns,
    )


def evaluate_covered(rule: Rule, city: City, groups: Grouping, costs: Costs) -> FindingBlock:
    """Measure which share of homes, people or land of each group is within reach.

    Returns
    -------
    FindingBlock
        A row per group, in percent of the denominator that the rule names. Homes whose distance is
        unknown are in neither part; a group without any known home is unknown.
    """
    reach = _reach_rule(rule)
    inner = evaluate_distance(reach, city, costs)
    weight = _denominator(rule, city)
    known = (inner.verdict <= Verdict.FAIL) & ~np.isnan(weight)
    whole = groups.sum_homes(np.where(known, weight, 0.0))
    part = groups.sum_homes(np.where(known & (inner.verdict == Verdict.PASS), weight, 0.0))
    share = np.divide(part * 100.0, whole, out=np.full(groups.size, np.nan), where=whole > 0)
    unknown = np.where(np.isnan(share), _NOBODY, -1)
    if np.isnan(weight).all() and rule.options.denominator == "residential_land":
        unknown[:] = _NO_OUTLINE
    verdict = _judged(rule, share, required_amount(rule, measure_of(rule.measure), share), unknown)
    required = np.full(groups.size, float(rule.require.limit) if rule.require else np.nan)
    reason = np.where(verdict == Verdict.UNKNOWN, unknown, -1).astype(np.int16)
    return _block(rule, groups, verdict, share, required, reason, whole)


def _reach_rule(rule: Rule) -> Rule:
    """Return the distance rule that a covered share stands on."""
    within = rule.options.within
    assert within is not None
    return rule.model_copy(
        update={
            "measure": within.measure,
            "require": Require(at_most=within.at_most, unit=within.unit),
            "applies_to": AppliesTo(subject=("home",)),
        }
    )


def _denominator(rule: Rule, city: City) -> NDArray[np.float64]:
    size = len(city.homes)
    name = rule.options.denominator
    if name == "homes":
        return np.ones(size)
    if name == "residential_land":
        area = shapely.area(np.asarray(city.homes["geometry"].array, object))
        return np.where(area > 0, area, np.nan)
    values = column(city.homes, "population" if name == "people" else name)
    return np.full(size, np.nan) if values is None else values


def _block(
    rule: Rule,
    groups: Grouping,
    verdict: NDArray[np.int8],
    measured: NDArray[np.float64],
    required: NDArray[np.float64],
    reason: NDArray[np.int16],
    base: NDArray[np.float64] | None,
    *,
    subject_kind: str = "",
    concerns: NDArray[np.bool_] | None = None,
) -> FindingBlock:
    measure = measure_of(rule.measure)
    return FindingBlock(
        rule,
        subject_kind or ("area" if groups.table is not None else "city"),
        groups.level,
        rule.measure,
        measure.finding_unit,
        verdict,
        measured,
        required,
        np.full(groups.size, -1, np.int32),
        reason,
        _reasons(rule, measure),
        concerns,
        base,
    )


def _reasons(rule: Rule, measure: Measure) -> tuple[Message, ...]:
    """Return the reasons in the order of their numbers."""
    figure = column_text(measure.base or rule.options.denominator or "population")
    size = column_text(FACILITY_COLUMNS.get(measure.quantity, measure.quantity))
    return (
        message("reason.not_known", facts=figure),
        no_facility(rule),
        message("reason.gaps", size=size, types=types_of(rule)),
        message("reason.summed", figure=figure),
        message("reason.no_known_home", figure=figure),
        message("reason.no_outlines"),
    )
