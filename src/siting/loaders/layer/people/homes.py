"""Who lives where: homes from layers or cells, people spread over them, and what lies too far out.

Owns the decisions that need several layers at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siting.crs import lonlat_bounds
from siting.errors import LoadError
from siting.loaders.layer.people.filled import fill_people
from siting.loaders.layer.people.raster import homes_from_cells
from siting.loaders.layer.people.raster_spread import spread_over_homes
from siting.loaders.layer.tables import joined
from siting.message import Message, message
from siting.tables import RESIDENTIAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import pyproj

    from siting.data_report import DataReport
    from siting.loaders.layer.population_cells import PopulationCells
    from siting.loaders.layer.reading import PopulationReading, Readings
    from siting.loaders.project.model import Project


def homes_of(
    project: Project, readings: Readings, crs: pyproj.CRS, report: DataReport
) -> gpd.GeoDataFrame:
    """Make the homes of a project.

    Without homes of its own the cells of its first raster are the homes (of the one that counts
    everybody, where there is one); every other raster is spread over them. Then the parameters
    that the project states fill what is empty.

    Raises
    ------
    LoadError
        No home, nobody in a raster, or none of its people near a home: nought would then stand for
        what is not known.
    """
    rasters = sorted(readings.population, key=lambda each: each.layer.group != "population")
    homes = joined(readings.residential, crs, RESIDENTIAL, report)
    if homes is None:
        homes, rasters = _cells(rasters, crs, report), rasters[1:]
    for raster in rasters:
        layer = raster.layer
        homes, lost = spread_over_homes(
            raster.cells,
            homes,
            report=report,
            group=layer.group,
            weight=layer.weight,
            max_move_m=layer.max_move_m,
        )
        if lost >= raster.cells.total:
            raise LoadError(_reaches_nobody(raster.cells, homes, layer.max_move_m))
    parameters = project.parameters
    return fill_people(
        homes,
        report=report.of("residential"),
        persons_per_household=parameters.persons_per_household,
        floor_area_per_household_m2=parameters.floor_area_per_household_m2,
        elderly_share=parameters.elderly_share,
        children_share=parameters.children_share,
    )


def _cells(
    rasters: Sequence[PopulationReading], crs: pyproj.CRS, report: DataReport
) -> gpd.GeoDataFrame:
    if not rasters or not rasters[0].cells.people.size:
        name = rasters[0].cells.source if rasters else "residential"
        raise LoadError(message("home.none_left", subject=name))
    first = rasters[0]
    count = first.cells.people.size
    told = message("note.cells-are-homes", count=count)
    report.add(first.cells.source, "assumption", "cells-are-homes", told, count=count)
    return homes_from_cells(first.cells, crs, group=first.layer.group)


def _reaches_nobody(cells: PopulationCells, homes: gpd.GeoDataFrame, max_move_m: float) -> Message:
    if not cells.people.size:
        return message("raster.holds_nobody", subject=cells.source)
    x, y = cells.centres(homes.crs)[0]
    west, south, east, north = homes.total_bounds
    return message(
        "raster.reaches_nobody", subject=cells.source, people=cells.total, limit=max_move_m,
        x=float(x), y=float(y), west=west, south=south, east=east, north=north,
    )  # fmt: skip


def far_homes(
    homes: gpd.GeoDataFrame, streets: gpd.GeoDataFrame, max_access_m: float, report: DataReport
) -> None:
    """Report the homes that lie outside the extent of the streets.

    Parameters
    ----------
    homes, streets
        In the same metric system.
    max_access_m
        How far a home may be from its street.
    report
        Gets how many lie farther outside than that; they can reach nothing.

    Raises
    ------
    LoadError
        All of them do, which means that one of the two is in the wrong place.
    """
    west, south, east, north = streets.total_bounds
    bounds = homes.geometry.bounds.to_numpy()
    gap_x = np.maximum(west - bounds[:, 2], bounds[:, 0] - east)
    gap_y = np.maximum(south - bounds[:, 3], bounds[:, 1] - north)
    far = np.maximum(gap_x, gap_y) > max_access_m
    if far.all():
        raise LoadError(
            message("home.none_at_streets", homes=_extent(homes), streets=_extent(streets))
        )
    if far.any():
        told = message(
            "note.home-far-from-streets", count=far.sum(), total=len(homes), limit=max_access_m
        )
        rows = homes.loc[far, "home_id"]
        report.of("residential").add("warning", "home-far-from-streets", told, rows=rows)


def _extent(frame: gpd.GeoDataFrame) -> str:
    return ", ".join(f"{value:.4f}" for value in lonlat_bounds([frame]))
