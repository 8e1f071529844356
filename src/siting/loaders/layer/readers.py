"""Reading the layers of a project, each in the system it is in.

Owns which reader a layer gets: a file of features, a table of points, OpenStreetMap as a file or
a place, a saved graph, a raster.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from siting.boundary import working_on
from siting.crs import parse_crs, place
from siting.errors import LoadError
from siting.loaders import osm
from siting.loaders.layer import from_osm
from siting.loaders.layer.columns.match import (
    AREA_FIELDS,
    ENTRANCE_FIELDS,
    FACILITY_FIELDS,
    RESIDENTIAL_FIELDS,
    SITE_FIELDS,
    STREET_FIELDS,
)
from siting.loaders.layer.contract import (
    STATUS_COLUMN,
    areas_table,
    barriers_table,
    entrances_table,
    facilities_table,
    residential_table,
    sites_table,
    streets_table,
)
from siting.loaders.layer.people.raster import read_population
from siting.loaders.layer.reading import Context, LayerReading, PopulationReading, Readings
from siting.loaders.layer.sources import FileSource, read_source
from siting.loaders.layer.streets.access import open_streets
from siting.loaders.layer.streets.junctions import join_lines
from siting.loaders.layer.streets.squares import cut_at_corners, with_ways_across
from siting.loaders.layer.tables import only_where
from siting.message import message
from siting.vocabulary.facility_types import load_facility_types

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import geopandas as gpd
    import pyproj

    from siting.data_report import DataReport, LayerReport
    from siting.loaders.project.model import (
        AreaLayer,
        BarrierLayer,
        EntranceLayer,
        FacilityLayer,
        FileLayer,
        PopulationLayer,
        Project,
        ResidentialLayer,
        SiteLayer,
        StreetLayer,
        WaterLayer,
    )
    from siting.progress import Progress
    from siting.vocabulary.headers import Field

# Reading is most of the work of loading; the rest is placing.
READING_SHARE = 0.8


def read_all(project: Project, *, report: DataReport, progress: Progress | None = None) -> Readings:
    """Read every file of a project.

    Parameters
    ----------
    project
        From `siting.loaders.project.read.read_project`.
    report
        Gets what the readers repaired, excluded or assumed.
    progress
        Called before each file with its layer and the share that is done, up to 0.8.

    Raises
    ------
    LoadError, CRSError
        The first file that cannot be used.
    """
    context = Context(project, load_facility_types(), report)
    readings = Readings()
    jobs = list(_jobs(project))
    for number, (name, layer, read) in enumerate(jobs):
        if progress is not None:
            progress(message("progress.layer", name=name), READING_SHARE * number / len(jobs))
        if name == "osm":
            from_osm.add_osm(layer, readings, context)
        else:
            with working_on(name):
                getattr(readings, name).append(read(layer, context))
    return readings


def _jobs(project: Project) -> Iterable[tuple[str, Any, Callable[[Any, Context], Any]]]:
    """List what is to be read: name of the layer, the layer, its reader."""
    layers = project.layers
    readers: dict[str, Callable[[Any, Context], Any]] = {
        "osm": _streets,
        "streets": _streets,
        "residential": _residential,
        "population": _population,
        "facilities": _facilities,
        "areas": _areas,
        "barriers": _barriers,
        "entrances": _entrances,
        "water": _water,
        "sites": _sites,
    }
    for name, read in readers.items():
        found = getattr(layers, name)
        for layer in found if isinstance(found, tuple) else [found] if found else []:
            yield name, layer, read


def _streets(layer: StreetLayer, context: Context) -> LayerReading:
    path = layer.path
    if path is None or from_osm.is_osm(path):
        source = from_osm.OsmSource(
            path, layer.place, layer.private_streets, layer.exclude_highways
        )
        return from_osm.streets_reading(
            from_osm.read_extract(source, ["streets"], context), source, context
        )
    report = context.report.of(f"streets ({path.name})")
    is_graph = path.suffix.lower() == ".graphml"
    if is_graph:
        frame = osm.read_graph(path)
        stored = None if frame.crs is None else parse_crs(frame.crs, subject=report.subject)
        frame = place(frame, stored, report=report)
    else:
        frame = _frame(
            FileSource(
                path=path, layer=layer.layer, crs=layer.crs, encoding=layer.encoding,
                axes=layer.axes, decimal=layer.decimal, columns=layer.columns,
            ),
            layer.where, STREET_FIELDS, report,
        )  # fmt: skip

    def make(frame: gpd.GeoDataFrame, crs: pyproj.CRS) -> gpd.GeoDataFrame:
        table = streets_table(frame, crs, report=report, columns=layer.columns, heights=True)
        table = _without_highways(table, layer.exclude_highways, report)
        table = open_streets(
            table, private_streets=layer.private_streets, report=report,
            tags=("foot",) if is_graph else ("foot", "access"),
            status=STATUS_COLUMN if STATUS_COLUMN in table.columns else None,
        )  # fmt: skip
        table = join_lines(
            cut_at_corners(table), gap_m=layer.close_gaps_m, crossings=layer.join_crossings,
            report=report,
        )  # fmt: skip
        return with_ways_across(table, report=report)

    return LayerReading(report.subject, frame, make)


def _residential(layer: ResidentialLayer, context: Context) -> LayerReading:
    if from_osm.is_osm(layer.path):
        source = from_osm.OsmSource(layer.path)
        extract = from_osm.read_extract(source, ["buildings"], context)
        return from_osm.homes_reading(extract, source, context)
    return _reading("residential", layer, RESIDENTIAL_FIELDS, residential_table, context)


def _facilities(layer: FacilityLayer, context: Context) -> LayerReading:
    if from_osm.is_osm(layer.path):
        return from_osm.facilities_reading(layer, context)
    types = context.types
    make = partial(
        facilities_table,
        facility_type=layer.facility_type,
        lookup=types.code_of,
        codes=types.codes,
    )
    return _reading("facilities", layer, FACILITY_FIELDS, make, context)


def _areas(layer: AreaLayer, context: Context) -> LayerReading:
    if from_osm.is_osm(layer.path):
        return from_osm.areas_reading(layer, context)
    make = partial(areas_table, level=layer.level)
    reading = _reading("areas", layer, AREA_FIELDS, make, context)
    reading.level = layer.level
    return reading


def _barriers(layer: BarrierLayer, context: Context) -> LayerReading:
    if from_osm.is_osm(layer.path):
        source = from_osm.OsmSource(layer.path)
        extract = from_osm.read_extract(source, ["water"], context)
        return from_osm.barriers_reading(extract, source, context)
    return _plain("barriers", layer, context)


def _water(layer: WaterLayer, context: Context) -> LayerReading:
    if from_osm.is_osm(layer.path):
        return from_osm.water_reading(layer.path, context)
    return _plain("water", layer, context)


def _entrances(layer: EntranceLayer, context: Context) -> LayerReading:
    return _reading("entrances", layer, ENTRANCE_FIELDS, entrances_table, context)


def _sites(layer: SiteLayer, context: Context) -> LayerReading:
    return _reading("sites", layer, SITE_FIELDS, sites_table, context)


def _population(layer: PopulationLayer, context: Context) -> PopulationReading:
    subject = f"population ({layer.path.name})"
    within = None
    if layer.within is not None:
        outline = context.report.of(f"population within ({layer.within.path.name})")
        within = _frame(layer.within, layer.within.where, (), outline)
    cells = read_population(
        layer.path, report=context.report, band=layer.band, crs=layer.crs, within=within,
        subject=subject,
    )  # fmt: skip
    return PopulationReading(layer, cells)


def _reading(
    name: str,
    layer: FileLayer,
    fields: Sequence[Field],
    table: Callable[..., gpd.GeoDataFrame],
    context: Context,
) -> LayerReading:
    report = context.report.of(_subject(name, layer))
    options: dict[str, Any] = {} if name == "entrances" else {"prefix": layer.path.stem}
    make = partial(table, report=report, columns=layer.columns, **options)
    frame = _frame(layer, layer.where, fields, report)
    # Polygons of areas lie across streets, so only what people go to or come from is telling.
    doubtful = name in ("residential", "facilities", "sites")
    declared = parse_crs(layer.crs, subject=report.subject).reading if layer.crs else "WGS 84"
    return LayerReading(report.subject, frame, make, declared if doubtful else None)


def _plain(name: str, layer: FileLayer, context: Context) -> LayerReading:
    report = context.report.of(_subject(name, layer))
    make = partial(barriers_table, report=report, holds=name == "barriers")
    return LayerReading(report.subject, _frame(layer, layer.where, (), report), make)


def _subject(name: str, layer: FileLayer) -> str:
    """Name a layer by its file, and by the part of it where the project says which."""
    part = layer.sheet or layer.layer
    return f"{name} ({layer.path.name}{f': {part}' if part else ''})"


def _frame(
    source: Any,
    where: dict[str, tuple[bool | int | float | str, ...]],
    fields: Sequence[Field],
    report: LayerReport,
) -> gpd.GeoDataFrame:
    frame = read_source(source, report=report.whole, fields=fields, subject=report.subject)
    return only_where(frame, where, report=report)


def _without_highways(
    streets: gpd.GeoDataFrame, excluded: Sequence[str], report: LayerReport
) -> gpd.GeoDataFrame:
    """Leave out streets all of whose values of highway are excluded."""
    if not excluded:
        return streets
    if "highway" not in streets.columns:
        raise LoadError(message("street.no_highway", subject=report.subject))
    unwanted = frozenset(excluded)
    kinds = streets["highway"].fillna("").str.split(";")
    out = kinds.map(lambda words: set(words) <= unwanted).to_numpy(dtype=bool)
    told = message("note.street-excluded", count=out.sum(), kinds=sorted(unwanted))
    report.add("excluded", "street-excluded", told, rows=streets.loc[out, "street_id"])
    return streets.loc[~out].reset_index(drop=True)
