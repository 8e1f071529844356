"""Can the numbers of a raster be people: no-data that nobody declared, and sizes of cells.

Owns what one cell can hold, and the area of a cell on the ground.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from siting.errors import LoadError
from siting.loaders.formats.raster_file import Floats, Ints, RasterGrid
from siting.message import message

if TYPE_CHECKING:
    from siting.data_report import LayerReport

# A hectare full of towers of thirty storeys holds some four thousand people.
_MOST_PER_HECTARE = 5_000.0
_M2_PER_HECTARE = 10_000.0


def uncountable(
    values: Floats,
    populated: NDArray[np.bool_],
    stored: np.dtype[Any],
    grid: RasterGrid,
    *,
    report: LayerReport,
) -> NDArray[np.bool_]:
    """Tell the cells whose number cannot be people.

    Parameters
    ----------
    values, populated
        Numbers of the band and which of them count, (rows, columns).
    stored
        The type of number in the file: its largest, such as 65535, often stands for no data.
    grid
        Where the cells are, for their size.
    report
        Gets one note with the cells.

    Returns
    -------
    numpy.ndarray
        Bool (rows, columns): the largest number of the type, and more than 5,000 people on a
        hectare (on a cell, where it is smaller).

    Raises
    ------
    LoadError
        Most cells hold such numbers, and not one and the same: the raster is of something else.
    """
    row, column = np.nonzero(populated)
    people = values[row, column]
    hectares = np.maximum(cell_area_m2(grid, row, column) / _M2_PER_HECTARE, 1.0)
    wrong = (people > _MOST_PER_HECTARE * hectares) | (people == _largest(stored))
    found = np.zeros(values.shape, dtype=np.bool_)
    if not wrong.any():
        return found
    first = float(people[wrong][0])
    told = {"value": first, "most": float(_MOST_PER_HECTARE * hectares[wrong][0])}
    if wrong.mean() > 0.5 and np.ptp(people[wrong]) > 0:
        count = int(wrong.sum())
        raise LoadError(
            message("raster.no_people", subject=report.subject, count=count, cells=row.size, **told)
        )
    found[row[wrong], column[wrong]] = True
    names = [f"r{r}c{c}" for r, c in np.argwhere(found)[:5]]
    note = message("note.cell-no-people", **told)
    report.add("excluded", "cell-no-people", note, count=int(wrong.sum()), examples=names)
    return found


def _largest(stored: np.dtype[Any]) -> float:
    """Return the largest number of a type; of bytes none, 255 may be people."""
    if stored.itemsize == 1:
        return np.inf
    return float(np.iinfo(stored).max if stored.kind in "iu" else np.finfo(stored).max)


def cell_area_m2(grid: RasterGrid, row: Ints, column: Ints) -> Floats:
    """Area of each cell on the ground, float64 (k,).

    In degrees by the radii of curvature at the cell's centre, which is right to 1e-6 for cells of
    kilometres (Snyder 1987, USGS Professional Paper 1395, p. 24-25).
    """
    a, b, _, d, e, _ = grid.to_xy
    size = abs(a * e - b * d)
    crs = grid.crs
    if not crs.is_geographic or crs.ellipsoid is None:
        unit = crs.axis_info[0].unit_conversion_factor
        return np.full(row.size, size * unit**2)
    axis = crs.ellipsoid.semi_major_metre
    flat = 1 - (crs.ellipsoid.semi_minor_metre / axis) ** 2
    latitude = np.radians(grid.xy(row + 0.5, column + 0.5)[:, 1])
    w = 1 - flat * np.sin(latitude) ** 2
    per_radian = axis**2 * (1 - flat) / w**2 * np.cos(latitude)
    return np.asarray(np.radians(1) ** 2 * size * per_radian, dtype=np.float64)
