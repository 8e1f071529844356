"""What others take for the same work, in an environment of their own; prints one line of JSON.

    python benchmarks/peers.py PEER network.npz

Every peer gets the network, homes and facilities that siting exported, and its answer is compared
with siting's. What is called a bound is written plainly under numba, on one core, without ties,
labels or gates: about what the machine can do.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np


def _groups(data: Any) -> list[np.ndarray]:
    return [np.unique(data["facility_node"][data["facility_kind"] == k]) for k in data["kinds"]]


def _worst(found: np.ndarray, siting: np.ndarray) -> float:
    """Return the largest difference; where one reaches nothing, so must the other."""
    either = np.isfinite(found) | np.isfinite(siting)
    with np.errstate(invalid="ignore"):
        return float(np.max(np.abs(found[either] - siting[either]), initial=0.0))


def pandana(data: Any, folder: Path) -> dict[str, Any]:
    import pandana as pdna
    import pandas as pd

    ids = np.arange(len(data["node_xy"]))
    x, y = (pd.Series(column, index=ids) for column in data["node_xy"].T)
    lengths = pd.DataFrame({"length": data["edge_length_m"]})
    started = time.perf_counter()
    net = pdna.Network(x, y, pd.Series(data["edge_from"]), pd.Series(data["edge_to"]), lengths)
    contracted = time.perf_counter()
    # pandana asks for a limit and is quicker with a short one: this just reaches everybody.
    siting = np.load(folder / "siting-node-costs.npy")
    limit = float(np.ceil(siting[np.isfinite(siting)].max())) + 1.0
    rows = []
    for kind, nodes in enumerate(_groups(data)):
        net.set_pois(str(kind), limit, 1, x.iloc[nodes], y.iloc[nodes])
        rows.append(net.nearest_pois(limit, str(kind), num_pois=1)[1].to_numpy())
    done = time.perf_counter()
    found = np.array(rows)
    return {
        "wall": done - started,
        "note": f"contraction {contracted - started:.1f} s, then {done - contracted:.1f} s",
        # It keeps distances in float32 with millimetres cut off.
        "difference": _worst(np.where(found >= limit, np.inf, found), siting),
    }


def _matrix(data: Any) -> Any:
    from scipy.sparse import coo_array

    size = len(data["node_xy"])
    start, end = data["edge_from"], data["edge_to"]
    # Of parallel edges the shorter counts; a matrix would add them up.
    low, high = np.minimum(start, end), np.maximum(start, end)
    order = np.lexsort((data["edge_length_m"], high, low))
    first = np.ones(order.size, bool)
    first[1:] = (np.diff(low[order]) != 0) | (np.diff(high[order]) != 0)
    kept = order[first]
    return coo_array(
        (data["edge_length_m"][kept], (low[kept], high[kept])), shape=(size, size)
    ).tocsr()


def scipy(data: Any, folder: Path) -> dict[str, Any]:
    from scipy.sparse.csgraph import dijkstra

    matrix = _matrix(data)
    started = time.perf_counter()
    found = [
        dijkstra(matrix, directed=False, indices=nodes, min_only=True) for nodes in _groups(data)
    ]
    wall = time.perf_counter() - started
    siting = np.load(folder / "siting-node-costs.npy")
    return {"wall": wall, "difference": _worst(np.array(found), siting)}


def networkx(data: Any, folder: Path) -> dict[str, Any]:
    """One type only: twelve would take minutes; the time is multiplied."""
    import networkx as nx

    coo = _matrix(data).tocoo()
    graph = nx.Graph()
    edges = zip(coo.row.tolist(), coo.col.tolist(), coo.data.tolist(), strict=True)
    graph.add_weighted_edges_from(edges)
    groups = _groups(data)
    started = time.perf_counter()
    lengths = nx.multi_source_dijkstra_path_length(graph, set(groups[0].tolist()))
    wall = time.perf_counter() - started
    found = np.full(len(data["node_xy"]), np.inf)
    found[list(lengths)] = list(lengths.values())
    siting = np.load(folder / "siting-node-costs.npy")[0]
    return {
        "wall": wall * len(groups),
        "note": f"one of {len(groups)} types measured",
        "difference": _worst(found, siting),
    }


def bound(data: Any, folder: Path) -> dict[str, Any]:
    from plain_dijkstra import arcs_of, nearest

    size = len(data["node_xy"])
    arcs = arcs_of(size, data["edge_from"], data["edge_to"], data["edge_length_m"])
    groups = _groups(data)
    nearest(*arcs, groups[0][:1])
    started = time.perf_counter()
    found = np.array([nearest(*arcs, nodes) for nodes in groups])
    wall = time.perf_counter() - started
    return {
        "wall": wall,
        "difference": _worst(found, np.load(folder / "siting-node-costs.npy")),
    }


def pairs_bound(data: Any, folder: Path) -> dict[str, Any]:
    """Every way from the commonest facilities to the nodes within 1,000 m, one search each."""
    from plain_dijkstra import arcs_of, within

    arcs = arcs_of(len(data["node_xy"]), data["edge_from"], data["edge_to"], data["edge_length_m"])
    sources = max(_groups(data), key=len)
    within(*arcs, sources[:1], 1000.0)
    started = time.perf_counter()
    pairs, total = within(*arcs, sources, 1000.0)
    wall = time.perf_counter() - started
    known = np.load(folder / "siting-pairs.npy")
    # One pair more or less would be metres; sums of millions of them differ by rounding.
    difference = abs(total - known[1]) / max(pairs, 1) + abs(pairs - known[0])
    return {"wall": wall, "difference": float(difference), "note": f"{pairs:,} pairs"}


def snap_bound(data: Any, folder: Path) -> dict[str, Any]:
    """Square cells and nothing else: no gates, no barriers, no ties."""
    from plain_snap import cells_of, nearest_line

    start, end = (data["node_xy"][data[name]] for name in ("edge_from", "edge_to"))
    ends = np.column_stack([start, end])
    nearest_line(data["home_xy"][:1], ends[:9], 50.0, 1.0, *cells_of(ends[:9], 50.0))
    started = time.perf_counter()
    cells = cells_of(ends, 50.0)
    sorted_in = time.perf_counter()
    found = nearest_line(data["home_xy"], ends, 50.0, 300.0, *cells)
    done = time.perf_counter()
    return {
        "wall": done - started,
        "note": f"cells {sorted_in - started:.2f} s, then {done - sorted_in:.2f} s",
        "difference": _worst(found, np.load(folder / "siting-access.npy")),
    }


def geopandas_straight(data: Any, folder: Path) -> dict[str, Any]:
    import geopandas as gpd

    homes, places = _straight_points(data)
    left = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*homes.T), crs=4547)
    right = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*places.T), crs=4547)
    started = time.perf_counter()
    joined = left.sjoin_nearest(right, distance_col="metres")
    wall = time.perf_counter() - started
    found = joined["metres"].groupby(level=0).first().to_numpy()
    return {"wall": wall, "difference": _worst(found, np.load(folder / "siting-straight.npy"))}


def kdtree_straight(data: Any, folder: Path) -> dict[str, Any]:
    """The bound for straight lines: scipy's tree on one core, told nothing of ties."""
    from scipy.spatial import cKDTree

    homes, places = _straight_points(data)
    started = time.perf_counter()
    found = cKDTree(places).query(homes)[0]
    wall = time.perf_counter() - started
    return {"wall": wall, "difference": _worst(found, np.load(folder / "siting-straight.npy"))}


def _straight_points(data: Any) -> tuple[np.ndarray, np.ndarray]:
    # The types are sorted by name; elder_care is the fourth (canteen, childcare, convenience ...).
    return data["home_xy"], data["facility_xy"][data["facility_kind_all"] == 3]


def shapely_snap(data: Any, folder: Path) -> dict[str, Any]:
    """The nearest edge of every home by the tree that geopandas joins use."""
    import shapely

    lines = shapely.linestrings(
        np.stack([data["node_xy"][data["edge_from"]], data["node_xy"][data["edge_to"]]], axis=1)
    )
    points = shapely.points(data["home_xy"])
    started = time.perf_counter()
    tree = shapely.STRtree(lines)
    (home, _), metres = tree.query_nearest(points, return_distance=True, all_matches=False)
    wall = time.perf_counter() - started
    found = np.full(len(points), np.inf)
    found[home] = metres
    found[found > 300] = np.inf
    return {"wall": wall, "difference": _worst(found, np.load(folder / "siting-access.npy"))}


PEERS: dict[str, Callable[[Any, Path], dict[str, Any]]] = {
    each.__name__: each
    for each in (
        pandana,
        scipy,
        networkx,
        bound,
        pairs_bound,
        snap_bound,
        geopandas_straight,
        kdtree_straight,
        shapely_snap,
    )
}

if __name__ == "__main__":
    name, path = sys.argv[1], Path(sys.argv[2])
    sys.path.insert(0, str(Path(__file__).parent))
    print(json.dumps(PEERS[name](dict(np.load(path)), path.parent)))
