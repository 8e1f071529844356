"""Who lives where: one row per building, with households, people, elderly and small children."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon

from siting.sample.compounds import LAYOUTS, Compound, Style
from siting.sample.ground import Floats
from siting.sample.quarter import LaneBlock

Integers = NDArray[np.int64]

# 2020 census, Wuhan: the mean that the drawn households come back to.
PERSONS_PER_HOUSEHOLD = 2.47
_NET_SHARE = 0.8  # of floor area that is dwellings; the rest is stairs and walls


@dataclass(frozen=True, slots=True)
class Homes:
    """The buildings that people live in, as columns of equal length.

    Parameters
    ----------
    building_id, name, compound_id
        Text; ``compound_id`` is empty in the old quarter.
    plan
        Ground plans in district metres.
    floors, households, population, elderly, children
        Counts; elderly are 60 and over, children under 3.
    floor_area_m2
        Total floor area of the building.
    """

    building_id: list[str]
    name: list[str]
    compound_id: list[str]
    plan: list[Polygon]
    floors: Integers
    households: Integers
    population: Integers
    elderly: Integers
    children: Integers
    floor_area_m2: Floats

    @property
    def centre(self) -> Floats:
        """Centroids, float64 (n, 2), in district metres."""
        return np.asarray(shapely.get_coordinates(shapely.centroid(np.array(self.plan))))


@dataclass(frozen=True, slots=True)
class _Group:
    code: str
    compound_id: str
    name: str
    style: Style
    plans: Sequence[Polygon]


def settle(
    compounds: Sequence[Compound], quarter: Sequence[LaneBlock], rng: np.random.Generator
) -> Homes:
    """Draw floors, households and people for every building.

    Household size varies by compound around `PERSONS_PER_HOUSEHOLD`, which it meets on average.
    """
    groups = [
        _Group(c.compound_id, c.compound_id, c.name, c.style, c.footprints) for c in compounds
    ]
    groups += [
        _Group(f"L{number}", "", block.name, "lane", block.footprints)
        for number, block in enumerate(quarter, 1)
    ]
    labels = [(group, number) for group in groups for number in range(1, len(group.plans) + 1)]
    plans = [plan for group in groups for plan in group.plans]
    owner = np.repeat(np.arange(len(groups)), [len(group.plans) for group in groups])
    numbers = _draw_people(groups, owner, np.asarray(shapely.area(np.array(plans))), rng)
    return Homes(
        [f"{group.code}-{number:02d}" for group, number in labels],
        [
            f"{group.name}{number}{'号楼' if group.compound_id else '号'}"
            for group, number in labels
        ],
        [group.compound_id for group, _ in labels],
        plans,
        *numbers,
    )


def _draw_people(
    groups: Sequence[_Group], owner: Integers, plan_m2: Floats, rng: np.random.Generator
) -> tuple[Integers, Integers, Integers, Integers, Integers, Floats]:
    """Return floors, households, population, elderly, children and floor area per building."""
    layouts = [LAYOUTS[group.style] for group in groups]
    low, high = np.array([layout.floors for layout in layouts]).T
    usual = rng.integers(low, high + 1)
    single = rng.integers(-1, 2, owner.size) * (rng.random(owner.size) < 0.2)
    floors = np.clip(usual[owner] + single, low[owner], high[owner])
    floor_area = np.round(plan_m2 * floors, 1)
    dwelling = np.array([layout.dwelling_m2 for layout in layouts])[owner]
    households = np.maximum(np.round(floor_area * _NET_SHARE / dwelling), 1).astype(np.int64)
    size = _draw_household_size(groups, owner, households, rng)
    population = np.round(households * size).astype(np.int64)
    elderly_share = np.array([layout.elderly_share for layout in layouts])[owner]
    child_share = np.array([layout.child_share for layout in layouts])[owner]
    elderly = rng.binomial(population, elderly_share)
    children = rng.binomial(population, child_share)
    return floors, households, population, elderly, children, floor_area


def _draw_household_size(
    groups: Sequence[_Group], owner: Integers, households: Integers, rng: np.random.Generator
) -> Floats:
    usual = {"lane": 0.86, "tower": 1.06}
    factor = np.array([usual.get(group.style, 1.0) for group in groups])
    factor = factor * rng.normal(1, 0.05, len(groups)).clip(0.85, 1.15)
    each = factor[owner] * rng.normal(1, 0.04, owner.size).clip(0.88, 1.12)
    mean = (each * households).sum() / households.sum()
    return np.asarray(PERSONS_PER_HOUSEHOLD * each / mean)
