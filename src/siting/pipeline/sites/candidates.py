"""Where something could be opened: sites from a layer, a file, areas, empty homes or the streets.

Owns the words that name a source of sites, and the table `SITES` that each of them becomes.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import shapely

from siting.errors import SitingError
from siting.loaders.layer.sources import FileSource, read_sites
from siting.loaders.layer.tables import only_where
from siting.message import message
from siting.pipeline.columns import texts
from siting.pipeline.in_areas import representative_points
from siting.tables import SITES, check_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siting.data_report import DataReport
    from siting.pipeline.found import Found

SOURCES = ("sites", "areas:LEVEL", "streets:METRES", "vacant", "homes:COLUMN=VALUE")
"""How sites are asked for; anything else is the path of a file."""
# More sites than this along the streets are a slip of the pen, and take all memory.
_MOST_GENERATED = 200_000


@dataclass(frozen=True, slots=True)
class SiteSource:
    """What a person wrote for the sites, taken apart: ``areas:community`` -> areas, community."""

    kind: str
    value: str = ""


def parse_source(text: str) -> SiteSource:
    """Take a source of sites apart.

    Raises
    ------
    SitingError
        A spacing that is no number of metres, an empty level or condition.

    Examples
    --------
    >>> parse_source("areas:community")
    SiteSource(kind='areas', value='community')
    >>> parse_source("vacant.gpkg")
    SiteSource(kind='file', value='vacant.gpkg')
    """
    kind, colon, value = text.strip().partition(":")
    if kind in ("sites", "vacant") and not colon:
        return SiteSource(kind)
    if colon and kind in ("areas", "streets", "homes"):
        _check_value(kind, value)
        return SiteSource(kind, value)
    if not text.strip():
        raise SitingError(message("sites.empty"))
    return SiteSource("file", text.strip())


def _check_value(kind: str, value: str) -> None:
    if kind == "streets":
        try:
            metres = float(value)
        except ValueError:
            metres = np.nan
        if not 1 <= metres < np.inf:
            raise SitingError(message("sites.spacing_wrong", value=value))
    elif kind == "homes" and "=" not in value:
        raise SitingError(message("sites.no_value", value=value))
    elif not value:
        raise SitingError(message("sites.no_level", kind=kind))


def candidate_sites(
    analysis: Found, source: str | gpd.GeoDataFrame, *, report: DataReport
) -> gpd.GeoDataFrame:
    """Return the table of sites that a source names, in the metric CRS of the analysis.

    Parameters
    ----------
    analysis
        Gives the layers that sites are made of.
    source
        One of `SOURCES`, or a frame with geometry and as many columns of `SITES` as it has.
    report
        Gets what a reader of a file repaired or left out.

    Returns
    -------
    GeoDataFrame
        `SITES`, rows numbered from 0; columns beyond the contract are kept. A site of an area is
        its centroid, or a point inside where the centroid is outside.

    Raises
    ------
    SitingError
        Sources that the project lacks, and files that cannot be read.
    """
    if not isinstance(source, str):
        return _finished(_from_frame(source, analysis), "sites")
    asked = parse_source(source)
    makers = {
        "sites": _from_project,
        "areas": _from_areas,
        "streets": _from_streets,
        "vacant": _from_vacant,
        "homes": _from_homes,
        "file": _from_file,
    }
    return _finished(makers[asked.kind](analysis, asked.value, report), source)


def _finished(table: gpd.GeoDataFrame, subject: str) -> gpd.GeoDataFrame:
    found = table.reset_index(drop=True)
    check_table(found, SITES, subject=subject)
    return found


def _from_frame(frame: gpd.GeoDataFrame, analysis: Found) -> gpd.GeoDataFrame:
    if frame.crs is None:
        raise SitingError(message("sites.no_crs"))
    table = frame.to_crs(analysis.ground.crs)
    if "site_id" not in table.columns:
        table = table.assign(site_id=[f"site-{number}" for number in range(1, len(table) + 1)])
    return table.assign(site_id=table["site_id"].astype(str))


def _from_project(analysis: Found, _: str, __: DataReport) -> gpd.GeoDataFrame:
    if analysis.ground.sites is None:
        raise SitingError(message("sites.no_layer"))
    return analysis.ground.sites


def _from_file(analysis: Found, value: str, report: DataReport) -> gpd.GeoDataFrame:
    path = Path(value)
    if not path.exists():
        raise SitingError(message("sites.no_file", value=value))
    return read_sites(FileSource(path=path), analysis.ground.crs, report=report)


def _from_areas(analysis: Found, level: str, _: DataReport) -> gpd.GeoDataFrame:
    areas = analysis.city.areas
    if level not in areas:
        known = str(sorted(areas))
        raise SitingError(message("sites.no_areas", level=level, known=known))
    table = areas[level]
    return _points(area_points(table), table["area_id"], texts(table, "name"), analysis.ground.crs)


def area_points(table: gpd.GeoDataFrame) -> NDArray[Any]:
    """Return the centroid of each area, or a point inside where the centroid is outside, (n,)."""
    shapes = np.asarray(table.geometry.to_numpy(), dtype=object)
    middle = shapely.centroid(shapes)
    outside = ~shapely.intersects(shapes, middle)
    middle[outside] = shapely.point_on_surface(shapes[outside])
    return np.asarray(middle, dtype=object)


def _from_streets(analysis: Found, spacing: str, _: DataReport) -> gpd.GeoDataFrame:
    metres = float(spacing)
    lines = np.asarray(analysis.ground.streets.geometry.to_numpy(), dtype=object)
    count = np.maximum(np.rint(shapely.length(lines) / metres), 0).astype(np.int64)
    if count.sum() > _MOST_GENERATED:
        found = int(count.sum())
        raise SitingError(
            message("sites.too_many", metres=metres, count=found, most=_MOST_GENERATED)
        )
    line = np.repeat(np.arange(lines.size), count)
    step = np.arange(line.size) - np.repeat(np.cumsum(count) - count, count)
    # Half a step from either end, so that no two streets put a site on one junction.
    share = (step + 0.5) / np.maximum(count[line], 1)
    points = shapely.line_interpolate_point(lines[line], share, normalized=True)
    ids = [f"street-{number:05d}" for number in range(1, line.size + 1)]
    return _points(points, ids, [""] * len(ids), analysis.ground.crs)


def _from_vacant(analysis: Found, _: str, __: DataReport) -> gpd.GeoDataFrame:
    homes = analysis.city.homes
    known = [name for name in ("households", "population") if name in homes.columns]
    numbers = [homes[name].to_numpy(dtype=float, na_value=np.nan) for name in known]
    empty = np.zeros(len(homes), bool)
    if numbers:
        # Nobody is known to live there, and where two numbers are known both say so.
        empty = np.all([(each == 0) | np.isnan(each) for each in numbers], axis=0)
        empty &= np.any([each == 0 for each in numbers], axis=0)
    if not empty.any():
        raise SitingError(message("sites.none_vacant"))
    return _of_homes(analysis, empty)


def _from_homes(analysis: Found, condition: str, report: DataReport) -> gpd.GeoDataFrame:
    column, _, value = condition.partition("=")
    homes = analysis.city.homes
    kept = only_where(homes, {column: (_scalar(value),)}, report=report.of("residential"))
    return _of_homes(analysis, homes.index.isin(kept.index))


def _scalar(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _of_homes(analysis: Found, chosen: NDArray[np.bool_]) -> gpd.GeoDataFrame:
    homes = analysis.city.homes[chosen]
    names = texts(homes, "name")
    table = _points(
        representative_points(homes.geometry), homes["home_id"], names, analysis.ground.crs
    )
    if "floor_area_m2" in homes.columns:
        table["floor_area_m2"] = homes["floor_area_m2"].to_numpy(dtype=float, na_value=np.nan)
    return table


def _points(points: Any, ids: Any, names: Any, crs: Any) -> gpd.GeoDataFrame:
    columns = {"site_id": [str(each) for each in ids], "name": [str(each) for each in names]}
    return gpd.GeoDataFrame(columns, geometry=list(points), crs=crs)
