"""Where the streets of a random town meet, by the documents alone."""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from typing import Any

import networkx as nx
import shapely
import shapely.ops
from shapely import LineString, Point

from town_model import AGAINST, ALONG, PRIVATE, SHUT, Edge, Square, Street, Town

MATCH_M, INF = 1e-3, math.inf

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
        Street(street.places[one : other + 1], street.walk)
        for one, other in itertools.pairwise(cuts)
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
    way = Street((), deck=True)
    return [
        edge(LineString([spots[one], spots[other]]), (one, other), way, -1)
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
    level = {
        other: gap for other, gap in away.items() if streets[other].level == streets[row].level
    }
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
