"""The whole made-up district, true and complete, before anything is written or spoilt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from siting.sample.communities import Areas, group_blocks
from siting.sample.compounds import Compound, build_compounds
from siting.sample.ground import Terrain, draw_terrain
from siting.sample.grounds import Park, build_parks, build_schools
from siting.sample.homes import Homes, settle
from siting.sample.landuse import Parcel, divide_land, side_of
from siting.sample.names import draw_words
from siting.sample.quarter import LaneBlock, build_quarter
from siting.sample.services import (
    PlacedService,
    Site,
    build_frontage,
    place_complexes,
    place_offered_sites,
    place_services,
)
from siting.sample.streets import Streets, Way, build_streets

BUILDINGS = 1500


@dataclass(frozen=True, slots=True)
class District:
    """Everything that exists in the made-up district, in district metres.

    Parameters
    ----------
    cut_off
        The compound whose path to the street was forgotten by the mapper: its paths and the homes
        along them are in no connection with the rest.
    """

    ground: Terrain
    streets: Streets
    parcels: list[Parcel]
    compounds: list[Compound]
    quarter: list[LaneBlock]
    homes: Homes
    areas: Areas
    services: list[PlacedService]
    parks: list[Park]
    sites: list[Site]
    cut_off: Compound

    def ways(self) -> list[Way]:
        """Return every way that is mapped: the link of `cut_off` to the street is not."""
        inner = [
            [*compound.paths, *(() if compound is self.cut_off else compound.links)]
            for compound in self.compounds
        ]
        lanes = [block.paths for block in self.quarter]
        through = [park.paths for park in self.parks]
        public = [self.streets.roads, self.streets.bridges, self.streets.riverside]
        return [way for group in (*public, *inner, *lanes, *through) for way in group]


def draw_district(rng: np.random.Generator) -> District:
    """Draw a district; the same generator state gives the same one.

    Every step takes the same generator in turn, so a change in one step changes the later ones.
    """
    ground = draw_terrain(rng)
    names = draw_words(rng)
    streets = build_streets(ground, names, rng)
    parcels = divide_land(streets.blocks, ground, rng)
    compounds = build_compounds(parcels, streets.roads, names, rng)
    built = sum(len(compound.footprints) for compound in compounds)
    quarter = build_quarter(parcels, streets.roads, names, rng, houses=max(BUILDINGS - built, 0))
    homes = settle(compounds, quarter, rng)
    sides = np.array([side_of(block, ground) for block in streets.blocks])
    areas = group_blocks(streets.blocks, sides, homes, names, rng)
    schools = build_schools(parcels, names, rng)
    parks = build_parks(parcels, streets.roads, ground, names)
    frontage = build_frontage(streets.roads, parcels, homes, ground)
    services = place_services(frontage, names, rng) + place_complexes(areas, frontage, rng)
    services += schools + [park.service for park in parks]
    sites = place_offered_sites(frontage, names, rng)
    # The smallest compound in the north, so that the fault is seen and does not rule the result.
    cut_off = min((c for c in compounds if c.parcel.side > 0), key=lambda c: len(c.footprints))
    return District(
        ground,
        streets,
        parcels,
        compounds,
        quarter,
        homes,
        areas,
        services,
        parks,
        sites,
        cut_off,
    )
