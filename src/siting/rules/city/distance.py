"""Rules about how far it is: homes to the nearest facility, and facilities to those who come.

Owns the verdict of radius and walking rules and of service population. A verdict comes from the
cost alone, never from a polygon.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siting.coverage.catchment import nearest_facility_load
from siting.message import Message, message
from siting.network.costs import TOLERANCE_M
from siting.rules.city.findings import FindingBlock, Verdict
from siting.rules.city.model import City, column
from siting.rules.city.reasons import (
    NO_STREETS,
    ON_FRAGMENT,
    column_text,
    far_from_streets,
    may_be,
    no_facility,
    none_attached,
)
from siting.rules.pack.conditions import compare_floats
from siting.rules.pack.measures import measure_of
from siting.vocabulary.facility_types import load_facility_types

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siting.network.costs import Closest
    from siting.rules.city.costs import Costs
    from siting.rules.pack.model import Rule

_ABSENT, _UNATTACHED, _FRAGMENT, _NONE_ATTACHED, _NO_STREETS, _MAY_BE, _FIRST_WAY = range(7)

_HOME_WAYS = (
    message("way.home_point"),
    message("way.home_entrances"),
    message("way.home_outline"),
)
_FACILITY_WAYS = (
    message("way.facility_point"),
    message("way.facility_entrances"),
    message("way.facility_outline"),
)
_WAYS = tuple(
    message("reason.way", home=home, facility=facility)
    for home in _HOME_WAYS
    for facility in _FACILITY_WAYS
)


def evaluate_distance(
    rule: Rule, city: City, costs: Costs, *, measure: str | None = None
) -> FindingBlock:
    """Judge how far every home is from the nearest facility of the rule's types.

    Parameters
    ----------
    rule
        A rule on homes.
    city, costs
        The city and its distances.
    measure
        Another measure than the rule's; limits are converted between minutes and metres at
        ``Parameters.walking_speed_m_per_min``.

    Returns
    -------
    FindingBlock
        A row per home. The limit is inclusive, with a tolerance of 1e-6 m (or min). Unknown:
        no facility of the types in the data (unless they are declared complete); a home farther
        than ``max_access_m`` from any street; a home on a loose piece of the streets that reaches
        none within the limit; no street network; a home that would fail but has something within
        the limit that may be of the types (see ``may_be`` of the facility types).
        A home that reaches none otherwise fails with an
        infinite cost.
    """
    used = measure or rule.measure
    if not city.lists_types(rule.facility_types):
        return _all_unknown(rule, city, used, _ABSENT)
    if measure_of(used).on_streets and not can_walk(city):
        return _all_unknown(rule, city, used, _NO_STREETS)
    closest = costs.closest(rule.facility_types, used)
    verdict = _verdicts(rule, city, used, closest.cost)
    if measure_of(used).on_streets:
        reason = _ways(city, closest)
        unknown = _unknown(rule, city, costs, verdict, closest)
    else:
        reason, unknown = np.full(closest.cost.size, -1, np.int16), []
    measured = closest.cost
    if unknown:
        measured = measured.copy()
        for rows, why in unknown:
            verdict[rows], reason[rows], measured[rows] = Verdict.UNKNOWN, why, np.nan
    served = _may_be_served(rule, city, costs, used)
    if served is not None:
        doubtful = (verdict == Verdict.FAIL) & served
        verdict[doubtful], reason[doubtful] = Verdict.UNKNOWN, _MAY_BE
        measured = np.where(doubtful, np.nan, measured)
    return _block(rule, city, used, verdict, measured, closest.nearest, reason)


def _may_be_served(rule: Rule, city: City, costs: Costs, measure: str) -> NDArray[np.bool_] | None:
    """Tell which homes have something within the limit that may be of the rule's types, if any.

    A school of unstated level may be a primary school: it is no proof that there is one, but
    without it nobody can say that there is none.
    """
    others = load_facility_types().that_may_be(rule.facility_types)
    if rule.require is None or not city.rows_of_types(others).size:
        return None
    cost = costs.closest(others, measure).cost
    meets: NDArray[np.bool_] = compare_floats(
        cost, rule.require.comparator, limit_in(rule, city, measure), TOLERANCE_M
    )
    return meets


def _verdicts(rule: Rule, city: City, measure: str, cost: NDArray[np.float64]) -> NDArray[np.int8]:
    if rule.require is None:
        return np.full(cost.size, Verdict.NOT_APPLICABLE, np.int8)
    limit = limit_in(rule, city, measure)
    meets = compare_floats(cost, rule.require.comparator, limit, TOLERANCE_M)
    return np.where(meets, np.int8(Verdict.PASS), np.int8(Verdict.FAIL))


def limit_in(rule: Rule, city: City, measure: str) -> float:
    """Return the rule's limit in the unit of a measure; NaN for an indicator."""
    if rule.require is None:
        return float("nan")
    limit = float(rule.require.limit)
    speed = city.parameters.walking_speed_m_per_min
    is_time = bool(measure_of(rule.measure).in_metres)
    if is_time == bool(measure_of(measure).in_metres):
        return limit
    return limit * speed if is_time else limit / speed


def can_walk(city: City) -> bool:
    """Tell whether homes and facilities stand on a street network."""
    return (
        city.network is not None
        and city.home_attachment is not None
        and city.facility_attachment is not None
    )


def _unknown(
    rule: Rule, city: City, costs: Costs, verdict: NDArray[np.int8], closest: Closest
) -> list[tuple[slice | NDArray[np.int64], int]]:
    """Return the homes whose distance cannot be known, and why; of two reasons the last counts."""
    assert city.home_attachment is not None
    assert city.facility_attachment is not None
    found: list[tuple[slice | NDArray[np.int64], int]] = []
    rows = city.rows_of_types(rule.facility_types)
    if rows.size and not city.facility_attachment.attached[rows].any():
        found.append((slice(None), _NONE_ATTACHED))
    lost = np.flatnonzero(costs.on_fragment)
    missed = np.isinf(closest.cost[lost]) if rule.require is None else verdict[lost] == Verdict.FAIL
    unattached = np.flatnonzero(~city.home_attachment.attached)
    few = ((lost[missed], _FRAGMENT), (unattached, _UNATTACHED))
    return [*found, *((homes, why) for homes, why in few if homes.size)]


def _ways(city: City, closest: Closest) -> NDArray[np.int16]:
    """Return the sentence that says through what homes and facilities were reached, -1 for none."""
    assert city.home_attachment is not None
    assert city.facility_attachment is not None
    # `Via` counts from 1; what is on no street, or reaches nothing, is far below all sentences.
    nowhere = np.iinfo(np.int16).min // 2
    count = len(_FACILITY_WAYS)
    of_home = np.array([nowhere, *(_FIRST_WAY + count * way for way in range(len(_HOME_WAYS)))])
    of_facility = np.array([nowhere, *range(count)])
    last = np.append(of_facility[city.facility_attachment.via], nowhere).astype(np.int16)
    way = of_home.astype(np.int16)[city.home_attachment.via] + last[closest.nearest]
    ways: NDArray[np.int16] = np.maximum(way, np.int16(-1))
    return ways


def _block(
    rule: Rule,
    city: City,
    measure: str,
    verdict: NDArray[np.int8],
    measured: NDArray[np.float64],
    nearest: NDArray[np.int32],
    reason: NDArray[np.int16],
) -> FindingBlock:
    return FindingBlock(
        rule,
        "home",
        "",
        measure,
        measure_of(measure).finding_unit,
        verdict,
        measured,
        # One number for all homes takes no memory of its own.
        np.broadcast_to(np.float64(limit_in(rule, city, measure)), verdict.shape),
        nearest,
        reason,
        _reasons(rule, city),
        is_alternative=measure != rule.measure,
    )


def _all_unknown(rule: Rule, city: City, measure: str, why: int) -> FindingBlock:
    size = len(city.homes)
    return _block(
        rule,
        city,
        measure,
        np.full(size, Verdict.UNKNOWN, np.int8),
        np.full(size, np.nan),
        np.full(size, -1, np.int32),
        np.full(size, why, np.int16),
    )


def _reasons(rule: Rule, city: City) -> tuple[Message, ...]:
    """Return the reasons in the order of their numbers; the ways come last."""
    return (
        no_facility(rule),
        far_from_streets(city.parameters.max_access_m),
        ON_FRAGMENT,
        none_attached(rule),
        NO_STREETS,
        may_be(rule),
        *_WAYS,
    )


def evaluate_load(rule: Rule, city: City, costs: Costs) -> FindingBlock:
    """Judge for how many people or households each facility is the nearest.

    Homes go to the nearest facility of the rule's types on foot, in a straight line where the
    city has no streets.

    Returns
    -------
    FindingBlock
        A row per facility; those of other types are not concerned. Unknown: homes without the
        number that is counted, unless the known ones exceed the limit already; a facility that
        reaches no street.
    """
    rows = city.rows_of_types(rule.facility_types)
    demand = measure_of(rule.measure).base
    weights = column(city.homes, demand)
    walk = can_walk(city)
    closest = costs.closest(rule.facility_types, "walking_distance" if walk else "straight_line")
    size = len(city.facilities)
    known = np.full(len(city.homes), np.nan) if weights is None else weights
    load = nearest_facility_load(closest, known, size)
    lacking = nearest_facility_load(closest, np.isnan(known).astype(float), size) > 0
    if walk:
        assert city.facility_attachment is not None
        lacking |= ~city.facility_attachment.attached
    concerns = np.zeros(size, bool)
    concerns[rows] = True
    limit = float(rule.require.limit) if rule.require else float("nan")
    verdict = _load_verdicts(rule, load, lacking, limit)
    return FindingBlock(
        rule,
        "facility",
        "",
        rule.measure,
        measure_of(rule.measure).finding_unit,
        np.where(concerns, verdict, np.int8(Verdict.NOT_APPLICABLE)),
        np.where(concerns & ~(verdict == Verdict.UNKNOWN), load, np.nan),
        np.broadcast_to(np.float64(limit), (size,)),
        np.full(size, -1, np.int32),
        np.where(lacking & concerns, 0, -1).astype(np.int16),
        (message("reason.load_unknown", figure=column_text(demand)),),
        concerns,
    )


def _load_verdicts(
    rule: Rule, load: NDArray[np.float64], lacking: NDArray[np.bool_], limit: float
) -> NDArray[np.int8]:
    if rule.require is None:
        return np.where(lacking, np.int8(Verdict.UNKNOWN), np.int8(Verdict.NOT_APPLICABLE))
    meets = compare_floats(load, rule.require.comparator, limit)
    verdict = np.where(meets, np.int8(Verdict.PASS), np.int8(Verdict.FAIL))
    # What is known is the least that comes, so it can settle one side.
    settled = Verdict.FAIL if rule.require.is_upper else Verdict.PASS
    return np.where(lacking & (verdict != settled), np.int8(Verdict.UNKNOWN), verdict)
