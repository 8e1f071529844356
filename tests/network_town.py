"""A town whose every distance is mental arithmetic, random towns, and a slow walker to check both.

North Street   y = 200, from x = 0 to 600, on the north bank
the river      from y = 90 to y = 110, crossed by the bridge alone
Church Lane    x = 200, from High Street up to y = 80, a dead end on the south bank
High Street    y = 0, from x = 0 to 600
the bridge     x = 600, from High Street to North Street
"""

from __future__ import annotations

import itertools

import geopandas as gpd
import networkx as nx
import numpy as np
import shapely
from hypothesis import strategies as st

from siting.network.attach.attachment import Attachment
from siting.network.attach.snap import snap
from siting.network.graph import Network, build_network

CRS = "EPSG:4547"
TOWN = {
    "High Street": [(0, 0), (600, 0)],
    "Church Lane": [(200, 0), (200, 80)],
    "Bridge": [(600, 0), (600, 200)],
    "North Street": [(600, 200), (0, 200)],
}
RIVER = shapely.box(-500, 90, 1500, 110)


def street_table(lines, **columns):
    """Return a street table of coordinate lists."""
    shapes = [shapely.LineString(line) for line in lines]
    identifiers = [f"s{row}" for row in range(len(shapes))]
    return gpd.GeoDataFrame({"street_id": identifiers, **columns}, geometry=shapes, crs=CRS)


def town(**more) -> Network:
    return build_network(street_table([*TOWN.values(), *more.values()]))


def layer(*shapes, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=CRS)


def at(network, *places, max_access_m=1000.0, **how) -> Attachment:
    """Attach points given as (x, y)."""
    return snap(network, np.array(places, float).reshape(-1, 2), max_access_m=max_access_m, **how)


def slow_costs(network: Network, origins: Attachment, destinations: Attachment):
    """Return all costs, (origins, destinations), by networkx on a graph with a node per door."""
    graph = nx.DiGraph()
    stops: dict[int, list] = {}
    for kind, doors in (("from", origins), ("to", destinations)):
        for row, edge in enumerate(doors.edge.tolist()):
            stops.setdefault(edge, []).append((float(doors.position[row]), (kind, row)))
            leg = float(doors.access_m[row]) * network.access_cost_per_m
            subject = (kind, "door", int(doors.subject[row]))
            ends = (subject, (kind, row)) if kind == "from" else ((kind, row), subject)
            graph.add_edge(*ends, weight=leg)
    for edge in range(network.edge_count):
        start, end = int(network.edge_from[edge]), int(network.edge_to[edge])
        chain = [(0.0, start), *sorted(stops.get(edge, []), key=lambda stop: stop[0]), (1.0, end)]
        for (t, a), (u, b) in itertools.pairwise(chain):
            _link(graph, a, b, (u - t), network.cost_forward[edge])
            _link(graph, b, a, (u - t), network.cost_backward[edge])
    costs = np.full((origins.size, destinations.size), np.inf)
    backwards = graph.reverse()
    for d in set(destinations.subject.tolist()):
        found = nx.single_source_dijkstra_path_length(backwards, ("to", "door", d))
        for o in range(origins.size):
            costs[o, d] = found.get(("from", "door", o), np.inf)
    return costs


def _link(graph, a, b, share, cost):
    weight = float(share * cost) if share > 0 else 0.0
    if np.isfinite(weight) and weight < graph.get_edge_data(a, b, {"weight": np.inf})["weight"]:
        graph.add_edge(a, b, weight=weight)


@st.composite
def grid_towns(draw, side=4, spacing=100):
    """Streets along some sides of a chessboard: lists of coordinates, in random directions."""
    spots = [(x * spacing, y * spacing) for x in range(side) for y in range(side)]
    pairs = [
        pair
        for pair in itertools.combinations(spots, 2)
        if abs(pair[0][0] - pair[1][0]) + abs(pair[0][1] - pair[1][1]) == spacing
    ]
    chosen = draw(st.lists(st.sampled_from(pairs), min_size=3, max_size=len(pairs), unique=True))
    turned = draw(st.lists(st.booleans(), min_size=len(chosen), max_size=len(chosen)))
    return [pair[::-1] if turn else pair for pair, turn in zip(chosen, turned, strict=True)]


def places(most=6):
    coordinate = st.integers(-60, 360)
    return st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=most)
