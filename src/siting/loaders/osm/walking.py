"""Which OpenStreetMap ways people may walk, and which way round.

Owns the reading of ``highway``, ``access``, ``foot``, ``sidewalk``, ``conveying`` and
``oneway:foot``. Everything not named here is walkable, since a forgotten path takes a service
away from people while a tag that forbids walking is usually deliberate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

NOT_STREETS = frozenset(
    [
        "abandoned",
        "bus_guideway",
        "busway",
        "construction",
        "demolished",
        "disused",
        "emergency_bay",
        "escape",
        "no",
        "planned",
        "proposed",
        "raceway",
        "razed",
        "rest_area",
        "services",
        "via_ferrata",
    ]
)
MOTORWAYS = frozenset(("motorway", "motorway_link"))
EXPRESSWAYS = frozenset(("trunk", "trunk_link"))
OPEN = frozenset(["yes", "designated", "permissive", "official", "destination", "customers"])
CLOSED = frozenset(["no", "military", "emergency", "delivery"])
PRIVATE = frozenset(["private", "residents", "permit", "key", "members"])
SIDEWALKS = frozenset(["both", "left", "right", "yes", "separate"])
SQUARES = frozenset(["pedestrian", "footway", "path", "living_street", "platform"])


class Walk(NamedTuple):
    """How a way may be walked: `direction` 1 along it, -1 against it, 0 both; private or not."""

    direction: int
    private: bool


def walk_access(tags: Mapping[str, str]) -> Walk | None:
    """Say how a way may be walked, or None where it may not.

    Parameters
    ----------
    tags
        The tags of the way.

    Returns
    -------
    Walk or None
        Rules, in this order:

        1. Not a street yet or any more, a race track, a bus guideway: None. Ferries have no
           ``highway`` and are left out with them.
        2. ``foot=no`` closes; ``foot=yes|designated|permissive|...`` opens, whatever ``access``
           says; ``foot=private`` is private.
        3. A motorway is open by ``foot`` alone; a trunk road or ``motorroad=yes`` by ``foot`` or
           a sidewalk.
        4. Otherwise ``access=no`` closes and ``access=private`` is private: open to those who
           live there.
        5. A one-way street binds walkers only by ``oneway:foot``; a moving stair by
           ``conveying=forward|backward``.

    Examples
    --------
    >>> walk_access({"highway": "service", "access": "private"})
    Walk(direction=0, private=True)
    >>> walk_access({"highway": "steps", "conveying": "backward"}).direction
    -1
    >>> walk_access({"highway": "trunk"}) is None
    True
    """
    highway = tags.get("highway")
    if highway is None or highway in NOT_STREETS:
        return None
    foot = tags.get("foot", "")
    if foot in CLOSED:
        return None
    if foot in OPEN:
        return Walk(_direction(tags), private=False)
    if not _suits_walking(highway, tags):
        return None
    access = foot if foot in PRIVATE else tags.get("access", "")
    return None if access in CLOSED else Walk(_direction(tags), private=access in PRIVATE)


def is_square(tags: Mapping[str, str]) -> bool:
    """Say whether an area is open ground for walkers, whose boundary stands for its paths."""
    return tags.get("highway") in SQUARES


def _suits_walking(highway: str, tags: Mapping[str, str]) -> bool:
    if highway in MOTORWAYS:
        return False
    if highway in EXPRESSWAYS or tags.get("motorroad") == "yes":
        return _has_sidewalk(tags)
    return True


def _has_sidewalk(tags: Mapping[str, str]) -> bool:
    sides = ("sidewalk", "sidewalk:left", "sidewalk:right", "sidewalk:both")
    return any(tags.get(side) in SIDEWALKS for side in sides)


def _direction(tags: Mapping[str, str]) -> int:
    # conveying=yes says that a stair moves, not which way, so it does not bind.
    words = {"forward": 1, "backward": -1}
    rule = {"yes": 1, "true": 1, "1": 1, "-1": -1, "reverse": -1}
    return rule.get(tags.get("oneway:foot", ""), 0) or words.get(tags.get("conveying", ""), 0)
