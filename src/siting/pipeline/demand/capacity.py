"""Who facilities could serve within capacity, beside who is served if all go to the nearest.

Owns the two readings of a rule on service population: for the city as it is, and for a proposal.
How many each facility takes is what the rule allows, and no more than its own capacity.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from siting.coverage.assignment import assignment, nearest_served
from siting.errors import SitingError
from siting.pipeline.demand.pairs import facility_capacity, facility_pairs, facility_rows
from siting.pipeline.demand.question import ask
from siting.rules.pack.measures import Family, measure_of

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from siting.coverage.assignment import Assignment, PairCosts
    from siting.pipeline.found import Found, FoundT
    from siting.rules.city.findings import FindingBlock


def served_both_ways(
    pairs: PairCosts, demand: ArrayLike, capacity: ArrayLike, best: Assignment | None = None
) -> dict[str, float]:
    """Return how many people are served, by the two readings.

    Parameters
    ----------
    pairs
        Of open facilities only, within the limit.
    demand, capacity
        People of each home, and people each facility takes.
    best
        The largest assignment, where it is known already.

    Returns
    -------
    dict
        ``demand`` in all, ``within_reach`` of any facility, ``served_at_nearest`` when everybody
        goes to the nearest and full ones turn people away, and ``could_serve``: the proven maximum.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> pairs = SimpleNamespace(from_index=[0, 1, 1], to_index=[0, 0, 1], cost=[90, 50, 80])
    >>> served_both_ways(pairs, [10, 10, 3], [12, 5])
    {'demand': 23.0, 'within_reach': 20.0, 'served_at_nearest': 12.0, 'could_serve': 17.0}
    """
    people = np.asarray(demand, float)
    found = best or assignment(pairs, people, capacity)
    return {
        "demand": float(people.sum()),
        "within_reach": float(people[np.unique(np.asarray(pairs.from_index))].sum()),
        "served_at_nearest": nearest_served(pairs, people, capacity).total,
        "could_serve": found.total,
    }


def capacity_of_rule(analysis: Found, rule_id: str) -> dict[str, Any] | None:
    """Return what a rule on service population means for the people of a city.

    Returns
    -------
    dict or None
        As `served_both_ways`, with ``weight`` (what is counted), ``limit`` and ``unit`` of the way
        there, and ``reach_rule``, whose they are. None where the rule sets no most that a facility
        serves, no rule says how far people go, or nothing is known of such facilities or of homes.
    """
    try:
        question = ask(analysis, rule_id)
    except SitingError:
        return None
    rows = facility_rows(analysis, question)
    pairs = facility_pairs(analysis, question, rows)
    listed = analysis.city.lists_types(question.rule.facility_types)
    if not listed or not question.homes.size or not np.isfinite(question.limit):
        return None
    capacity = facility_capacity(analysis, question, rows)
    return {
        "weight": question.weight,
        "limit": question.limit,
        "unit": question.unit,
        "reach_rule": question.reach.id,
        **served_both_ways(pairs, question.weights[question.homes], capacity),
    }


def with_capacity(analysis: FoundT) -> FoundT:
    """Add ``capacity`` to the summary of every rule on service population; see above."""
    entries = [
        {**entry, "capacity": capacity_of_rule(analysis, block.rule.id)}
        if _limits_people(block) and "capacity" not in entry
        else entry
        for block, entry in zip(analysis.blocks, analysis.summary["rules"], strict=True)
    ]
    return replace(analysis, summary={**analysis.summary, "rules": entries})


def _limits_people(block: FindingBlock) -> bool:
    rule = block.rule
    limited = measure_of(rule.measure).family is Family.LOAD
    return limited and rule.require is not None and rule.require.is_upper
