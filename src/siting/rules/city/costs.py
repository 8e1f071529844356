"""How far every home is from the nearest facility of some types: each question is searched once.

Owns the one place where rules ask the network anything. Twenty rules about twelve types make
twelve searches, side by side on all cores.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import shapely

from siting.coverage.closest import closest_straight_line_many, closest_straight_line_with_more
from siting.coverage.cutoff import travel_costs_straight_line
from siting.message import Term, message
from siting.network.attach.attachment import Attachment
from siting.network.attach.rows import take_rows
from siting.network.costs import Closest, TravelCosts
from siting.network.fragments import on_fragment
from siting.network.travel import closest_and_nodes, closest_with_more, travel_costs
from siting.rules.pack.measures import measure_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from siting.network.graph import Network
    from siting.progress import Progress
    from siting.rules.city.model import City

Question = tuple[tuple[str, ...], str]
"""Facility types in alphabetical order, and measure."""
_POINT = 0
# As `coverage.closest` has it: distances that differ by less are tied.
_TIE_M = 1e-7


class Costs(Protocol):
    """Answers what rules ask about distance."""

    def closest(self, facility_types: Sequence[str], measure: str) -> Closest:
        """Return cost (m or min) and row in ``City.facilities`` of the nearest of any type."""

    def pairs(self, rows: NDArray[np.int64], measure: str, cutoff: float) -> TravelCosts:
        """List every home with every facility of some rows of ``City.facilities`` in reach.

        Costs and the limit, which is inclusive, are in the unit of the measure (m or min).
        """

    @property
    def on_fragment(self) -> NDArray[np.bool_]:
        """Which homes reach nothing but a loose piece of the streets, bool (n,)."""


class CityCosts:
    """The costs of one city, computed when first asked for and kept.

    Parameters
    ----------
    city
        Its network may be None; then only straight lines can be asked for.
    """

    def __init__(self, city: City) -> None:
        self._city = city
        self._found: dict[Question, Closest] = {}
        self._node_costs: dict[Question, NDArray[np.float64]] = {}
        self._on_fragment: NDArray[np.bool_] | None = None
        self._homes_xy: NDArray[np.float64] | None = None

    def closest(self, facility_types: Sequence[str], measure: str) -> Closest:
        """Return the nearest facility of any of the types; see `Costs`."""
        key = self._key(facility_types, measure)
        if key not in self._found:
            self.prepare([key])
        found = self._found[key]
        if key[1] != measure:
            return self._as_minutes(found)
        return found

    def prepare(
        self,
        questions: Iterable[tuple[Sequence[str], str]],
        *,
        progress: Progress | None = None,
    ) -> None:
        """Answer many questions together, so that the searches share the cores.

        Parameters
        ----------
        questions
            Facility types and measure of each.
        progress
            Called with a label and a share from 0 to 1.
        """
        keys = dict.fromkeys(self._key(types, measure) for types, measure in questions)
        wanted = [key for key in keys if key not in self._found]
        for measure in dict.fromkeys(name for _, name in wanted):
            group = [types for types, name in wanted if name == measure]
            if progress:
                label = message(
                    "progress.nearest", measure=Term("measure", measure), searches=len(group)
                )
                progress(label, 0.0)
            answers = self._search(group, measure)
            found = zip(group, answers, strict=True)
            self._found.update({(types, measure): closest for types, closest in found})

    def known_node_costs(
        self, facility_types: Sequence[str], measure: str
    ) -> NDArray[np.float64] | None:
        """Return each junction's metres to the nearest facility, where a search has found them."""
        return self._node_costs.get(self._key(facility_types, measure))

    def pairs(self, rows: NDArray[np.int64], measure: str, cutoff: float) -> TravelCosts:
        """List the pairs of homes and some facilities; see `Costs`."""
        if measure == "straight_line":
            places = self._city.facilities["geometry"].iloc[rows]
            found = travel_costs_straight_line(self._homes_places(), places, cutoff_m=cutoff)
            return TravelCosts(found.from_index, rows.astype(np.int32)[found.to_index], found.cost)
        sloped = measure == "walking_time" and self._city.time_network is not None
        network, homes = self._walkers(self._city.time_network if sloped else self._city.network)
        assert self._city.facility_attachment is not None
        unit = 1.0
        if measure == "walking_time":
            unit = 1 / 60 if sloped else 1 / self._city.parameters.walking_speed_m_per_min
        chosen = take_rows(self._city.facility_attachment, rows)
        found = travel_costs(network, homes, chosen, cutoff=cutoff / unit)
        return TravelCosts(
            found.from_index, rows.astype(np.int32)[found.to_index], found.cost * unit
        )

    @property
    def on_fragment(self) -> NDArray[np.bool_]:
        """Which homes reach nothing but a loose piece of the streets, bool (n,)."""
        if self._on_fragment is None:
            network, homes = self._walkers(self._city.network)
            self._on_fragment = on_fragment(network, homes)
        return self._on_fragment

    def changed(self, city: City, rows: NDArray[np.int32]) -> CityCosts:
        """Return the costs of a city with other facilities: only what can have changed is searched.

        Parameters
        ----------
        city
            The same homes and streets; the facilities that stayed come first, in their order.
        rows
            int32 (m,): new row of each facility that was there, -1 where it is gone.

        Returns
        -------
        CityCosts
            Equal to those of a fresh search.
        """
        made = CityCosts(city)
        made._on_fragment = self._on_fragment
        made._homes_xy = self._homes_xy
        moved = np.append(rows, np.int32(-1))
        came = np.arange(int((rows >= 0).sum()), len(city.facilities))
        stays = bool((rows == np.arange(rows.size)).all())
        new_types = city.facilities["facility_type"].iloc[came].to_numpy(dtype=object)
        gone = set(self._city.facilities["facility_type"][rows < 0])
        for question, found in self._found.items():
            if gone.intersection(question[0]):
                continue  # it is searched anew when it is asked
            kept = found if stays else Closest(found.cost, moved[found.nearest])
            more = came[np.isin(new_types, question[0])]
            made._take(question, kept, self._node_costs.get(question), more)
        return made

    def _take(
        self,
        question: Question,
        known: Closest,
        node_costs: NDArray[np.float64] | None,
        more: NDArray[np.int64],
    ) -> None:
        """Answer a question by what was known and some more facilities, where that is enough."""
        if not more.size:
            self._found[question] = known
            if node_costs is not None:
                self._node_costs[question] = node_costs
        elif question[1] == "straight_line":
            found = self._straight_with_more(known, more)
            if found is not None:
                self._found[question] = found
        elif node_costs is not None:
            walked = self._walk_with_more(known, node_costs, more)
            self._found[question], self._node_costs[question] = walked

    def _straight_with_more(self, known: Closest, more: NDArray[np.int64]) -> Closest | None:
        """Return None where homes or facilities are outlines; then all is searched anew."""
        homes = self._homes_places()
        places = np.asarray(self._city.facilities["geometry"].iloc[more], dtype=object)
        points = (shapely.get_type_id(places) == _POINT) & ~shapely.is_empty(places)
        if not isinstance(homes, np.ndarray) or not points.all():
            return None
        return closest_straight_line_with_more(homes, known, shapely.get_coordinates(places), more)

    def _walk_with_more(
        self, known: Closest, node_costs: NDArray[np.float64], more: NDArray[np.int64]
    ) -> tuple[Closest, NDArray[np.float64]]:
        network, homes = self._walkers(self._city.network)
        assert self._city.facility_attachment is not None
        added = take_rows(self._city.facility_attachment, more)
        return closest_with_more(network, homes, (known, node_costs), added, more.tolist())

    def _key(self, facility_types: Sequence[str], measure: str) -> Question:
        types = tuple(sorted(set(facility_types)))
        in_metres = measure_of(measure).in_metres
        if in_metres and self._city.time_network is None:
            # Without slopes the nearest in time is the nearest in metres: one search serves both.
            return types, in_metres
        return types, measure

    def _search(self, groups: Sequence[tuple[str, ...]], measure: str) -> list[Closest]:
        rows = [self._city.rows_of_types(types) for types in groups]
        if measure_of(measure).on_streets:
            return self._walk(groups, rows, measure)
        return self._straight(rows)

    def _straight(self, rows: Sequence[NDArray[np.int64]]) -> list[Closest]:
        city = self._city
        places = city.facilities["geometry"]
        found = closest_straight_line_many(
            self._homes_places(), [places.iloc[each] for each in rows]
        )
        return [_in_table(each, row) for each, row in zip(found, rows, strict=True)]

    def _homes_places(self) -> Any:
        """Return the homes as coordinates where they are points: a million objects take long."""
        if self._homes_xy is None:
            shapes = np.asarray(self._city.homes["geometry"], dtype=object)
            if (shapely.get_type_id(shapes) != _POINT).any() or shapely.is_empty(shapes).any():
                return self._city.homes["geometry"]
            self._homes_xy = np.ascontiguousarray(shapely.get_coordinates(shapes))
        return self._homes_xy

    def _walk(
        self, types: Sequence[tuple[str, ...]], rows: Sequence[NDArray[np.int64]], measure: str
    ) -> list[Closest]:
        city = self._city
        in_time = bool(measure_of(measure).in_metres)
        network, homes = self._walkers(city.time_network if in_time else city.network)
        assert city.facility_attachment is not None
        groups = [take_rows(city.facility_attachment, each) for each in rows]
        found = closest_and_nodes(network, homes, groups)
        if not in_time:
            nodes = zip(types, (node_costs for _, node_costs in found), strict=True)
            self._node_costs.update({(names, measure): costs for names, costs in nodes})
        unit = 1 / 60 if network.unit == "s" else 1.0
        return [_in_table(each, row, unit) for (each, _), row in zip(found, rows, strict=True)]

    def _walkers(self, network: Network | None) -> tuple[Network, Attachment]:
        homes = self._city.home_attachment
        assert network is not None
        assert homes is not None
        return network, homes

    def _as_minutes(self, metres: Closest) -> Closest:
        speed = self._city.parameters.walking_speed_m_per_min
        return Closest(metres.cost / speed, metres.nearest)


def _in_table(found: Closest, rows: NDArray[np.int64], factor: float = 1.0) -> Closest:
    """Name the nearest by its row in the whole table, and bring costs to the unit of rules."""
    lookup = np.append(rows, -1).astype(np.int32)
    cost = found.cost if factor == 1.0 else found.cost * factor
    return Closest(cost, lookup[found.nearest])
