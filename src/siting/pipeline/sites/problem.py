"""The numbers of a siting question: who reaches which site, what it costs, what is decided.

Owns the step from tables to `siting.locate.Problem`. Sites come first in it, then what is open
already: existing facilities where the model asks about distance or capacity.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from siting.coverage.cutoff import travel_costs_straight_line
from siting.did_you_mean import nearest
from siting.errors import SitingError
from siting.locate.problem import Problem, build_problem
from siting.message import Message, message
from siting.network.costs import TravelCosts
from siting.network.travel import travel_costs
from siting.pipeline.city import attached
from siting.pipeline.columns import numbers
from siting.pipeline.demand.pairs import (
    capacity_of,
    facility_capacity,
    facility_pairs,
    facility_rows,
    pairs_to,
)
from siting.rules.pack.measures import measure_of

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import ArrayLike, NDArray

    from siting.message import Sayable
    from siting.network.attach.attachment import Attachment
    from siting.pipeline.demand.question import Question
    from siting.pipeline.found import Found

# Without a limit every home meets every site; more pairs than this do not fit into memory.
_MOST_PAIRS = 60_000_000


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
        Which sites are of no use.
    """

    table: gpd.GeoDataFrame
    attachment: Attachment | None
    cost: NDArray[np.float64]
    capacity: NDArray[np.float64]
    notes: tuple[Sayable, ...] = field(default=())

    @property
    def ids(self) -> list[str]:
        """What tables call the sites."""
        return [str(each) for each in self.table["site_id"]]

    def rows(self, ids: Collection[str], what: Message | str) -> NDArray[np.int64]:
        """Return the rows of sites by id; `what` names them in an error.

        Raises
        ------
        SitingError
            Ids that no site has; the nearest is named.
        """
        at = {name: row for row, name in enumerate(self.ids)}
        lost = [each for each in ids if each not in at]
        if lost:
            near = nearest(lost[0], at)
            first = message("sites.first_is", site=next(iter(at)))
            hint = message("hint.nearest", name=near[0]) if near else first
            raise SitingError(
                message("sites.unknown", what=what, count=len(lost), first=lost[0], hint=hint)
            )
        return np.array([at[each] for each in dict.fromkeys(ids)], np.int64)


def place_sites(
    analysis: Found,
    table: gpd.GeoDataFrame,
    question: Question,
    *,
    site_cost: float | None = None,
    m2_per_person: float | None = None,
) -> SiteTable:
    """Put sites on the network, by the rules for facilities, and fill what is known of them.

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
    if not len(table):
        raise SitingError(message("sites.none"))
    attachment, notes = None, []
    if measure_of(question.measure).on_streets:
        assert analysis.city.network is not None
        parameters = analysis.city.parameters
        ground = replace(analysis.ground, entrances=gates_of_sites(analysis))
        attachment = attached(analysis.city.network, table, "site_id", ground, parameters)
        loose = int((~attachment.attached).sum())
        if loose:
            far = {"count": loose, "total": len(table), "limit": parameters.max_access_m}
            notes.append(message("sites.no_street_near", **far))
    cost = numbers(table, "cost")
    if site_cost is not None:
        cost = np.where(np.isnan(cost), site_cost, cost)
    return SiteTable(
        table, attachment, cost, capacity_of(table, question, m2_per_person), tuple(notes)
    )


def gates_of_sites(analysis: Found) -> gpd.GeoDataFrame | None:
    """Return the gates that may be those of sites; None where the project has no gates.

    Areas and files number their rows as homes do, so what a home or a facility is called too is the
    gate of that one alone.
    """
    gates, city = analysis.ground.entrances, analysis.city
    if gates is None:
        return None
    named = gates["subject_id"]
    taken = named.isin(city.homes["home_id"]) | named.isin(city.facilities["facility_id"])
    return gates[~taken]


def cover_problem(
    analysis: Found,
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
    open_rows = facility_rows(analysis, question) if with_facilities else np.empty(0, np.int64)
    if not limited:
        _check_pairs(question.homes.size * (count + open_rows.size))
    pairs = pairs_to(analysis, question, sites.table, sites.attachment, limited=limited)
    capacity, cost = sites.capacity, np.nan_to_num(sites.cost)
    committed = sites.rows(decisions.committed, message("sites.library"))
    existing = np.concatenate([committed, np.arange(count, count + open_rows.size)])
    if open_rows.size:
        found = facility_pairs(analysis, question, open_rows, limited=limited)
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


def _check_pairs(count: int) -> None:
    if count > _MOST_PAIRS:
        raise SitingError(message("sites.too_many_pairs", count=count, most=_MOST_PAIRS))


def _joined(sites: TravelCosts, facilities: TravelCosts, count: int) -> TravelCosts:
    return TravelCosts(
        np.concatenate([sites.from_index, facilities.from_index]),
        np.concatenate([sites.to_index, facilities.to_index + np.int32(count)]),
        np.concatenate([sites.cost, facilities.cost]),
    )


def between_sites(
    analysis: Found, question: Question, sites: SiteTable, decisions: Decisions
) -> Problem:
    """Return the problem of p-dispersion: its rows of demand are the sites themselves.

    Sites on no street are ruled out; they would count as endlessly far from all others.
    """
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
        existing=sites.rows(decisions.committed, message("sites.library")),
        forced_in=sites.rows(decisions.forced_in, "forced_in"),
        forced_out=ruled_out,
        site_ids=sites.ids,
    )
