"""What is asked of siting: demand, sites, what they cost, hold and reach, and what is decided.

Owns the one input of every model. Faults of the numbers are kept as sentences, because a model
answers them with a status; faults of shape are errors of the caller and raise.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from siting.errors import SitingError
from siting.message import Message, message
from siting.network.costs import TOLERANCE_M

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from siting.coverage.assignment import PairCosts


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """Demand, sites and the pairs within the limit; build it with `build_problem`.

    Parameters
    ----------
    demand
        float64 (n,): weight of each row of demand, usually people. Weight zero asks for nothing.
    from_index, to_index, cost
        (k,): demand row, site row and travel cost of each pair within the limit, sorted by
        demand, then site; no pair twice.
    site_cost
        float64 (m,): money to open each site.
    capacity
        float64 (m,): weight each site can serve; infinity where nothing limits it.
    existing
        bool (m,): open already, free of charge, and in no count.
    forced_in, forced_out
        bool (m,): decided by hand; a site forced in counts and costs.
    cutoff
        The limit that was applied, inclusive; infinity for none.
    groups
        Name -> float64 (n,): parts of the demand that answers report on (elderly, children).
    demand_ids, site_ids
        What messages and tables call the rows; row numbers where left out.
    faults
        Sentences on numbers that no model can work with; then every answer is ``invalid``.
    """

    demand: NDArray[np.float64]
    from_index: NDArray[np.int32]
    to_index: NDArray[np.int32]
    cost: NDArray[np.float64]
    site_cost: NDArray[np.float64]
    capacity: NDArray[np.float64]
    existing: NDArray[np.bool_]
    forced_in: NDArray[np.bool_]
    forced_out: NDArray[np.bool_]
    cutoff: float = np.inf
    groups: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    demand_ids: Sequence[object] | None = None
    site_ids: Sequence[object] | None = None
    faults: tuple[Message, ...] = ()

    @property
    def n_demand(self) -> int:
        """Number of rows of demand."""
        return self.demand.size

    @property
    def n_sites(self) -> int:
        """Number of sites, existing and forced ones included."""
        return self.site_cost.size

    def demand_name(self, row: int) -> str:
        """Return what messages call a row of demand."""
        return f"'{self.demand_ids[row]}'" if self.demand_ids is not None else f"row {row}"

    def site_name(self, site: int) -> str:
        """Return what messages call a site."""
        return f"'{self.site_ids[site]}'" if self.site_ids is not None else f"site {site}"


def build_problem(
    travel_costs: PairCosts,
    demand: ArrayLike | None = None,
    *,
    n_sites: int | None = None,
    site_cost: ArrayLike | None = None,
    capacity: ArrayLike | None = None,
    existing: ArrayLike = (),
    forced_in: ArrayLike = (),
    forced_out: ArrayLike = (),
    cutoff: float = np.inf,
    groups: Mapping[str, ArrayLike] | None = None,
    group_weights: Mapping[str, float] | None = None,
    demand_ids: Sequence[object] | None = None,
    site_ids: Sequence[object] | None = None,
) -> Problem:
    """Put a siting problem together and drop the pairs beyond the limit.

    Parameters
    ----------
    travel_costs
        Pairs of demand (`from_index`), site (`to_index`) and `cost`, in any order; of a pair
        given twice the cheaper holds. A pair that is not there is out of reach.
    demand
        float (n,): weight of each row. Left out, it is the sum of the groups by their weights.
    n_sites
        Number of sites where neither `site_cost`, `capacity` nor `site_ids` tells it.
    site_cost, capacity
        float (m,); 1 and infinity where left out.
    existing, forced_in, forced_out
        Site numbers, or a bool for each site.
    cutoff
        Limit on the cost, in its unit, inclusive.
    groups, group_weights
        float (n,) by name, and what a person of each group counts; 1 where left out.
    demand_ids, site_ids
        Names for messages and tables.

    Raises
    ------
    SitingError
        Columns of different lengths, pairs or site numbers that point outside, no number of sites.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> pairs = SimpleNamespace(from_index=[0, 1, 1], to_index=[0, 0, 1], cost=[300, 301, 80])
    >>> problem = build_problem(pairs, demand=[10, 20], n_sites=2, cutoff=300)
    >>> problem.from_index.tolist(), problem.to_index.tolist()
    ([0, 1], [0, 1])
    """
    parts = {name: np.asarray(values, float) for name, values in (groups or {}).items()}
    weight = _weights(demand, parts, group_weights or {})
    count = _site_count(n_sites, site_cost, capacity, site_ids)
    money = np.ones(count) if site_cost is None else np.asarray(site_cost, float)
    room = np.full(count, np.inf) if capacity is None else np.asarray(capacity, float)
    _check_lengths(weight.size, count, parts, money, room, demand_ids, site_ids)
    source, target, cost = _sorted_pairs(travel_costs, weight.size, count, cutoff)
    is_open = _flags(existing, count, "existing")
    return Problem(
        demand=weight,
        from_index=source,
        to_index=target,
        cost=cost,
        site_cost=money,
        capacity=room,
        existing=is_open,
        forced_in=_flags(forced_in, count, "forced_in") & ~is_open,
        forced_out=_flags(forced_out, count, "forced_out"),
        cutoff=float(cutoff),
        groups=parts,
        demand_ids=demand_ids,
        site_ids=site_ids,
        faults=_number_faults(weight, parts, money, room, cost),
    )


def _weights(
    demand: ArrayLike | None,
    groups: Mapping[str, NDArray[np.float64]],
    group_weights: Mapping[str, float],
) -> NDArray[np.float64]:
    unknown = sorted(set(group_weights) - set(groups))
    if unknown:
        raise SitingError(message("locate.unknown_groups", unknown=unknown, groups=sorted(groups)))
    if demand is not None:
        return np.asarray(demand, float)
    if not groups:
        raise SitingError(message("locate.no_demand"))
    weighted = [group_weights.get(name, 1.0) * part for name, part in groups.items()]
    return np.asarray(sum(weighted), float)


def _site_count(
    n_sites: int | None,
    site_cost: ArrayLike | None,
    capacity: ArrayLike | None,
    site_ids: Sequence[object] | None,
) -> int:
    if n_sites is not None:
        return int(n_sites)
    for given in (site_cost, capacity, site_ids):
        if given is not None:
            return len(np.asarray(given))
    raise SitingError(message("locate.no_site_count"))


def _check_lengths(
    n: int,
    m: int,
    groups: Mapping[str, NDArray[np.float64]],
    money: NDArray[np.float64],
    room: NDArray[np.float64],
    demand_ids: Sequence[object] | None,
    site_ids: Sequence[object] | None,
) -> None:
    expected: list[tuple[Message | str, NDArray[np.float64], int]] = [
        (message("locate.group", name=name), part, n) for name, part in groups.items()
    ]
    expected += [("site_cost", money, m), ("capacity", room, m)]
    sized = [(name, len(values), size) for name, values, size in expected]
    sized += [("demand_ids", len(demand_ids), n)] if demand_ids is not None else []
    sized += [("site_ids", len(site_ids), m)] if site_ids is not None else []
    wrong = [
        message("locate.length", name=name, length=length, size=size)
        for name, length, size in sized
        if length != size
    ]
    if wrong:
        raise SitingError(message("locate.lengths", faults=wrong))


def _sorted_pairs(
    travel_costs: PairCosts, n: int, m: int, cutoff: float
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]]:
    source = np.asarray(travel_costs.from_index, np.int32)
    target = np.asarray(travel_costs.to_index, np.int32)
    cost = np.asarray(travel_costs.cost, float)
    for name, index, size in (("from_index", source, n), ("to_index", target, m)):
        outside = np.flatnonzero((index < 0) | (index >= size))
        if outside.size:
            where = {"count": outside.size, "pair": outside[0], "value": index[outside[0]]}
            raise SitingError(message("locate.pairs_outside", name=name, size=size, **where))
    # A missing cost stays in, so that it is reported rather than taken for out of reach.
    near = ~(cost > cutoff + TOLERANCE_M) & ~np.isposinf(cost)
    if not near.all():
        source, target, cost = source[near], target[near], cost[near]
    key = source.astype(np.int64) * max(m, 1) + target
    if (np.diff(key) > 0).all():
        return source, target, cost
    order = np.lexsort((cost, key))
    order = order[np.concatenate([[True], np.diff(key[order]) > 0])]
    return source[order], target[order], cost[order]


def _flags(given: ArrayLike, count: int, name: str) -> NDArray[np.bool_]:
    values = np.asarray(given)
    if values.dtype == bool and values.size == count:
        return values.copy()
    flags = np.zeros(count, bool)
    if not values.size:
        return flags
    outside = (values < 0) | (values >= count)
    if values.dtype.kind not in "iu" or outside.any():
        first = str(values.tolist()[:5])
        raise SitingError(message("locate.flags_wrong", name=name, values=first, last=count - 1))
    flags[values] = True
    return flags


def _number_faults(
    weight: NDArray[np.float64],
    groups: Mapping[str, NDArray[np.float64]],
    money: NDArray[np.float64],
    room: NDArray[np.float64],
    cost: NDArray[np.float64],
) -> tuple[Message, ...]:
    columns: list[tuple[Message | str, NDArray[np.float64]]] = [("demand", weight)]
    columns += [(message("locate.group", name=name), part) for name, part in groups.items()]
    columns += [("site_cost", money), ("travel cost", cost)]
    wrong = [(name, values, ~(np.isfinite(values) & (values >= 0))) for name, values in columns]
    wrong.append(("capacity", room, ~(room >= 0)))
    return tuple(
        message(
            "locate.numbers_wrong",
            name=name,
            count=bad.sum(),
            row=bad.argmax(),
            value=float(values[bad.argmax()]),
        )
        for name, values, bad in wrong
        if bad.any()
    )


def decided_sites(problem: Problem) -> NDArray[np.int32]:
    """Return the sites that are open in every plan: existing ones and those forced in."""
    return np.flatnonzero(problem.existing | problem.forced_in).astype(np.int32)


def free_sites(problem: Problem) -> NDArray[np.int32]:
    """Return the sites that are still to be decided."""
    closed = problem.existing | problem.forced_in | problem.forced_out
    return np.flatnonzero(~closed).astype(np.int32)


def open_rows(problem: Problem) -> NDArray[np.bool_]:
    """Tell which rows of demand ask for something and are not covered by what is decided."""
    is_open = problem.existing | problem.forced_in
    wanting = problem.demand > 0
    wanting[problem.from_index[is_open[problem.to_index]]] = False
    return wanting
