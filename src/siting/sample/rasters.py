"""People and heights as GeoTIFF: degrees, about 100 m, -9999 where there is no data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio
import shapely
from rasterio import Affine

from siting.crs import transformer_between
from siting.sample.district import District
from siting.sample.files import NOTICE
from siting.sample.ground import METRIC_CRS, ORIGIN, Floats, district_to_metric
from siting.sample.homes import Integers

NODATA = -9999.0
_STEP_DEG = 1 / 1200  # 3 arc seconds, the grid of common population rasters
_WEST, _NORTH = 114.2800, 30.6150
_COLUMNS, _ROWS = 48, 36


def write_people(district: District, people: Integers, path: Path) -> None:
    """Write people per cell, each at the middle of the building they live in.

    The sum of all cells is the sum of `people`. Cells on the water and outside every community
    have no data; others without people hold 0.
    """
    lon, lat = _to_degrees(district.homes.centre)
    columns = np.floor((lon - _WEST) / _STEP_DEG).astype(int)
    rows = np.floor((_NORTH - lat) / _STEP_DEG).astype(int)
    grid = np.zeros((_ROWS, _COLUMNS))
    np.add.at(grid, (rows, columns), people)
    grid[(grid == 0) & ~_inside(district)] = NODATA
    _write(grid, path)


def write_elevation(district: District, path: Path) -> None:
    """Write metres above the sea at the middle of every cell."""
    x, y = _cell_centres()
    _write(np.round(district.ground.elevation_m(x, y), 1), path)


def _cell_centres() -> tuple[Floats, Floats]:
    """Return the cells' middles in district metres."""
    lon = _WEST + (np.arange(_COLUMNS) + 0.5) * _STEP_DEG
    lat = _NORTH - (np.arange(_ROWS) + 0.5) * _STEP_DEG
    to_metres = transformer_between("EPSG:4326", METRIC_CRS)
    x, y = to_metres.transform(*np.meshgrid(lon, lat))
    return np.asarray(x) - ORIGIN[0], np.asarray(y) - ORIGIN[1]


def _inside(district: District) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    x, y = _cell_centres()
    land = shapely.union_all(np.array(district.areas.shape))
    return np.asarray(shapely.contains_xy(land, x, y))


def _to_degrees(xy: Floats) -> tuple[Floats, Floats]:
    to_degrees = transformer_between(METRIC_CRS, "EPSG:4326")
    lon, lat = to_degrees.transform(*district_to_metric(xy).T)
    return np.asarray(lon), np.asarray(lat)


def _write(grid: Floats, path: Path) -> None:
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=_COLUMNS,
        height=_ROWS,
        count=1,
        dtype="float32",
        crs="EPSG:4326",
        transform=_transform(),
        nodata=NODATA,
        compress="deflate",
    ) as raster:
        raster.write(grid.astype(np.float32), 1)
        raster.update_tags(TIFFTAG_IMAGEDESCRIPTION=NOTICE)


def _transform() -> Affine:
    return Affine(_STEP_DEG, 0.0, _WEST, 0.0, -_STEP_DEG, _NORTH)
