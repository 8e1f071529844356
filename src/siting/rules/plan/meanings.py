"""What a facility type means in a plan, where it means something else in a city.

Owns one decision: 社区服务中心 is a sub-district's centre in the standards of living circles and
the service complex of a community in the guidelines of 2024. The word alone does not decide; a
housing plan serves a community, so in a plan it is community services.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from siting.rules.plan.model import add_facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from siting.rules.plan.model import Doubt, Fact, Plan

CENTRE, SERVICES = "community_service_centre", "community_service"
SUBDISTRICT_PEOPLE = 50_000
"""From here on a plan is a living circle of fifteen minutes, which has a centre of its own."""


def as_in_plans(plan: Plan) -> Plan:
    """Return the plan with its service centre counted as community services.

    A plan of 50,000 people and more keeps it: that is a sub-district.
    """
    keys = [*plan.facts, *plan.doubtful, *(key for phase in plan.phases for key in phase.facts)]
    listed = any(CENTRE in each.facility_types for each in plan.facilities)
    people = plan.value("population")
    if not listed and not any(key.endswith(f".{CENTRE}") for key in keys):
        return plan
    if people is not None and people >= SUBDISTRICT_PEOPLE:
        return plan
    is_part = CENTRE in plan.includes.get(SERVICES, ())
    return replace(
        plan,
        facts=_merged(plan.facts, is_part=is_part),
        doubtful=_in_doubt(plan.doubtful, is_part=is_part),
        facilities=tuple(
            replace(each, facility_types=_renamed(each.facility_types)) for each in plan.facilities
        ),
        phases=tuple(
            replace(each, facts=_merged(each.facts, is_part=is_part)) for each in plan.phases
        ),
        includes={
            outer: tuple(code for code in _renamed(inner) if code != outer)
            for outer, inner in plan.includes.items()
            if outer != CENTRE
        },
    )


def _renamed(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(SERVICES if code == CENTRE else code for code in codes))


def _in_doubt(doubtful: Mapping[str, Doubt], *, is_part: bool) -> dict[str, Doubt]:
    """Return the doubts, in which a doubtful centre leaves the community services in doubt."""
    found = dict(doubtful)
    for key, doubt in doubtful.items():
        quantity, _, code = key.partition(".")
        if code == CENTRE and not is_part:
            found.setdefault(f"{quantity}.{SERVICES}", doubt)
    return found


def _merged(facts: Mapping[str, Fact], *, is_part: bool) -> dict[str, Fact]:
    """Return facts in which figures of the centre are added to those of community services."""
    merged: dict[str, Fact] = {}
    for key, fact in facts.items():
        quantity, dot, code = key.partition(".")
        wanted = f"{quantity}.{SERVICES}" if dot and code == CENTRE else key
        if wanted == key or not is_part:
            merged[wanted] = add_facts([merged[wanted], fact]) if wanted in merged else fact
    return merged
