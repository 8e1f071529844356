"""Seeded synthetic cities on disk, as a project: streets, homes, facilities, communities.

A jittered grid with some streets missing, homes in clusters, a hole like a lake: near enough to a
city for its kernels to meet bad memory order, dead ends and unequal density.

    python benchmarks/synthetic.py FOLDER --nodes 50000 --homes 100000
    python benchmarks/synthetic.py FOLDER --streets porto.osm.pbf --homes 300000

With ``--streets`` the network is a real one, and homes and facilities are made up along it.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

CRS = "EPSG:4547"
ORIGIN = (500_000.0, 3_380_000.0)
SPACING_M = 90.0
Places = Callable[[int], np.ndarray]
"""Gives so many points, float64 (n, 2)."""
TYPES = {  # code -> share of the largest count: 200 to 5,000 facilities at a million homes
    "elder_care": 0.12, "childcare": 0.10, "kindergarten": 0.16, "primary_school": 0.08,
    "food_market": 0.06, "canteen": 0.08, "sport": 0.20, "housekeeping": 0.12,
    "repair": 0.20, "convenience_store": 1.0, "reading_room": 0.04, "health_station": 0.10,
}  # fmt: skip


def streets(rng: np.random.Generator, nodes: int) -> gpd.GeoDataFrame:
    """Return about 1.42 edges per node: a grid without a fifth of its streets."""
    side = int(np.sqrt(nodes))
    x, y = np.meshgrid(np.arange(side) * SPACING_M, np.arange(side) * SPACING_M)
    xy = np.column_stack([x.ravel(), y.ravel()]) + rng.uniform(-25, 25, (side * side, 2)) + ORIGIN
    index = np.arange(side * side).reshape(side, side)
    # The nodes are shuffled: files do not come in a good order, and neither does this one.
    shuffled = rng.permutation(side * side)
    across = np.column_stack([index[:, :-1].ravel(), index[:, 1:].ravel()])
    along = np.column_stack([index[:-1].ravel(), index[1:].ravel()])
    pairs = np.concatenate([across, along])
    # Every fifth street is missing, but row 0 and each column stay, so that all hangs together.
    keep = (rng.random(len(pairs)) > 0.4) | (np.arange(len(pairs)) >= len(across))
    keep |= pairs[:, 0] < side
    pairs = rng.permutation(pairs[keep])
    lines = shapely.linestrings(xy[pairs])
    return gpd.GeoDataFrame(
        {
            "street_id": np.char.add("s", np.arange(len(pairs)).astype(str)),
            "from_node": shuffled[pairs[:, 0]],
            "to_node": shuffled[pairs[:, 1]],
            "highway": "residential",
        },
        geometry=lines,
        crs=CRS,
    )


def scattered(rng: np.random.Generator, count: int, width: float) -> np.ndarray:
    """Return points: seven of ten in clusters, the rest anywhere."""
    centres = rng.uniform(0.05 * width, 0.95 * width, (max(8, int(width / 1500) ** 2), 2))
    chosen = centres[rng.integers(len(centres), size=count)]
    clustered = chosen + rng.normal(0, 350, (count, 2))
    anywhere = rng.uniform(0, width, (count, 2))
    mixed = np.where(rng.random((count, 1)) < 0.7, clustered, anywhere)
    return np.clip(mixed, 0, width) + ORIGIN


def vertices(streets_file: Path, crs: str) -> np.ndarray:
    """Return the vertices of all streets of an OpenStreetMap file, float64 (n, 2)."""
    lines = gpd.read_file(streets_file, layer="lines", columns=["highway"])
    walked = lines[lines["highway"].notna() & ~lines["highway"].isin(("motorway", "trunk"))]
    return shapely.get_coordinates(walked.to_crs(crs).geometry.to_numpy())


def homes(rng: np.random.Generator, count: int, places: Places, crs: str) -> gpd.GeoDataFrame:
    """Return residential buildings as points with households and people."""
    households = rng.integers(4, 60, count).astype(float)
    xy = places(count)
    return gpd.GeoDataFrame(
        {
            "home_id": np.char.add("h", np.arange(count).astype(str)),
            "households": households,
            "population": households * 2.5,
            "elderly": np.round(households * 0.5),
        },
        geometry=gpd.points_from_xy(*xy.T),
        crs=crs,
    )


def facilities(
    rng: np.random.Generator, largest: int, places: Places, crs: str
) -> gpd.GeoDataFrame:
    """Return facilities of twelve types, in very unequal numbers."""
    counts = {code: max(10, int(share * largest)) for code, share in TYPES.items()}
    codes = np.repeat(list(counts), list(counts.values()))
    return gpd.GeoDataFrame(
        {
            "facility_id": np.char.add("f", np.arange(len(codes)).astype(str)),
            "facility_type": codes,
            "floor_area_m2": rng.integers(60, 1500, len(codes)).astype(float),
        },
        geometry=gpd.points_from_xy(*places(len(codes)).T),
        crs=crs,
    )


def communities(origin: tuple[float, float], width: float, crs: str) -> gpd.GeoDataFrame:
    """Return a grid of communities of about one square kilometre."""
    cells = max(2, int(width / 1000))
    edges = np.linspace(0, width, cells + 1)
    x, y = np.meshgrid(edges[:-1], edges[:-1])
    size = width / cells
    boxes = shapely.box(
        x.ravel() + origin[0], y.ravel() + origin[1],
        x.ravel() + origin[0] + size, y.ravel() + origin[1] + size,
    )  # fmt: skip
    return gpd.GeoDataFrame(
        {"area_id": [f"c{i}" for i in range(len(boxes))]}, geometry=boxes, crs=crs
    )


PROJECT = """\
name: Synthetic city (made up)
language: en
crs: {crs}
date: 2026-01-01
layers:
  residential: {{path: homes.parquet}}
  facilities: [{{path: facilities.parquet}}]
  streets: {{path: {streets}}}
  areas: [{{path: communities.parquet, level: community}}]
rules: [rules.yaml]
parameters: {{max_access_m: 300}}
"""


def rule_pack() -> str:
    """Return twenty radius rules: twelve by walking, eight by straight line."""
    codes = list(TYPES)
    chosen = [(code, "walking_distance", 500) for code in codes]
    chosen += [(code, "straight_line", 300) for code in codes[:8]]
    lines = [
        "document: {title: {zh: 测试, en: Benchmark}, number: none, issuer: none, url: none}",
        "jurisdiction: cn",
        "rules:",
    ]
    for code, measure, limit in chosen:
        lines.append(
            f"  - {{id: bench-{code.replace('_', '-')}-{measure.replace('_', '-')}, "
            f"title: {{zh: {code}, en: {code}}}, applies_to: {{subject: home}}, "
            f"strength: mandatory, measure: {measure}, facility_types: [{code}], "
            f"require: {{at_most: {limit}, unit: m}}, "
            "source: {clause: none, quote: none, confidence: B}}"
        )
    return "\n".join(lines) + "\n"


def write_city(folder: Path, *, nodes: int, homes_count: int, largest: int, seed: int = 1) -> None:
    """Write one city as a project."""
    rng = np.random.default_rng(seed)
    width = SPACING_M * (int(np.sqrt(nodes)) - 1)

    def places(count: int) -> np.ndarray:
        return scattered(rng, count, width)

    layers: dict[str, pd.DataFrame] = {
        "streets": streets(rng, nodes),
        "homes": homes(rng, homes_count, places, CRS),
        "facilities": facilities(rng, largest, places, CRS),
        "communities": communities(ORIGIN, width, CRS),
    }
    _write(folder, layers, PROJECT.format(crs=CRS, streets="streets.parquet"))


def write_along(
    folder: Path, streets_file: Path, *, crs: str, homes_count: int, largest: int, seed: int = 1
) -> None:
    """Write a project of real streets, with homes and facilities made up along them."""
    rng = np.random.default_rng(seed)
    known = vertices(streets_file, crs)
    low = known.min(axis=0)

    def places(count: int) -> np.ndarray:
        return known[rng.integers(len(known), size=count)] + rng.normal(0, 25, (count, 2))

    layers: dict[str, pd.DataFrame] = {
        "homes": homes(rng, homes_count, places, crs),
        "facilities": facilities(rng, largest, places, crs),
        "communities": communities((low[0], low[1]), float(np.ptp(known, axis=0).max()), crs),
    }
    there = Path(os.path.relpath(streets_file, folder)).as_posix()
    _write(folder, layers, PROJECT.format(crs=crs, streets=there))


def _write(folder: Path, layers: dict[str, pd.DataFrame], project: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in layers.items():
        frame.to_parquet(folder / f"{name}.parquet")
    (folder / "rules.yaml").write_text(rule_pack(), encoding="utf-8")
    # Last, because a folder with a project is taken for finished.
    (folder / "siting.yaml").write_text(project, encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--nodes", type=int, default=50_000)
    parser.add_argument("--homes", type=int, default=100_000)
    parser.add_argument("--largest", type=int, default=500, help="facilities of the commonest type")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--streets", type=Path, help="a real OpenStreetMap file")
    parser.add_argument("--crs", default="EPSG:32629", help="metric system of real streets")
    options = parser.parse_args()
    asked = {"homes_count": options.homes, "largest": options.largest, "seed": options.seed}
    if options.streets:
        write_along(options.folder, options.streets, crs=options.crs, **asked)
    else:
        write_city(options.folder, nodes=options.nodes, **asked)
