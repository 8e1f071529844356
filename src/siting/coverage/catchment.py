"""How many people a facility stands for: by habit (the nearest), or in competition."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from siting.errors import SitingError
from siting.message import message
from siting.network.costs import TOLERANCE_M, within

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from siting.network.costs import Closest, TravelCosts


def nearest_facility_load(
    closest: Closest, weights: ArrayLike, n_facilities: int, *, cutoff: float = np.inf
) -> NDArray[np.float64]:
    """Count who comes to each facility when everybody goes to the nearest.

    Parameters
    ----------
    closest
        The nearest facility of each of n homes.
    weights
        float (n,): people or households of each home; a missing weight counts as nobody.
    n_facilities
        Number of facilities.
    cutoff
        Homes farther than this go nowhere; inclusive.

    Returns
    -------
    ndarray
        float64 (n_facilities,); 0 for a facility that is nobody's nearest.

    Examples
    --------
    Homes of 10, 20 and 40 people; the first two are nearest to facility 1.

    >>> from siting.network.costs import Closest
    >>> closest = Closest(np.array([50.0, 120.0, 600.0]), np.array([1, 1, 0]))
    >>> nearest_facility_load(closest, [10, 20, 40], 2).tolist()
    [40.0, 30.0]
    >>> nearest_facility_load(closest, [10, 20, 40], 2, cutoff=500).tolist()
    [0.0, 30.0]
    """
    weight = np.nan_to_num(np.asarray(weights, float), nan=0.0)
    goes = within(closest.cost, cutoff) & (closest.nearest >= 0)
    return np.bincount(closest.nearest[goes], weight[goes], n_facilities).astype(float)


def floating_catchment_area(
    travel_costs: TravelCosts,
    demand: ArrayLike,
    supply: ArrayLike,
    *,
    cutoff: float = np.inf,
    zones: Sequence[tuple[float, float]] | None = None,
) -> NDArray[np.float64]:
    """Measure what is left for each home of facilities that others use too.

    The two-step floating catchment area: each facility shares its supply among all people within
    the limit, and each home adds up the shares of all facilities within the limit.

    Parameters
    ----------
    travel_costs
        Pairs of home and facility.
    demand
        float (n,): people of each home; missing counts as nobody.
    supply
        float (m,): places, beds or square metres of each facility; missing counts as nothing.
    cutoff
        In the unit of the pairs, inclusive.
    zones
        Enhanced form: pairs of (upper limit, weight) in ascending order, such as
        ``[(300, 1.0), (500, 0.68), (1000, 0.22)]``; a pair counts with the weight of the first
        zone that holds it, in both steps, and not at all beyond the last.

    Returns
    -------
    ndarray
        float64 (n,): supply per person; 0 where no facility is within the limit. A facility
        without people in its catchment gives nothing to homes without people.

    Raises
    ------
    SitingError
        Zones whose limits do not ascend or whose weights are negative.

    Notes
    -----
    What all homes get, times their people, is the supply of all facilities that anybody reaches.

    References
    ----------
    Luo and Wang (2003), Measures of spatial accessibility to health care in a GIS environment,
    doi:10.1068/b29120. Zones: Luo and Qi (2009), An enhanced two-step floating catchment area
    method, doi:10.1016/j.healthplace.2009.06.002.

    Examples
    --------
    Facility 0 has 30 places for homes 0 and 1 (10 + 20 people): 1 each. Facility 1 has 10 places
    for home 1 alone: 0.5 each. So home 1 has 1 + 0.5.

    >>> from siting.network.costs import TravelCosts
    >>> pairs = TravelCosts(np.array([0, 1, 1]), np.array([0, 0, 1]), np.array([90.0, 50.0, 80.0]))
    >>> floating_catchment_area(pairs, demand=[10, 20], supply=[30, 10]).tolist()
    [1.0, 1.5]
    """
    people = np.nan_to_num(np.asarray(demand, float), nan=0.0)
    offered = np.nan_to_num(np.asarray(supply, float), nan=0.0)
    weight = pair_weights(travel_costs.cost, cutoff, zones)
    home, facility = travel_costs.from_index, travel_costs.to_index
    users = np.bincount(facility, weight * people[home], offered.size)
    per_person = np.divide(offered, users, out=np.zeros(offered.size), where=users > 0)
    return np.bincount(home, weight * per_person[facility], people.size).astype(float)


def pair_weights(
    cost: NDArray[np.float64], cutoff: float, zones: Sequence[tuple[float, float]] | None
) -> NDArray[np.float64]:
    """Return how much each pair counts: 1 within the limit, or the weight of its zone.

    Parameters and errors are those of `floating_catchment_area`.

    Examples
    --------
    >>> pair_weights(np.array([300.0, 301.0, 501.0]), 500, [(300, 1.0), (600, 0.5)]).tolist()
    [1.0, 0.5, 0.0]
    """
    near = within(cost, cutoff).astype(float)
    if zones is None:
        return near
    upper, share = np.asarray(zones, float).reshape(-1, 2).T
    if not ((np.diff(upper) > 0).all() and (share >= 0).all()):
        pairs = [f"({end:g}, {weight:g})" for end, weight in zones]
        raise SitingError(message("catchment.zones_wrong", zones=pairs))
    zone = np.searchsorted(upper + TOLERANCE_M, cost, side="left")
    return np.asarray(near * np.append(share, 0.0)[zone])
