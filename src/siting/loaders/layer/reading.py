"""What was read of a layer, before the metric system is known.

Owns the types that pass between the readers and `siting.loaders.layer.load`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import geopandas as gpd
import shapely

from siting.boundary import working_on

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyproj

    from siting.crs import Reading as Datum
    from siting.data_report import DataReport
    from siting.loaders.layer.population_cells import PopulationCells
    from siting.loaders.project.model import PopulationLayer, Project
    from siting.vocabulary.facility_types import FacilityTypes


@dataclass(frozen=True)
class Context:
    """What every reader needs besides its layer."""

    project: Project
    types: FacilityTypes
    report: DataReport


@dataclass
class LayerReading:
    """One file of a layer as read, and how it becomes its table.

    Parameters
    ----------
    subject
        Layer and file, for messages.
    frame
        The layer in its own system.
    make
        Makes the table of the contract in a metric system.
    datum
        The reading its coordinates were declared in, where they are to be checked against the
        streets; None for what cannot be in doubt.
    level
        Of areas.
    """

    subject: str
    frame: gpd.GeoDataFrame
    make: Callable[[gpd.GeoDataFrame, pyproj.CRS], gpd.GeoDataFrame]
    datum: Datum | None = None
    level: str = ""
    _made: dict[str, gpd.GeoDataFrame] = field(default_factory=dict)

    def table(self, crs: pyproj.CRS) -> gpd.GeoDataFrame:
        """Return the table in a metric system; made once, so that repairs are noted once."""
        key = crs.to_wkt()
        if key not in self._made:
            with working_on(self.subject):
                self._made[key] = self.make(self.frame, crs)
        return self._made[key]


@dataclass(frozen=True)
class PopulationReading:
    """A raster of people as read, and the layer that says what to do with it."""

    layer: PopulationLayer
    cells: PopulationCells

    @cached_property
    def frame(self) -> gpd.GeoDataFrame:
        """The extent of the populated cells, as two points; empty where nobody lives."""
        row, column = self.cells.row, self.cells.column
        corners = [(row.min(), column.min()), (row.max(), column.max())] if row.size else []
        points = [shapely.Point(self.cells.grid.xy([r + 0.5], [c + 0.5])[0]) for r, c in corners]
        return gpd.GeoDataFrame(geometry=points, crs=self.cells.grid.crs)


@dataclass(frozen=True)
class Readings:
    """Everything that a project names, as read."""

    streets: list[LayerReading] = field(default_factory=list)
    residential: list[LayerReading] = field(default_factory=list)
    population: list[PopulationReading] = field(default_factory=list)
    facilities: list[LayerReading] = field(default_factory=list)
    areas: list[LayerReading] = field(default_factory=list)
    barriers: list[LayerReading] = field(default_factory=list)
    entrances: list[LayerReading] = field(default_factory=list)
    water: list[LayerReading] = field(default_factory=list)
    sites: list[LayerReading] = field(default_factory=list)
