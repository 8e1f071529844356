"""Layers that come from OpenStreetMap: which of its tables each one takes, and in what shape.

Owns the choice between a file and a place.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal

from siting.crs import to_metric
from siting.errors import LoadError
from siting.loaders import osm
from siting.loaders.layer.reading import Context, LayerReading, Readings
from siting.loaders.osm.buildings import homes_from_buildings
from siting.loaders.osm.tables import OsmExtract, OsmLayer, read_osm
from siting.message import message

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import geopandas as gpd
    import pyproj

    from siting.loaders.project.model import AreaLayer, FacilityLayer
    from siting.loaders.project.model import OsmLayer as OsmSettings

_SUFFIXES = (".pbf", ".osm", ".osm.xml", ".osm.gz", ".osm.bz2")


def is_osm(path: Path) -> bool:
    """Say whether a file is OpenStreetMap data by its name."""
    return path.name.lower().endswith(_SUFFIXES)


@dataclass(frozen=True)
class OsmSource:
    """Where OpenStreetMap comes from, and which streets count."""

    path: Path | None
    place: str | None = None
    private_streets: Literal["residents", "exclude"] = "residents"
    exclude_highways: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """File or place, for messages."""
        return self.path.name if self.path is not None else str(self.place)


def read_extract(source: OsmSource, include: Iterable[OsmLayer], context: Context) -> OsmExtract:
    """Read the layers of a file or a place."""
    if source.path is not None:
        return read_osm(
            source.path,
            context.types.osm_tags,
            day=context.project.day,
            report=context.report,
            include=include,
            private_streets=source.private_streets,
            exclude_highways=source.exclude_highways,
        )
    return osm.read_place(
        source.name,
        context.types.osm_tags,
        cache=context.project.folder / osm.CACHE_FOLDER,
        day=context.project.day,
        report=context.report,
        include=include,
        private_streets=source.private_streets,
        exclude_highways=source.exclude_highways,
    )


def add_osm(settings: OsmSettings, readings: Readings, context: Context) -> None:
    """Take from one file or place every layer that the project does not give by itself."""
    layers = context.project.layers
    given = {
        "streets": layers.streets is not None,
        "residential": bool(layers.residential),
        "facilities": bool(layers.facilities),
        "water": bool(layers.water),
    }
    used = [name for name in settings.use if not given[name]]
    source = OsmSource(
        settings.path, settings.place, settings.private_streets, settings.exclude_highways
    )
    tables: dict[str, OsmLayer] = {
        "streets": "streets",
        "residential": "buildings",
        "facilities": "facilities",
        "water": "water",
    }
    extract = read_extract(source, [tables[name] for name in used], context)
    if "streets" in used:
        readings.streets.append(streets_reading(extract, source, context))
    if "residential" in used:
        readings.residential.append(
            homes_reading(extract, source, context, uncertain=settings.uncertain_buildings)
        )
    if "facilities" in used:
        readings.facilities.append(_as_is("facilities", extract.facilities, source, context))
    if "water" in used:
        readings.water.append(_as_is("water", extract.water, source, context))
    if "water" in used and settings.water_as_barrier and not layers.barriers:
        readings.barriers.append(barriers_reading(extract, source, context))


def streets_reading(extract: OsmExtract, source: OsmSource, context: Context) -> LayerReading:
    """Take the streets; an extract without any is an error."""
    if not len(extract.streets):
        raise LoadError(message("osm.no_streets", name=source.name))
    return _as_is("streets", extract.streets, source, context)


def homes_reading(
    extract: OsmExtract, source: OsmSource, context: Context, *, uncertain: str = "keep"
) -> LayerReading:
    """Make homes of the buildings once their footprint can be measured."""
    subject = f"residential ({source.name})"
    if not len(extract.buildings):
        raise LoadError(message("osm.no_buildings", subject=subject))

    def make(frame: gpd.GeoDataFrame, crs: pyproj.CRS) -> gpd.GeoDataFrame:
        return homes_from_buildings(
            to_metric(frame, crs, subject=subject, report=context.report),
            report=context.report.of(subject),
            uncertain=uncertain == "keep",
            default_levels=context.project.parameters.default_levels,
        )

    return LayerReading(subject, extract.buildings, make)


def facilities_reading(layer: FacilityLayer, context: Context) -> LayerReading:
    """Take the facilities of a file by their tags, or those of one type."""
    source = OsmSource(layer.path)
    facilities = read_extract(source, ["facilities"], context).facilities
    rule = layer.facility_type
    if rule is not None and rule.code is None:
        raise LoadError(message("osm.types_from_tags", name=source.name))
    if rule is not None:
        facilities = facilities[facilities["facility_type"] == rule.code].reset_index(drop=True)
    return _as_is("facilities", facilities, source, context)


def areas_reading(layer: AreaLayer, context: Context) -> LayerReading:
    """Take the administrative areas of a file, of one level where it is named."""
    source = OsmSource(layer.path)
    areas = read_extract(source, ["boundaries"], context).boundaries
    levels = sorted(set(areas["admin_level"].dropna()))
    if layer.admin_level is not None:
        areas = areas[areas["admin_level"] == layer.admin_level].reset_index(drop=True)
    if not len(areas):
        told = {"name": source.name, "level": str(layer.admin_level)}
        raise LoadError(message("osm.no_boundary", levels=levels or message("value.none"), **told))
    areas = areas.assign(level=layer.level)
    return _as_is("areas", areas, source, context, level=layer.level)


def barriers_reading(extract: OsmExtract, source: OsmSource, context: Context) -> LayerReading:
    """Take the rivers, canals and lakes, which nobody walks across."""
    water = extract.water
    dividing = water.loc[water["divides"].to_numpy(dtype=bool)].reset_index(drop=True)
    told = message("note.water-divides", count=len(dividing))
    context.report.add(
        f"barriers ({source.name})", "assumption", "water-divides", told, count=len(dividing)
    )
    return _as_is("barriers", dividing, source, context)


def water_reading(path: Path, context: Context) -> LayerReading:
    """Take all water, to be drawn."""
    source = OsmSource(path)
    return _as_is("water", read_extract(source, ["water"], context).water, source, context)


def _as_is(
    layer: str, frame: gpd.GeoDataFrame, source: OsmSource, context: Context, *, level: str = ""
) -> LayerReading:
    subject = f"{layer} ({source.name})"
    make = partial(to_metric, subject=subject, report=context.report)
    return LayerReading(subject, frame, make, level=level)
