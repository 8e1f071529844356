"""Which OpenStreetMap buildings are homes, and how much floor they have.

Owns the reading of ``building`` and what lies beside it. Households and people are filled, where
parameters allow it, by `siting.loaders.layer.people.filled`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siting.loaders.osm.standing import GONE_BUILDINGS, has_ended
from siting.message import message

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import numpy.typing as npt

    from siting.data_report import LayerReport

HOMES = frozenset(
    [
        "apartments",
        "residential",
        "house",
        "detached",
        "semidetached_house",
        "semi",
        "terrace",
        "dormitory",
        "bungalow",
        "farm",
        "houseboat",
        "static_caravan",
        "villa",
        "ger",
        "stilt_house",
        "tree_house",
        "mixed",
        "mixed_use",
    ]
)
# With one of these a building=yes is a workplace or a service, not a home.
_OTHER_USES = [
    "aeroway",
    "amenity",
    "craft",
    "healthcare",
    "historic",
    "industrial",
    "leisure",
    "man_made",
    "military",
    "office",
    "power",
    "public_transport",
    "railway",
    "tourism",
]

_HOME_COLUMNS = (
    "home_id", "name", "households", "population", "floor_area_m2", "footprint_m2", "levels",
    "building",
)  # fmt: skip


def residential_use(tags: Mapping[str, str]) -> str:
    """Say whether a building is lived in: ``yes``, ``no``, ``uncertain`` or ``gone``.

    A ``building=yes`` without any other use is uncertain; over a shop people may live too. What
    is a ruin, abandoned or still being built is gone.

    Examples
    --------
    >>> residential_use({"building": "apartments"}), residential_use({"building": "yes"})
    ('yes', 'uncertain')
    >>> residential_use({"building": "yes", "amenity": "school"})
    'no'
    >>> residential_use({"building": "apartments", "abandoned": "yes"})
    'gone'
    """
    kinds = {part.strip() for part in tags["building"].split(";")}
    if kinds & GONE_BUILDINGS or has_ended(tags):
        return "gone"
    if kinds & HOMES:
        return "yes"
    if tags["building"] != "yes" or any(key in tags for key in _OTHER_USES):
        return "no"
    return "uncertain"


def homes_from_buildings(
    buildings: gpd.GeoDataFrame,
    *,
    report: LayerReport,
    uncertain: bool = True,
    default_levels: float | None = None,
) -> gpd.GeoDataFrame:
    """Make homes of buildings; what the map does not say stays empty unless a parameter says it.

    Parameters
    ----------
    buildings
        As `read_osm` gives them, in projected metres: ``building_id, name, building,
        residential, levels, flats, geometry``, perhaps `levels_unread`. A row is a building; a
        point is a home of unknown size where it says how many flats it has or that it is lived in.
    report
        Gets what was excluded, is missing, or was assumed.
    uncertain
        Keep buildings of which the map does not say whether they are lived in.
    default_levels
        Storeys of a home whose storeys are not mapped; None leaves its floor area empty.

    Returns
    -------
    geopandas.GeoDataFrame
        RESIDENTIAL-shaped: ``home_id, name, households, population, floor_area_m2, footprint_m2,
        levels, building, geometry``. Floor area is footprint times storeys; households are the
        number of flats where it is mapped; population is empty.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> from siting.data_report import DataReport
    >>> tower = {"building_id": ["w1"], "name": [None], "building": ["apartments"],
    ...          "residential": ["yes"], "levels": [10.0], "flats": [40.0]}
    >>> towers = gpd.GeoDataFrame(tower, geometry=[box(0, 0, 20, 10)], crs="EPSG:4547")
    >>> home = homes_from_buildings(towers, report=DataReport().of("homes")).iloc[0]
    >>> float(home["floor_area_m2"]), float(home["households"])
    (2000.0, 40.0)
    """
    homes = _lived_in(buildings, uncertain=uncertain, report=report)
    homes = homes.rename(columns={"building_id": "home_id", "flats": "households"})
    levels = homes["levels"].to_numpy(dtype=float)
    _note_unread(homes, report)
    homes["levels"] = _levels(levels, default_levels, report)
    area = homes.geometry.area.to_numpy()
    homes["footprint_m2"] = np.where(area > 0, area, np.nan)  # a node has none
    homes["floor_area_m2"] = homes["footprint_m2"] * homes["levels"]
    homes["population"] = np.full(len(homes), np.nan)
    return homes[[*_HOME_COLUMNS, "geometry"]]


def _lived_in(
    buildings: gpd.GeoDataFrame, *, uncertain: bool, report: LayerReport
) -> gpd.GeoDataFrame:
    buildings = _without_vague_nodes(buildings, report)
    use = buildings["residential"].to_numpy()
    doubtful = buildings.loc[use == "uncertain", "building_id"]
    keep = (use == "yes") | ((use == "uncertain") & uncertain)
    others = buildings.loc[use == "no", "building_id"]
    told = message("note.building-not-residential", count=len(others))
    report.add("info", "building-not-residential", told, rows=others)
    gone = buildings.loc[use == "gone", "building_id"]
    if len(gone):
        told = message("note.building-gone", count=len(gone))
        report.add("excluded", "building-gone", told, rows=gone)
    if len(doubtful):
        kept = message("note.building-use-kept" if uncertain else "note.building-use-left-out")
        report.add(
            "assumption" if uncertain else "excluded",
            "building-use-uncertain",
            message("note.building-use-uncertain", count=len(doubtful), kept=kept),
            rows=doubtful,
        )
    return buildings.loc[keep].reset_index(drop=True)


def _without_vague_nodes(buildings: gpd.GeoDataFrame, report: LayerReport) -> gpd.GeoDataFrame:
    """Leave out nodes that do not say, by their kind or by flats, that people live there."""
    vague = (
        (buildings.geometry.geom_type == "Point")
        & (buildings["residential"] == "uncertain")
        & ~(buildings["flats"] > 0)
    ).to_numpy(dtype=bool)
    if vague.any():
        count = int(vague.sum())
        told = message("note.building-node-vague", count=count)
        rows = buildings.loc[vague, "building_id"]
        report.add("excluded", "building-node-vague", told, rows=rows)
    return buildings[~vague]


def _note_unread(homes: gpd.GeoDataFrame, report: LayerReport) -> None:
    if "levels_unread" not in homes.columns:
        return
    unread = homes["levels_unread"].notna().to_numpy(dtype=bool)
    if unread.any():
        first = str(homes.loc[unread, "levels_unread"].iloc[0])
        told = message("note.levels-unreadable", count=unread.sum(), first=first)
        report.add("warning", "levels-unreadable", told, rows=homes.loc[unread, "home_id"])


def _levels(
    levels: npt.NDArray[np.float64], default: float | None, report: LayerReport
) -> npt.NDArray[np.float64]:
    absent = np.isnan(levels)
    count = int(absent.sum())
    if count and default is None:
        told = message("note.levels-missing", count=count)
        report.add("warning", "levels-missing", told, count=count)
    elif count:
        told = message("note.levels-assumed", count=count, levels=default or 0)
        report.add("assumption", "levels-assumed", told, count=count)
    return levels if default is None else np.where(absent, default, levels)
