"""OpenStreetMap by place name: fetched through OSMnx when online, kept on disk, read the same way.

Owns OSMnx. The features it brings go through the same rules as a file, so that a place and an
extract of it give the same tables. A graph that OSMnx saved is read here too.
"""

from __future__ import annotations

import datetime as dt
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import osmnx as ox
import shapely
from osmnx._errors import InsufficientResponseError

from siting.boundary import reading
from siting.errors import LoadError
from siting.loaders.osm.facilities import FacilityTags
from siting.loaders.osm.file import (
    WATER_AREAS,
    WATER_LINES,
    FeatureLists,
    RawOsm,
    StreetLists,
    building_row,
    water_row,
)
from siting.loaders.osm.standing import as_of
from siting.loaders.osm.streets import coordinate_units
from siting.loaders.osm.tables import OsmExtract, OsmLayer, checked_layers, extract_of
from siting.loaders.osm.walking import is_ferry, is_square, walk_access
from siting.message import Message, message
from siting.private_files import make_private

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import geopandas as gpd

    from siting.data_report import DataReport

CACHE_FOLDER = ".siting-cache"

_Tags = dict[str, str]
# Walls and fences are not asked for: nearly all of them are lines beside the streets.
_STREET_QUERY: dict[str, bool | list[str]] = {
    "highway": True,
    "barrier": [
        "bollard", "entrance", "full-height_turnstile", "gate", "hampshire_gate", "kissing_gate",
        "lift_gate", "sally_port", "sliding_gate", "swing_gate", "turnstile", "wicket_gate",
    ],
    "route": ["ferry"],
}  # fmt: skip
_WATER_QUERY = {**{k: sorted(v) for k, v in WATER_AREAS.items()}}
_WATER_QUERY["waterway"] = sorted({*_WATER_QUERY["waterway"], *WATER_LINES})


def read_place(
    place: str,
    facility_types: Mapping[str, Sequence[Mapping[str, str | Sequence[str]]]],
    *,
    cache: Path,
    report: DataReport,
    day: dt.date | None = None,
    include: Iterable[OsmLayer] = ("streets", "buildings", "facilities", "water"),
    private_streets: str = "residents",
    exclude_highways: Iterable[str] = (),
) -> OsmExtract:
    """Fetch a place from OpenStreetMap, or take it from the cache.

    Parameters
    ----------
    place
        What people call it, such as ``武汉市江岸区``; its boundary is looked up.
    facility_types, day, private_streets, exclude_highways
        As `siting.loaders.osm.tables.read_osm`.
    cache
        Folder for the answers; asking again needs no net. Delete it to fetch afresh.
    report
        Gets what was fetched, and everything that `read_osm` reports.
    include
        Layers to fetch; boundaries are not among them.

    Returns
    -------
    OsmExtract
        As from a file. Junctions are where ways share a vertex, and their keys are numbers of
        this extract, not of OpenStreetMap.

    Raises
    ------
    LoadError
        The place is unknown or has no boundary; it is not in the cache and cannot be fetched; it
        has no streets.
    """
    wanted = checked_layers(include)
    tags = FacilityTags(facility_types)
    raw = RawOsm()
    fetcher = _Fetcher(place, cache, day)
    if "streets" in wanted:
        _collect_streets(fetcher.features(_STREET_QUERY), raw)
        if not raw.streets.id:
            raise LoadError(message("osm.place_no_streets", place=place))
    if "buildings" in wanted:
        _collect(fetcher.features({"building": True}), building_row, raw.buildings)
    if "facilities" in wanted:
        _collect_facilities(fetcher.features(tags.query), tags, raw)
    if "water" in wanted:
        _collect(fetcher.features(_WATER_QUERY), _any_water, raw.water)
    told = message("note.place-fetched", place=place, folder=cache.name)
    report.add(place, "info", "place-fetched", told, count=len(raw.streets.id))
    return extract_of(
        raw, place, report=report, private_streets=private_streets,
        exclude_highways=exclude_highways,
    )  # fmt: skip


def read_graph(path: Path) -> gpd.GeoDataFrame:
    """Read the streets of a GraphML file that OSMnx saved.

    Parameters
    ----------
    path
        ``.graphml``.

    Returns
    -------
    geopandas.GeoDataFrame
        Lines in the graph's CRS with ``u, v, key`` as in OSMnx's edge tables, each street once;
        ``highway`` and ``name`` of merged ways are joined by ``;``.

    Raises
    ------
    LoadError
        Not GraphML, or not of OSMnx.
    """
    size = path.stat().st_size if path.is_file() else 0

    def told(said: Message | str) -> Message:
        return message("osm.no_graphml", name=path.name, size=size, error=said)

    with reading(path.name, told=told):
        graph = ox.load_graphml(path)
        edges = ox.convert.graph_to_gdfs(ox.convert.to_undirected(graph), nodes=False)
    frame = edges.reset_index()
    for column in ("highway", "name", "bridge", "tunnel", "layer"):
        if column in frame.columns:
            frame[column] = [";".join(v) if isinstance(v, list) else v for v in frame[column]]
    wanted = ("u", "v", "key", "highway", "name", "bridge", "tunnel", "layer", "geometry")
    kept = [each for each in wanted if each in frame]
    return frame[kept]


class _Fetcher:
    """Asks for the features of one place; its boundary is looked up once."""

    def __init__(self, place: str, cache: Path, day: dt.date | None) -> None:
        self._place, self._cache, self._day = place, cache, day
        self._boundary = self._look_up()

    def features(self, tags: Mapping[str, Any]) -> Iterable[tuple[str, _Tags, Any]]:
        """Give id, tags and geometry of each feature with one of the tags."""
        try:
            with _settings(self._cache):
                return _rows(ox.features_from_polygon(self._boundary, dict(tags)), self._day)
        except InsufficientResponseError:
            return ()
        except (OSError, ValueError) as fault:
            raise LoadError(self._unreachable(fault)) from None

    def _look_up(self) -> Any:
        try:
            with _settings(self._cache):
                return ox.geocode_to_gdf(self._place).union_all()
        except (InsufficientResponseError, TypeError):  # unknown, or known as a point only
            raise LoadError(message("osm.unknown_place", place=self._place)) from None
        except (OSError, ValueError) as fault:
            raise LoadError(self._unreachable(fault)) from None

    def _unreachable(self, fault: Exception) -> Message:
        reason = f"{type(fault).__name__}: {' '.join(str(fault).split())}"
        said = message("value.said", text=reason[:200])
        return message("osm.unreachable", place=self._place, folder=self._cache, error=said)


@contextmanager
def _settings(cache: Path) -> Iterator[None]:
    """Set OSMnx up for one call, and leave its global settings and the socket as they were."""
    folder = cache / "osmnx"
    ours = {
        # What another user could have written is not read as an answer of OpenStreetMap.
        "use_cache": make_private(cache) and make_private(folder),
        "cache_folder": str(folder),
        "cache_only_mode": False,
        "log_console": False,
        "log_file": False,
        # Asking for its load first makes an unreachable server cost a minute.
        "overpass_rate_limit": False,
        "requests_timeout": 180,
    }
    before = {name: getattr(ox.settings, name) for name in ours}
    resolve = socket.getaddrinfo
    try:
        for name, value in ours.items():
            setattr(ox.settings, name, value)
        yield
    finally:
        socket.getaddrinfo = resolve
        for name, value in before.items():
            setattr(ox.settings, name, value)


def _rows(frame: gpd.GeoDataFrame, day: dt.date | None) -> Iterator[tuple[str, _Tags, Any]]:
    columns = [name for name in frame.columns if name != "geometry"]
    cells = frame[columns].to_numpy(dtype=object)
    for (kind, number), values, shape in zip(frame.index, cells, frame.geometry.array, strict=True):
        tags = {k: v for k, v in zip(columns, values, strict=True) if isinstance(v, str)}
        yield f"{kind[0]}{number}", as_of(tags, day), shape


def _collect_streets(features: Iterable[tuple[str, _Tags, Any]], raw: RawOsm) -> None:
    """File the walkable ways, with numbers of shared vertices in place of node ids."""
    streets = raw.streets
    lines, gates = [], []
    for osm_id, tags, shape in features:
        if osm_id.startswith("n"):
            gates.append((osm_id, tags, shape))
        elif is_ferry(tags):
            streets.ferries.append(osm_id)
        elif "highway" in tags:
            lines += _street_parts(osm_id, tags, shape, streets)
    points = [shape for _, _, shape in gates]
    units = coordinate_units(shapely.get_coordinates([*lines, *points]))
    number = np.unique(units, axis=0, return_inverse=True)[1].ravel()
    vertices = len(units) - len(points)
    streets.x, streets.y = units[:vertices, 0].tolist(), units[:vertices, 1].tolist()
    streets.refs = number[:vertices].tolist()
    for node, (osm_id, tags, _) in zip(number[vertices:].tolist(), gates, strict=True):
        streets.add_gate(node, tags)
        streets.add_conditions(osm_id, tags)


def _street_parts(osm_id: str, tags: _Tags, shape: Any, streets: StreetLists) -> list[Any]:
    """File a way, or the edges of a square, and return its lines in the order they are walked."""
    walk = walk_access(tags)
    closed = shape.geom_type in ("Polygon", "MultiPolygon")
    if walk is None or (osm_id.startswith("r") and not is_square(tags)):
        streets.not_walkable += 1
        return []
    streets.add_conditions(osm_id, tags)
    parts = shapely.get_parts(shape.boundary if closed else shape)
    for part in parts:
        square = osm_id if closed and is_square(tags) else ""
        streets.add_way(osm_id, shapely.get_num_coordinates(part), tags, walk, square)
    return list(shapely.reverse(parts) if walk.direction < 0 else parts)


def _collect(features: Iterable[tuple[str, _Tags, Any]], row_of: Any, lists: FeatureLists) -> None:
    for osm_id, tags, shape in features:
        row = row_of(tags)
        area = shape.geom_type in ("Polygon", "MultiPolygon")
        node = shape.geom_type == "Point" and "building" in tags
        if row is not None and (area or node or tags.get("waterway") in WATER_LINES):
            lists.add(osm_id, shapely.to_wkb(shape, hex=True), row)


def _any_water(tags: _Tags) -> tuple[Any, ...] | None:
    if tags.get("waterway") in WATER_LINES:
        return (tags.get("name"), tags["waterway"], True) if "tunnel" not in tags else None
    return water_row(tags)


def _collect_facilities(
    features: Iterable[tuple[str, _Tags, Any]], facility_tags: FacilityTags, raw: RawOsm
) -> None:
    for osm_id, tags, shape in features:
        if shape.geom_type not in ("Point", "Polygon", "MultiPolygon"):
            continue
        codes = facility_tags.match(tags)
        if codes:
            raw.add_facility(osm_id, shapely.to_wkb(shape, hex=True), tags, codes)
        elif facility_tags.match_former(tags):
            raw.gone.append(osm_id)
