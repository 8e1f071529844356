"""A random town as it is meant: what its files say, said by hand, for those who judge it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from shapely import LineString, Point

BOTH, ALONG, AGAINST, PRIVATE, SHUT = "both", "along", "against", "private", "shut"


@dataclass(frozen=True)
class Street:
    """A drawn line: its vertices, who walks it which way, and whether it is a deck or a tunnel."""

    places: tuple[int, ...]
    walk: str = BOTH
    deck: bool = False
    level: float = 0.0


@dataclass(frozen=True)
class Square:
    """Ground that people walk across: rings of places, the first around it."""

    rings: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Home:
    """A home, what it counts for, and the gates it is left by; `shape` is a point or a polygon."""

    name: str
    shape: Any
    people: float
    gates: tuple[Point, ...] = ()


@dataclass(frozen=True)
class Service:
    """A facility of a type; one that `serves` nobody is closed, private or not built."""

    name: str
    kind: str
    shape: Any
    serves: bool = True


class Rule(NamedTuple):
    """Within how many metres a home has a service; `sure` names no type, `may_be` hides one."""

    name: str
    kind: str
    limit_m: float
    may_be: str = ""


@dataclass
class Town:
    """A town as it is meant; `drawn` lines meet by the drawing, others at common places only."""

    spots: dict[int, tuple[float, float]] = field(default_factory=dict)
    streets: list[Street] = field(default_factory=list)
    squares: list[Square] = field(default_factory=list)
    gates: dict[int, str] = field(default_factory=dict)
    homes: list[Home] = field(default_factory=list)
    services: list[Service] = field(default_factory=list)
    rivers: list[Any] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    complete: tuple[str, ...] = ()
    drawn: bool = False
    residents: bool = True
    gap_m: float = 0.5
    max_access_m: float = 200.0


class Edge(NamedTuple):
    """A street between two junctions."""

    line: LineString
    ends: tuple[Any, Any]
    along: bool
    against: bool
    deck: bool
    private: bool
    street: int
