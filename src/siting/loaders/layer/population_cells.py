"""The populated cells of a raster, as `siting.loaders.layer.people.raster` reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from siting.loaders.formats.raster_file import Floats, Ints, RasterGrid, transformed

if TYPE_CHECKING:
    import pyproj


@dataclass(frozen=True)
class PopulationCells:
    """The populated cells of a raster, in the order of its rows.

    Parameters
    ----------
    grid
        Where the cells lie.
    row, column
        Position of each populated cell, int64 (k,).
    people
        Persons in it, above zero, float64 (k,).
    source
        The layer's name in the report.
    """

    grid: RasterGrid
    row: Ints
    column: Ints
    people: Floats
    source: str

    @property
    def total(self) -> float:
        """All people."""
        return float(self.people.sum())

    def centres(self, crs: pyproj.CRS) -> Floats:
        """Return the cells' centres (k, 2) in a CRS."""
        return transformed(self.grid.xy(self.row + 0.5, self.column + 0.5), self.grid.crs, crs)


def people_text(people: float) -> str:
    """Write a number of people of a raster, whose cells hold parts of them too.

    >>> people_text(25913.0), people_text(2.53)
    ('25,913', '2.5')
    """
    return f"{people:,.1f}".removesuffix(".0")
