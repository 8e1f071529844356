"""The streets as an OpenStreetMap file, with the pharmacies as nodes that carry tags."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import osmium

from siting.crs import transformer_between
from siting.sample.files import NOTICE
from siting.sample.ground import METRIC_CRS, Floats, district_to_metric
from siting.sample.services import PlacedService
from siting.sample.streets import Point, Way


def write_osm(ways: Sequence[Way], pharmacies: Sequence[PlacedService], path: Path) -> None:
    """Write ways and the points they share as nodes; the format follows the file's suffix.

    Identifiers count from 1 and mean nothing outside this file.
    """
    lines = [way.joined() for way in ways]
    nodes = {point: None for line in lines for point in line}
    number: dict[Point, int] = {point: index for index, point in enumerate(nodes, 1)}
    header = osmium.io.Header()
    header.set("generator", f"siting sample; {NOTICE}")
    shops = np.array([(shop.shape.centroid.x, shop.shape.centroid.y) for shop in pharmacies])
    with osmium.SimpleWriter(str(path), overwrite=True, header=header) as writer:
        for index, place in enumerate(_lonlat(np.array(list(nodes))), 1):
            writer.add_node(osmium.osm.mutable.Node(id=index, location=place, version=1))
        for index, (shop, place) in enumerate(
            zip(pharmacies, _lonlat(shops), strict=True), len(nodes) + 1
        ):
            tags = {"amenity": "pharmacy", "name": shop.name}
            writer.add_node(osmium.osm.mutable.Node(id=index, location=place, tags=tags, version=1))
        for index, (way, line) in enumerate(zip(ways, lines, strict=True), 1):
            refs = [number[point] for point in line]
            writer.add_way(osmium.osm.mutable.Way(id=index, nodes=refs, tags=way.tags, version=1))


def _lonlat(xy: Floats) -> list[tuple[float, float]]:
    to_degrees = transformer_between(METRIC_CRS, "EPSG:4326")
    lon, lat = to_degrees.transform(*district_to_metric(xy).T)
    return list(zip(np.round(lon, 7).tolist(), np.round(lat, 7).tolist(), strict=True))
