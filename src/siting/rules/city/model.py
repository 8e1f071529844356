"""What city rules look at: homes, facilities and areas with their places on the street network.

Owns the type and the sums over areas that several measures need.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from siting.rules.parameters import Parameters

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from siting.network.attach.attachment import Attachment
    from siting.network.graph import Network
    from siting.network.health import NetworkHealth

__all__ = ["City", "Grouping", "Parameters", "column", "grouping"]


@dataclass(frozen=True, slots=True, eq=False)
class City:
    """An existing city, in projected metres.

    Parameters
    ----------
    homes, facilities
        Tables `RESIDENTIAL` and `FACILITIES`; n and m rows.
    areas
        Level -> table `AREAS`.
    home_area, facility_area
        Level -> int32 (n,) or (m,): row of the area that holds it, -1 outside all.
    network
        The streets, costs in metres; None: nothing can be said about walking.
    home_attachment, facility_attachment
        Where homes and facilities touch the streets, row by row of their tables.
    time_network
        The same streets with costs in seconds, where slopes are known; None: walking time is
        walking distance at `Parameters.walking_speed_m_per_min`.
    health
        How whole the streets are; None where nobody measured it.
    parameters
        Numbers of the analysis.
    """

    homes: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    areas: Mapping[str, gpd.GeoDataFrame] = field(default_factory=dict)
    home_area: Mapping[str, NDArray[np.int32]] = field(default_factory=dict)
    facility_area: Mapping[str, NDArray[np.int32]] = field(default_factory=dict)
    network: Network | None = None
    home_attachment: Attachment | None = None
    facility_attachment: Attachment | None = None
    time_network: Network | None = None
    health: NetworkHealth | None = None
    parameters: Parameters = field(default_factory=Parameters)

    def rows_of_types(self, facility_types: Sequence[str]) -> NDArray[np.int64]:
        """Return the rows of the facilities that are of any of the types, in ascending order."""
        return np.flatnonzero(self.facilities["facility_type"].isin(list(facility_types)))

    def lists_types(self, facility_types: Sequence[str]) -> bool:
        """Tell whether the data can say that such a facility is absent.

        They can where they list one of the types at all, or where the project declares every one
        of them complete; otherwise a whole layer may be missing.
        """
        if self.facilities["facility_type"].isin(list(facility_types)).any():
            return True
        return bool(facility_types) and set(facility_types) <= set(self.parameters.complete_types)


@dataclass(frozen=True, slots=True, eq=False)
class Grouping:
    """Homes and facilities put into k groups: the areas of a level, or the one whole city.

    Parameters
    ----------
    level
        Of the areas; empty for the whole city.
    size
        k.
    homes, facilities
        int32 (n,) and (m,): group of each row, -1 for none.
    table
        The areas' table; None for the whole city.
    """

    level: str
    size: int
    homes: NDArray[np.int32]
    facilities: NDArray[np.int32]
    table: pd.DataFrame | None

    def sum_homes(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Add up a number of each home by group, float64 (k,)."""
        inside = self.homes >= 0
        return np.bincount(self.homes[inside], values[inside], self.size).astype(float)

    def sum_facilities(
        self, rows: NDArray[np.int64], values: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Add up a number of each of some facilities by group, float64 (k,)."""
        group = self.facilities[rows]
        inside = group >= 0
        return np.bincount(group[inside], values[inside], self.size).astype(float)


def grouping(city: City, level: str) -> Grouping:
    """Group a city by the areas of a level; the level ``""`` is the whole city.

    Raises
    ------
    KeyError
        The city has no areas of that level.
    """
    if not level:
        nowhere = np.zeros(len(city.homes), np.int32), np.zeros(len(city.facilities), np.int32)
        return Grouping("", 1, *nowhere, None)
    table = city.areas[level]
    homes = city.home_area[level]
    return Grouping(level, len(table), homes, city.facility_area[level], table)


def column(table: pd.DataFrame, name: str) -> NDArray[np.float64] | None:
    """Return a number column as float64 with NaN for missing; None where the table lacks it."""
    if name not in table.columns:
        return None
    values: NDArray[np.float64] = table[name].to_numpy(dtype=float, na_value=np.nan)
    return values
