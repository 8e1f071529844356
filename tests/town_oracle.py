"""A second judge of walking distance, written from what the documents say, on networkx and shapely.

It knows nothing of siting's engine. A town is drawn lines with a meaning said by hand; the judge
joins them place by place, puts every door on every straight piece of street, and walks.
Slow and plain on purpose: each rule of docs/distance.md stands here once, as a loop.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import networkx as nx
import shapely
from shapely import LineString, Point

BOTH, ALONG, AGAINST, PRIVATE, SHUT = "both", "along", "against", "private", "shut"
PASS, FAIL, UNKNOWN = "pass", "fail", "unknown"
EQUAL_M, TIE_M, MATCH_M, FRAGMENT_SHARE, CLEARANCE_M = 1.0, 1e-6, 1e-3, 0.01, 2.5
INF = math.inf


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


class Foot(NamedTuple):
    """Where a subject steps onto an edge: from which start, how far, and how far along."""

    start: int
    edge: int
    along_m: float
    leg_m: float


# --- where streets meet --------------------------------------------------------------------------


def edges_of(town: Town) -> list[Edge]:
    """Cut the streets that are walked at their junctions, and part them at gates."""
    streets = [each for each in town.streets if each.walk != SHUT]
    if town.drawn:
        streets = [piece for each in streets for piece in cut_at_corners(town, each)]
        edges = edges_by_drawing(town, streets)
        found = [across_drawing(town, square, streets, edges) for square in town.squares]
        edges += [way for ways in found for way in ways]
    else:
        streets += [way for square in town.squares for way in ways_across(town, square, streets)]
        edges = edges_by_places(town, streets)
    return [edge for edge in edges if town.residents or not edge.private]


def edge(line: LineString, ends: tuple[Any, Any], street: Street, number: int) -> Edge:
    walk = street.walk
    along, against = walk != AGAINST, walk != ALONG
    return Edge(line, ends, along, against, street.deck, walk == PRIVATE, number)


def edges_by_places(town: Town, streets: list[Street]) -> list[Edge]:
    """Streets of a map meet at the places that they share, whatever the drawing looks like."""
    uses = Counter(place for street in streets for place in street.places)
    edges = []
    for number, street in enumerate(streets):
        last = len(street.places) - 1
        cuts = [
            at
            for at, place in enumerate(street.places)
            if at in (0, last) or uses[place] > 1 or town.gates.get(place) in (SHUT, PRIVATE)
        ]
        for one, other in itertools.pairwise(cuts):
            line = LineString([town.spots[place] for place in street.places[one : other + 1]])
            ends = (street.places[one], street.places[other])
            edges.append(edge(line, ends, street, number))
    return closed_at_gates(town, edges)


def closed_at_gates(town: Town, edges: list[Edge]) -> list[Edge]:
    """Part the streets at closed gates; residents open the private ones that only they need.

    A private gate is theirs on a private street, and where nobody could come in otherwise.
    """
    shut = {place for place, word in town.gates.items() if word == SHUT}
    doubtful = {place for place, word in town.gates.items() if word == PRIVATE}
    if town.residents:
        doubtful -= {end for each in edges if each.private for end in each.ends}
        parted = parted_at(edges, shut | doubtful)
        piece = pieces_of(parted)
        sides = defaultdict(set)
        for before, after in zip(edges, parted, strict=True):
            for old, new in zip(before.ends, after.ends, strict=True):
                if old in doubtful:
                    sides[old].add(piece[new])
        doubtful -= {place for place, found in sides.items() if len(found) > 1}
    return parted_at(edges, shut | doubtful)


def parted_at(edges: list[Edge], gates: set[int]) -> list[Edge]:
    """Give every street at a gate an end of its own; one that passes by a gate stays whole."""
    meets = Counter(end for each in edges for end in each.ends)
    parted = []
    for row, each in enumerate(edges):
        ends = tuple(
            end if end not in gates else (end, each.street) if meets[end] > 2 else (end, row, side)
            for side, end in enumerate(each.ends)
        )
        parted.append(each._replace(ends=ends))
    return parted


def pieces_of(edges: list[Edge]) -> dict[Any, int]:
    """Say of every junction in which piece of the town it lies, one-way streets counting too."""
    graph = nx.Graph(each.ends for each in edges)
    found = enumerate(nx.connected_components(graph))
    return {node: number for number, nodes in found for node in nodes}


def ways_across(town: Town, square: Square, streets: list[Street]) -> list[Street]:
    """Return the straight ways between entrances and corners that see each other over the ground.

    An entrance is a place of the edge that another street has too; a corner is one around which
    people walk, where the ground takes more than half of the turn.
    """
    ground = ground_of(town, square)
    own = {place for ring in square.rings for place in ring}
    others = [each for each in streets if not set(each.places) <= own]
    wanted = {place for place in own if any(place in each.places for each in others)}
    wanted |= {place for place in own if is_corner(ground, town.spots[place])}
    beside = {frozenset(pair) for ring in square.rings for pair in itertools.pairwise(ring)}
    spots = {place: town.spots[place] for place in wanted}
    return [Street(pair, deck=True) for pair in seen_across(ground, spots, beside)]


def ground_of(town: Town, square: Square) -> Any:
    rings = [[town.spots[place] for place in ring] for ring in square.rings]
    return shapely.Polygon(rings[0], rings[1:])


def seen_across(ground: Any, spots: dict[Any, Any], beside: set[Any]) -> list[tuple[Any, Any]]:
    """Return the pairs of places between which lies ground only, but for the edge itself."""
    wide = ground.buffer(0.02)
    return [
        (one, other)
        for one, other in itertools.combinations(sorted(spots), 2)
        if frozenset((one, other)) not in beside
        and wide.covers(LineString([spots[one], spots[other]]))
    ]


def is_corner(ground: Any, spot: tuple[float, float]) -> bool:
    disc = Point(spot).buffer(0.5, quad_segs=64)
    return bool(disc.intersection(ground).area > 0.52 * disc.area)


# --- lines that meet by the drawing --------------------------------------------------------------


def cut_at_corners(town: Town, street: Street) -> list[Street]:
    """Cut the edge of a square where people walk around a corner of it."""
    square = next((each for each in town.squares if street.places in each.rings), None)
    if square is None:
        return [street]
    ground, last = ground_of(town, square), len(street.places) - 1
    cuts = [
        at
        for at, place in enumerate(street.places)
        if at in (0, last) or is_corner(ground, town.spots[place])
    ]
    return [
        Street(street.places[one : other + 1], street.walk) for one, other in itertools.pairwise(cuts)
    ]


def across_drawing(
    town: Town, square: Square, streets: list[Street], edges: list[Edge]
) -> list[Edge]:
    """Return the ways across a square whose entrances are wherever another line meets its edge."""
    steps = {pair for ring in square.rings for pair in itertools.pairwise(ring)}
    rings = {
        row for row, each in enumerate(streets) if set(itertools.pairwise(each.places)) <= steps
    }
    ground = ground_of(town, square)
    mine = [each for each in edges if each.street in rings]
    others = {end for each in edges if each.street not in rings for end in each.ends}
    spots = {
        end: xy
        for each in mine
        for end, xy in zip(each.ends, (each.line.coords[0], each.line.coords[-1]), strict=True)
        if end in others or is_corner(ground, xy)
    }
    beside = {frozenset(each.ends) for each in mine if len(each.line.coords) == 2}
    return [
        Edge(LineString([spots[one], spots[other]]), (one, other), True, True, True, False, -1)
        for one, other in seen_across(ground, spots, beside)
    ]


def edges_by_drawing(town: Town, streets: list[Street]) -> list[Edge]:
    """Lines meet at common vertices, where one ends on another, at grade, and over small gaps."""
    lines = [LineString([town.spots[place] for place in each.places]) for each in streets]
    marks = [vertices_of(line) for line in lines]  # along and place, of vertices and meetings
    same: list[tuple[tuple[float, float], tuple[float, float]]] = []
    for one, other in itertools.permutations(range(len(lines)), 2):
        for xy in (lines[one].coords[0], lines[one].coords[-1]):
            if lines[other].distance(Point(xy)) <= MATCH_M:
                marks[other].append((lines[other].project(Point(xy)), xy))
    for one, other in itertools.combinations(range(len(lines)), 2):
        at_grade = streets[one].level == streets[other].level
        if at_grade and not (streets[one].deck or streets[other].deck):
            for part in shapely.get_parts(lines[one].intersection(lines[other])):
                if part.geom_type == "Point":
                    marks[one].append((lines[one].project(part), (part.x, part.y)))
                    marks[other].append((lines[other].project(part), (part.x, part.y)))
    for row, line in enumerate(lines):
        for xy in (line.coords[0], line.coords[-1]):
            same += over_gaps(town, streets, lines, marks, row, Point(xy))
    return joined_at_marks(streets, lines, marks, same)


def vertices_of(line: LineString) -> list[tuple[float, tuple[float, float]]]:
    steps = [math.dist(one, other) for one, other in itertools.pairwise(line.coords)]
    return list(zip(itertools.accumulate(steps, initial=0.0), line.coords, strict=True))


def over_gaps(
    town: Town,
    streets: list[Street],
    lines: list[LineString],
    marks: list[list[tuple[float, tuple[float, float]]]],
    row: int,
    end: Point,
) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """Join an end that touches no other line to the nearest one on its level within the gap."""
    away = {other: line.distance(end) for other, line in enumerate(lines) if other != row}
    if not away or min(away.values()) <= MATCH_M:
        return []
    level = {other: gap for other, gap in away.items() if streets[other].level == streets[row].level}
    nearest = min(level.values(), default=INF)
    if nearest > town.gap_m:
        return []
    joined = []
    for other in (each for each, gap in level.items() if gap <= nearest):
        line = lines[other]
        along = line.project(end)
        along = 0.0 if along <= town.gap_m else along
        along = line.length if along >= line.length - town.gap_m else along
        foot = line.interpolate(along)
        marks[other].append((along, (foot.x, foot.y)))
        joined.append(((end.x, end.y), (foot.x, foot.y)))
    return joined


def joined_at_marks(
    streets: list[Street],
    lines: list[LineString],
    marks: list[list[tuple[float, tuple[float, float]]]],
    same: list[tuple[tuple[float, float], tuple[float, float]]],
) -> list[Edge]:
    """Cut lines where several marks lie together; lines that pass over each other stay apart."""
    rows = [(line, along, xy) for line, found in enumerate(marks) for along, xy in sorted(found)]
    near = nx.Graph()
    near.add_nodes_from(range(len(rows)))
    tree = shapely.STRtree([Point(xy) for _, _, xy in rows])
    near.add_edges_from(tree.query([Point(xy) for _, _, xy in rows], "dwithin", MATCH_M).T.tolist())
    for one, other in same:
        found = [tree.query(Point(xy), "dwithin", MATCH_M) for xy in (one, other)]
        near.add_edge(int(found[0][0]), int(found[1][0]))
    cuts: list[dict[float, Any]] = [{} for _ in lines]
    for number, spot in enumerate(nx.connected_components(near)):
        for row, node in nodes_at(streets, lines, rows, spot, number).items():
            cuts[rows[row][0]][rows[row][1]] = node
    edges = []
    for row, street in enumerate(streets):
        for (one, a), (other, b) in itertools.pairwise(sorted(cuts[row].items())):
            if other - one > MATCH_M:
                part = shapely.ops.substring(lines[row], one, other)
                edges.append(edge(part, (a, b), street, row))
    return edges


def nodes_at(
    streets: list[Street],
    lines: list[LineString],
    rows: list[tuple[int, float, tuple[float, float]]],
    spot: set[int],
    number: int,
) -> dict[int, Any]:
    """Return the junction of each mark of a place; {} where a line bends and nothing meets.

    Lines pass over each other where two levels pass through; an end joins the nearest of those.
    """
    passes: Counter[float] = Counter()
    is_end = {}
    for row in spot:
        line, along, _ = rows[row]
        is_end[row] = min(along, lines[line].length - along) <= MATCH_M
    places = {(rows[row][0], round(rows[row][1], 2)) for row in spot}
    if len(places) == 1 and not any(is_end.values()):
        return {}
    for line, along in places:
        ends = min(along, lines[line].length - along) <= 0.01
        passes[streets[line].level] += 1 if ends else 2
    through = sorted(level for level, weight in passes.items() if weight >= 2)
    if len(through) < 2:
        return dict.fromkeys(spot, (number, 0))
    return {
        row: (number, min(through, key=lambda level: abs(level - streets[rows[row][0]].level)))
        for row in spot
    }


# --- doors ---------------------------------------------------------------------------------------


def feet_of(town: Town, edges: list[Edge], shape: Any, gates: tuple[Point, ...]) -> list[Foot]:
    """Return where a subject steps onto the streets; [] where none is near enough.

    Decks and tunnels count only for those who reach nothing else.
    """
    starts = list(gates) if gates else starts_of(shape)
    for decks in (False, True):
        rows = [row for row, each in enumerate(edges) if each.deck is decks]
        found = [
            foot
            for number, start in enumerate(starts)
            for foot in nearest_feet(town, edges, rows, start, number, shape)
        ]
        if found:
            return found
    return []


def starts_of(shape: Any) -> list[Any]:
    """Return a point; a small outline; of a long one the outline and places 50 m apart along it.

    These are the same however the outline is drawn.
    """
    if shape.geom_type == "Point":
        return [shape]
    ring = shape.exterior
    count = math.ceil(ring.length / 50.0) if ring.length >= 200.0 else 0
    ring = shapely.normalize(ring)
    places = [ring.interpolate(nth / count * ring.length) for nth in range(count)]
    return [LineString(ring.coords), *places]


def nearest_feet(
    town: Town, edges: list[Edge], rows: list[int], start: Any, number: int, shape: Any
) -> list[Foot]:
    """Return the feet on the nearest street, and on every street as near within a metre."""
    held = shape if start.geom_type != "Point" else start
    walls = [river for river in town.rivers if not (river.area and river.contains(held))]
    found: list[Foot] = []
    limit = town.max_access_m + 1e-6
    away = shapely.distance(start, [edges[row].line for row in rows]).tolist()
    for distance, row in sorted(zip(away, rows, strict=True)):
        if distance > limit:
            break
        found += feet_on(edges[row], start, walls, row, number)
        limit = min([limit, *(foot.leg_m + EQUAL_M for foot in found)])
    return [foot for foot in found if foot.leg_m <= limit]


def feet_on(each: Edge, start: Any, walls: list[Any], row: int, number: int) -> list[Foot]:
    """Return the nearest places of an edge: one, or several where it crosses the outline."""
    found = []
    done = 0.0
    for one, other in itertools.pairwise(each.line.coords):
        piece = LineString([one, other])
        for leg in legs_to(piece, start):
            foot = Point(leg.coords[-1])
            if not any(leg.length and crosses(leg, wall) for wall in walls):
                found.append(Foot(number, row, done + piece.project(foot), leg.length))
        done += piece.length
    nearest = min((foot.leg_m for foot in found), default=INF)
    return [foot for foot in found if foot.leg_m <= nearest + TIE_M]


def legs_to(piece: LineString, start: Any) -> list[LineString]:
    """Return the shortest leg; all there are where a side lies along the piece or crosses it."""
    met = start.intersection(piece)
    if met.is_empty:
        corners = [shapely.shortest_line(Point(xy), piece) for xy in start.coords]
        ends = [shapely.shortest_line(start, Point(xy)) for xy in piece.coords]
        return [shapely.shortest_line(start, piece), *corners, *ends]
    spots = [Point(xy) for xy in shapely.get_coordinates(met)]
    return [LineString([spot, spot]) for spot in spots]


def crosses(leg: LineString, wall: Any) -> bool:
    """Tell whether a leg passes through a wall or a river; it may touch it."""
    sides = shapely.boundary(wall) if wall.area else wall
    return bool(leg.crosses(sides) or (wall.area and leg.intersection(wall).length > 1e-6))


# --- walks and verdicts --------------------------------------------------------------------------


@dataclass
class Answer:
    """What a rule says of each home: least and most that its walk may be, and the verdicts then.

    There are two verdicts only where the limit lies between both. `walks` are the least to each
    service of the type.
    """

    verdicts: dict[str, set[str]] = field(default_factory=dict)
    least: dict[str, float] = field(default_factory=dict)
    most: dict[str, float] = field(default_factory=dict)
    walks: dict[str, dict[str, float]] = field(default_factory=dict)


def judged(town: Town) -> dict[str, Answer]:
    """Judge every rule of a town for every home."""
    edges = edges_of(town)
    homes = {home.name: feet_of(town, edges, home.shape, home.gates) for home in town.homes}
    open_places = [each for each in town.services if each.serves]
    doors = {each.name: feet_of(town, edges, each.shape, ()) for each in open_places}
    walks = walks_between(edges, homes, doors)
    lost = on_fragments(edges, homes)
    answers = {}
    for rule in town.rules:
        of_kind = {each.name for each in open_places if each.kind == rule.kind}
        perhaps = {each.name for each in open_places if rule.may_be and each.kind == rule.may_be}
        nobody = not of_kind and rule.kind not in town.complete
        nowhere = bool(of_kind) and not any(doors[name] for name in of_kind)
        answer = answers[rule.name] = Answer()
        for home in town.homes:
            name = home.name
            answer.walks[name] = {each: shortest(walks, name, {each})[0] for each in of_kind}
            answer.least[name], answer.most[name] = shortest(walks, name, of_kind)
            answer.verdicts[name] = {UNKNOWN} if nobody or nowhere or not homes[name] else {
                verdict_of(rule, metres, other, lost=name in lost)
                for metres in shortest(walks, name, of_kind)
                for other in shortest(walks, name, perhaps)
            }
    return answers


def verdict_of(rule: Rule, metres: float, other: float, *, lost: bool) -> str:
    """Judge a home by its walk to the service and to one that may be it."""
    if metres <= rule.limit_m + 1e-6:
        return PASS
    return UNKNOWN if lost or other <= rule.limit_m + 1e-6 else FAIL


def shortest(
    walks: dict[tuple[str, str], tuple[float, float]], home: str, names: set[str]
) -> tuple[float, float]:
    found = [walks.get((home, name), (INF, INF)) for name in names]
    return min((a for a, _ in found), default=INF), min((b for _, b in found), default=INF)


def on_fragments(edges: list[Edge], homes: dict[str, list[Foot]]) -> set[str]:
    """Return the homes that stand on pieces too short to be a town of their own and nowhere else."""
    piece = pieces_of(edges)
    length: Counter[int] = Counter()
    for each in edges:
        length[piece[each.ends[0]]] += each.line.length
    longest = max(length, key=lambda number: length[number])
    least = FRAGMENT_SHARE * sum(length.values())
    small = {number for number, metres in length.items() if metres < least} - {longest}
    return {
        name
        for name, feet in homes.items()
        if feet and all(piece[edges[foot.edge].ends[0]] in small for foot in feet)
    }


def walks_between(
    edges: list[Edge], homes: dict[str, list[Foot]], doors: dict[str, list[Foot]]
) -> dict[tuple[str, str], tuple[float, float]]:
    """Return the walk from each home to each door that it reaches, its least and its most.

    Both differ only where a street runs along an outline, so that several places of it are the
    nearest: the documents do not say which of them counts. Nor do they say how many streets may
    be as near; the most is the walk with the sixteen nearest.
    """
    feet = {("home", name, at): f for name, found in homes.items() for at, f in enumerate(found)}
    feet |= {("door", name, at): f for name, found in doors.items() for at, f in enumerate(found)}
    backwards = graph_of(edges, feet).reverse(copy=False)
    walks: dict[tuple[str, str], tuple[float, float]] = {}
    for name, found in doors.items():
        costs = [
            nx.single_source_dijkstra_path_length(backwards, ("door", name, at))
            for at in range(len(found))
        ]
        for home, mine in homes.items():
            ways: dict[Any, list[float]] = defaultdict(list)
            for at, foot in enumerate(mine):
                for door, cost in zip(found, costs, strict=True):
                    metres = cost.get(("home", home, at), INF) + foot.leg_m + door.leg_m
                    ways[way_of(foot), way_of(door)].append(metres)
            if not ways:
                continue
            kept, opened = nearest_streets(mine), nearest_streets(found)
            most = [max(each) for (one, other), each in ways.items() if one[:2] in kept and other[:2] in opened]
            walks[home, name] = (min(map(min, ways.values())), min(most))
    return walks


def way_of(foot: Foot) -> tuple[int, int, float]:
    """Say by which way a subject leaves; every place where a street crosses it is one."""
    return foot.start, foot.edge, -1.0 if foot.leg_m else foot.along_m


def nearest_streets(feet: list[Foot]) -> set[tuple[int, int]]:
    """Return start and street of the sixteen nearest streets of each start."""
    kept: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for foot in sorted(feet, key=lambda foot: foot.leg_m):
        if (foot.start, foot.edge) not in kept[foot.start]:
            kept[foot.start].append((foot.start, foot.edge))
    return {street for streets in kept.values() for street in streets[:16]}


def graph_of(edges: list[Edge], feet: dict[Any, Foot]) -> nx.DiGraph:
    """Return the streets with a node for every foot on them."""
    graph: nx.DiGraph = nx.DiGraph()
    graph.add_nodes_from(feet)
    on_edge = defaultdict(list)
    for node, foot in feet.items():
        on_edge[foot.edge].append((foot.along_m, node))
    for row, each in enumerate(edges):
        stops = [(0.0, each.ends[0]), *sorted(on_edge[row]), (each.line.length, each.ends[1])]
        for (start, a), (finish, b) in itertools.pairwise(stops):
            for allowed, ends in ((each.along, (a, b)), (each.against, (b, a))):
                known = graph.get_edge_data(*ends, {"weight": INF})["weight"]
                # Who stands at the end of a street stands at its junction, whatever its direction.
                if (allowed or finish - start < 1e-6) and finish - start < known:
                    graph.add_edge(*ends, weight=max(finish - start, 0.0))
    return graph
