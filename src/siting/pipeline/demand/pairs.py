"""Who reaches which facility or site within the limit of a rule, and how many each may serve.

Owns the pairs behind siting and capacity: distances in the unit of the rule, which decides itself
what is within.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from siting.coverage.cutoff import travel_costs_straight_line
from siting.network.attach.rows import take_rows
from siting.network.costs import TOLERANCE_M, TravelCosts
from siting.network.travel import travel_costs
from siting.pipeline.columns import numbers
from siting.rules.pack.conditions import compare_floats
from siting.rules.pack.measures import measure_of

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    from siting.network.attach.attachment import Attachment
    from siting.pipeline.demand.question import Question
    from siting.pipeline.found import Found

# The network is searched a little beyond the limit, and the limit of the rule then decides.
_BEYOND = 1e-3


def capacity_of(
    table: gpd.GeoDataFrame, question: Question, m2_per_person: float | None
) -> NDArray[np.float64]:
    """Return people each may serve: what the rule allows, and no more than there is room for."""
    room = numbers(table, "capacity")
    if m2_per_person:
        room = np.where(np.isnan(room), numbers(table, "floor_area_m2") / m2_per_person, room)
    return np.minimum(np.where(np.isnan(room), np.inf, room), question.served_by_each)


def facility_rows(analysis: Found, question: Question) -> NDArray[np.int64]:
    """Return the rows of the existing facilities that count for a question, ascending."""
    if question.from_scratch:
        return np.empty(0, np.int64)
    return analysis.city.rows_of_types(question.rule.facility_types)


def facility_capacity(
    analysis: Found,
    question: Question,
    rows: NDArray[np.int64],
    m2_per_person: float | None = None,
) -> NDArray[np.float64]:
    """Return the people that existing facilities may serve, infinite where nothing limits them."""
    return capacity_of(analysis.city.facilities.iloc[rows], question, m2_per_person)


def facility_pairs(
    analysis: Found, question: Question, rows: NDArray[np.int64], *, limited: bool = True
) -> TravelCosts:
    """Return who reaches which of some existing facilities; as `pairs_to`.

    Parameters
    ----------
    rows
        Of the facilities of the city, ascending; ``to_index`` counts them.
    """
    table = analysis.city.facilities.iloc[rows]
    attachment = None
    if measure_of(question.measure).on_streets:
        assert analysis.city.facility_attachment is not None
        attachment = take_rows(analysis.city.facility_attachment, rows)
    return pairs_to(analysis, question, table, attachment, limited=limited)


def pairs_to(
    analysis: Found,
    question: Question,
    table: Any,
    attachment: Attachment | None,
    *,
    limited: bool,
) -> TravelCosts:
    """List the pairs of demand and destinations, with costs in the unit of the rule.

    Returns
    -------
    TravelCosts
        ``from_index`` counts the homes of the question, ``to_index`` the rows of `table`. With
        `limited` the rule itself decides which pairs are within, to its own tolerance.
    """
    city = analysis.city
    cutoff = question.limit * (1 + 1e-9) + _BEYOND if limited else np.inf
    if attachment is None:
        homes: Any = city.homes["geometry"].iloc[question.homes]
        found = travel_costs_straight_line(homes, table["geometry"], cutoff_m=cutoff)
        return _within(found, question, 1.0, limited=limited)
    by_time = bool(measure_of(question.measure).in_metres)
    network = city.time_network if by_time and city.time_network is not None else city.network
    assert network is not None
    assert city.home_attachment is not None
    per_unit = _per_unit(question, network.unit, city.parameters.walking_speed_m_per_min)
    homes_on = take_rows(city.home_attachment, question.homes)
    found = travel_costs(network, homes_on, attachment, cutoff=cutoff * per_unit)
    return _within(found, question, per_unit, limited=limited)


def _per_unit(question: Question, network_unit: str, speed_m_per_min: float) -> float:
    """Return how many of the network's units one unit of the rule is."""
    if question.unit != "min":
        return 1.0
    return 60.0 if network_unit == "s" else speed_m_per_min


def _within(
    found: TravelCosts, question: Question, per_unit: float, *, limited: bool
) -> TravelCosts:
    cost = found.cost / per_unit
    if not limited:
        return TravelCosts(found.from_index, found.to_index, cost)
    near = compare_floats(cost, question.comparator, question.limit, TOLERANCE_M)  # type: ignore[arg-type]
    # What the rule takes for within the limit is no farther than it, whatever rounding says.
    capped = np.minimum(cost[near], question.limit)
    return TravelCosts(found.from_index[near], found.to_index[near], capped)
