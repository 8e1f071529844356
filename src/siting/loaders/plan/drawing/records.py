"""The layers of a plan as they were read, and as they are measured. Imports no heavy library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from siting.rules.plan.model import PlannedFacility

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd

    from siting.loaders.project.model import LayerFacilityType


@dataclass(frozen=True, slots=True)
class Drawing:
    """The layers of a plan before they are measured in one system; None where absent."""

    site: gpd.GeoDataFrame | None = None
    homes: gpd.GeoDataFrame | None = None
    facilities: gpd.GeoDataFrame | None = None
    home_columns: Mapping[str, str | None] | None = None
    facility_columns: Mapping[str, str | None] | None = None
    facility_type: LayerFacilityType | None = None
    files: Mapping[str, str] | None = None

    def file(self, layer: str) -> str:
        """Return how evidence names a layer's file."""
        return (self.files or {}).get(layer, layer)

    def subject(self, layer: str) -> str:
        """Return how messages name a layer."""
        return f"{self.file(layer)}: {layer}"


@dataclass(frozen=True, slots=True)
class Measured:
    """The drawing in metres."""

    crs: Any = None
    site: Any = None
    homes: gpd.GeoDataFrame | None = None
    facilities: tuple[PlannedFacility, ...] = ()
