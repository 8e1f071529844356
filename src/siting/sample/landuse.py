"""Which block is what: housing, the old quarter, parks, schools, work places, empty ground."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import LineString, MultiPolygon, Point, Polygon
from shapely.ops import split

from siting.sample.ground import HEIGHT_M, WIDTH_M, Floats, Terrain

COMPOUNDS = 60
_ROAD_HALF_M = 15.0
_BETWEEN_HALF_M = 3.0


@dataclass(frozen=True, slots=True)
class Parcel:
    """One piece of land: its use, its ground inside the pavements, its bank and its angle.

    Parameters
    ----------
    use
        ``housing``, ``old``, ``park``, ``school``, ``work`` or ``empty``.
    ground
        Polygon in district metres.
    block
        Index of the block it is part of.
    side
        1 north of the river, -1 south.
    angle_deg
        By how much the parcel's rows are turned from east-west.
    """

    use: str
    ground: Polygon
    block: int
    side: int
    angle_deg: float


def divide_land(
    blocks: Sequence[Polygon], ground: Terrain, rng: np.random.Generator
) -> list[Parcel]:
    """Give every block a use and split housing blocks until there are sixty compounds.

    Returns parcels by block, west to east; schools' blocks are split in three.
    """
    uses = _draw_uses(blocks, ground, rng)
    parts: list[tuple[str, Polygon, int]] = []
    splits = _blocks_to_split(blocks, uses)
    for index, (use, block) in enumerate(zip(uses, blocks, strict=True)):
        inner = _on_centimetres(_largest(block.buffer(-_ROAD_HALF_M, join_style="mitre")))
        pieces = _pieces(inner, use, twice=index in splits)
        parts.extend((use, _on_centimetres(piece), index) for piece in pieces)
    return [
        Parcel(use, piece, index, side_of(blocks[index], ground), _angle_deg(piece))
        for use, piece, index in parts
    ]


def split_across(polygon: Polygon, share: float) -> tuple[Polygon, Polygon]:
    """Split a polygon across its longer axis, a lane's width apart, at a share of its length."""
    a, b, c, d = _box(polygon)
    if np.hypot(*(b - a)) < np.hypot(*(c - b)):
        a, b, c, d = b, c, d, a
    low, high = a + share * (b - a), d + share * (c - d)
    reach = (high - low) * 0.05
    cut = LineString([low - reach, high + reach])
    halves = sorted(split(polygon, cut).geoms, key=lambda part: -part.area)[:2]
    halves.sort(key=lambda part: float(np.hypot(*(np.array(part.centroid.coords[0]) - a))))
    first, second = (_largest(half.buffer(-_BETWEEN_HALF_M, join_style="mitre")) for half in halves)
    return first, second


def _draw_uses(blocks: Sequence[Polygon], ground: Terrain, rng: np.random.Generator) -> list[str]:
    """Return one use per block: places first, then what the size and the bank suggest."""
    uses = [""] * len(blocks)
    bank = float(ground.bank_y(np.array(0.55 * WIDTH_M), 1))
    parks = [
        ground.hill,
        (0.55 * WIDTH_M, bank + 150),
        (0.2 * WIDTH_M, 0.14 * HEIGHT_M),
        (0.42 * WIDTH_M, 0.8 * HEIGHT_M),
    ]
    for spot in parks:
        _claim(blocks, uses, "park", _distance_to(spot), 1)
    west_bank = float(ground.bank_y(np.array(0.2 * WIDTH_M), 1))
    _claim(blocks, uses, "old", _distance_to((0.2 * WIDTH_M, west_bank + 330)), 6)
    _claim(blocks, uses, "work", _distance_to((WIDTH_M, 0.08 * HEIGHT_M)), 4)
    for spot in _spread(rng):
        _claim(blocks, uses, "school", _small_near(spot), 1)
    free = [index for index, use in enumerate(uses) if not use]
    others = rng.permutation(free)[: max(len(free) - 37, 0)]
    for number, index in enumerate(others):
        uses[index] = "work" if number % 3 else "empty"
    return [use or "housing" for use in uses]


def _spread(rng: np.random.Generator) -> list[tuple[float, float]]:
    """Return where schools are wanted: two of nine on the south bank, none in its east."""
    spots = [(0.12, 0.2), (0.45, 0.13), (0.12, 0.62), (0.12, 0.92), (0.35, 0.62)]
    spots += [(0.5, 0.9), (0.66, 0.62), (0.72, 0.93), (0.92, 0.68)]
    moved = np.array(spots) + rng.uniform(-0.04, 0.04, (len(spots), 2))
    return [(x * WIDTH_M, y * HEIGHT_M) for x, y in moved]


def _claim(
    blocks: Sequence[Polygon],
    uses: list[str],
    use: str,
    rank: Callable[[Polygon], float],
    count: int,
) -> None:
    free = [index for index, given in enumerate(uses) if not given]
    for index in sorted(free, key=lambda i: rank(blocks[i]))[:count]:
        uses[index] = use


def _distance_to(spot: tuple[float, float]) -> Callable[[Polygon], float]:
    return lambda block: block.centroid.distance(Point(spot))


def _small_near(spot: tuple[float, float]) -> Callable[[Polygon], float]:
    # A school does not need a superblock: ten hectares more weigh as much as 400 m further.
    return lambda block: block.centroid.distance(Point(spot)) + block.area / 250


def _blocks_to_split(blocks: Sequence[Polygon], uses: Sequence[str]) -> set[int]:
    housing = [index for index, use in enumerate(uses) if use == "housing"]
    by_area = sorted(housing, key=lambda index: -blocks[index].area)
    return set(by_area[: max(COMPOUNDS - len(housing), 0)])


def _pieces(inner: Polygon, use: str, *, twice: bool) -> list[Polygon]:
    if use == "school":
        school, rest = split_across(inner, 0.5)
        return [school, *split_across(rest, 0.5)]
    return list(split_across(inner, 0.5)) if twice else [inner]


def side_of(block: Polygon, ground: Terrain) -> int:
    """Return 1 for a block north of the river, -1 south of it."""
    centre = block.centroid
    return 1 if centre.y > float(ground.river_y(np.array(centre.x))) else -1


def _angle_deg(polygon: Polygon) -> float:
    """Return the turn of the side that lies nearest to east-west, in -45..45 degrees."""
    corners = _box(polygon)
    edge = corners[1] - corners[0]
    return float(np.round((np.degrees(np.arctan2(edge[1], edge[0])) + 45) % 90 - 45, 6))


def _box(polygon: Polygon) -> Floats:
    """Return the corners of the smallest box around a polygon, counter-clockwise from south-west.

    Versions of GEOS differ in which box they call the smallest, so it is found here: it shares the
    direction of one side of the convex hull.
    """
    hull = shapely.get_coordinates(polygon.convex_hull)
    sides = np.diff(hull, axis=0)
    turns = np.unique(np.round(np.arctan2(sides[:, 1], sides[:, 0]) % (np.pi / 2), 9))
    boxes = [_box_along(hull, turn if turn <= np.pi / 4 else turn - np.pi / 2) for turn in turns]
    areas = [float(np.prod(np.linalg.norm(box[[1, 3]] - box[0], axis=1))) for box in boxes]
    return boxes[int(np.argmin(np.round(areas, 3)))]


def _box_along(points: Floats, turn: float) -> Floats:
    """Return the box around points whose sides are turned from east by so many radians."""
    axes = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    (left, low), (right, high) = (points @ axes.T).min(axis=0), (points @ axes.T).max(axis=0)
    corners = np.array([[left, low], [right, low], [right, high], [left, high]])
    return np.asarray(corners @ axes)


def _on_centimetres(polygon: Polygon) -> Polygon:
    """Round a piece of land, so that the last digits of a GEOS version decide nothing."""
    return Polygon(np.round(shapely.get_coordinates(shapely.normalize(polygon)), 2))


def _largest(shape: Polygon | MultiPolygon) -> Polygon:
    if isinstance(shape, MultiPolygon):
        return max(shape.geoms, key=lambda part: part.area)
    return shape
