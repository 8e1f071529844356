"""From an analysis to what the map shows: plain columns in longitude and latitude."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt
import shapely

from siting.crs import transformer_between
from siting.message import Sayable, Text, message
from siting.pipeline.columns import texts
from siting.pipeline.gaps.service_areas import ServiceAreas
from siting.pipeline.gaps.summary import block_key
from siting.pipeline.in_areas import representative_points
from siting.render.model import (
    VERDICTS,
    WEIGHTS,
    MapAreas,
    MapCitation,
    MapContext,
    MapFacilities,
    MapHomes,
    MapModel,
    MapNote,
    MapRule,
    MapText,
)
from siting.report.analysis.note_words import note_layer, note_text
from siting.rules.pack.measures import measure_of
from siting.vocabulary.facility_types import load_facility_types
from siting.vocabulary.levels import load_levels
from siting.words import say

if TYPE_CHECKING:
    import geopandas as gpd

    from siting.data_report import DataNote
    from siting.pipeline.found import Found
    from siting.render.model import Sense, Subject
    from siting.rules.city.findings import FindingBlock
    from siting.vocabulary.title import Title

_GRAVITY = ("warning", "assumption", "excluded", "repair")
# Outlines are drawn when zoomed in; with more homes than this, points say the same in less space.
_MAX_OUTLINES = 20_000
# Streets are drawn from the widest class down until this many vertices are used.
_MAX_STREET_VERTICES = 60_000
# A tenth of a metre in a city is more than a screen shows.
_SIMPLIFY_M = 2.0
STREET_CLASSES = (
    "motorway", "trunk", "primary", "secondary", "tertiary",
    "unclassified", "residential", "living_street", "pedestrian",
)  # fmt: skip


def build_map_model(analysis: Found) -> MapModel:
    """Return the map of an analysis.

    Parameters
    ----------
    analysis
        Findings on homes, facilities, areas and the whole city.

    Returns
    -------
    MapModel
        Verdicts and distances are those of the findings; nothing is computed again here.
    """
    ground, city = analysis.ground, analysis.city
    areas_reached = ServiceAreas(city)
    counted = {entry["key"]: entry for entry in analysis.summary["rules"]}
    areas = tuple(
        _areas(level, city.areas[level], city.home_area[level])
        for level in sorted(city.areas, key=_fineness)
    )
    return MapModel(
        title=MapText(analysis.project.name, analysis.project.name),
        homes=_homes(city.homes),
        facilities=_facilities(city.facilities),
        rules=tuple(
            _rule(block, areas_reached, _totals(counted[block_key(block)]))
            for block in analysis.blocks
        ),
        areas=areas,
        context=_context(ground.water, ground.streets),
        facility_types=_facility_titles(city.facilities, analysis.blocks),
        made_up=analysis.project.made_up,
        date=str(analysis.date),
        versions={"siting": analysis.manifest["siting"]},
        notes=tuple(map(_note, _gravest_first(analysis.report.notes))),
        attribution=analysis.project.attribution,
    )


def _gravest_first(notes: Iterable[DataNote]) -> list[DataNote]:
    """Return what somebody should know of the data before believing the map, warnings first."""
    told = [note for note in notes if note.severity in _GRAVITY]
    return sorted(told, key=lambda note: _GRAVITY.index(note.severity))


def _note(note: DataNote) -> MapNote:
    return MapNote(
        MapText(note_layer(note, "zh"), note_layer(note, "en")),
        note.severity,
        MapText(note_text(note, "zh"), note_text(note, "en")),
    )


def _fineness(level: str) -> tuple[int, str]:
    """Sort levels from the finest; unknown ones come last, by name."""
    known = load_levels().codes
    return known.index(level) if level in known else len(known), level


def lonlat(points: npt.NDArray[Any], crs: Any) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """Return longitude and latitude in WGS 84 of shapely points in a metric CRS, float64 (n,)."""
    transform = transformer_between(crs, "EPSG:4326")
    lon, lat = transform.transform(shapely.get_x(points), shapely.get_y(points))
    return np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)


def _degrees(geometry: gpd.GeoSeries, *, simplify_m: float = 0.0) -> npt.NDArray[Any]:
    if simplify_m:
        geometry = geometry.simplify(simplify_m, preserve_topology=True)
    return np.asarray(geometry.to_crs("EPSG:4326").to_numpy(), dtype=object)


def _homes(residential: gpd.GeoDataFrame) -> MapHomes:
    lon, lat = lonlat(representative_points(residential.geometry), residential.crs)
    outlines = None
    if len(residential) <= _MAX_OUTLINES and _has_polygons(residential):
        outlines = _degrees(residential.geometry)
    return MapHomes(
        lon=lon,
        lat=lat,
        ids=texts(residential, "home_id"),
        names=texts(residential, "name"),
        households=_numbers(residential, "households"),
        population=_numbers(residential, "population"),
        elderly=_numbers(residential, "elderly"),
        geometry=outlines,
    )


def _has_polygons(frame: gpd.GeoDataFrame) -> bool:
    return bool(frame.geom_type.isin(("Polygon", "MultiPolygon")).any())


def _facilities(facilities: gpd.GeoDataFrame) -> MapFacilities:
    lon, lat = lonlat(representative_points(facilities.geometry), facilities.crs)
    return MapFacilities(
        lon=lon,
        lat=lat,
        ids=texts(facilities, "facility_id"),
        names=texts(facilities, "name"),
        types=texts(facilities, "facility_type"),
    )


def _areas(level: str, areas: gpd.GeoDataFrame, home_area: npt.NDArray[np.int32]) -> MapAreas:
    return MapAreas(
        level=level,
        ids=texts(areas, "area_id"),
        names=texts(areas, "name"),
        geometry=_degrees(areas.geometry, simplify_m=_SIMPLIFY_M),
        home_area=home_area,
    )


def _numbers(frame: gpd.GeoDataFrame, column: str) -> npt.NDArray[np.float64] | None:
    if column not in frame.columns or not frame[column].notna().any():
        return None
    return np.asarray(frame[column].to_numpy(dtype=float, na_value=np.nan))


def _label(title: Title) -> MapText:
    return MapText(title.zh, title.en)


def _totals(entry: Mapping[str, Any]) -> npt.NDArray[np.float64]:
    """Return the sums of one rule as ``summary.json`` has them, float64 (4, 4).

    The page then shows the very same figures, and subjects that a rule is not about are in neither.
    """
    columns = [entry["verdicts"], *(entry.get(name, {}) for name in WEIGHTS[1:])]
    rows = [[column.get(word) for column in columns] for word in VERDICTS]
    return np.array(rows, dtype=float)


def label(told: Sayable) -> MapText:
    """Return what the map says in either language."""
    return MapText(say(told, "zh"), say(told, "en"))


def _rule(
    block: FindingBlock, reached: ServiceAreas, totals: npt.NDArray[np.float64] | None = None
) -> MapRule:
    rule = block.rule
    return MapRule(
        id=block_key(block),
        title=_title(block),
        measure=block.measure,
        unit=block.unit,
        sense=cast("Sense", block.sense),
        required=_required(block),
        verdict=block.verdict,
        measured=block.measured,
        strength=rule.strength,
        citation=_citation(rule.citation(), rule.document.title),
        nearest=block.nearest,
        facility_types=rule.facility_types,
        subject=cast("Subject", block.subject_kind),
        level=block.level,
        compared=block.is_alternative or bool(block.governed_by),
        service_areas=reached.of(block),
        totals=totals,
        unknown_reasons=_unknown_reasons(block),
    )


def _unknown_reasons(block: FindingBlock) -> list[tuple[MapText, int]]:
    """Return what is missing and for how many subjects, the commonest first."""
    unknown = (block.verdict == VERDICTS.index("unknown")) & (block.reason >= 0)
    counts = np.bincount(block.reason[unknown], minlength=len(block.reasons))
    return [
        (label(block.reasons[k]), int(counts[k]))
        for k in np.argsort(-counts, kind="stable").tolist()
        if counts[k]
    ]


def _title(block: FindingBlock) -> MapText:
    """Name the rule; measured in another way than it asks for, that way too."""
    title = _label(block.rule.title)
    if not block.is_alternative:
        return title
    text, aside = Text(title.zh, title.en), measure_of(block.measure).title
    return label(message("mark.aside", text=text, aside=aside))


def _required(block: FindingBlock) -> float | npt.NDArray[np.float64]:
    """Return the one number that is required of all, or a column of them."""
    if block.required.size and (block.required == block.required[0]).all():
        return float(block.required[0])
    return np.nan if np.isnan(block.required).all() else block.required


def _citation(citation: Mapping[str, str], document: Title) -> MapCitation:
    return MapCitation(
        document=_label(document),
        number=citation["number"],
        clause=citation["clause"],
        quote=citation["quote"],
        url=citation["url"],
        paraphrase=citation["quote_kind"] == "paraphrase",
        confidence=citation["confidence"],
    )


def _facility_titles(
    facilities: gpd.GeoDataFrame, blocks: Sequence[FindingBlock]
) -> dict[str, MapText]:
    """Name every type that stands on the map or is asked for by a rule."""
    known = load_facility_types()
    asked = {code for block in blocks for code in block.rule.facility_types}
    codes = sorted((asked | set(texts(facilities, "facility_type"))) & set(known.codes))
    return {code: MapText(known.title(code, "zh"), known.title(code, "en")) for code in codes}


def _context(water: gpd.GeoDataFrame | None, streets: gpd.GeoDataFrame) -> MapContext:
    rows, classes = main_street_rows(streets)
    drawn = streets.geometry.iloc[rows]
    return MapContext(
        water=None if water is None else _degrees(_polygons(water), simplify_m=_SIMPLIFY_M),
        streets=_degrees(drawn, simplify_m=_SIMPLIFY_M),
        street_classes=classes,
    )


def _polygons(frame: gpd.GeoDataFrame) -> gpd.GeoSeries:
    return frame.geometry[frame.geom_type.isin(("Polygon", "MultiPolygon"))]


def main_street_rows(streets: gpd.GeoDataFrame) -> tuple[npt.NDArray[np.int64], list[str]]:
    """Return the rows of the widest streets that fit the budget of vertices, and their classes.

    Parameters
    ----------
    streets
        With a column ``highway``, or all of one class.
    """
    classes = _street_class(streets)
    rank = np.array([STREET_CLASSES.index(each) for each in classes.tolist()], dtype=int)
    vertices = shapely.get_num_coordinates(streets.geometry.to_numpy())
    order = np.argsort(rank, kind="stable")
    used = np.cumsum(vertices[order])
    # A class is drawn whole or not at all, so that the picture has no ragged edge.
    full = np.searchsorted(used, _MAX_STREET_VERTICES, side="right")
    last = rank[order[full]] if full < len(order) else len(STREET_CLASSES)
    keep = np.flatnonzero(rank < max(int(last), 1)) if used.size else np.empty(0, dtype=int)
    return keep, classes[keep].tolist()


def _street_class(streets: gpd.GeoDataFrame) -> npt.NDArray[Any]:
    """Return the class of each street without ``_link``; what has none counts as residential.

    Footways and other small paths are not drawn: they count as the last class.
    """
    if "highway" not in streets.columns:
        return np.full(len(streets), "residential", dtype=object)
    names = streets["highway"].astype("string").fillna("residential").str.removesuffix("_link")
    known = names.isin(STREET_CLASSES)
    return np.asarray(names.where(known, STREET_CLASSES[-1]).to_numpy(dtype=object))
