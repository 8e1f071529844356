"""Streets, buildings, facilities, water and boundaries from one OpenStreetMap file.

Owns the tables that are made of an extract. The file is read once; what is walkable, lived in or
a facility is decided by the private modules beside it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import geopandas as gpd
import numpy as np
import shapely

from siting.errors import LoadError
from siting.loaders.osm.buildings import homes_from_buildings
from siting.loaders.osm.buildings_once import buildings_once
from siting.loaders.osm.facilities import FacilityTags, merge_nested
from siting.loaders.osm.file import FeatureLists, RawOsm, StreetLists, read_raw
from siting.loaders.osm.gates import Cut, Gates, close_gates
from siting.loaders.osm.squares import add_ways_across
from siting.loaders.osm.streets import split_at_junctions
from siting.message import message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy.typing as npt

    from siting.data_report import DataReport, LayerReport

__all__ = [
    "OsmExtract",
    "OsmLayer",
    "checked_layers",
    "extract_of",
    "homes_from_buildings",
    "read_osm",
]

OsmLayer = Literal["streets", "buildings", "facilities", "water", "boundaries"]
ALL_LAYERS: tuple[OsmLayer, ...] = get_args(OsmLayer)


@dataclass(frozen=True)
class OsmExtract:
    """The tables of one extract, in EPSG:4326; a layer that was not asked for has no rows.

    Parameters
    ----------
    streets
        STREETS-shaped: ``street_id, from_node, to_node, highway, name, oneway, private,
        enclosed``. A row is a segment between two junctions; the nodes are OpenStreetMap's.
    buildings
        ``building_id, name, building, residential (yes | no | uncertain | gone), levels, flats,
        levels_unread``; the last is a number of storeys that could not be read. Points are
        buildings that are mapped as nodes.
    facilities
        FACILITIES-shaped: ``facility_id, name, facility_type, capacity``; one row per type.
    water
        ``water_id, name, kind, divides``; `divides` marks rivers, canals and lakes, which nobody
        walks across, apart from ponds and fountains.
    boundaries
        Administrative areas: ``area_id, name, admin_level, population``.
    """

    streets: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    water: gpd.GeoDataFrame
    boundaries: gpd.GeoDataFrame


def read_osm(
    path: Path,
    facility_types: Mapping[str, Sequence[Mapping[str, str | Sequence[str]]]],
    *,
    report: DataReport,
    day: dt.date | None = None,
    include: Iterable[OsmLayer] = ALL_LAYERS,
    private_streets: Literal["residents", "exclude"] = "residents",
    exclude_highways: Iterable[str] = (),
) -> OsmExtract:
    """Read a ``.osm.pbf``, ``.osm``, ``.osm.gz`` or ``.osm.bz2`` file in one go.

    Parameters
    ----------
    path
        The file; its format is told by its content.
    facility_types
        Facility type code -> alternatives, each a set of tags that must all be there. A value is
        a word, a list of words or ``"*"``. A feature of several types gets several rows.
    day
        What has an ``end_date`` before it, or a ``start_date`` after it, is not there; left out:
        dates are not looked at.
    report
        Gets what was left out, merged or could not be built.
    include
        The layers to read; less is quicker.
    private_streets
        ``residents``: paths with ``access=private`` stay, with `private` true, since those who
        live there walk them; ``exclude`` drops them.
    exclude_highways
        Values of ``highway`` to leave out besides those that cannot be walked.

    Returns
    -------
    OsmExtract
        An extract without any of a layer gives an empty table with all its columns.

    Raises
    ------
    LoadError
        The file is absent, empty, cut short, damaged, or not OpenStreetMap data.

    References
    ----------
    OpenStreetMap wiki, "OSM tags for routing/Access restrictions" (defaults for foot).
    """
    path = Path(path)
    raw = read_raw(path, FacilityTags(facility_types), checked_layers(include), day)
    return extract_of(
        raw,
        path.name,
        report=report,
        private_streets=private_streets,
        exclude_highways=exclude_highways,
    )


def extract_of(
    raw: RawOsm,
    name: str,
    *,
    report: DataReport,
    private_streets: str,
    exclude_highways: Iterable[str],
) -> OsmExtract:
    """Make tables of what was collected, from a file or from the net; see `read_osm`."""
    residents = private_streets == "residents"
    ways = report.of(f"streets ({name})")
    streets = _streets(raw.streets, ways, residents=residents)
    facilities = _facilities(raw.facilities)
    _note_raw(raw, name, report)
    left_out = frozenset(exclude_highways)
    return OsmExtract(
        streets=_allowed(streets, private_streets, left_out, ways),
        buildings=buildings_once(
            _table(raw.buildings, _BUILDING_COLUMNS, "building_id"),
            report.of(f"residential ({name})"),
        ),
        facilities=merge_nested(facilities, report.of(f"facilities ({name})")),
        water=_table(raw.water, ("name", "kind", "divides"), "water_id"),
        boundaries=_table(raw.boundaries, ("name", "admin_level", "population"), "area_id"),
    )


_BUILDING_COLUMNS = ("name", "building", "residential", "levels", "flats", "levels_unread")
_KINDS: dict[str, type] = {
    **dict.fromkeys(("levels", "flats", "admin_level", "population", "capacity"), float),
    "divides": bool,
}


def checked_layers(include: Iterable[str]) -> frozenset[str]:
    """Return the layers asked for; LoadError where OpenStreetMap has no such layer."""
    wanted = frozenset(include)
    unknown = sorted(wanted - set(ALL_LAYERS))
    if unknown:
        raise LoadError(message("osm.no_layer", names=unknown, known=ALL_LAYERS))
    return wanted


def _streets(lists: StreetLists, report: LayerReport, *, residents: bool) -> gpd.GeoDataFrame:
    across = add_ways_across(lists)
    if across:
        told = message("note.square-crossed", count=across)
        report.add("info", "square-crossed", told, count=across)
    xy = np.column_stack((np.array(lists.x, dtype=np.int64), np.array(lists.y, dtype=np.int64)))
    sizes, refs = np.array(lists.size, dtype=np.int64), np.array(lists.refs, dtype=np.int64)
    gates = Gates(
        np.array(lists.closed_gates, dtype=np.int64), np.array(lists.private_gates, dtype=np.int64)
    )
    parts = split_at_junctions(sizes, refs, xy, gates.all)
    private = np.array(lists.private, dtype=bool)[parts.way]
    cut = close_gates(parts, gates, private, residents=residents)
    _note_gates(cut, report)
    parts = cut.segments
    owner = _column(lists.id)[parts.way]
    ids = [f"{way}-{part}" for way, part in zip(owner, parts.ordinal, strict=True)]
    columns = {
        "street_id": _column(ids),
        "from_node": parts.from_node,
        "to_node": parts.to_node,
        "highway": _column(lists.highway)[parts.way],
        "name": _column(lists.name)[parts.way],
        "oneway": np.array(lists.oneway, dtype=bool)[parts.way],
        "private": private,
        "enclosed": np.array(lists.enclosed, dtype=bool)[parts.way],
    }
    return gpd.GeoDataFrame(columns, geometry=parts.lines, crs="EPSG:4326")


def _note_gates(cut: Cut, report: LayerReport) -> None:
    if cut.closed:
        told = message("note.gate-closed", count=cut.closed)
        report.add("info", "gate-closed", told, count=cut.closed)
    if cut.kept:
        told = message("note.gate-private-kept", count=cut.kept)
        report.add("assumption", "gate-private-kept", told, count=cut.kept)


def _column(values: Sequence[object]) -> npt.NDArray[np.object_]:
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


def _table(lists: FeatureLists, columns: tuple[str, ...], key: str) -> gpd.GeoDataFrame:
    data: dict[str, npt.NDArray[np.generic]] = {key: _column(lists.id)}
    for position, name in enumerate(columns):
        values = [row[position] for row in lists.attributes]
        data[name] = np.array(values, dtype=_KINDS[name]) if name in _KINDS else _column(values)
    return gpd.GeoDataFrame(data, geometry=_geometry(lists.wkb), crs="EPSG:4326")


def _geometry(wkb: list[str]) -> npt.NDArray[np.object_]:
    geometry: npt.NDArray[np.object_] = shapely.from_wkb(_column(wkb))
    # osmium writes every area as a MultiPolygon; most have one part.
    single = shapely.get_num_geometries(geometry) == 1
    geometry[single] = shapely.get_geometry(geometry[single], 0)
    return geometry


def _facilities(lists: FeatureLists) -> gpd.GeoDataFrame:
    """Give each type of a feature its own row."""
    table = _table(lists, ("name", "capacity", "facility_type"), "facility_id")
    rows = table.explode("facility_type", ignore_index=True)
    return rows[["facility_id", "name", "facility_type", "capacity", "geometry"]]


def _note_raw(raw: RawOsm, name: str, report: DataReport) -> None:
    streets = report.of(f"streets ({name})")
    count = raw.streets.not_walkable
    if count:
        told = message("note.way-not-walkable", count=count)
        streets.add("info", "way-not-walkable", told, count=count)
    _note_times(raw.streets, streets)
    _note_facilities(raw, report.of(f"facilities ({name})"))
    if raw.broken:
        told = message("note.osm-geometry-broken", count=len(raw.broken))
        report.of(name).add("excluded", "osm-geometry-broken", told, rows=raw.broken)


def _note_times(lists: StreetLists, report: LayerReport) -> None:
    if lists.conditional:
        told = message("note.way-conditional", count=len(lists.conditional))
        report.add("warning", "way-conditional", told, rows=lists.conditional)
    if lists.ferries:
        told = message("note.ferry-left-out", count=len(lists.ferries))
        report.add("excluded", "ferry-left-out", told, rows=lists.ferries)


def _note_facilities(raw: RawOsm, report: LayerReport) -> None:
    if raw.private:
        told = message("note.facility-private", count=len(raw.private))
        report.add("excluded", "facility-private", told, rows=raw.private)
    if raw.gone:
        told = message("note.facility-gone-by-tags", count=len(raw.gone))
        report.add("excluded", "facility-gone", told, rows=raw.gone)


def _allowed(
    streets: gpd.GeoDataFrame,
    private_streets: str,
    exclude_highways: frozenset[str],
    report: LayerReport,
) -> gpd.GeoDataFrame:
    private = streets["private"].to_numpy(dtype=bool)
    left_out = streets["highway"].isin(exclude_highways).to_numpy()
    if private.any() and private_streets == "residents":
        told = message("note.street-private-kept", count=private.sum())
        report.add("assumption", "street-private-kept", told, count=private.sum())
    elif private.any():
        told = message("note.street-private", count=private.sum())
        report.add("excluded", "street-private", told, count=private.sum())
        left_out = left_out | private
    chosen = int(streets["highway"].isin(exclude_highways).sum())
    if chosen:
        told = message("note.street-excluded", count=chosen, kinds=sorted(exclude_highways))
        report.add("excluded", "street-excluded", told, count=chosen)
    return streets.loc[~left_out].reset_index(drop=True)
