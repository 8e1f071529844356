"""A radius rule measured both ways: along streets and in a straight line.

Owns the pair of shares. No text defines 服务半径 as one or the other, and the two differ by a
factor, so that whoever sums up a radius rule shows both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting.rules.city.distance import evaluate_distance
from siting.rules.city.evaluate import with_conditions
from siting.rules.city.model import grouping
from siting.rules.city.rollup import WEIGHTS, covered_share, home_weights, sums_by_verdict

if TYPE_CHECKING:
    from siting.rules.city.costs import Costs
    from siting.rules.city.model import City
    from siting.rules.pack.model import Rule

STRAIGHT = "straight_line"


def shares_both_ways(rule: Rule, city: City, costs: Costs) -> dict[str, dict[str, float]]:
    """Return the share within a radius rule's limit, on foot and in a straight line.

    Parameters
    ----------
    rule
        A rule on the distance from homes.
    city, costs
        The city, and its distances.

    Returns
    -------
    dict
        Measure -> weight (``homes``, ``households`` ...) -> share from 0 to 1 of those whose way is
        known, NaN where none is. A rule on a straight line is walked beside it; every other rule
        has the straight line beside its own measure. A limit in minutes is that of its metres.
    """
    other = "walking_distance" if rule.measure == STRAIGHT else STRAIGHT
    weights = home_weights(city)
    everywhere = grouping(city, "").homes
    found: dict[str, dict[str, float]] = {}
    for measure in (rule.measure, other):
        block = with_conditions(evaluate_distance(rule, city, costs, measure=measure), city)
        totals = sums_by_verdict(block.verdict, weights, everywhere, 1)[0]
        shares = covered_share(totals)
        found[measure] = {name: float(each) for name, each in zip(WEIGHTS, shares, strict=True)}
    return found
