"""A second judge of walking distance, written from what the documents say, on networkx and shapely.

It knows nothing of siting's engine. A town is drawn lines with a meaning said by hand; the judge
joins them (`town_streets`), puts every door on every straight piece of street, and walks.
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

from town_model import Edge, Rule, Town
from town_streets import edges_of, pieces_of

PASS, FAIL, UNKNOWN = "pass", "fail", "unknown"
EQUAL_M, TIE_M, FRAGMENT_SHARE, INF = 1.0, 1e-6, 0.01, math.inf


class Foot(NamedTuple):
    """Where a subject steps onto an edge: from which start, how far, and how far along."""

    start: int
    edge: int
    along_m: float
    leg_m: float


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
            answer.verdicts[name] = (
                {UNKNOWN}
                if nobody or nowhere or not homes[name]
                else {
                    verdict_of(rule, metres, other, lost=name in lost)
                    for metres in shortest(walks, name, of_kind)
                    for other in shortest(walks, name, perhaps)
                }
            )
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
    """Return the homes that stand only on pieces too short to be a town of their own."""
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
            most = [
                max(each)
                for (one, other), each in ways.items()
                if one[:2] in kept and other[:2] in opened
            ]
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
