"""One walk through an OpenStreetMap file, collecting what siting needs into plain lists.

Owns pyosmium: file formats, filters, areas, and the faults of broken files. What the tags mean
is decided by its neighbours.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import osmium
from osmium.filter import EntityFilter, KeyFilter

from siting.boundary import reading
from siting.errors import LoadError
from siting.loaders.osm.buildings import residential_use
from siting.loaders.osm.standing import Standing, as_of, standing
from siting.loaders.osm.walking import (
    CLOSED_WORD,
    CONDITIONS,
    PRIVATE_WORD,
    Walk,
    gate_access,
    is_enclosed,
    is_ferry,
    is_square,
    walk_access,
)
from siting.message import Message, message

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from numpy.typing import NDArray

    from siting.loaders.osm.facilities import FacilityTags

WATER_AREAS = {
    "natural": frozenset(("water", "bay")),
    "waterway": frozenset(("riverbank", "dock")),
    "landuse": frozenset(("reservoir", "basin")),
}
WATER_LINES = frozenset(("river", "canal"))
# Rivers and lakes keep walkers out; a fountain or a flooded field does not change a route.
DIVIDING_WATER = frozenset(
    [
        "river",
        "canal",
        "lake",
        "reservoir",
        "lagoon",
        "oxbow",
        "harbour",
        "dock",
        "riverbank",
        "bay",
    ]
)
_LEVELS = re.compile(r"\s*\+?(\d+(\.\d+)?)\s*", re.ASCII)
_MOST_LEVELS = 200.0
_GATE_KEYS = ("barrier", "foot", "access", "locked", *CONDITIONS)
_MAGIC = {b"<": "osm", b"\xef\xbb\xbf<": "osm", b"\x1f\x8b": "osm.gz", b"BZh": "osm.bz2"}


@dataclass
class StreetLists:
    """Walkable ways, one after another."""

    id: list[str] = field(default_factory=list)
    size: list[int] = field(default_factory=list)
    highway: list[str] = field(default_factory=list)
    name: list[str | None] = field(default_factory=list)
    oneway: list[bool] = field(default_factory=list)
    private: list[bool] = field(default_factory=list)
    enclosed: list[bool] = field(default_factory=list)
    square: list[str] = field(default_factory=list)
    refs: list[int] = field(default_factory=list)
    x: list[int] = field(default_factory=list)
    y: list[int] = field(default_factory=list)
    not_walkable: int = 0
    closed_gates: list[int] = field(default_factory=list)
    private_gates: list[int] = field(default_factory=list)
    conditional: list[str] = field(default_factory=list)
    ferries: list[str] = field(default_factory=list)

    def add_way(
        self, way_id: str, size: int, tags: Mapping[str, str], walk: Walk, square: str = ""
    ) -> None:
        """File all of a way but its nodes; `square` names the square that it is an edge of."""
        self.id.append(way_id)
        self.size.append(size)
        self.highway.append(tags["highway"])
        self.name.append(tags.get("name"))
        self.oneway.append(walk.direction != 0)
        self.private.append(walk.private)
        self.enclosed.append(is_enclosed(tags))
        self.square.append(square)

    def add_chord(
        self, row: int, way_id: str, refs: NDArray[np.int64], xy: NDArray[np.float64]
    ) -> None:
        """File a straight way across the square of an edge, between two of its nodes."""
        self.id.append(way_id)
        self.size.append(2)
        self.highway.append(self.highway[row])
        self.name.append(self.name[row])
        self.oneway.append(False)
        self.private.append(self.private[row])
        self.enclosed.append(True)
        self.square.append("")
        self.refs += refs.tolist()
        self.x += np.rint(xy[:, 0]).astype(np.int64).tolist()
        self.y += np.rint(xy[:, 1]).astype(np.int64).tolist()

    def add_gate(self, node: int, tags: Mapping[str, str]) -> None:
        """File a node that does not let everybody through."""
        word = gate_access(tags)
        if word == CLOSED_WORD:
            self.closed_gates.append(node)
        elif word == PRIVATE_WORD:
            self.private_gates.append(node)

    def add_conditions(self, osm_id: str, tags: Mapping[str, str]) -> None:
        """Note what holds at some times only."""
        if any(key in tags for key in CONDITIONS):
            self.conditional.append(osm_id)


@dataclass
class FeatureLists:
    """Features with a geometry: ids, hexadecimal WKB, and one tuple of attributes each."""

    id: list[str] = field(default_factory=list)
    wkb: list[str] = field(default_factory=list)
    attributes: list[tuple[Any, ...]] = field(default_factory=list)

    def add(self, osm_id: str, wkb: str, row: tuple[Any, ...]) -> None:
        """File one feature."""
        self.id.append(osm_id)
        self.wkb.append(wkb)
        self.attributes.append(row)


@dataclass
class RawOsm:
    """What one walk through a file found; facilities that are `private` or `gone` serve nobody."""

    streets: StreetLists = field(default_factory=StreetLists)
    buildings: FeatureLists = field(default_factory=FeatureLists)
    facilities: FeatureLists = field(default_factory=FeatureLists)
    water: FeatureLists = field(default_factory=FeatureLists)
    boundaries: FeatureLists = field(default_factory=FeatureLists)
    private: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def add_facility(
        self, osm_id: str, wkb: str, tags: Mapping[str, str], codes: tuple[str, ...]
    ) -> None:
        """File a facility that serves the public; note one that does not."""
        found = standing(tags)
        if found is Standing.OPEN:
            row = (tags.get("name"), stated_number(tags.get("capacity")), codes)
            self.facilities.add(osm_id, wkb, row)
        else:
            (self.gone if found is Standing.GONE else self.private).append(osm_id)


def read_raw(
    path: Path, facility_tags: FacilityTags, include: AbstractSet[str], day: dt.date | None
) -> RawOsm:
    """Collect streets, buildings, facilities, water and boundaries from a file.

    Parameters
    ----------
    path
        ``.osm.pbf``, ``.osm`` (XML), ``.osm.gz`` or ``.osm.bz2``; told apart by content.
    facility_tags
        What to take for a facility.
    include
        Names of `RawOsm` lists to fill; the others stay empty and cost nothing.
    day
        What has ended before it, or begins after it, is not there.

    Raises
    ------
    LoadError
        The file is absent, empty, not OpenStreetMap data, or cut short.
    """
    size = _size(path)
    collector = _Collector(facility_tags, include, day)

    def told(said: Message | str) -> Message:
        return message("osm.damaged", name=path.name, size=size, error=said)

    with reading(path.name, told=told):
        for thing in _processor(path, _file_format(path, size), collector):
            collector.take(thing)
    collector.finish()
    return collector.raw


def _size(path: Path) -> int:
    if not path.is_file():
        raise LoadError(message("osm.no_file", path=path))
    size = path.stat().st_size
    if size == 0:
        raise LoadError(message("osm.empty", name=path.name))
    return size


def _file_format(path: Path, size: int) -> str:
    with path.open("rb") as file:
        start = file.read(64)
    if b"OSMHeader" in start:
        return "pbf"
    for magic, name in _MAGIC.items():
        if start.lstrip().startswith(magic):
            return name
    raise LoadError(message("osm.other_content", name=path.name, size=size, start=repr(start[:16])))


def _processor(path: Path, file_format: str, collector: _Collector) -> Any:
    kinds = osmium.osm
    processor = osmium.FileProcessor(osmium.io.File(str(path), file_format)).with_locations()
    if collector.area_keys:
        processor = processor.with_areas(KeyFilter(*collector.area_keys))
    shapes = kinds.WAY | kinds.RELATION | kinds.AREA
    wanted = shapes | kinds.NODE if collector.node_keys else shapes
    processor = processor.with_filter(EntityFilter(wanted))
    if collector.node_keys:
        nodes = KeyFilter(*collector.node_keys)
        nodes.enable_for(kinds.NODE)
        processor = processor.with_filter(nodes)
    others = KeyFilter(*collector.way_keys, *collector.area_keys)
    others.enable_for(kinds.WAY | kinds.RELATION | kinds.AREA)
    return processor.with_filter(others)


class _Collector:
    """Sorts what the file gives into lists; called once per object, so it stays flat."""

    def __init__(
        self, facility_tags: FacilityTags, include: AbstractSet[str], day: dt.date | None
    ) -> None:
        self.raw = RawOsm()
        self._day = day
        self._tags = facility_tags
        self._include = include
        self._wkb = osmium.geom.WKBFactory()
        # Areas announced by a way or relation; osmium passes over what does not close.
        self._announced: dict[str, None] = {}
        self._built: set[str] = set()
        self.facility_keys = (
            (*facility_tags.keys, *facility_tags.former_keys) if "facilities" in include else ()
        )
        self.gate_keys = _GATE_KEYS if "streets" in include else ()
        self.home_keys = ("building",) if "buildings" in include else ()
        self.node_keys = (*self.facility_keys, *self.gate_keys, *self.home_keys)
        # An empty filter lets everything pass, so a key that no way has stands in.
        self.way_keys = tuple(
            key
            for layer, key in (
                ("streets", "highway"),
                ("streets", "route"),
                ("water", "waterway"),
            )
            if layer in include
        ) or ("siting:none",)
        self.area_keys = tuple(sorted(self._keys_of_areas()))

    def _keys_of_areas(self) -> set[str]:
        keys = set(self.facility_keys)
        keys |= {"building"} if "buildings" in self._include else set()
        keys |= set(WATER_AREAS) if "water" in self._include else set()
        keys |= {"boundary"} if "boundaries" in self._include else set()
        return keys | ({"highway"} if "streets" in self._include else set())

    def take(self, thing: Any) -> None:
        """File one node, way or area."""
        tags = as_of(dict(thing.tags), self._day)
        if thing.is_area():
            self._area(thing, tags)
        elif thing.is_way():
            self._way(thing, tags)
            self._announce(f"w{thing.id}", tags)
        elif thing.is_relation():
            if tags.get("type") in ("multipolygon", "boundary"):
                self._announce(f"r{thing.id}", tags)
        else:
            self._node(thing, tags)

    def _node(self, node: Any, tags: Mapping[str, str]) -> None:
        if any(key in tags for key in self.gate_keys):
            self.raw.streets.add_gate(node.id, tags)
            self.raw.streets.add_conditions(f"n{node.id}", tags)
        row = building_row(tags) if self.home_keys else None
        if row is not None:
            self.raw.buildings.add(f"n{node.id}", self._wkb.create_point(node), row)
        codes = self._codes(tags)
        if codes:
            self.raw.add_facility(f"n{node.id}", self._wkb.create_point(node), tags, codes)
        elif "facilities" in self._include and self._tags.match_former(tags):
            self.raw.gone.append(f"n{node.id}")

    def finish(self) -> None:
        """Note the areas that were announced and never came."""
        self.raw.broken += [each for each in self._announced if each not in self._built]

    def _announce(self, osm_id: str, tags: Mapping[str, str]) -> None:
        # A way with boundary=administrative is one side of an area that its relation announces.
        sides = self.raw.boundaries if osm_id.startswith("w") else None
        if self._codes(tags) or any(lists is not sides for lists, _ in self._rows(tags)):
            self._announced[osm_id] = None

    def _codes(self, tags: Mapping[str, str]) -> tuple[str, ...]:
        return self._tags.match(tags) if "facilities" in self._include else ()

    def _rows(self, tags: Mapping[str, str]) -> list[tuple[FeatureLists, tuple[Any, ...]]]:
        raw = self.raw
        kept = (
            ("buildings", raw.buildings, building_row(tags)),
            ("water", raw.water, water_row(tags)),
            ("boundaries", raw.boundaries, boundary_row(tags)),
        )
        return [(lists, row) for name, lists, row in kept if row and name in self._include]

    def _way(self, way: Any, tags: Mapping[str, str]) -> None:
        if "highway" in tags and "streets" in self._include:
            square = f"w{way.id}" if is_square(tags) and tags.get("area") == "yes" else ""
            self._street(f"w{way.id}", way.nodes, tags, square)
        elif "streets" in self._include and is_ferry(tags):
            self.raw.streets.ferries.append(f"w{way.id}")
        elif tags.get("waterway") in WATER_LINES and "tunnel" not in tags:
            self._line_of_water(way, tags)

    def _street(self, way_id: str, nodes: Any, tags: Mapping[str, str], square: str = "") -> None:
        streets = self.raw.streets
        walk = walk_access(tags)
        if walk is None:
            streets.not_walkable += 1
            return
        streets.add_conditions(way_id, tags)
        # A one-way against the drawing is drawn the other way round, so `oneway` needs no sign.
        order = list(nodes)[::-1] if walk.direction < 0 else list(nodes)
        streets.add_way(way_id, len(order), tags, walk, square)
        streets.refs += [node.ref for node in order]
        streets.x += [node.x for node in order]
        streets.y += [node.y for node in order]

    def _line_of_water(self, way: Any, tags: Mapping[str, str]) -> None:
        try:
            wkb = self._wkb.create_linestring(way)
        except RuntimeError:
            self.raw.broken.append(f"w{way.id}")
            return
        self.raw.water.add(f"w{way.id}", wkb, (tags.get("name"), tags["waterway"], True))

    def _area(self, area: Any, tags: Mapping[str, str]) -> None:
        area_id = f"{'w' if area.from_way() else 'r'}{area.orig_id()}"
        if is_square(tags) and not area.from_way() and "streets" in self._include:
            self._rings(area, area_id, tags)
        wanted, codes = self._rows(tags), self._codes(tags)
        if not codes and "facilities" in self._include and self._tags.match_former(tags):
            self.raw.gone.append(area_id)
        if not wanted and not codes:
            return
        try:
            wkb = self._wkb.create_multipolygon(area)
        except RuntimeError:
            return
        self._built.add(area_id)
        for lists, row in wanted:
            lists.add(area_id, wkb, row)
        if codes:
            self.raw.add_facility(area_id, wkb, tags, codes)

    def _rings(self, area: Any, area_id: str, tags: Mapping[str, str]) -> None:
        """Let the edges of a square mapped as a relation be walked; its ways carry no tags."""
        rings = [ring for outer in area.outer_rings() for ring in (outer, *area.inner_rings(outer))]
        for number, ring in enumerate(rings):
            self._street(f"{area_id}.{number}", ring, tags, area_id)


def building_row(tags: Mapping[str, str]) -> tuple[Any, ...] | None:
    """Return name, kind, use, levels, flats and unreadable levels; None for anything else."""
    if tags.get("building", "no") == "no":
        return None
    text = tags.get("building:levels")
    levels, flats = number_of_levels(text), stated_number(tags.get("building:flats"))
    unread = text if text and levels != levels else None  # noqa: PLR0124 - not a number
    return tags.get("name"), tags["building"], residential_use(tags), levels, flats, unread


def number_of_levels(text: str | None) -> float:
    """Read a number of storeys as mappers should write it: digits, positive, not thousands.

    Examples
    --------
    >>> number_of_levels("6"), number_of_levels("6.5"), number_of_levels("3-4")
    (6.0, 6.5, nan)
    """
    plain = _LEVELS.fullmatch(text or "")
    number = float(plain.group(1)) if plain else 0.0
    return number if 0 < number <= _MOST_LEVELS else float("nan")


def water_row(tags: Mapping[str, str]) -> tuple[Any, ...] | None:
    """Return name, kind and whether it divides, of an area of water; None for anything else."""
    for key, values in WATER_AREAS.items():
        if tags.get(key) in values:
            kind = tags.get("water") or tags[key]
            return tags.get("name"), kind, kind in DIVIDING_WATER
    return None


def boundary_row(tags: Mapping[str, str]) -> tuple[Any, ...] | None:
    """Return the columns of an administrative boundary; None for anything else."""
    if tags.get("boundary") != "administrative":
        return None
    return (
        tags.get("name"),
        stated_number(tags.get("admin_level")),
        stated_number(tags.get("population")),
    )


def stated_number(text: str | None) -> float:
    """Read a plain, finite, non-negative number; anything else counts as not stated."""
    try:
        value = float(text or "nan")
    except ValueError:
        return float("nan")
    return value if 0 <= value < float("inf") else float("nan")
