"""Random towns with rivers, gates, one-ways, closed places and crossings.

What each set of tags or words means is said by hand in the lists of `town_words`. `town_files`
writes a town as an OpenStreetMap file, or as layers of lines, homes and facilities.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pyproj
from shapely import LineString, Point, Polygon, box
from shapely.affinity import rotate, translate

import town_words as words
from town_model import PRIVATE, SHUT, Home, Rule, Service, Square, Street, Town

CRS, ORIGIN = "EPSG:4547", (529_000.0, 3_384_000.0)
TO_DEGREES = pyproj.Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
TO_METRES = pyproj.Transformer.from_crs("EPSG:4326", CRS, always_xy=True)
PEOPLE_PER_HOUSEHOLD = 2.5


@dataclass
class Drawing:
    """A town with the tags or columns that its files say it in, row by row."""

    town: Town
    kind: str
    street_tags: list[dict[str, str]] = field(default_factory=list)
    square_tags: list[dict[str, str]] = field(default_factory=list)
    gate_tags: dict[int, dict[str, str]] = field(default_factory=dict)
    home_tags: list[dict[str, str]] = field(default_factory=list)
    service_tags: list[dict[str, str]] = field(default_factory=list)
    others: list[tuple[Any, dict[str, str]]] = field(default_factory=list)
    river_tags: list[dict[str, str]] = field(default_factory=list)


class Maker:
    """Draws one town."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        kind = self.rng.choice(("map", "map", "map", "layers"))
        self.on_map = kind == "map"
        residents = self.rng.random() < 0.8
        self.drawing = Drawing(Town(drawn=not self.on_map, residents=residents), kind)
        self.town = self.drawing.town
        self.grid: dict[tuple[int, int], int] = {}
        self.mids: dict[tuple[str, int, int], int] = {}
        self.river_after: int | None = None

    def made(self) -> Drawing:
        """Return the town."""
        self._grid()
        self._rows()
        self._columns()
        self._extras()
        if not self.on_map:
            self._turn_some()
        self._river()
        self._rules()
        self._services()
        self._homes()
        return self.drawing

    def _spot(self, x: float, y: float) -> int:
        spots = self.town.spots
        number = len(spots) + 1
        spots[number] = self._placed(x + ORIGIN[0], y + ORIGIN[1])
        return number

    def _placed(self, x: float, y: float) -> tuple[float, float]:
        """Return a place as its file can say it: a map knows whole units of 1e-7 degrees."""
        if not self.on_map:
            return x, y
        lon, lat = TO_DEGREES.transform(x, y)
        return TO_METRES.transform(round(lon, 7), round(lat, 7))

    def _near(self, by: float) -> float:
        return self.rng.uniform(-by, by)

    def _chance(self, share: float) -> bool:
        return self.rng.random() < share

    def _grid(self) -> None:
        rng = self.rng
        self.columns, self.rows = rng.randint(3, 5), rng.randint(3, 5)
        if self._chance(0.7):
            self.river_after = rng.randrange(self.rows - 1)
        xs = [0.0]
        for _ in range(self.columns - 1):
            xs.append(xs[-1] + rng.uniform(70, 130))
        ys = [0.0]
        for row in range(self.rows - 1):
            ys.append(ys[-1] + rng.uniform(70, 130) + 40 * (row == self.river_after))
        self.xs, self.ys = xs, ys
        for i, x in enumerate(xs):
            for j, y in enumerate(ys):
                self.grid[i, j] = self._spot(x + self._near(9), y + self._near(9))

    def _middle(self, one: int, other: int, by: float = 7.0) -> int:
        (a, b), (c, d) = self.town.spots[one], self.town.spots[other]
        x, y = (a + c) / 2 - ORIGIN[0], (b + d) / 2 - ORIGIN[1]
        return self._spot(x + self._near(by), y + self._near(by))

    def _street(self, places: Sequence[int], tags: dict[str, str], walk: str, **more: Any) -> None:
        self.drawing.street_tags.append(tags)
        deck = bool(more.get("deck", False))
        self.town.streets.append(Street(tuple(places), walk, deck, more.get("level", 0.0)))

    def _some_street(self, places: Sequence[int]) -> None:
        """Add a street of a kind drawn by lot; most are plain."""
        menu = words.WAYS if self.on_map else words.LINES
        tags, walk = menu[0] if self._chance(0.55) else self.rng.choice(menu)
        if self._chance(0.5):
            places = places[::-1]
        self._street(places, dict(tags), walk)

    def _rows(self) -> None:
        for j in range(self.rows):
            chain = [self.grid[0, j]]
            for i in range(self.columns - 1):
                one, other = self.grid[i, j], self.grid[i + 1, j]
                if self._chance(0.08):
                    self._chain(chain)
                    chain = [other]
                    continue
                mid = self.mids["row", i, j] = self._middle(one, other)
                chain += [mid, other]
                self._perhaps_gate(mid if self._chance(0.7) else one)
                if self._chance(0.4):
                    self._chain(chain)
                    chain = [other]
            self._chain(chain)

    def _chain(self, chain: list[int]) -> None:
        if len(chain) > 1:
            self._some_street(chain)

    def _columns(self) -> None:
        for i in range(self.columns):
            for j in range(self.rows - 1):
                one, other = self.grid[i, j], self.grid[i, j + 1]
                if j == self.river_after:
                    if self._chance(0.5) or i == self.columns - 1:
                        self._over_river(one, other)
                elif self._chance(0.85):
                    mid = self.mids["column", i, j] = self._middle(one, other)
                    self._perhaps_gate(mid)
                    self._some_street([one, mid, other])

    def _banks(self) -> tuple[float, float]:
        assert self.river_after is not None
        low, high = self.ys[self.river_after], self.ys[self.river_after + 1]
        middle = (low + high) / 2
        return middle - 14, middle + 14

    def _over_river(self, one: int, other: int) -> None:
        low, high = self._banks()
        (a, _), (b, _) = self.town.spots[one], self.town.spots[other]
        south = self._spot(a - ORIGIN[0] + self._near(5), low - 3)
        north = self._spot(b - ORIGIN[0] + self._near(5), high + 3)
        self._some_street([one, south])
        self._deck([south, north])
        self._some_street([north, other])

    def _deck(self, places: list[int]) -> None:
        """Add a bridge or a tunnel, which nobody steps onto from beside."""
        menu = words.DECKS if self.on_map else words.DECK_LINES
        tags, level = self.rng.choice(menu)
        self._street(places, dict(tags), "both", deck=True, level=level)

    def _perhaps_gate(self, place: int) -> None:
        if not self.on_map or not self._chance(0.16) or place in self.town.gates:
            return
        tags, meaning = self.rng.choice(words.GATES)
        self.drawing.gate_tags[place] = dict(tags)
        self.town.gates[place] = meaning

    # --- what makes a town difficult ---

    def _extras(self) -> None:
        if self._chance(0.6):
            self._crossing(deck=True)
        if self._chance(0.5):
            self._crossing(deck=False)
        for _ in range(self.rng.randint(0, 3)):
            self._lane()
        if self._chance(0.4):
            self._fragment()
        if self._chance(0.7) and (self.on_map or words.SQUARE_LINES):
            self._square()

    def _crossing(self, *, deck: bool) -> None:
        """Add a long straight way over the town that shares no place with what it crosses."""
        i, j = self.rng.randrange(self.columns - 1), self.rng.randrange(self.rows - 1)
        ends = [self.grid[i, j], self.grid[i + 1, j + 1]]
        if self._chance(0.5):
            ends = [self.grid[i + 1, j], self.grid[i, j + 1]]
        (a, b), (c, d) = (self.town.spots[end] for end in ends)
        beyond = self.rng.uniform(1.3, 1.7)
        far = self._spot(a + beyond * (c - a) - ORIGIN[0] + 8, b + beyond * (d - b) - ORIGIN[1] - 5)
        if deck:
            self._deck([ends[0], far])
        elif self.river_after is None or self.on_map:
            self._some_street([ends[0], far])
        self._some_street([far, self._middle(far, far, 50)])

    def _lane(self) -> None:
        """Add a lane that leaves a street half way: at a place of it, beside it, or short of it."""
        if not self.mids:
            return
        (way, i, j), mid = self.rng.choice(sorted(self.mids.items()))
        x, y = (metres - zero for metres, zero in zip(self.town.spots[mid], ORIGIN, strict=True))
        side = self.rng.choice((-1, 1))
        dx, dy = (side * 0.12, side) if way == "row" else (side, side * 0.15)
        length = self.rng.uniform(25, 45)
        gap = self.rng.choice((0.0, 0.0, 0.3, 3.0))
        start = mid if not gap else self._spot(x + gap * dx, y + gap * dy)
        self._some_street([start, self._spot(x + length * dx, y + length * dy)])
        if self._chance(0.3):
            self._perhaps_gate(start)
        del self.mids[way, i, j]

    def _fragment(self) -> None:
        x, y = self.xs[-1] + 300, self.rng.uniform(0, self.ys[-1])
        self._street([self._spot(x, y), self._spot(x + 9, y + 6)], *self._plain())

    def _plain(self) -> tuple[dict[str, str], str]:
        tags, walk = (words.WAYS if self.on_map else words.LINES)[0]
        return dict(tags), walk

    def _square(self) -> None:
        """Add a square between the middles of the streets around a block, perhaps with a dent."""
        blocks = []
        for i in range(self.columns - 1):
            for j in range(self.rows - 1):
                sides = [("row", i, j), ("column", i + 1, j), ("row", i, j + 1), ("column", i, j)]
                if j != self.river_after and all(side in self.mids for side in sides):
                    blocks.append([self.mids[side] for side in sides])
        if not blocks:
            return
        ring = self.rng.choice(blocks)
        spots = [self.town.spots[place] for place in ring]
        x, y = (sum(xy[k] for xy in spots) / 4 - ORIGIN[k] for k in (0, 1))
        if self._chance(0.6):
            at = self.rng.randrange(4)
            a, b = spots[at], spots[(at + 1) % 4]
            dent = [0.45 * ((a[k] + b[k]) / 2 - ORIGIN[k]) + 0.55 * (x, y)[k] for k in (0, 1)]
            ring = [*ring[: at + 1], self._spot(*dent), *ring[at + 1 :]]
        rings = [self._ring(ring)]
        ground = Polygon([self.town.spots[place] for place in rings[0]])
        hole = box(x - 4, y - 5, x + 5, y + 4)
        if self._chance(0.4) and ground.buffer(-3).contains(translate(hole, *ORIGIN)):
            inner = [self._spot(*xy) for xy in hole.exterior.coords[:-1]]
            rings.append(self._ring(inner))
        self.town.squares.append(Square(tuple(rings)))
        tags, _ = self.rng.choice(words.SQUARES if self.on_map else words.SQUARE_LINES)
        self.drawing.square_tags.append(dict(tags))
        for each in rings:
            self.town.streets.append(Street(each))
            self.drawing.street_tags.append({})

    def _ring(self, places: list[int]) -> tuple[int, ...]:
        """Close a ring at its lowest place, where those who read relations begin it."""
        first = places.index(min(places, key=lambda place: self.town.spots[place]))
        return (*places[first:], *places[: first + 1])

    def _turn_some(self) -> None:
        """Let some lines of a layer bind walkers to one direction, and close some by a status."""
        directions = self.rng.choice(words.DIRECTIONS)
        asked = list(directions)
        for row, street in enumerate(self.town.streets):
            tags = self.drawing.street_tags[row]
            if not tags:
                continue
            walk = street.walk
            if self._chance(0.1):
                extra, meaning = self.rng.choice(words.STATUSES)
                tags.update(extra)
                walk = SHUT if meaning == SHUT else walk
            if walk != PRIVATE and (asked or self._chance(0.15)):
                # Every word of the column occurs, so that it says what T and F mean.
                tags["oneway"] = asked.pop() if asked else self.rng.choice(list(directions))
                walk = directions[tags["oneway"]] if walk != SHUT else SHUT
            self.town.streets[row] = Street(street.places, walk, street.deck, street.level)

    def _river(self) -> None:
        if self.river_after is None:
            return
        low, high = self._banks()
        if self.on_map and self._chance(0.3):
            line = [(-300, (low + high) / 2), (self.xs[-1] + 600, (low + high) / 2)]
            shape: Any = LineString([self._placed(x + ORIGIN[0], y + ORIGIN[1]) for x, y in line])
            tags = {"waterway": "river"}
        else:
            shape = self._polygon(box(-300, low, self.xs[-1] + 600, high))
            tags = dict(self.rng.choice(words.RIVERS))
        self.town.rivers.append(shape)
        self.drawing.river_tags.append(tags)

    def _polygon(self, shape: Any) -> Polygon:
        """Place a polygon of the sketch."""
        return Polygon(
            [self._placed(x + ORIGIN[0], y + ORIGIN[1]) for x, y in shape.exterior.coords]
        )

    # --- who lives and serves there ---

    def _rules(self) -> None:
        for number, kind in enumerate(self.rng.sample(sorted(words.KINDS), 3)):
            limit = self.rng.choice((150, 300, 500, 800))
            self.town.rules.append(Rule(f"town-{number}", kind, float(limit)))
        self.town.rules.append(Rule("town-school", "primary_school", 400.0, may_be="school"))
        if self._chance(0.3):
            self.town.complete = (self.rng.choice(self.town.rules).kind,)

    def _beside_street(self) -> tuple[float, float, float]:
        """Return a place of the sketch over, beside or far from a street, and its direction."""
        street = self.rng.choice(self.town.streets)
        line = LineString([self.town.spots[place] for place in street.places])
        at = line.interpolate(self.rng.random(), normalized=True)
        ahead = line.interpolate(min(line.project(at) + 1, line.length))
        angle = math.atan2(ahead.y - at.y, ahead.x - at.x)
        away = self.rng.choice(
            (0.0, self._near(3), self._near(15), self._near(15), self._near(60), self._near(260))
        )
        x, y = at.x - away * math.sin(angle), at.y + away * math.cos(angle)
        return x - ORIGIN[0], y - ORIGIN[1], math.degrees(angle)

    def _shape(self, *, large: float) -> Any:
        x, y, angle = self._beside_street()
        if self._chance(0.35):
            return Point(self._placed(x + ORIGIN[0], y + ORIGIN[1]))
        wide = self.rng.uniform(60, 110) if self._chance(large) else self.rng.uniform(8, 22)
        deep = self.rng.uniform(8, 16) if wide < 60 else self.rng.uniform(40, 70)
        rectangle = box(-wide / 2, -deep / 2, wide / 2, deep / 2)
        turn = angle if self._chance(0.6) else self.rng.uniform(0, 180)
        return self._polygon(translate(rotate(rectangle, turn, origin=(0, 0)), x, y))

    def _free(self, shape: Any, taken: list[Any]) -> bool:
        wide = shape.buffer(0.5)
        dry = all(not wide.intersects(river) for river in self.town.rivers)
        return dry and all(not wide.intersects(other) for other in taken)

    def _services(self) -> None:
        menu = words.SERVICES if self.on_map else words.SERVICE_ROWS
        asked = {rule.kind for rule in self.town.rules} | {"school"}
        taken: list[Any] = []
        rows = [row for row in menu if row[1] in asked]
        plain = [row for row in rows if row[2]]
        for number in range(self.rng.randint(6, 14)):
            tags, kind, serves = self.rng.choice(plain if self._chance(0.5) else rows)
            shape = self._shape(large=0.1)
            if self._free(shape, taken):
                taken.append(shape)
                self.town.services.append(Service(f"s{number}", kind, shape, serves))
                self.drawing.service_tags.append(dict(tags))

    def _homes(self) -> None:
        taken: list[Any] = []
        for number in range(self.rng.randint(14, 22)):
            shape = self._shape(large=0.12)
            if self._chance(0.03) and self.town.rivers and self.town.rivers[0].area:
                low, _ = self._banks()
                x = self.rng.uniform(0, self.xs[-1])
                shape = self._polygon(box(x, low + 2, x + 9, low + 7))
            elif not self._free(shape, taken):
                continue
            taken.append(shape)
            households = self.rng.randint(1, 90)
            gates = self._gates_of(shape)
            tags = self._home_tags(shape, households)
            if tags is None:
                continue
            people = households * PEOPLE_PER_HOUSEHOLD
            self.town.homes.append(Home(f"h{number}", shape, people, gates))
            self.drawing.home_tags.append(tags)

    def _home_tags(self, shape: Any, households: int) -> dict[str, str] | None:
        if not self.on_map:
            return {"households": str(households)}
        menu = words.HOMES if shape.area else words.HOME_NODES
        tags, lived_in = self.rng.choice(menu)
        tags = tags | ({"building:flats": str(households)} if lived_in else {})
        if not lived_in:
            self.drawing.others.append((shape, tags))
        return tags if lived_in else None

    def _gates_of(self, shape: Any) -> tuple[Point, ...]:
        """Give some compounds of a layer gates on their outline."""
        if self.on_map or not shape.area or not self._chance(0.3):
            return ()
        return tuple(
            shape.exterior.interpolate(self.rng.random(), normalized=True)
            for _ in range(self.rng.choice((1, 2)))
        )
