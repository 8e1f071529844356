"""What an analysis holds: the record at the bottom of the pipeline, which every room above reads.

It has no methods that compute anything. `siting.pipeline.gaps.analysis.Analysis` is the same
record with the methods that people call; `dataclasses.replace` keeps whichever of both it is given.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from siting.loaders.layer.load import Layers

if TYPE_CHECKING:
    import geopandas as gpd
    import pyproj

    from siting.data_report import DataReport
    from siting.loaders.formats.files import InputFile
    from siting.loaders.project.model import Project
    from siting.message import Language
    from siting.rules.city.costs import CityCosts
    from siting.rules.city.findings import FindingBlock
    from siting.rules.city.model import City


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What a project has besides the homes, facilities and areas of its `City`.

    Parameters
    ----------
    crs
        The metric system of the analysis, of these tables and of those of the city.
    streets, barriers, entrances, water, sites, inputs, elevation
        As in `siting.loaders.layer.load.Layers`.
    """

    crs: pyproj.CRS
    streets: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame | None
    entrances: gpd.GeoDataFrame | None
    water: gpd.GeoDataFrame | None
    sites: gpd.GeoDataFrame | None
    inputs: tuple[InputFile, ...]
    elevation: Path | None = None


def ground_of(layers: Layers) -> Ground:
    """Return what a city does not hold of the layers that it is built from."""
    return Ground(**{each.name: getattr(layers, each.name) for each in fields(Ground)})


@dataclass(frozen=True, eq=False, repr=False)
class Found:
    """What an analysis found, and what it found it on.

    Parameters
    ----------
    project
        What was asked.
    ground, city
        The data in one metric CRS; homes, facilities and areas are on the network of the city.
    blocks
        The findings, a block for each rule and kind of subject.
    summary
        What ``summary.json`` holds.
    report
        What was repaired, excluded or assumed.
    manifest
        Inputs, rules, versions and parameters.
    date
        The day whose rules applied.
    language
        ``zh`` or ``en``, of titles and reports.
    costs
        The distances behind the findings, which a what-if starts from.
    """

    project: Project
    ground: Ground
    city: City
    blocks: tuple[FindingBlock, ...]
    summary: dict[str, Any]
    report: DataReport
    manifest: dict[str, Any]
    date: dt.date
    language: Language
    costs: CityCosts | None = None

    @property
    def layers(self) -> Layers:
        """The tables of the project, as a loader would give them for the city as it is."""
        city = self.city
        rest = {each.name: getattr(self.ground, each.name) for each in fields(Ground)}
        return Layers(residential=city.homes, facilities=city.facilities, areas=city.areas, **rest)


FoundT = TypeVar("FoundT", bound=Found)
