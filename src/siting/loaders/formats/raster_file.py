"""Opening a GeoTIFF: what makes it unusable, where its cells lie, and one band of numbers.

Owns rasterio.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyproj
import rasterio

from siting.boundary import reading
from siting.crs import parse_crs, transformer_between
from siting.errors import CRSError, LoadError
from siting.message import Message, message

if TYPE_CHECKING:
    from collections.abc import Iterator


Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# A province at 100 m; beyond this the cells alone would fill a laptop's memory.
MAX_CELLS = 100_000_000


_PER_AREA = re.compile(
    r"(?:/|\bper\b|\u6bcf)\s*(?:sq(?:uare)?\b|km|ha\b|hectare|m2|m²|m\^2|\u5e73\u65b9|\u516c\u9877)"
    r"|km\s*(?:\^|\*\*)?-2",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class RasterGrid:
    """Where the cells of a raster lie.

    Parameters
    ----------
    to_xy
        Affine coefficients (a, b, c, d, e, f): x = a col + b row + c, y = d col + e row + f, with
        the upper left corner of a cell at whole numbers.
    crs
        Coordinate reference system of x and y.
    rows, columns
        Number of cells.
    """

    to_xy: tuple[float, float, float, float, float, float]
    crs: pyproj.CRS
    rows: int
    columns: int

    def xy(self, row: npt.ArrayLike, column: npt.ArrayLike) -> Floats:
        """Return coordinates (n, 2) of positions counted in cells from the upper left corner."""
        a, b, c, d, e, f = self.to_xy
        r, k = np.asarray(row, dtype=float), np.asarray(column, dtype=float)
        return np.column_stack((a * k + b * r + c, d * k + e * r + f))

    def position(self, xy: Floats) -> tuple[Floats, Floats]:
        """Return the row and column (fractions of cells) of coordinates (n, 2)."""
        a, b, c, d, e, f = self.to_xy
        x, y = xy[:, 0] - c, xy[:, 1] - f
        det = a * e - b * d
        return (a * y - d * x) / det, (e * x - b * y) / det


@contextmanager
def open_raster(path: Path, subject: str) -> Iterator[Any]:
    """Open a GeoTIFF for reading; every way it can be broken becomes one LoadError."""
    if not path.is_file():
        raise LoadError(message("raster.no_file", subject=subject, path=path))
    size = path.stat().st_size

    def told(said: Message | str) -> Message:
        return message("raster.damaged", subject=subject, name=path.name, size=size, what=said)

    # Other drivers follow references to further files and addresses.
    with reading(subject, told=told), rasterio.open(path, driver="GTiff") as dataset:
        yield dataset


def read_grid(dataset: Any, declared: object, subject: str) -> RasterGrid:
    """Return where the cells of an open raster lie; CRSError where it does not say."""
    if dataset.transform.is_identity or dataset.transform.determinant == 0:
        raise CRSError(message("raster.no_place", subject=subject))
    if declared is None and dataset.crs is None:
        raise CRSError(message("raster.no_crs", subject=subject))
    crs = parse_crs(declared or dataset.crs.to_wkt(), subject=subject).crs
    return RasterGrid(tuple(dataset.transform)[:6], crs, dataset.height, dataset.width)


def check_no_density(dataset: Any, band: int | None, subject: str) -> None:
    """Raise where the band says that it holds people per area, not people.

    Raises
    ------
    LoadError
        With what the band says, and what to do.
    """
    chosen = band or 1
    if chosen > dataset.count:
        return
    tags = {**dataset.tags(), **dataset.tags(chosen)}
    said = [str(value) for key, value in tags.items() if key.casefold() in ("unit", "units")]
    said += [text for text in (dataset.units[chosen - 1], dataset.descriptions[chosen - 1]) if text]
    found = next((text for text in said if _PER_AREA.search(text)), None)
    if found is not None:
        raise LoadError(message("raster.density", subject=subject, said=found))


def read_band(dataset: Any, band: int | None, subject: str) -> Floats:
    """Read one band as float64, NaN where there is no data."""
    if band is None and dataset.count != 1:
        names = [
            name or message("raster.band", number=number)
            for number, name in enumerate(dataset.descriptions[:8], start=1)
        ]
        raise LoadError(message("raster.bands", subject=subject, count=dataset.count, names=names))
    chosen = band or 1
    if chosen > dataset.count:
        bands = {"count": dataset.count, "band": chosen}
        raise LoadError(message("raster.no_band", subject=subject, **bands))
    if dataset.width * dataset.height > MAX_CELLS:
        size = {"width": dataset.width, "height": dataset.height, "most": MAX_CELLS}
        raise LoadError(message("raster.too_large", subject=subject, **size))
    masked = dataset.read(chosen, masked=True)
    if np.iscomplexobj(masked):
        raise LoadError(message("raster.complex_numbers", subject=subject))
    values = np.ma.filled(masked.astype(np.float64), np.nan)
    scaled: Floats = values * dataset.scales[chosen - 1] + dataset.offsets[chosen - 1]
    return scaled


def transformed(xy: Floats, source: pyproj.CRS, target: pyproj.CRS) -> Floats:
    """Return coordinates (n, 2) in another system."""
    if source == target:
        return xy
    transformer = transformer_between(source, target)
    return np.column_stack(transformer.transform(xy[:, 0], xy[:, 1]))
