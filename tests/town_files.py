"""The files of a random town: an OpenStreetMap file, or layers with Chinese or English columns."""

from __future__ import annotations

import bz2
import gzip
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import geopandas as gpd
import osmium
import shapely
import yaml
from shapely import LineString, Polygon

import town_words as words
from town_maker import CRS, PEOPLE_PER_HOUSEHOLD, TO_DEGREES, Drawing
from town_model import Home, Rule, Service, Square

DAY = "2026-01-01"


def write_town(drawing: Drawing, folder: Path, seed: int) -> Path:
    """Write the files of a town and return its project file."""
    rng = random.Random(seed)
    layers = (
        write_map(drawing, folder, rng)
        if drawing.kind == "map"
        else write_layers(drawing, folder, rng)
    )
    project = {
        "name": f"town {seed}",
        "date": DAY,
        "language": "en",
        "layers": layers,
        "rules": ["rules.yaml"],
        "parameters": {
            "persons_per_household": PEOPLE_PER_HOUSEHOLD,
            "complete_types": list(drawing.town.complete),
        },
    }
    (folder / "rules.yaml").write_text(pack_of(drawing.town.rules), "utf-8")
    path = folder / "siting.yaml"
    path.write_text(yaml.safe_dump(project, allow_unicode=True), "utf-8")
    return path


def pack_of(rules: Sequence[Rule]) -> str:
    head = "document: {title: {zh: 甲, en: A}, issuer: 乙, url: http://example.org}\n"
    return (
        head
        + "jurisdiction: cn\nrules:\n"
        + "".join(
            f"  - id: {rule.name}\n    title: {{zh: 距离, en: Walk}}\n"
            "    applies_to: {subject: home}\n    strength: mandatory\n"
            f"    measure: walking_distance\n    facility_types: {rule.kind}\n"
            f"    require: {{at_most: {rule.limit_m:g}, unit: m}}\n"
            "    source: {clause: x, quote: y, confidence: B}\n"
            for rule in rules
        )
    )


class MapFile:
    """Collects nodes, ways and relations, and writes them as OpenStreetMap XML."""

    def __init__(self, drawing: Drawing) -> None:
        self.nodes: list[str] = []
        self.ways: list[str] = []
        self.relations: list[str] = []
        self.number = 0
        for place, xy in drawing.town.spots.items():
            self.node(xy, drawing.gate_tags.get(place, {}), place)

    def node(self, xy: tuple[float, float], tags: dict[str, str], number: int = 0) -> int:
        self.number = number or self.number + 1
        lon, lat = TO_DEGREES.transform(*xy)
        place = f'id="{self.number}" version="1" lon="{lon:.7f}" lat="{lat:.7f}"'
        self.nodes.append(f"<node {place}>{_tags(tags)}</node>")
        return self.number

    def way(self, refs: Sequence[int], tags: dict[str, str]) -> int:
        number = len(self.ways) + 1
        inside = "".join(f'<nd ref="{ref}"/>' for ref in refs) + _tags(tags)
        self.ways.append(f'<way id="{number}" version="1">{inside}</way>')
        return number

    def ring(self, shape: Polygon, tags: dict[str, str]) -> int:
        refs = [self.node(xy, {}) for xy in shape.exterior.coords[:-1]]
        return self.way([*refs, refs[0]], tags)

    def shape(self, shape: Any, tags: dict[str, str]) -> str:
        if shape.geom_type == "Point":
            return f"n{self.node((shape.x, shape.y), tags)}"
        if shape.geom_type == "LineString":
            return f"w{self.way([self.node(xy, {}) for xy in shape.coords], tags)}"
        return f"w{self.ring(shape, tags)}"

    def square(self, square: Square, tags: dict[str, str]) -> None:
        if len(square.rings) == 1:
            self.way(square.rings[0], tags | {"area": "yes"})
            return
        members = "".join(
            f'<member type="way" ref="{self.way(ring, {})}" role="{role}"/>'
            for ring, role in zip(square.rings, ("outer", "inner"), strict=True)
        )
        inside = members + _tags(tags | {"type": "multipolygon"})
        number = len(self.relations) + 1
        self.relations.append(f'<relation id="{number}" version="1">{inside}</relation>')

    def text(self) -> str:
        lines = [*self.nodes, *self.ways, *self.relations]
        return '<?xml version="1.0"?>\n<osm version="0.6">\n' + "\n".join(lines) + "\n</osm>\n"


def _tags(tags: dict[str, str]) -> str:
    return "".join(f"<tag k={quoteattr(k)} v={quoteattr(v)}/>" for k, v in tags.items())


def write_map(drawing: Drawing, folder: Path, rng: random.Random) -> dict[str, Any]:
    """Write one OpenStreetMap file, as text or packed, and give homes and services its names."""
    town, made = drawing.town, MapFile(drawing)
    for street, tags in zip(town.streets, drawing.street_tags, strict=True):
        if tags:
            made.way(street.places, tags)
    for square, tags in zip(town.squares, drawing.square_tags, strict=True):
        made.square(square, tags)
    for river, tags in zip(town.rivers, drawing.river_tags, strict=True):
        made.shape(river, tags)
    for shape, tags in drawing.others:
        made.shape(shape, tags)
    town.homes = [
        Home(made.shape(home.shape, tags), home.shape, home.people)
        for home, tags in zip(town.homes, drawing.home_tags, strict=True)
    ]
    town.services = [
        Service(made.shape(each.shape, tags), each.kind, each.shape, each.serves)
        for each, tags in zip(town.services, drawing.service_tags, strict=True)
    ]
    name = rng.choice(("town.osm", "town.osm", "town.osm.gz", "town.osm.bz2", "town.osm.pbf"))
    _write_osm(made.text(), folder / name)
    private = "residents" if town.residents else "exclude"
    return {"osm": {"path": name, "private_streets": private}}


def _write_osm(text: str, path: Path) -> None:
    packed = {".gz": gzip.compress, ".bz2": bz2.compress}.get(path.suffix)
    if path.suffix != ".pbf":
        path.write_bytes(packed(text.encode()) if packed else text.encode())
        return
    plain = path.with_name("plain.osm")
    plain.write_text(text, "utf-8")
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for thing in osmium.FileProcessor(str(plain)):
            writer.add(thing)


def write_layers(drawing: Drawing, folder: Path, rng: random.Random) -> dict[str, Any]:
    """Write a file for each layer, in degrees or metres, with the words that its rows say."""
    town = drawing.town
    chinese = rng.random() < 0.5
    ending = rng.choice(("geojson", "gpkg"))
    shapes: list[Any] = []
    rows: list[dict[str, str]] = []
    for street, tags in zip(town.streets, drawing.street_tags, strict=True):
        if tags:
            shapes.append(LineString([town.spots[place] for place in street.places]))
            rows.append(tags)
    for square, tags in zip(town.squares, drawing.square_tags, strict=True):
        rings = [[town.spots[place] for place in ring] for ring in square.rings]
        shapes.append(Polygon(rings[0], rings[1:]))
        rows.append(tags)
    rows = [words.row_in(row, chinese=chinese) for row in rows]
    columns = {key: [row.get(key) for row in rows] for row in rows for key in row}
    streets: dict[str, Any] = {"path": _layer(folder, f"streets.{ending}", columns, shapes)}
    oneway = words.HEADERS["oneway"][chinese]
    if oneway in columns:
        streets["columns"] = {"oneway": oneway}
    streets["private_streets"] = "residents" if town.residents else "exclude"
    homes = {
        "home_id": [home.name for home in town.homes],
        "households": [float(tags["households"]) for tags in drawing.home_tags],
    }
    services = {"facility_id": [each.name for each in town.services]} | {
        key: [tags.get(key) for tags in drawing.service_tags]
        for key in ("facility_type", "状态", "opening_hours")
    }
    layers: dict[str, Any] = {
        "streets": streets,
        "residential": {
            "path": _layer(folder, f"homes.{ending}", homes, [each.shape for each in town.homes])
        },
        "facilities": [
            {
                "path": _layer(
                    folder, f"services.{ending}", services, [each.shape for each in town.services]
                )
            }
        ],
    }
    gates = [(home.name, gate) for home in town.homes for gate in home.gates]
    if gates:
        names = {"subject_id": [name for name, _ in gates]}
        path = _layer(folder, f"gates.{ending}", names, [gate for _, gate in gates])
        layers["entrances"] = [{"path": path}]
    if town.rivers:
        path = _layer(folder, f"river.{ending}", {"name": ["river"]}, town.rivers)
        layers["barriers"] = [{"path": path}]
    return layers


def _layer(folder: Path, name: str, columns: dict[str, Any], shapes: list[Any]) -> str:
    frame = gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)
    if name.endswith("gpkg"):
        frame.to_file(folder / name, engine="pyogrio")
        return name
    degrees = shapely.transform(frame.geometry.to_numpy(), TO_DEGREES.transform, interleaved=False)
    features = [
        {"type": "Feature", "properties": row, "geometry": shapely.geometry.mapping(shape)}
        for row, shape in zip(_records(columns), degrees, strict=True)
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    (folder / name).write_text(text, "utf-8")
    return name


def _records(columns: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for values in zip(*columns.values(), strict=True):
        yield dict(zip(columns, values, strict=True))
