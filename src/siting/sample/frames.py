"""The district as tables, column by column as offices and map providers name them.

Everything here is still true; what is wrong on purpose is added in `siting.sample.faults`.
Geometry is in EPSG:4547.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from siting.sample.district import District
from siting.sample.ground import METRIC_CRS, Floats, district_to_metric
from siting.sample.names import MADE_UP_ZH
from siting.sample.services import PlacedService

POI_TYPES = (
    "food_market",
    "sport",
    "housekeeping",
    "repair",
    "convenience_store",
    "supermarket",
    "reading_room",
    "startup_space",
    "commerce",
    "parcel_point",
)
CARE_TYPES = ("elder_care", "canteen", "elderly_learning", "assistive_devices")
CHILD_TYPES = ("childcare", "children_activity")
OSM_TYPES = ("pharmacy",)


def buildings(district: District) -> gpd.GeoDataFrame:
    """Return one row per building; elderly people are left to the raster."""
    homes = district.homes
    columns = {
        "楼栋编号": homes.building_id,
        "楼栋名称": homes.name,
        "小区编号": homes.compound_id,
        "层数": homes.floors,
        "户数": homes.households.astype(float),
        "人口": homes.population.astype(float),
        "建筑面积": homes.floor_area_m2,
    }
    return _geo(columns, homes.plan)


def compounds(district: District) -> gpd.GeoDataFrame:
    """Return one row per gated compound, with sums over its buildings; area in 10,000 m2."""
    homes, codes = district.homes, [c.compound_id for c in district.compounds]
    owner = np.array(homes.compound_id)
    inside = [owner == code for code in codes]
    columns = {
        "小区编号": codes,
        "小区名称": [c.name for c in district.compounds],
        "户数": [float(homes.households[rows].sum()) for rows in inside],
        "人口": [float(homes.population[rows].sum()) for rows in inside],
        "面积(万㎡)": [round(homes.floor_area_m2[rows].sum() / 1e4, 4) for rows in inside],
        "备注": [MADE_UP_ZH] * len(codes),
    }
    return _geo(columns, [c.parcel.ground for c in district.compounds])


def gates(district: District) -> gpd.GeoDataFrame:
    """Return one row per gate of a compound, with the compound it opens."""
    rows = [(c, number, gate) for c in district.compounds for number, gate in enumerate(c.gates, 1)]
    columns = {
        "门编号": [f"{c.compound_id}-G{number}" for c, number, _ in rows],
        "小区编号": [c.compound_id for c, _, _ in rows],
        "名称": [f"{c.name}{number}号门" for c, number, _ in rows],
    }
    return _geo(columns, [shapely.Point(gate) for _, _, gate in rows])


def walls(district: District) -> gpd.GeoDataFrame:
    """Return one row per stretch of wall between two gates."""
    rows = [(c, part) for c in district.compounds for part in shapely.get_parts(c.wall)]
    columns = {"小区编号": [c.compound_id for c, _ in rows], "类别": ["围墙"] * len(rows)}
    return _geo(columns, [part for _, part in rows])


def park_gates(district: District) -> gpd.GeoDataFrame:
    """Return one row per gate of a park."""
    rows = [(park.service, gate) for park in district.parks for gate in park.gates]
    columns = {
        "设施编号": [service.facility_id for service, _ in rows],
        "名称": [f"{service.name}入口" for service, _ in rows],
    }
    return _geo(columns, [shapely.Point(gate) for _, gate in rows])


def services(district: District, types: Sequence[str] | None = None) -> gpd.GeoDataFrame:
    """Return one row per service: of some types, or of all that no other file lists.

    A centre with several services stays together in the latter.
    """
    elsewhere = (*POI_TYPES, *CARE_TYPES, *CHILD_TYPES, *OSM_TYPES)

    def wanted(service: PlacedService) -> bool:
        shared = service.facility_id.startswith(("CC", "SG"))
        if types is None:
            return shared or service.facility_type not in elsewhere
        return not shared and service.facility_type in types

    rows = [service for service in district.services if wanted(service)]
    columns = {
        "设施编号": [row.facility_id for row in rows],
        "设施名称": [row.name for row in rows],
        "类别": [row.word for row in rows],
        "facility_type": [row.facility_type for row in rows],
        "建筑面积": [row.floor_area_m2 for row in rows],
        "用地面积": [row.land_area_m2 for row in rows],
        "容量": [row.capacity for row in rows],
    }
    return _geo(columns, [row.shape for row in rows])


def communities(district: District) -> gpd.GeoDataFrame:
    """Return one row per community, with the sums over its buildings."""
    areas = district.areas
    columns = {
        "社区编码": areas.area_id,
        "社区名称": areas.name,
        "所属街道": areas.subdistrict,
        "人口": areas.people,
        "户数": areas.households,
        "备注": [MADE_UP_ZH] * len(areas.name),
    }
    return _geo(columns, areas.shape)


def subdistricts(district: District) -> gpd.GeoDataFrame:
    """Return one row per sub-district, made of its communities."""
    areas = district.areas
    names = list(dict.fromkeys(areas.subdistrict))
    members = [np.array(areas.subdistrict) == name for name in names]
    shapes = [shapely.union_all(np.array(areas.shape)[rows]) for rows in members]
    columns = {
        "编码": [f"JD{number}" for number in range(1, len(names) + 1)],
        "名称": names,
        "人口": [int(areas.people[rows].sum()) for rows in members],
        "户数": [int(areas.households[rows].sum()) for rows in members],
    }
    return _geo(columns, shapes)


def sites(district: District) -> gpd.GeoDataFrame:
    """Return one row per vacant room or piece of land; cost in 10,000 CNY."""
    rows = district.sites
    columns = {
        "候选点编号": [row.site_id for row in rows],
        "候选点名称": [row.name for row in rows],
        "类型": [row.kind for row in rows],
        "建筑面积(㎡)": [row.floor_area_m2 for row in rows],
        "总投资(万元)": [row.cost / 1e4 for row in rows],
        "备注": [MADE_UP_ZH] * len(rows),
    }
    return _geo(columns, [row.shape for row in rows])


def river(district: District) -> gpd.GeoDataFrame:
    """Return the river as one row."""
    return _geo({"名称": ["江湾河（虚构）"]}, [district.ground.river()])


def lonlat(frame: gpd.GeoDataFrame, crs: str = "EPSG:4326") -> Floats:
    """Return the coordinates of a table of points in degrees, on 1e-7 (a centimetre)."""
    return np.asarray(np.round(shapely.get_coordinates(frame.to_crs(crs).geometry), 7))


def without_geometry(frame: gpd.GeoDataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """Return some columns without the geometry."""
    return pd.DataFrame(frame[list(columns)])


def _geo(columns: dict[str, Any], shapes: Sequence[Any]) -> gpd.GeoDataFrame:
    moved: Callable[[Any], Any] = lambda shape: shapely.transform(shape, district_to_metric)  # noqa: E731
    return gpd.GeoDataFrame(columns, geometry=[moved(shape) for shape in shapes], crs=METRIC_CRS)
