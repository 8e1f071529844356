"""Which lines of a street layer lie above others: by layer, bridge, tunnel and height.

Owns the columns and words that say so, and what becomes of lines of different levels that share a
place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

CLEARANCE_M = 2.5
"""Lines that lie so far above each other do not meet: nobody walks under less."""

_LAYER = ("layer", "level", "z_order_", "层级", "层")
_BRIDGE = ("bridge", "桥梁", "是否桥梁", "桥")
_TUNNEL = ("tunnel", "隧道", "是否隧道")
_NOT_SO = frozenset(("", "f", "false", "no", "n", "0", "0.0", "否", "无", "none", "nan"))
_BRIDGE_NAME = re.compile("高架|立交|天桥|大桥|flyover|overpass|viaduct|footbridge", re.IGNORECASE)
_TUNNEL_NAME = re.compile("隧道|地道|地下通道|下穿|underpass|tunnel", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class StreetLevels:
    """What is known of the level of every line.

    Parameters
    ----------
    level
        float64 (n,): 0 on the ground, 1 a bridge, -1 a tunnel, or the column ``layer``.
    structure
        bool (n,): a bridge or tunnel; it meets others at its ends and where it is drawn so.
    """

    level: NDArray[np.float64]
    structure: NDArray[np.bool_]


def street_levels(streets: gpd.GeoDataFrame) -> StreetLevels:
    """Read the levels of the streets; a layer that says nothing lies on the ground.

    Examples
    --------
    >>> import geopandas as gpd
    >>> table = gpd.GeoDataFrame({"bridge": ["T", "F", None], "layer": [2, 0, None]})
    >>> street_levels(table).level.tolist()
    [2.0, 0.0, 0.0]
    """
    bridge = _is_so(streets, _BRIDGE) | _is_named(streets, _BRIDGE_NAME)
    tunnel = _is_so(streets, _TUNNEL) | _is_named(streets, _TUNNEL_NAME)
    given = _numbers(streets)
    level = np.where(given != 0, given, bridge * 1.0 - tunnel)
    return StreetLevels(level, bridge | tunnel)


def part_levels(
    spot: NDArray[np.int64],
    weight: NDArray[np.int64],
    level: NDArray[np.float64],
    height: NDArray[np.float64],
) -> tuple[NDArray[np.int64], int]:
    """Give lines that pass over each other at one place nodes of their own.

    Parameters
    ----------
    spot
        int64 (k,): place of each passage of a line.
    weight
        int64 (k,): 2 where the line passes through, 1 where it ends.
    level, height
        float64 (k,): of the line there; the height is NaN where it is not known.

    Returns
    -------
    tuple
        Node of each passage, int64 (k,), and how many places were parted. Only lines that pass
        through the place (or end there from two sides) are parted; a ramp that ends there joins
        the level that is nearest.

    Examples
    --------
    >>> spot, through = np.zeros(3, int), np.array([2, 2, 1])
    >>> node, parted = part_levels(spot, through, np.array([0.0, 1, 1]), np.full(3, np.nan))
    >>> node.tolist(), parted
    ([0, 1, 1], 1)
    """
    node = spot.copy()
    fresh = int(spot.max(initial=-1)) + 1
    parted = 0
    order = np.argsort(spot, kind="stable")
    starts = np.flatnonzero(np.append(True, spot[order[1:]] != spot[order[:-1]]))
    for rows in _differing(order, starts, level, height):
        group = _groups(level[rows], height[rows], weight[rows])
        if group.any():
            node[rows[group > 0]] = fresh + group[group > 0] - 1
            fresh += int(group.max())
            parted += 1
    return node, parted


def _differing(
    order: NDArray[np.int64],
    starts: NDArray[np.int64],
    level: NDArray[np.float64],
    height: NDArray[np.float64],
) -> list[NDArray[np.int64]]:
    """Return the passages of each place where levels or heights differ."""
    if not order.size:
        return []
    sorted_level = level[order]
    spread = np.maximum.reduceat(sorted_level, starts) - np.minimum.reduceat(sorted_level, starts)
    top = np.fmax.reduceat(height[order], starts) - np.fmin.reduceat(height[order], starts)
    which = np.flatnonzero((spread > 0) | (top > CLEARANCE_M))
    ends = np.append(starts[1:], order.size)
    return [order[starts[each] : ends[each]] for each in which]


def _groups(
    level: NDArray[np.float64], height: NDArray[np.float64], weight: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Give the levels of one place numbers from 0; all 0 where at most one passes through."""
    key = np.lexsort((height, level))
    rise = np.append(False, (np.diff(level[key]) > 0) | (np.diff(height[key]) > CLEARANCE_M))
    group = np.empty(level.size, np.int64)
    group[key] = np.cumsum(rise)
    through = np.flatnonzero(np.bincount(group, weight) >= 2)
    if through.size < 2:
        return np.zeros(level.size, np.int64)
    nearest = np.abs(group[:, None] - through[None, :]).argmin(axis=1)
    return np.asarray(nearest)


def _column(streets: gpd.GeoDataFrame, names: tuple[str, ...]) -> str | None:
    known = {str(name).strip().lower(): name for name in streets.columns}
    return next((known[name] for name in names if name in known), None)


def _is_so(streets: gpd.GeoDataFrame, names: tuple[str, ...]) -> NDArray[np.bool_]:

    column = _column(streets, names)
    if column is None:
        return np.zeros(len(streets), bool)
    number, words = pd.factorize(streets[column].astype(object))
    yes = [str(word).strip().lower() not in _NOT_SO for word in words]
    return np.array([*yes, False])[number]


def _is_named(streets: gpd.GeoDataFrame, pattern: re.Pattern[str]) -> NDArray[np.bool_]:
    """Tell which streets are called a bridge or a tunnel by their class."""
    if "highway" not in streets.columns:
        return np.zeros(len(streets), bool)
    number, words = pd.factorize(streets["highway"].astype(object))
    yes = [isinstance(word, str) and pattern.search(word) is not None for word in words]
    return np.array([*yes, False])[number]


def _numbers(streets: gpd.GeoDataFrame) -> NDArray[np.float64]:

    column = _column(streets, _LAYER)
    if column is None:
        return np.zeros(len(streets))
    numbers = pd.to_numeric(streets[column], errors="coerce").to_numpy(dtype=float, na_value=0.0)
    return np.asarray(np.nan_to_num(numbers, nan=0.0, posinf=0.0, neginf=0.0))
