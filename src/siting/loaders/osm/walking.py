"""Which OpenStreetMap ways people may walk, which way round, and which gates let them through.

Owns the reading of ``highway``, ``access``, ``foot``, ``sidewalk``, ``conveying``,
``oneway:foot``, and of ``barrier`` and ``locked`` on nodes.
Everything not named here is walkable, since a forgotten path takes a service away from people
while a tag that forbids walking is usually deliberate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from siting.loaders.osm.standing import has_ended, not_there

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


CLOSED_WORD, PRIVATE_WORD, OPEN_WORD = "closed", "private", "open"
WALLS = frozenset(["wall", "fence", "hedge", "retaining_wall", "city_wall"])
CONDITIONS = ("foot:conditional", "access:conditional")
_OPEN_TUNNELS = frozenset(["no", "building_passage", "avalanche_protector", "culvert"])
_ALONG = {"forward": 1, "backward": -1}
# Of a node that is a place of its own, access is about the place, not about the way.
_PLACES = frozenset(["amenity", "shop", "office", "leisure", "tourism", "public_transport"])


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
        Rules, in this order; of several values (``no;private``, ``trunk;residential``) the
        strictest counts. A list of classes is a way merged of several, and whoever walks it
        walks all of them; it says nothing of where one ends:

        1. Not a street yet or any more, a race track, a bus guideway: None. Ferries have no
           ``highway`` and are left out with them.
        2. ``foot=no`` closes; ``foot=yes|designated|permissive|...`` opens, whatever ``access``
           says; ``foot=private`` is private. ``foot:forward`` and ``foot:backward`` say the same
           for one direction.
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
    >>> walk_access({"highway": "footway", "foot:backward": "no"}).direction
    1
    >>> walk_access({"highway": "trunk;residential"}) is None
    True
    """
    if not is_street(tags):
        return None
    ways = {step: _permission(tags, side) for side, step in _ALONG.items()}
    rule = _direction(tags)
    open_ways = {step: word for step, word in ways.items() if word and rule in (0, step)}
    if not open_ways:
        return None
    return Walk(sum(open_ways), private=PRIVATE_WORD in open_ways.values())


def access_word(value: str) -> str:
    """Return what a value of ``foot`` or ``access`` means, "" where it says nothing of walkers.

    Examples
    --------
    >>> access_word("yes"), access_word("customers;private"), access_word("unknown")
    ('open', 'private', '')
    """
    words = {part.strip().lower() for part in value.split(";")}
    for meaning, known in ((CLOSED_WORD, CLOSED), (PRIVATE_WORD, PRIVATE), (OPEN_WORD, OPEN)):
        if words & known:
            return meaning
    return ""


def gate_access(tags: Mapping[str, str]) -> str:
    """Say whether a node on a way lets walkers through: ``open``, ``private`` or ``closed``.

    Parameters
    ----------
    tags
        Of the node: a gate, a bollard, an entrance, or a place beside its own business.

    Returns
    -------
    str
        A gate that is gone or planned is open. ``foot`` decides where it is given; then a locked
        gate, a wall or fence, and ``access``.

    Examples
    --------
    >>> gate_access({"barrier": "gate"}), gate_access({"barrier": "gate", "locked": "yes"})
    ('open', 'closed')
    >>> gate_access({"barrier": "gate", "access": "private"})
    'private'
    >>> gate_access({"barrier": "wall", "foot": "yes"})
    'open'
    """
    foot = OPEN_WORD if not_there(tags) else access_word(tags.get("foot", ""))
    if foot:
        return foot
    if not tags.keys() & {"barrier", "entrance", "highway"} and tags.keys() & _PLACES:
        return OPEN_WORD
    if tags.get("locked") == "yes":
        return CLOSED_WORD
    access = access_word(tags.get("access", ""))
    if not access and tags.get("barrier") in WALLS:
        return CLOSED_WORD
    return access or OPEN_WORD


def is_square(tags: Mapping[str, str]) -> bool:
    """Say whether an area is open ground for walkers, whose boundary stands for its paths."""
    return tags.get("highway") in SQUARES


def is_street(tags: Mapping[str, str]) -> bool:
    """Say whether a way is a street now, whoever may use it."""
    kinds = highway_kinds(tags.get("highway", ""))
    return bool(kinds) and not kinds & NOT_STREETS and not has_ended(tags)


def is_enclosed(tags: Mapping[str, str]) -> bool:
    """Say whether a way is a bridge deck or a tunnel, which nobody steps onto from beside.

    A passage through a building is entered from the building.

    Examples
    --------
    >>> is_enclosed({"bridge": "viaduct"}), is_enclosed({"tunnel": "building_passage"})
    (True, False)
    """
    bridge, tunnel = tags.get("bridge", "no"), tags.get("tunnel", "no")
    return bridge not in {"no", "boardwalk"} or tunnel not in _OPEN_TUNNELS


def is_ferry(tags: Mapping[str, str]) -> bool:
    """Say whether a way is a ferry that takes people on foot."""
    return tags.get("route") == "ferry" and access_word(tags.get("foot", "")) != CLOSED_WORD


def highway_kinds(value: str) -> set[str]:
    """Return the values of ``highway``, of which merged ways have several."""
    return {part.strip().lower() for part in value.split(";")} - {""}


def suits_walking(tags: Mapping[str, str]) -> bool:
    """Say whether a street is fit for walkers where no tag is about them, in all its classes."""
    kinds = highway_kinds(tags.get("highway", ""))
    if kinds & MOTORWAYS:
        return False
    return _has_sidewalk(tags) if kinds & EXPRESSWAYS or tags.get("motorroad") == "yes" else True


def _permission(tags: Mapping[str, str], side: str) -> str:
    """Return ``open``, ``private``, or "" where nobody walks that way."""
    foot = access_word(tags.get(f"foot:{side}", "")) or access_word(tags.get("foot", ""))
    if foot == OPEN_WORD:
        return foot
    if foot == CLOSED_WORD or not suits_walking(tags):
        return ""
    access = foot or access_word(tags.get("access", "")) or OPEN_WORD
    return "" if access == CLOSED_WORD else access


def _has_sidewalk(tags: Mapping[str, str]) -> bool:
    sides = ("sidewalk", "sidewalk:left", "sidewalk:right", "sidewalk:both")
    return any(tags.get(side) in SIDEWALKS for side in sides)


def _direction(tags: Mapping[str, str]) -> int:
    # conveying=yes says that a stair moves, not which way, so it does not bind; what is said of
    # walkers on purpose goes before what is said of the stair.
    rule = {"yes": 1, "true": 1, "1": 1, "-1": -1, "reverse": -1, "no": 0}
    word = tags.get("oneway:foot", "")
    return rule[word] if word in rule else _ALONG.get(tags.get("conveying", ""), 0)
