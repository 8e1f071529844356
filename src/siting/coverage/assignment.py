"""How many people facilities serve within a limit and their capacity, by the best and by habit.

Owns the exact maximum (`assignment`) and the plain reading beside it (`nearest_served`): a
service-population rule states both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from siting.coverage import kernels
from siting.errors import SitingError
from siting.message import Message, Value, message
from siting.network.costs import within

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


class PairCosts(Protocol):
    """A sparse table of costs: one row is one home and one facility it can reach."""

    @property
    def from_index(self) -> NDArray[np.int32]:
        """Row of the demand table, (k,)."""

    @property
    def to_index(self) -> NDArray[np.int32]:
        """Row of the facility or site table, (k,)."""

    @property
    def cost(self) -> NDArray[np.float64]:
        """Metres, seconds or minutes, (k,)."""


@dataclass(frozen=True, slots=True, eq=False)
class Assignment:
    """Who is served by which facility, with the proof that no more can be.

    Parameters
    ----------
    pair_flow
        float64 (k,): people of the pair's home served by the pair's facility.
    served
        float64 (n,): people served of each home.
    load
        float64 (m,): people served by each facility.
    total
        People served in all.
    limit_total
        An upper limit on `total`, summed from demand and capacity alone: the homes that could not
        move on to a facility with room, and the capacity of those facilities that are full for
        everybody else (a minimum cut). Equal to `total`, which proves it the maximum.
    """

    pair_flow: NDArray[np.float64]
    served: NDArray[np.float64]
    load: NDArray[np.float64]
    total: float
    limit_total: float


@dataclass(frozen=True, slots=True, eq=False)
class NearestServed:
    """Who is served when everybody goes to the nearest facility and full ones turn people away.

    Parameters
    ----------
    nearest
        int32 (n,): the facility each home goes to; -1 where none is within the limit.
    served
        float64 (n,): people served of each home; a full facility serves the same share of each, in
        whole people where demand and its capacity are whole numbers.
    load
        float64 (m,): people who come.
    total
        People served in all.
    """

    nearest: NDArray[np.int32]
    served: NDArray[np.float64]
    load: NDArray[np.float64]
    total: float


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """Demand, room and pairs as checked columns.

    Parameters
    ----------
    people
        float64 (n,): of each home.
    room
        float64 (m,): of each facility.
    source, target, cost
        int64 (k,), int64 (k,) and float64 (k,): home, facility and cost of each pair.
    """

    people: NDArray[np.float64]
    room: NDArray[np.float64]
    source: NDArray[np.int64]
    target: NDArray[np.int64]
    cost: NDArray[np.float64]

    def served(self, flow: NDArray[np.float64]) -> NDArray[np.float64]:
        """Add up the people of the pairs by home, float64 (n,)."""
        return np.bincount(self.source, flow, self.people.size).astype(float)

    def load(self, flow: NDArray[np.float64]) -> NDArray[np.float64]:
        """Add up the people of the pairs by facility, float64 (m,)."""
        return np.bincount(self.target, flow, self.room.size).astype(float)

    def only(self, pairs: NDArray[np.int64]) -> _Asked:
        """Return the same homes and facilities with some of the pairs."""
        columns = self.source[pairs], self.target[pairs], self.cost[pairs]
        return _Asked(self.people, self.room, *columns)


def assignment(
    travel_costs: PairCosts,
    demand: ArrayLike,
    capacity: ArrayLike,
    *,
    cutoff: float = np.inf,
    start: ArrayLike | None = None,
) -> Assignment:
    """Find the largest number of people that can be served within a limit and the capacities.

    Exact, by maximum flow; a home's people may be split among facilities. Of the many largest
    assignments one is returned that began with everybody going to the nearest facility: of no home
    fewer people are served than `nearest_served` counts, though some may have to go elsewhere.
    What is still free then goes to the nearest with room, and only then people are moved.

    Parameters
    ----------
    travel_costs
        Pairs in any order; a pair that is not there cannot be served.
    demand
        float (n,): people of each home, whole or not.
    capacity
        float (m,): people each facility can take; infinity where nothing limits it.
    cutoff
        Limit on the cost, in its unit, inclusive.
    start
        float (k,): people of each pair to begin with instead of the nearest, such as the assignment
        before more facilities were there. Of no home fewer are served than that serves.

    Returns
    -------
    Assignment
        Empty demand, capacity or pairs serve nobody.

    Raises
    ------
    SitingError
        Negative or missing demand, capacity or cost, pairs that point outside the tables, or a
        start that serves more than demand, capacity or limit allow.

    References
    ----------
    Dinic (1970), Algorithm for solution of a problem of maximum flow in networks with power
    estimation, Soviet Math. Dokl. 11. The proof by minimum cut: Ford and Fulkerson (1956),
    doi:10.4153/CJM-1956-045-5.

    Examples
    --------
    Ten people reach only the first facility, ten reach both. The first has room for twelve.

    >>> from types import SimpleNamespace
    >>> pairs = SimpleNamespace(from_index=[0, 1, 1], to_index=[0, 0, 1], cost=[90, 50, 80])
    >>> best = assignment(pairs, demand=[10, 10], capacity=[12, 5])
    >>> best.total, best.limit_total
    (17.0, 17.0)
    >>> nearest_served(pairs, demand=[10, 10], capacity=[12, 5]).total
    12.0
    """
    asked = _checked(travel_costs, demand, capacity)
    reach = within(asked.cost, cutoff)
    near = _by_home(asked, reach)
    if start is None:
        begun = _nearest_flow(asked, _nearest_pairs(asked, near))
    else:
        begun = _checked_start(start, asked, reach)
    # No facility ever takes more than everybody, and finite rooms keep the arithmetic exact.
    asked = replace(asked, room=np.minimum(asked.room, asked.people.sum()))
    some = (asked.people[asked.source[near]] > 0) & (asked.room[asked.target[near]] > 0)
    keep = near[some]
    keep = keep[_nearest_first(asked.only(keep))]
    kept = asked.only(keep)
    flow, moves_on, takes_more = _maximum_flow(kept, begun[keep])
    pair_flow = np.zeros(asked.source.size)
    pair_flow[keep] = flow
    return Assignment(
        pair_flow,
        asked.served(pair_flow),
        asked.load(pair_flow),
        float(pair_flow.sum()),
        _cut_total(kept, moves_on, takes_more),
    )


def nearest_served(
    travel_costs: PairCosts, demand: ArrayLike, capacity: ArrayLike, *, cutoff: float = np.inf
) -> NearestServed:
    """Count who is served when everybody goes to the nearest facility within the limit.

    Parameters and errors are those of `assignment`. Equally near facilities: the lowest index.
    Where more come than a facility can take, the same share of each home is served.
    """
    asked = _checked(travel_costs, demand, capacity)
    pairs = _nearest_pairs(asked, _by_home(asked, within(asked.cost, cutoff)))
    source, target = asked.source[pairs], asked.target[pairs]
    nearest = np.full(asked.people.size, -1, np.int32)
    nearest[source] = target
    load = np.bincount(target, asked.people[source], asked.room.size).astype(float)
    served = asked.served(_nearest_flow(asked, pairs))
    return NearestServed(nearest, served, load, float(np.minimum(load, asked.room).sum()))


def _by_home(asked: _Asked, near: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the pairs within the limit, sorted by home, then facility."""
    kept = np.flatnonzero(near)
    source, target = asked.source[kept], asked.target[kept]
    home, facility = np.diff(source), np.diff(target)
    # Tables of travel costs come sorted, and sorting millions takes longer than the flow.
    if ((home > 0) | ((home == 0) & (facility >= 0))).all():
        return kept
    return kept[np.lexsort((target, source))]


def _nearest_pairs(asked: _Asked, near: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the pair of each home and its nearest facility, of equally near ones the lowest."""
    if not near.size:
        return near
    home, costs = asked.source[near], asked.cost[near]
    starts = np.flatnonzero(np.diff(home, prepend=-1))
    least = np.repeat(np.minimum.reduceat(costs, starts), np.diff(starts, append=home.size))
    tied = np.flatnonzero(costs == least)
    return near[tied[np.flatnonzero(np.diff(home[tied], prepend=-1))]]


def _nearest_first(asked: _Asked) -> NDArray[np.int64]:
    """Return the order that puts each home's pairs, which stand together, by cost."""
    count = np.bincount(asked.source, minlength=asked.people.size)
    offset = np.concatenate([[0], np.cumsum(count)])
    return np.asarray(kernels.sort_within(offset, asked.cost), np.int64)


def _nearest_flow(asked: _Asked, pairs: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return who is served along which pair when everybody goes along theirs of `pairs`, (k,)."""
    room = asked.room
    flow = np.zeros(asked.source.size)
    come, where = asked.people[asked.source[pairs]], asked.target[pairs]
    load = np.bincount(where, come, room.size).astype(float)
    is_full = load > room
    share = np.divide(room, load, out=np.ones(room.size), where=is_full)
    flow[pairs] = come * share[where]
    # Whole people stay whole, so that sums are exact; beyond this the products are not.
    whole = (come == np.rint(come)).all() and (room[is_full] == np.rint(room[is_full])).all()
    if whole and load.max(initial=0.0) * come.max(initial=0.0) < 2.0**53:
        turned = is_full[where]
        flow[pairs[turned]] = _whole_shares(come[turned], where[turned], room, load)
    return flow


def _whole_shares(
    come: NDArray[np.float64],
    where: NDArray[np.int64],
    room: NDArray[np.float64],
    load: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Share out full rooms in whole people: round down, the rest to the largest remainders."""
    amount, remainder = np.divmod(come * room[where], load[where])
    order = np.lexsort((-remainder / load[where], where))
    rest = room - np.bincount(where, amount, room.size)
    group = where[order]
    rank = np.arange(group.size) - np.searchsorted(group, group)
    amount[order] += rank < rest[group]
    return amount


def _checked_start(start: ArrayLike, asked: _Asked, near: NDArray[np.bool_]) -> NDArray[np.float64]:
    flow = np.asarray(start, float)
    if flow.shape != asked.source.shape:
        pairs = asked.source.size
        raise SitingError(message("assignment.start_rows", rows=flow.size, pairs=pairs))
    faults = _people_faults("start", flow, finite=True)
    if faults:
        raise SitingError(message("assignment.faults", faults=faults))
    # Sums of shares may differ from what they are shares of by rounding.
    slack = 1e-9 * flow.sum()
    too_many = int((asked.served(flow) > asked.people + slack).sum())
    too_full = int((asked.load(flow) > asked.room + slack).sum())
    too_far = int((flow[~near] > 0).sum())
    if too_many or too_full or too_far:
        where = {"homes": too_many, "facilities": too_full, "pairs": too_far}
        raise SitingError(message("assignment.start_too_much", **where))
    return flow


def _maximum_flow(
    asked: _Asked, begun: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the flow of pairs sorted by source, and who can still reach a facility with room."""
    of_home = np.bincount(asked.source, minlength=asked.people.size)
    of_facility = np.bincount(asked.target, minlength=asked.room.size)
    flow, level_home, level_facility = kernels.push_maximum_flow(
        np.concatenate([[0], np.cumsum(of_home)]),
        asked.source,
        asked.target,
        np.concatenate([[0], np.cumsum(of_facility)]),
        np.argsort(asked.target, kind="stable"),
        np.maximum(asked.people - asked.served(begun), 0.0),
        np.maximum(asked.room - asked.load(begun), 0.0),
        begun,
    )
    return flow, level_home < kernels.FAR, level_facility < kernels.FAR


def _cut_total(asked: _Asked, moves_on: NDArray[np.bool_], takes_more: NDArray[np.bool_]) -> float:
    """Sum a cut from the input alone: whoever is served is counted in it, however they go.

    Homes that cannot move on only reach facilities that take no more, so everybody served is
    either of a home that can move on or fills one of those facilities.
    """
    assert not (~moves_on[asked.source] & takes_more[asked.target]).any()
    return float(asked.people[moves_on].sum() + asked.room[~takes_more].sum())


def _checked(travel_costs: PairCosts, demand: ArrayLike, capacity: ArrayLike) -> _Asked:
    """Return the input as columns; raise one error with every fault."""
    asked = _Asked(
        np.asarray(demand, float),
        np.asarray(capacity, float),
        np.asarray(travel_costs.from_index, np.int64),
        np.asarray(travel_costs.to_index, np.int64),
        np.asarray(travel_costs.cost, float),
    )
    faults = [
        *_people_faults("demand", asked.people, finite=True),
        *_people_faults("capacity", asked.room, finite=False),
        *_cost_faults("cost", asked.cost),
        *_index_faults("from_index", asked.source, asked.people.size, of_homes=True),
        *_index_faults("to_index", asked.target, asked.room.size, of_homes=False),
    ]
    if faults:
        raise SitingError(message("assignment.faults", faults=faults))
    return asked


def _people_faults(name: str, values: NDArray[np.float64], *, finite: bool) -> list[Message]:
    first = _first_wrong(values, finite=finite)
    return [message("assignment.people_wrong", name=name, **first)] if first else []


def _cost_faults(name: str, values: NDArray[np.float64]) -> list[Message]:
    first = _first_wrong(values, finite=False)
    return [message("assignment.costs_wrong", name=name, **first)] if first else []


def _first_wrong(values: NDArray[np.float64], *, finite: bool) -> dict[str, Value]:
    """Return the count of wrong amounts and the first of them; empty where all are right."""
    wrong = np.flatnonzero(~((values >= 0) & (np.isfinite(values) | (not finite))))
    if not wrong.size:
        return {}
    row = int(wrong[0])
    return {"count": wrong.size, "row": row, "value": f"{values[row]:g}"}


def _index_faults(
    name: str, index: NDArray[np.int64], size: int, *, of_homes: bool
) -> list[Message]:
    wrong = np.flatnonzero((index < 0) | (index >= size))
    if not wrong.size:
        return []
    return [
        message(
            "assignment.no_such_home" if of_homes else "assignment.no_such_facility",
            name=name,
            size=size,
            count=wrong.size,
            pair=wrong[0],
            value=index[wrong[0]],
        )
    ]
