"""The areas that limits reach, for the map only: each is drawn once however many rules ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely

from siting.crs import degrees
from siting.network.attach.rows import take_rows
from siting.network.service_area import service_area
from siting.rules.pack.measures import Family, measure_of

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from siting.rules.city.costs import CityCosts
    from siting.rules.city.findings import FindingBlock
    from siting.rules.city.model import City

# On a screen a whole city is a thousand pixels wide.
_SIMPLIFY_M = 5.0
_CELL_M = 15.0


class ServiceAreas:
    """Draws the area within the limit of a rule, and keeps it for the next rule that asks."""

    def __init__(self, city: City, costs: CityCosts | None) -> None:
        self._city = city
        self._costs = costs
        self._drawn: dict[tuple[tuple[str, ...], str, float], npt.NDArray[Any] | None] = {}

    def of(self, block: FindingBlock) -> npt.NDArray[Any] | None:
        """Return polygons in degrees, or None where a rule has no reach or reaches nothing."""
        rule = block.rule
        has_reach = measure_of(block.measure).family is Family.DISTANCE and rule.require is not None
        if not has_reach or not block.required.size:
            return None
        limit = float(block.required[0])
        key = (tuple(sorted(rule.facility_types)), block.measure, limit)
        if key not in self._drawn:
            self._drawn[key] = self._draw(*key)
        return self._drawn[key]

    def _draw(
        self, facility_types: tuple[str, ...], measure: str, limit: float
    ) -> npt.NDArray[Any] | None:
        rows = self._city.rows_of_types(facility_types)
        if not rows.size or not np.isfinite(limit):
            return None
        if measure_of(measure).on_streets:
            shape = self._walked(rows, limit, facility_types, measure)
        else:
            shape = self._straight(rows, limit)
        return None if shape.is_empty else degrees(shapely.get_parts(shape), self._city.homes.crs)

    def _straight(self, rows: npt.NDArray[np.int64], limit: float) -> BaseGeometry:
        near = self._city.facilities.geometry.iloc[rows].buffer(limit)
        shape: BaseGeometry = shapely.simplify(near.union_all(), _SIMPLIFY_M)
        return shape

    def _walked(
        self,
        rows: npt.NDArray[np.int64],
        limit: float,
        facility_types: tuple[str, ...],
        measure: str,
    ) -> BaseGeometry:
        city, costs = self._city, self._costs
        assert city.network is not None
        assert city.facility_attachment is not None
        destinations = take_rows(city.facility_attachment, rows)
        network, cutoff = city.network, limit
        known = None if costs is None else costs.known_node_costs(facility_types, measure)
        if measure == "walking_time" and city.time_network is not None:
            network, cutoff = city.time_network, limit * 60
        elif measure == "walking_time":
            cutoff = limit * city.parameters.walking_speed_m_per_min
        return service_area(
            network, destinations, cutoff=cutoff, cell_m=_CELL_M, simplify_m=_SIMPLIFY_M,
            node_cost=known,
        )  # fmt: skip
