"""The ground of the made-up district: its frame, its river and its hill.

Everything is in metres from the south-west corner of the district; `district_to_metric` moves it to
EPSG:4547, where the district lies over Wuhan without copying anything that stands there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import Polygon

Floats = NDArray[np.float64]

METRIC_CRS = "EPSG:4547"
ORIGIN = (527_050.0, 3_385_150.0)
WIDTH_M = 3400.0
HEIGHT_M = 3000.0


@dataclass(frozen=True, slots=True)
class Terrain:
    """The shape of river and hill; other numbers give another district.

    Parameters
    ----------
    bend_m
        How far the river swings from its middle line.
    phase
        Where along the district it does so, in radians.
    hill
        East and north of the hill top in metres.
    """

    bend_m: float
    phase: float
    hill: tuple[float, float]

    def river_y(self, x: Floats) -> Floats:
        """Return the north of the river's middle line at each east."""
        slow = self.bend_m * np.sin(2 * np.pi * x / 3700 + self.phase)
        return np.asarray(1130 + slow + 40 * np.sin(2 * np.pi * x / 1700 + 2 * self.phase))

    def half_width(self, x: Floats) -> Floats:
        """Return half the river's width in metres at each east."""
        return np.asarray(82 + 14 * np.sin(2 * np.pi * x / 2300 + self.phase))

    def bank_y(self, x: Floats, side: int, setback_m: float = 0.0) -> Floats:
        """Return the north of a line along one bank: side 1 is north, -1 south."""
        return self.river_y(x) + side * (self.half_width(x) + setback_m)

    def river(self) -> Polygon:
        """Return the water, wider than the district so that nobody walks around its ends."""
        x = np.arange(-300.0, WIDTH_M + 301, 50)
        north = np.column_stack([x, self.bank_y(x, 1)])
        south = np.column_stack([x, self.bank_y(x, -1)])
        return Polygon(np.round(np.vstack([north, south[::-1]]), 2))

    def elevation_m(self, x: Floats, y: Floats) -> Floats:
        """Return metres above the sea: a gentle hill, low banks."""
        away = np.hypot(x - self.hill[0], y - self.hill[1])
        bank = np.clip(np.abs(y - self.river_y(x)) / 400, 0, 1)
        swell = 1.5 * np.sin(x / 520) * np.cos(y / 430)
        return np.asarray(18 + 6 * bank + swell + 42 * np.exp(-((away / 420) ** 2)))


def draw_terrain(rng: np.random.Generator) -> Terrain:
    """Draw one river and one hill."""
    return Terrain(
        bend_m=float(rng.uniform(150, 210)),
        phase=float(rng.uniform(0.2, 1.4)),
        hill=(float(rng.uniform(2550, 2750)), float(rng.uniform(2250, 2420))),
    )


def district_to_metric(xy: Floats) -> Floats:
    """Move district coordinates (n, 2) to EPSG:4547, on centimetres.

    >>> district_to_metric(np.array([[0.0, 10.004]])).tolist()
    [[527050.0, 3385160.0]]
    """
    return np.asarray(np.round(xy + np.asarray(ORIGIN), 2))
