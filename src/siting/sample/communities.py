"""Communities and sub-districts: groups of neighbouring blocks, never across the river."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import MultiPolygon, Polygon

from siting.sample.ground import WIDTH_M, Floats
from siting.sample.homes import Homes, Integers

_NORTH, _SOUTH = 9, 3


@dataclass(frozen=True, slots=True)
class Areas:
    """Communities and the sub-district each is part of, as columns.

    ``people`` and ``households`` are sums over the buildings whose centroid lies inside.
    """

    area_id: list[str]
    name: list[str]
    shape: list[Polygon | MultiPolygon]
    subdistrict: list[str]
    people: Integers
    households: Integers


def group_blocks(
    blocks: Sequence[Polygon],
    sides: Integers,
    homes: Homes,
    names: Iterator[str],
    rng: np.random.Generator,
) -> Areas:
    """Group the blocks of each bank into compact communities: nine in the north, three south."""
    centres = shapely.get_coordinates(shapely.centroid(np.array(blocks)))
    north, south = sides > 0, sides < 0
    label = np.empty(len(blocks), dtype=np.int64)
    label[north] = _clusters(centres[north], _NORTH, rng)
    label[south] = _NORTH + _clusters(centres[south], _SOUTH, rng)
    members = [np.array(blocks)[label == number] for number in range(_NORTH + _SOUTH)]
    shapes = [_rounded_union(blocks_of) for blocks_of in members]
    people, households = _sums(shapes, homes)
    return Areas(
        [f"JW{number:02d}" for number in range(1, len(shapes) + 1)],
        [next(names) + "社区" for _ in shapes],
        shapes,
        _subdistricts(shapes, names),
        people,
        households,
    )


def _rounded_union(blocks: NDArray[np.object_]) -> Polygon | MultiPolygon:
    union = shapely.normalize(shapely.set_precision(shapely.union_all(blocks), 0.01))
    assert isinstance(union, Polygon | MultiPolygon)
    return union


def _clusters(points: Floats, count: int, rng: np.random.Generator) -> Integers:
    """Group points by Lloyd's iteration, numbered from the north-west."""
    centres = points[rng.permutation(len(points))[:count]]
    for _ in range(50):
        away = np.linalg.norm(points[:, None] - centres[None], axis=2)
        label = away.argmin(axis=1)
        present = [points[label == k].mean(axis=0) for k in range(count) if (label == k).any()]
        # An empty group takes over the point that lies worst, so that none is lost.
        spare = points[np.argsort(-away.min(axis=1))[: count - len(present)]]
        centres = np.vstack([present, spare])
    order = np.lexsort((centres[:, 0], -np.round(centres[:, 1] / 500)))
    return np.asarray(np.argsort(order)[label])


def _subdistricts(shapes: Sequence[Polygon | MultiPolygon], names: Iterator[str]) -> list[str]:
    west, east, south = (next(names) + "街道" for _ in range(3))
    return [
        south if number >= _NORTH else west if shape.centroid.x < 0.5 * WIDTH_M else east
        for number, shape in enumerate(shapes)
    ]


def _sums(shapes: Sequence[Polygon | MultiPolygon], homes: Homes) -> tuple[Integers, Integers]:
    tree = shapely.STRtree(shapes)
    home, area = tree.query(shapely.points(homes.centre), predicate="within")
    people = np.bincount(area, homes.population[home], len(shapes))
    households = np.bincount(area, homes.households[home], len(shapes))
    return people.astype(np.int64), households.astype(np.int64)
