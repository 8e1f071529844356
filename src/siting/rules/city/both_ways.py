"""A radius rule measured the other way: in a straight line, or along streets.

Owns the share that this gives. No text defines 服务半径 as one or the other, and the two differ by
a factor, so whoever sums up a radius rule shows both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting.rules.city.distance import evaluate_distance
from siting.rules.city.evaluate import with_conditions
from siting.rules.city.model import grouping
from siting.rules.city.rollup import WEIGHTS, Weights, covered_share, sums_by_verdict

if TYPE_CHECKING:
    from siting.rules.city.costs import Costs
    from siting.rules.city.model import City
    from siting.rules.pack.model import Rule

STRAIGHT = "straight_line"


def other_way(rule: Rule) -> str:
    """Return the measure beside that of a radius rule: a straight line is walked beside it."""
    return "walking_distance" if rule.measure == STRAIGHT else STRAIGHT


def shares_the_other_way(
    rule: Rule, city: City, costs: Costs, weights: Weights
) -> dict[str, float]:
    """Return the share within a radius rule's limit, measured the other way.

    Parameters
    ----------
    rule
        A rule on the distance from homes.
    city, costs
        The city, and its distances.
    weights
        As `home_weights` gives them.

    Returns
    -------
    dict
        Weight (``homes``, ``households`` ...) -> share from 0 to 1 of those whose way is known,
        NaN where none is. A limit in minutes is that of its metres.
    """
    block = with_conditions(evaluate_distance(rule, city, costs, measure=other_way(rule)), city)
    everywhere = grouping(city, "").homes
    shares = covered_share(sums_by_verdict(block.verdict, weights, everywhere, 1)[0])
    return {name: float(each) for name, each in zip(WEIGHTS, shares, strict=True)}
