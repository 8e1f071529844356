"""The numbers of a siting question: who reaches which site, what it costs, what is decided.

Owns the step from tables to `siting.locate.Problem`. Sites come first in it, then what is open
already: existing facilities where the model asks about distance or capacity.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from siting.errors import SitingError
from siting.locate.problem import Problem, build_problem
from siting.network.costs import TOLERANCE_M, TravelCosts
from siting.rules.city.model import column
from siting.rules.pack.conditions import compare

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import ArrayLike, NDArray

    from siting.network.attach.snap import Attachment
    from siting.pipeline.demand.question import Question
    from siting.pipeline.gaps.analysis import Analysis

# Without a limit every home meets every site; more pairs than this do not fit into memory.
_MOST_PAIRS = 60_000_000
# Sites on streets are searched a little beyond the limit, and the limit of the rule then decides.
_BEYOND = 1e-3


@dataclass(frozen=True, slots=True)
class Decisions:
    """What is decided before the search, by the ids of sites.

    Parameters
    ----------
    forced_in, forced_out
        Opened in any case, and in none.
    committed
        As good as open: they serve, cost nothing more and are in no count.
    years
        Of sites forced in, the year (from 0) in which they are built; the others are free in it.
    """

    forced_in: Collection[str] = ()
    forced_out: Collection[str] = ()
    committed: Collection[str] = ()
    years: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class SiteTable:
    """Sites on the network, with the numbers that are known of them.

    Parameters
    ----------
    table
        `SITES`, m rows.
    attachment
        Where they touch the streets; None for straight lines.
    cost
        float64 (m,): money, NaN where nobody said.
    capacity
        float64 (m,): people each may serve; infinity where nothing limits it.
    notes
        Sentences on sites that are of no use.
    """

    table: gpd.GeoDataFrame
    attachment: Attachment | None
    cost: NDArray[np.float64]
    capacity: NDArray[np.float64]
    notes: tuple[str, ...] = field(default=())

    @property
    def ids(self) -> list[str]:
        """What tables call the sites."""
        return [str(each) for each in self.table["site_id"]]

    def rows(self, ids: Collection[str], what: str) -> NDArray[np.int64]:
        """Return the rows of sites by id.

        Raises
        ------
        SitingError
            Ids that no site has; the nearest is named.
        """
        import difflib

        at = {name: row for row, name in enumerate(self.ids)}
        lost = [each for each in ids if each not in at]
        if lost:
            near = difflib.get_close_matches(lost[0], at, n=1)
            hint = (
                f"did you mean '{near[0]}'?" if near else f"the first site is '{next(iter(at))}'."
            )
            raise SitingError(
                f"{what} names {len(lost)} sites that there are not, the first is '{lost[0]}'; "
                f"{hint}"
            )
        return np.array([at[each] for each in dict.fromkeys(ids)], np.int64)


def place_sites(
    analysis: Analysis,
    table: gpd.GeoDataFrame,
    question: Question,
    *,
    site_cost: float | None = None,
    m2_per_person: float | None = None,
) -> SiteTable:
    """Put sites on the network and fill what is known of them.

    Parameters
    ----------
    table
        `SITES`.
    site_cost
        Money for sites that do not say theirs.
    m2_per_person
        Floor area that a person takes; gives a capacity to sites that state a floor area only.

    Raises
    ------
    SitingError
        No sites at all.
    """
    from siting.network.attach.snap import snap

    if not len(table):
        raise SitingError("there are no sites to choose from; the layer is empty.")
    attachment, notes = None, []
    if question.measure != "straight_line":
        assert analysis.city.network is not None
        reach = analysis.city.parameters.max_access_m
        attachment = snap(
            analysis.city.network,
            table.geometry,
            max_access_m=reach,
            barriers=analysis.layers.barriers,
        )
        loose = int((~attachment.attached).sum())
        if loose:
            notes.append(
                f"{loose} of {len(table)} sites are farther than {reach:g} m (max_access_m) from "
                "any street and cannot serve anybody."
            )
    cost = _known(table, "cost")
    if site_cost is not None:
        cost = np.where(np.isnan(cost), site_cost, cost)
    return SiteTable(
        table, attachment, cost, _capacity(table, question, m2_per_person), tuple(notes)
    )


def _known(table: gpd.GeoDataFrame, name: str) -> NDArray[np.float64]:
    values = column(table, name)
    return np.full(len(table), np.nan) if values is None else values


def _capacity(table: Any, question: Question, m2_per_person: float | None) -> NDArray[np.float64]:
    """Return people each may serve: what the rule allows, and no more than there is room for."""
    room = _known(table, "capacity")
    if m2_per_person:
        room = np.where(np.isnan(room), _known(table, "floor_area_m2") / m2_per_person, room)
    return np.minimum(np.where(np.isnan(room), np.inf, room), question.served_by_each)


def cover_problem(
    analysis: Analysis,
    question: Question,
    sites: SiteTable,
    decisions: Decisions,
    *,
    with_facilities: bool = False,
    limited: bool = True,
    m2_per_person: float | None = None,
) -> Problem:
    """Return the problem: who of the demand reaches which site within the rule's limit.

    Parameters
    ----------
    with_facilities
        Count the existing facilities of the rule's types as open sites.
    limited
        False: pairs of any distance, for the models that ask how far.

    Raises
    ------
    SitingError
        Decisions about sites that there are not; more pairs than fit into memory.
    """
    count = len(sites.table)
    open_rows = _facility_rows(analysis, question) if with_facilities else np.empty(0, np.int64)
    if not limited:
        _check_pairs(question.homes.size * (count + open_rows.size))
    pairs = reach(analysis, question, sites.table, sites.attachment, limited=limited)
    capacity, cost = sites.capacity, np.nan_to_num(sites.cost)
    committed = sites.rows(decisions.committed, "the project library")
    existing = np.concatenate([committed, np.arange(count, count + open_rows.size)])
    if open_rows.size:
        found = _facility_pairs(analysis, question, open_rows, limited=limited)
        pairs = _joined(pairs, found, count)
        room = facility_capacity(analysis, question, open_rows, m2_per_person)
        capacity = np.append(capacity, room)
        cost = np.append(cost, np.zeros(open_rows.size))
    homes = question.homes
    ids = [
        *sites.ids,
        *(str(each) for each in analysis.city.facilities["facility_id"].iloc[open_rows]),
    ]
    return build_problem(
        pairs,
        question.weights[homes],
        site_cost=cost,
        capacity=capacity,
        existing=existing.astype(np.int64),
        forced_in=sites.rows(decisions.forced_in, "forced_in"),
        forced_out=sites.rows(decisions.forced_out, "forced_out"),
        cutoff=question.limit if limited else np.inf,
        groups={name: values[homes] for name, values in question.groups.items()},
        demand_ids=_Names(analysis.city.homes["home_id"], homes),
        site_ids=ids,
    )


class _Names(Sequence[str]):
    """The ids of the demand, looked up only where a message names one."""

    def __init__(self, ids: Any, rows: NDArray[np.int64]) -> None:
        self._ids, self._rows = ids, rows

    def __len__(self) -> int:
        return int(self._rows.size)

    def __getitem__(self, row: Any) -> Any:
        return str(self._ids.iloc[int(self._rows[row])])


def _facility_rows(analysis: Analysis, question: Question) -> NDArray[np.int64]:
    if question.from_scratch:
        return np.empty(0, np.int64)
    return analysis.city.rows_of_types(question.rule.facility_types)


def facility_pairs(analysis: Analysis, question: Question) -> tuple[TravelCosts, NDArray[np.int64]]:
    """Return who reaches which existing facility within the limit, and the facilities' rows.

    ``from_index`` counts the homes of the question, ``to_index`` the rows that are returned.
    """
    rows = _facility_rows(analysis, question)
    return _facility_pairs(analysis, question, rows, limited=True), rows


def facility_capacity(
    analysis: Analysis,
    question: Question,
    rows: NDArray[np.int64],
    m2_per_person: float | None = None,
) -> NDArray[np.float64]:
    """Return the people that existing facilities may serve, infinite where nothing limits them."""
    return _capacity(analysis.city.facilities.iloc[rows], question, m2_per_person)


def _check_pairs(count: int) -> None:
    if count > _MOST_PAIRS:
        raise SitingError(
            f"{count:,} pairs of homes and sites are more than {_MOST_PAIRS:,}. Give fewer sites, "
            "or a model with a limit (mclp, lscp)."
        )


def _facility_pairs(
    analysis: Analysis, question: Question, rows: NDArray[np.int64], *, limited: bool
) -> TravelCosts:
    from siting.network.attach.rows import take_rows

    table = analysis.city.facilities.iloc[rows]
    attachment = None
    if question.measure != "straight_line":
        assert analysis.city.facility_attachment is not None
        attachment = take_rows(analysis.city.facility_attachment, rows)
    return reach(analysis, question, table, attachment, limited=limited)


def reach(
    analysis: Analysis,
    question: Question,
    table: Any,
    attachment: Attachment | None,
    *,
    limited: bool,
) -> TravelCosts:
    """List the pairs of demand and destinations, with costs in the unit of the rule.

    Returns
    -------
    TravelCosts
        ``from_index`` counts the homes of the question, ``to_index`` the rows of `table`. With
        `limited` the rule itself decides which pairs are within, to its own tolerance.
    """
    from siting.coverage.cutoff import travel_costs_straight_line
    from siting.network.attach.rows import take_rows
    from siting.network.travel import travel_costs

    city = analysis.city
    cutoff = question.limit * (1 + 1e-9) + _BEYOND if limited else np.inf
    if attachment is None:
        homes: Any = city.homes["geometry"].iloc[question.homes]
        found = travel_costs_straight_line(homes, table["geometry"], cutoff_m=cutoff)
        return _within(found, question, 1.0, limited=limited)
    by_time = question.measure == "walking_time"
    network = city.time_network if by_time and city.time_network is not None else city.network
    assert network is not None
    assert city.home_attachment is not None
    per_unit = _per_unit(question, network.unit, city.parameters.walking_speed_m_per_min)
    homes_on = take_rows(city.home_attachment, question.homes)
    found = travel_costs(network, homes_on, attachment, cutoff=cutoff * per_unit)
    return _within(found, question, per_unit, limited=limited)


def _per_unit(question: Question, network_unit: str, speed_m_per_min: float) -> float:
    """Return how many of the network's units one unit of the rule is."""
    if question.unit != "min":
        return 1.0
    return 60.0 if network_unit == "s" else speed_m_per_min


def _within(
    found: TravelCosts, question: Question, per_unit: float, *, limited: bool
) -> TravelCosts:
    cost = found.cost / per_unit
    if not limited:
        return TravelCosts(found.from_index, found.to_index, cost)
    near = compare(cost, question.comparator, question.limit, TOLERANCE_M)  # type: ignore[arg-type]
    # What the rule takes for within the limit is no farther than it, whatever rounding says.
    capped = np.minimum(cost[near], question.limit)
    return TravelCosts(found.from_index[near], found.to_index[near], capped)


def _joined(sites: TravelCosts, facilities: TravelCosts, count: int) -> TravelCosts:
    return TravelCosts(
        np.concatenate([sites.from_index, facilities.from_index]),
        np.concatenate([sites.to_index, facilities.to_index + np.int32(count)]),
        np.concatenate([sites.cost, facilities.cost]),
    )


def between_sites(
    analysis: Analysis, question: Question, sites: SiteTable, decisions: Decisions
) -> Problem:
    """Return the problem of p-dispersion: its rows of demand are the sites themselves.

    Sites on no street are ruled out; they would count as endlessly far from all others.
    """
    from siting.coverage.cutoff import travel_costs_straight_line
    from siting.network.travel import travel_costs

    _check_pairs(len(sites.table) ** 2)
    city = analysis.city
    if sites.attachment is None:
        place: Any = sites.table["geometry"]
        pairs = travel_costs_straight_line(place, place, cutoff_m=np.inf)
        cost = pairs.cost
    else:
        assert city.network is not None
        pairs = travel_costs(city.network, sites.attachment, sites.attachment, cutoff=np.inf)
        cost = pairs.cost
        if question.unit == "min":
            cost = cost / city.parameters.walking_speed_m_per_min
    weights: ArrayLike = np.ones(len(sites.table))
    ruled_out = np.zeros(len(sites.table), bool)
    ruled_out[sites.rows(decisions.forced_out, "forced_out")] = True
    if sites.attachment is not None:
        ruled_out |= ~sites.attachment.attached
    return build_problem(
        TravelCosts(pairs.from_index, pairs.to_index, cost),
        weights,
        site_cost=np.nan_to_num(sites.cost),
        existing=sites.rows(decisions.committed, "the project library"),
        forced_in=sites.rows(decisions.forced_in, "forced_in"),
        forced_out=ruled_out,
        site_ids=sites.ids,
    )
