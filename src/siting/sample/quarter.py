"""The old quarter: open lanes of small houses, no walls, every lane a public footway."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from shapely.geometry import Polygon
from shapely.strtree import STRtree

from siting.sample.compounds import LAYOUTS, join_to_road, lay_out, open_links
from siting.sample.landuse import Parcel
from siting.sample.names import lane_name
from siting.sample.streets import Way


@dataclass(frozen=True, slots=True)
class LaneBlock:
    """One block of the old quarter: its name, land, lanes and houses."""

    name: str
    parcel: Parcel
    paths: list[Way]
    footprints: list[Polygon]


def build_quarter(
    parcels: Sequence[Parcel],
    roads: Sequence[Way],
    names: Iterator[str],
    rng: np.random.Generator,
    *,
    houses: int,
) -> list[LaneBlock]:
    """Fill the old blocks with about as many houses as asked for, thinned evenly at random."""
    old = [parcel for parcel in parcels if parcel.use == "old"]
    grounds = STRtree([parcel.ground for parcel in parcels])
    blocks = [
        _lane_block(parcel, roads, grounds, lane_name(next(names), rng), rng) for parcel in old
    ]
    room = sum(len(block.footprints) for block in blocks)
    kept = np.zeros(room, dtype=bool)
    kept[rng.permutation(room)[:houses]] = True
    ends = np.cumsum([len(block.footprints) for block in blocks])
    for block, share in zip(blocks, np.split(kept, ends[:-1]), strict=True):
        block.footprints[:] = [
            plan for plan, keep in zip(block.footprints, share, strict=True) if keep
        ]
    return blocks


def _lane_block(
    parcel: Parcel, roads: Sequence[Way], grounds: STRtree, name: str, rng: np.random.Generator
) -> LaneBlock:
    plan = lay_out(parcel, LAYOUTS["lane"], rng)
    links = open_links(parcel, plan, roads, grounds, [])
    for link in links:
        join_to_road(link, roads)
        link.tags = {"highway": "footway"}
    spine = [Way(plan.spine, {"highway": "pedestrian", "name": name})] if plan.spine else []
    lanes = [Way(points, {"highway": "footway"}) for points in plan.lanes]
    return LaneBlock(name, parcel, [*spine, *lanes, *links], plan.footprints)
