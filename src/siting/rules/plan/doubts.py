"""What is said of a figure that a plan gives in more than one way.

A rule takes such a figure for missing (`siting.rules.plan.amounts`), also where every reading fails
it: which number is short, and by how much, only the plan can say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from siting.message import Message, Quantity, message
from siting.rules.facts import fact_title

if TYPE_CHECKING:
    from siting.rules.plan.model import Doubt


def doubt_message(key: str, doubt: Doubt) -> Message:
    """Name each reading of a figure with its cells, and where to say which is meant."""
    readings = [
        message(
            "plan.doubtful_reading",
            value=Quantity(fact.value, fact.unit),
            cells=" + ".join(place.location for place in fact.evidence),
        )
        for fact in doubt.readings
    ]
    unread = [message("plan.unreadable", cells=place.location) for place in doubt.unread]
    return message("plan.doubtful", figure=fact_title(key), readings=[*readings, *unread])
