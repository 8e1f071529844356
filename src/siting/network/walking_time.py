"""Walking time: seconds along each street, slower uphill than downhill."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siting.errors import SitingError
from siting.message import message

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from siting.network.graph import Network

# Tobler (1993): speed falls by exp(-3.5) per unit of slope away from a descent of 5 %.
_DECAY = 3.5
_EASIEST_SLOPE = 0.05


def walking_time(
    network: Network, speed_m_per_min: float = 80.0, elevation: ArrayLike | None = None
) -> Network:
    """Return the same streets with walking time in seconds as their cost.

    Parameters
    ----------
    network
        Streets with any cost; directions that are closed stay closed.
    speed_m_per_min
        On level ground; access legs are walked at this speed too.
    elevation
        float (nodes,): height of each node in metres. Left out, or missing (NaN) at an end of a
        street: the street is taken as level.

    Returns
    -------
    Network
        Its unit is seconds; uphill and downhill differ.

    Raises
    ------
    SitingError
        A speed that is not positive, or heights that are not one per node.

    Notes
    -----
    Tobler's hiking function, ``6 exp(-3.5 |slope + 0.05|)`` km/h, divided by its own value on level
    ground and multiplied by `speed_m_per_min`. The slope is that between the ends of a street.

    References
    ----------
    Tobler (1993), Three presentations on geographical analysis and modeling, NCGIA Technical
    Report 93-1.

    Examples
    --------
    400 m at 80 m/min are five minutes.

    >>> import geopandas, shapely
    >>> from siting.network.graph import build_network
    >>> line = shapely.LineString([(0, 0), (400, 0)])
    >>> table = geopandas.GeoDataFrame({"street_id": ["a"]}, geometry=[line], crs=4547)
    >>> walking_time(build_network(table), 80).cost_forward.tolist()
    [300.0]
    """
    if not 0 < speed_m_per_min < np.inf:
        raise SitingError(message("network.speed_wrong", speed=speed_m_per_min))
    slope = _slopes(network, elevation)
    level_s = network.edge_length_m * (60.0 / speed_m_per_min)
    return network.with_cost(
        np.where(np.isinf(network.cost_forward), np.inf, level_s / _relative_speed(slope)),
        np.where(np.isinf(network.cost_backward), np.inf, level_s / _relative_speed(-slope)),
        unit="s",
        access_cost_per_m=60.0 / speed_m_per_min,
    )


def _slopes(network: Network, elevation: ArrayLike | None) -> NDArray[np.float64]:
    """Return the rise of each edge from its start to its end, per metre of its length."""
    if elevation is None:
        return np.zeros(network.edge_count)
    height = np.asarray(elevation, float)
    if height.shape != (network.node_count,):
        shape = str(height.shape)
        raise SitingError(message("network.elevation_shape", shape=shape, nodes=network.node_count))
    rise = height[network.edge_to] - height[network.edge_from]
    return np.asarray(np.nan_to_num(rise, nan=0.0) / network.edge_length_m)


def _relative_speed(slope: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the speed on a slope as a multiple of that on level ground."""
    return np.asarray(np.exp(_DECAY * (_EASIEST_SLOPE - np.abs(slope + _EASIEST_SLOPE))))
