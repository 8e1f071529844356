"""From a project to the tables of an analysis: everything read, in one metric system, checked.

Owns the order of the steps and what is decided across layers: the metric system, which datum the
points are in, who lives where, and what lies too far out. Single layers are read by
`siting.loaders.layer.readers`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import lazy_loader
import numpy as np

from siting.crs import check_datum, check_metric_crs, choose_metric_crs, lonlat_bounds, parse_crs
from siting.errors import LoadError
from siting.loaders.formats.files import InputFile, input_file
from siting.loaders.layer.astray import leave_out_astray
from siting.loaders.layer.people.homes import far_homes, homes_of
from siting.loaders.layer.tables import joined
from siting.message import Message, message
from siting.tables import (
    AREAS,
    BARRIERS,
    ENTRANCES,
    FACILITIES,
    RESIDENTIAL,
    SITES,
    STREETS,
    check_table,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    import pyproj

    from siting.data_report import DataReport
    from siting.loaders.layer import readers
    from siting.loaders.layer.reading import LayerReading, Readings
    from siting.loaders.project.model import Project
    from siting.progress import Progress
else:
    # Layers that an earlier run kept need no reader.
    readers = lazy_loader.load(
        "siting.loaders.layer.readers", error_on_import=True, suppress_warning=True
    )

_TELLING = 4000


@dataclass(frozen=True)
class Layers:
    """The tables of a project, in one metric system.

    Parameters
    ----------
    crs
        Metric system of every table.
    residential
        RESIDENTIAL: a row is a home; never empty.
    facilities
        FACILITIES: a row is a facility and type; may be empty.
    streets
        STREETS: a row is a segment; never empty.
    areas
        Level -> AREAS, in the order of the project file.
    barriers, entrances, water, sites
        BARRIERS, ENTRANCES, lines and polygons to draw, SITES; None where the project has none.
    inputs
        Every file that was read, with its hash, for the manifest.
    elevation
        GeoTIFF of heights, for `loaders.layer.people.raster.sample_elevation`; None without one.
    """

    crs: pyproj.CRS
    residential: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    streets: gpd.GeoDataFrame
    areas: Mapping[str, gpd.GeoDataFrame]
    barriers: gpd.GeoDataFrame | None
    entrances: gpd.GeoDataFrame | None
    water: gpd.GeoDataFrame | None
    sites: gpd.GeoDataFrame | None
    inputs: tuple[InputFile, ...]
    elevation: Path | None = None


def load_layers(
    project: Project, *, progress: Progress | None = None, report: DataReport
) -> Layers:
    """Read every layer of a project and make the tables of its analysis.

    Parameters
    ----------
    project
        From `siting.loaders.project.read.read_project`.
    progress
        Called with what is being done and the share that is done, 0 to 1.
    report
        Gets everything that was repaired, excluded, assumed or chosen.

    Returns
    -------
    Layers
        Population rasters are the homes where the project names no homes, and are spread over
        them otherwise. Households and people are filled only by parameters that the project
        states.

    Raises
    ------
    LoadError
        A file that cannot be read as what it is said to be; homes and streets in different
        places; the same area, home or site twice.
    CRSError
        Unknown, missing or unfit systems.
    TableError
        A table that breaks its contract in spite of all repairs.
    """
    readings = readers.read_all(project, report=report, progress=progress)
    _tell(progress, message("progress.layers_placing"), 0.8)
    crs = _metric_crs(project, readings, report)
    streets = joined(readings.streets, crs, STREETS, report)
    if streets is None:
        raise LoadError(message("street.none_left"))
    residential = homes_of(project, readings, crs, report)
    far_homes(residential, streets, project.parameters.max_access_m, report)
    facilities = joined(readings.facilities, crs, FACILITIES, report)
    sites = joined(readings.sites, crs, SITES, report)
    for reading in (*readings.residential, *readings.facilities, *readings.sites):
        _check_datum(reading, crs, streets, report)
    layers = Layers(
        crs=crs,
        residential=residential,
        facilities=_or_empty(facilities, crs, report),
        streets=streets,
        areas=_areas(readings.areas, crs, report),
        barriers=joined(readings.barriers, crs, BARRIERS, report),
        entrances=joined(readings.entrances, crs, ENTRANCES, report),
        water=joined(readings.water, crs, None, report),
        sites=sites,
        inputs=input_files(project),
        elevation=project.layers.elevation.path if project.layers.elevation else None,
    )
    check_layers(layers)
    _tell(progress, message("progress.layers_done"), 1.0)
    return layers


def _tell(progress: Progress | None, label: Message, share: float) -> None:
    if progress is not None:
        progress(label, share)


def _metric_crs(project: Project, readings: Readings, report: DataReport) -> pyproj.CRS:
    """Take the declared system where it measures metres here, else choose one."""
    telling = (*readings.streets, *readings.residential)
    leave_out_astray(telling, report)
    frames = [each.frame for each in telling]
    bounds = lonlat_bounds([*frames, *(cells.frame for cells in readings.population)])
    if project.crs is None:
        return choose_metric_crs(bounds, subject=project.name, report=report)
    crs = parse_crs(project.crs, subject=project.path.name).crs
    check_metric_crs(crs, bounds, subject=project.name)
    return crs


def _check_datum(
    reading: LayerReading, crs: pyproj.CRS, streets: gpd.GeoDataFrame, report: DataReport
) -> None:
    if reading.datum is None:
        return
    table = reading.table(crs)
    # A city's buildings all lie in the same datum; some thousand of them tell it.
    some = np.linspace(0, len(table) - 1, min(len(table), _TELLING)).astype(int)
    check_datum(
        table.iloc[some], streets, declared=reading.datum, report=report.of(reading.subject)
    )


def _or_empty(
    facilities: gpd.GeoDataFrame | None, crs: pyproj.CRS, report: DataReport
) -> gpd.GeoDataFrame:
    if facilities is not None:
        return facilities
    report.add("facilities", "warning", "facilities-none", message("note.facilities-none"))
    columns: dict[str, list[str]] = {"facility_id": [], "name": [], "facility_type": []}
    return gpd.GeoDataFrame(columns, geometry=[], crs=crs)


def _areas(
    readings: Iterable[LayerReading], crs: pyproj.CRS, report: DataReport
) -> dict[str, gpd.GeoDataFrame]:
    by_level: dict[str, list[LayerReading]] = {}
    for reading in readings:
        by_level.setdefault(reading.level, []).append(reading)
    tables = {level: joined(each, crs, AREAS, report) for level, each in by_level.items()}
    return {level: table for level, table in tables.items() if table is not None}


def input_files(project: Project) -> tuple[InputFile, ...]:
    """Hash every file that the layers of a project name, in the order of their paths."""
    return tuple(input_file(path) for path in sorted(set(_paths(project))))


def _paths(project: Project) -> Iterator[Path]:
    """Yield every file that the layers of a project name, some of them more than once."""
    layers = project.layers
    for name in type(layers).model_fields:
        found = getattr(layers, name)
        for layer in found if isinstance(found, tuple) else [found] if found else []:
            yield from (layer.path,) if layer.path is not None else ()
            within = getattr(layer, "within", None)
            yield from (within.path,) if within is not None else ()


def check_layers(layers: Layers) -> None:
    """Hold every table to its contract; what is wrong here is a fault of who made it.

    Raises
    ------
    TableError
        The first table that breaks it, with every fault of that table.
    """
    check_table(layers.residential, RESIDENTIAL)
    check_table(layers.facilities, FACILITIES)
    check_table(layers.streets, STREETS)
    for level, table in layers.areas.items():
        check_table(table, AREAS, subject=f"areas ({level})")
    for frame, spec in (
        (layers.barriers, BARRIERS),
        (layers.entrances, ENTRANCES),
        (layers.sites, SITES),
    ):
        if frame is not None:
            check_table(frame, spec)
