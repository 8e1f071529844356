"""Streets of the made-up district: two bent grids, one on each bank, and two bridges.

Ways are kept as they would be drawn by a mapper: a polyline through several junctions, joined to
others by the points they share. Points are on millimetres, so that "the same point" is exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from shapely.geometry import LineString, Polygon
from shapely.geometry import Point as ShapelyPoint
from shapely.ops import polygonize

from siting.sample.ground import HEIGHT_M, WIDTH_M, Floats, Terrain

Point = tuple[float, float]

ROAD_SETBACK_M = 46.0
PROMENADE_SETBACK_M = 16.0
BRIDGE_SHARES = (0.28, 0.71)
_REMOVED_SHARE = 0.13


@dataclass(slots=True)
class Way:
    """One drawn way: its points in order, its OSM tags, and points still to be joined into it.

    ``line`` is the way as drawn, without the joints.
    """

    points: list[Point]
    tags: dict[str, str]
    joints: list[Point] = field(default_factory=list)
    line: LineString = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self.line = LineString(self.points)

    def joined(self) -> list[Point]:
        """Return the points with every joint at its place along the way."""
        line = self.line
        placed = {line.project(ShapelyPoint(p)): p for p in (*self.joints, *self.points[1:-1])}
        inner = [placed[along] for along in sorted(placed)]
        ends = {self.points[0], self.points[-1]}
        return [self.points[0], *(p for p in inner if p not in ends), self.points[-1]]


@dataclass(frozen=True, slots=True)
class Streets:
    """All public ways and the blocks between them."""

    roads: list[Way]
    bridges: list[Way]
    riverside: list[Way]
    blocks: list[Polygon]


@dataclass(frozen=True, slots=True)
class _Bank:
    """One bent grid: columns by east, rows by share of the way from river to edge."""

    ground: Terrain
    side: int
    columns: Floats
    rows: Floats
    jitter: Floats

    def at(self, i: float, j: float) -> Point:
        """Return the point at fractional column i and row j."""
        u = float(np.interp(i, np.arange(len(self.columns)), self.columns))
        t = float(np.interp(j, np.arange(len(self.rows)), self.rows))
        x = u + 55 * np.sin(np.pi * t) * np.sin(u / 410 + self.side)
        near = float(self.ground.bank_y(np.array(x), self.side, ROAD_SETBACK_M))
        far = HEIGHT_M - 90 if self.side > 0 else 90.0
        far += 35 * np.sin(x / 600)
        dx, dy = self._jitter(i, j)
        return rounded(x + dx, near * (1 - t) + far * t + dy)

    def _jitter(self, i: float, j: float) -> Floats:
        low, high = (int(i), int(j)), (int(np.ceil(i)), int(np.ceil(j)))
        share = max(i - low[0], j - low[1])
        return np.asarray(self.jitter[low] * (1 - share) + self.jitter[high] * share)


def rounded(x: float, y: float) -> Point:
    """Return the point on millimetres."""
    return round(float(x), 3), round(float(y), 3)


def build_streets(ground: Terrain, names: Iterator[str], rng: np.random.Generator) -> Streets:
    """Lay out the streets of both banks, the promenades and the two bridges."""
    banks = [_draw_bank(ground, side, rng) for side in (1, -1)]
    roads = [way for bank in banks for way in _bank_ways(bank, names, rng)]
    bridges = [_bridge(banks, share, number) for number, share in enumerate(BRIDGE_SHARES)]
    riverside = [way for bank in banks for way in _promenade(bank, roads)]
    return Streets(roads, bridges, riverside, _blocks(roads))


def join(way: Way, point: Point) -> None:
    """Make a point of another way a junction of this one."""
    if point not in way.points and point not in way.joints:
        way.joints.append(point)


def _draw_bank(ground: Terrain, side: int, rng: np.random.Generator) -> _Bank:
    columns = _draw_columns(rng)
    depth = HEIGHT_M - 1130 - 210 if side > 0 else 1130 - 210.0
    count = round(depth / 265)
    steps = rng.uniform(0.85, 1.15, count)
    rows = np.concatenate([[0.0], np.cumsum(steps) / steps.sum()])
    jitter = rng.normal(0, 9, (len(columns), count + 1, 2)).clip(-16, 16)
    jitter[:, 0] = 0.0  # the riverside road follows the bank, and bridges meet it squarely
    return _Bank(ground, side, columns, rows, jitter)


def _draw_columns(rng: np.random.Generator) -> Floats:
    """Return the easts of the columns; the two bridges have one each on both banks."""
    stops = [110.0, *(WIDTH_M * share for share in BRIDGE_SHARES), WIDTH_M - 110]
    columns: list[float] = []
    for start, end in pairwise(stops):
        steps = rng.uniform(0.75, 1.25, round((end - start) / 285))
        columns.extend((start + (end - start) * np.cumsum(steps) / steps.sum())[:-1])
    return np.array(sorted([*stops, *columns]))


def _bank_ways(bank: _Bank, names: Iterator[str], rng: np.random.Generator) -> list[Way]:
    """Return rows and columns as ways, broken where a street between two blocks is left out."""
    removed = _draw_removed(bank, rng)
    count = (len(bank.columns), len(bank.rows))
    ways: list[Way] = []
    for axis in (0, 1):
        for line in range(count[1 - axis]):
            highway = _row_class(line, count[1]) if axis == 0 else _column_class(bank, line)
            name = next(names) + _SUFFIX[highway]
            for start, end in _runs(axis, line, count[axis] - 1, removed):
                points = _sampled(bank, axis, line, start, end)
                ways.append(Way(points, {"highway": highway, "name": name}))
    return ways


_SUFFIX = {"primary": "大道", "secondary": "路", "tertiary": "路", "residential": "街"}


def _row_class(row: int, count: int) -> str:
    if row == count // 2:
        return "secondary"
    return "tertiary" if row in (0, count - 1) else "residential"


def _column_class(bank: _Bank, column: int) -> str:
    bridge = np.isin(bank.columns[column], [WIDTH_M * share for share in BRIDGE_SHARES])
    if bridge:
        return "primary"
    return "tertiary" if column % 3 == 0 else "residential"


def _draw_removed(bank: _Bank, rng: np.random.Generator) -> set[tuple[int, int, int]]:
    """Draw streets to leave out: (axis, line, step); no block loses more than one of its sides."""
    columns, rows = len(bank.columns) - 1, len(bank.rows) - 1
    inner = [(0, j, i) for j in range(1, rows) for i in range(columns) if j != (rows + 1) // 2]
    inner += [(1, i, j) for i in range(1, columns) for j in range(rows)]
    keep = {i for i in range(columns) if _column_class(bank, i) == "primary"}
    merged: set[tuple[int, int]] = set()
    removed: set[tuple[int, int, int]] = set()
    for index in rng.permutation(len(inner)):
        axis, line, step = inner[index]
        cells = {(step, line - 1), (step, line)} if axis == 0 else {(line - 1, step), (line, step)}
        if (axis == 1 and line in keep) or cells & merged:
            continue
        merged |= cells
        removed.add(inner[index])
        if len(removed) >= _REMOVED_SHARE * len(inner):
            break
    return removed


def _runs(
    axis: int, line: int, steps: int, removed: set[tuple[int, int, int]]
) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of the stretches of a street that exist."""
    start = 0
    for step in range(steps):
        if (axis, line, step) in removed:
            if step > start:
                yield start, step
            start = step + 1
    if steps > start:
        yield start, steps


def _sampled(bank: _Bank, axis: int, line: int, start: int, end: int) -> list[Point]:
    """Return the points of a stretch, four to each block side so that it bends smoothly."""
    along = np.arange(start * 4, end * 4 + 1) / 4
    return [bank.at(s, line) if axis == 0 else bank.at(line, s) for s in along]


def _bridge(banks: list[_Bank], share: float, number: int) -> Way:
    ends = [bank.at(int(np.argmin(np.abs(bank.columns - WIDTH_M * share))), 0) for bank in banks]
    name = ("江湾一桥", "江湾二桥")[number]
    tags = {"highway": "primary", "name": name, "bridge": "yes", "layer": "1"}
    return Way(ends, tags)


def _promenade(bank: _Bank, roads: list[Way]) -> list[Way]:
    """Return the footway along a bank and its links to the riverside road, some of them steps."""
    road = next(way for way in roads if bank.at(0, 0) in way.points)
    x = np.arange(bank.columns[0], bank.columns[-1] + 1, 40)
    y = bank.ground.bank_y(x, bank.side, PROMENADE_SETBACK_M)
    walk = Way(
        [rounded(*p) for p in zip(x, y, strict=True)], {"highway": "footway", "name": "江滩步道"}
    )
    links = []
    for number, column in enumerate(range(0, len(bank.columns), 2)):
        start = bank.at(column, 0)
        foot = walk.line.interpolate(walk.line.project(ShapelyPoint(start)))
        end = rounded(foot.x, foot.y)
        join(walk, end)
        join(road, start)
        kind = "steps" if number % 2 else "footway"
        links.append(Way([start, end], {"highway": kind}))
    return [walk, *links]


def _blocks(roads: list[Way]) -> list[Polygon]:
    """Return what the roads enclose, west to east and south to north."""
    segments = [LineString(pair) for way in roads for pair in pairwise(way.points)]
    faces = [face for face in polygonize(segments) if face.area > 4000]
    return sorted(faces, key=lambda face: (round(face.centroid.x), round(face.centroid.y)))
