"""Who is within a limit: straight-line pairs, what a home can choose from, and the share served."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from siting.coverage.closest import _check_same_crs, planar_shapes
from siting.errors import SitingError
from siting.message import message
from siting.network.costs import TOLERANCE_M, TravelCosts, within

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import ArrayLike, NDArray


def travel_costs_straight_line(
    origins: gpd.GeoSeries | NDArray[Any],
    destinations: gpd.GeoSeries | NDArray[Any],
    *,
    cutoff_m: float,
) -> TravelCosts:
    """List every pair within a straight-line radius.

    Parameters
    ----------
    origins, destinations
        As for `closest_straight_line`.
    cutoff_m
        The radius, inclusive.

    Returns
    -------
    TravelCosts
        Metres, sorted by origin, then destination; null and empty geometry is in no pair.

    Examples
    --------
    >>> homes = np.array([[0.0, 0.0], [600.0, 0.0]])
    >>> pairs = travel_costs_straight_line(homes, np.array([[300.0, 0.0]]), cutoff_m=300)
    >>> pairs.from_index.tolist(), pairs.cost.tolist()
    ([0, 1], [300.0, 300.0])
    """
    if not cutoff_m >= 0:
        raise SitingError(message("distance.cutoff_wrong", cutoff=cutoff_m))
    _check_same_crs(origins, destinations)
    homes, places = planar_shapes(origins), planar_shapes(destinations)
    # From the facilities, of which there are far fewer than homes.
    to_index, from_index = shapely.STRtree(homes).query(
        places, predicate="dwithin", distance=cutoff_m + TOLERANCE_M
    )
    order = np.lexsort((to_index, from_index))
    from_index, to_index = from_index[order], to_index[order]
    cost = shapely.distance(homes[from_index], places[to_index])
    return TravelCosts(from_index.astype(np.int32), to_index.astype(np.int32), np.asarray(cost))


def cumulative_cutoff(
    travel_costs: TravelCosts, supply: ArrayLike, n_origins: int, *, cutoff: float = np.inf
) -> NDArray[np.float64]:
    """Sum what each origin can choose from within a limit.

    Parameters
    ----------
    travel_costs
        Pairs.
    supply
        float (m,): what each destination offers; ones count destinations.
    n_origins
        Number of origins.
    cutoff
        In the unit of the pairs, inclusive.

    Returns
    -------
    ndarray
        float64 (n_origins,); 0 where nothing is within the limit.

    Examples
    --------
    >>> pairs = TravelCosts(np.array([0, 0, 2]), np.array([0, 1, 1]), np.array([90.0, 200.0, 50.0]))
    >>> cumulative_cutoff(pairs, [30, 12], 3, cutoff=200).tolist()
    [42.0, 0.0, 12.0]
    """
    offered = np.asarray(supply, float)
    near = within(travel_costs.cost, cutoff)
    found = offered[travel_costs.to_index[near]]
    return np.bincount(travel_costs.from_index[near], found, n_origins).astype(float)


def share_within(cost: ArrayLike, cutoff: float, weights: ArrayLike | None = None) -> float:
    """Return the share of homes, households or people within a limit.

    Parameters
    ----------
    cost
        float (n,): cost to the nearest facility; infinite or missing is not covered.
    cutoff
        Inclusive.
    weights
        float (n,): households or people of each home; each home counts once where left out. A home
        whose weight is missing counts neither as covered nor as uncovered.

    Returns
    -------
    float
        0 to 1; NaN where there is no weight to share.

    Examples
    --------
    >>> share_within([120.0, 300.0, 450.0], 300, weights=[10, 20, 30])
    0.5
    """
    served = within(cost, cutoff)
    weight = np.ones(served.size) if weights is None else np.asarray(weights, float)
    known = ~np.isnan(weight)
    total = float(weight[known].sum())
    return float(weight[known & served].sum()) / total if total > 0 else float("nan")
