"""How far a rule lets homes be from a facility: the rule itself, or one that follows from it.

Owns the step from any rule that siting can answer to a rule on homes and their nearest facility.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from siting.errors import SitingError
from siting.message import Term, message
from siting.rules.pack.measures import Family, measure_of
from siting.rules.pack.model import AppliesTo, Options, Require

if TYPE_CHECKING:
    from siting.pipeline.found import Found
    from siting.rules.pack.model import Rule


def is_usable(rule: Rule) -> bool:
    """Tell whether siting can answer a rule."""
    family = measure_of(rule.measure).family
    return rule.require is not None and (
        family is Family.LOAD or is_upper_reach(rule) or family is Family.COVERED
    )


def is_upper_reach(rule: Rule) -> bool:
    """Tell whether a rule says how far homes may be at most."""
    reach = measure_of(rule.measure).family is Family.DISTANCE
    return reach and rule.require is not None and rule.require.is_upper


def reach_of(rule: Rule, cutoff: float | None, analysis: Found) -> Rule:
    """Return a rule as one on homes and their nearest facility, with its own limit or `cutoff`.

    Raises
    ------
    SitingError
        A rule without a limit of this kind, or a cutoff that is none.
    """
    reach = rule
    within = rule.options.within
    if measure_of(rule.measure).family is Family.COVERED and within is not None:
        reach = limited_to(rule, within.measure, float(within.at_most), within.unit)
    elif cutoff is None and not is_upper_reach(rule):
        usable = [block.rule.id for block in analysis.blocks if is_usable(block.rule)]
        raise SitingError(
            message(
                "question.no_limit",
                rule=rule.id,
                measure=Term("measure", rule.measure),
                usable=tuple(dict.fromkeys(usable)) or message("question.none_usable"),
            )
        )
    if cutoff is None:
        return reach
    if not 0 < cutoff < np.inf:
        raise SitingError(message("question.cutoff_wrong", cutoff=cutoff))
    unit = measure_of(reach.measure).finding_unit
    if measure_of(reach.measure).family is not Family.DISTANCE:
        return limited_to(rule, "walking_distance", cutoff, "m")
    return limited_to(reach, reach.measure, cutoff, unit)


def limited_to(rule: Rule, measure: str, limit: float, unit: str) -> Rule:
    """Return a rule as one on homes, with a limit on their way to the nearest facility."""
    require = Require(at_most=Decimal(str(limit)), unit=unit)
    update = {"measure": measure, "require": require, "options": Options()}
    # What a rule on areas says of areas is no condition on their homes.
    about_homes = "home" in rule.applies_to.subject
    whom = rule.applies_to if about_homes else AppliesTo(subject=("home",))
    return rule.model_copy(update={**update, "applies_to": whom})


def other_reach(analysis: Found, rule: Rule) -> Rule:
    """Return the rule in force that says how far the facilities of another rule may be.

    Raises
    ------
    SitingError
        None does.
    """
    for block in analysis.blocks:
        shared = set(block.rule.facility_types) & set(rule.facility_types)
        if shared and is_upper_reach(block.rule) and not block.is_alternative:
            return block.rule
    raise SitingError(message("question.no_reach", rule=rule.id))
