"""Writing the made-up district as a folder of files, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from siting.crs import wgs84_to_gcj02
from siting.drafts import whole_folder
from siting.errors import SitingError
from siting.sample import files, frames, texts
from siting.sample.district import District, draw_district
from siting.sample.faults import (
    MadeFault,
    spoil_buildings,
    spoil_care,
    spoil_compounds,
    spoil_pois,
)
from siting.sample.osm_file import write_osm
from siting.sample.rasters import write_elevation, write_people

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

SEED = 20241
PROJECT_FILE = "siting.yaml"


def write_sample(folder: str | Path, *, seed: int = SEED, force: bool = False) -> Path:
    """Write the made-up district: every layer, three project files, and what is wrong with them.

    Parameters
    ----------
    folder
        Where to; made if it does not exist. It is filled beside its place and then renamed, so
        that an interrupted run leaves what was there before.
    seed
        The same number gives the same content; another gives another district.
    force
        Replace a folder that holds something already.

    Returns
    -------
    Path
        The project file, ``siting.yaml``, in the folder.

    Raises
    ------
    SitingError
        The folder holds something and `force` is false, or is no folder, or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     project = write_sample(Path(place) / "demo")
    ...     project.name, len(list(project.parent.glob("*.gpkg")))
    ('siting.yaml', 3)
    """
    folder = Path(folder)
    _check_free(folder, force=force)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with whole_folder(folder) as fresh:
            _fill(fresh, np.random.default_rng(seed), seed)
    except OSError as fault:
        raise SitingError(
            f"The sample cannot be written to {folder}: {fault.strerror or fault}. "
            "Name a folder that you may write to."
        ) from None
    return folder / PROJECT_FILE


def _check_free(folder: Path, *, force: bool) -> None:
    if folder.exists() and not folder.is_dir():
        raise SitingError(f"{folder} is a file; the sample needs a folder. Name another place.")
    if folder.is_dir() and any(folder.iterdir()) and not force:
        count = sum(1 for _ in folder.iterdir())
        first = min(path.name for path in folder.iterdir())
        raise SitingError(
            f"{folder} is not empty: it holds {count} entries, the first is '{first}'. Name a new "
            "folder, or use force (--force) to replace everything in it."
        )


def _fill(folder: Path, rng: np.random.Generator, seed: int) -> None:
    district = draw_district(rng)
    faults = _write_homes(district, folder, rng)
    faults += _write_services(district, folder, rng)
    faults += _write_streets(district, folder)
    faults += _write_areas(district, folder)
    files.write_sample_geopackage(frames.sites(district), folder / "sites.gpkg", layer="sites")
    _write_rasters(district, folder)
    _write_texts(district, faults, folder, seed)


def _write_homes(district: District, folder: Path, rng: np.random.Generator) -> list[MadeFault]:
    buildings, building_faults = spoil_buildings(frames.buildings(district), rng)
    files.write_sample_geopackage(buildings, folder / "buildings.gpkg", layer="buildings")
    compounds, compound_faults = spoil_compounds(frames.compounds(district), rng)
    files.write_shapefile(compounds, folder / "compounds.shp", encoding="GBK", drop=(".cpg",))
    files.write_geojson(frames.gates(district), folder / "gates.geojson")
    files.write_flatgeobuf(frames.walls(district), folder / "walls.fgb")
    return building_faults + compound_faults


def _write_services(district: District, folder: Path, rng: np.random.Generator) -> list[MadeFault]:
    pois, poi_faults = spoil_pois(_poi_table(frames.services(district, frames.POI_TYPES)), rng)
    files.write_csv(pois, folder / "poi_gcj02.csv")
    care = _care_table(district, frames.services(district, frames.CARE_TYPES), "床位（张）")
    care, care_faults = spoil_care(care, rng)
    child = _care_table(district, frames.services(district, frames.CHILD_TYPES), "托位（个）")
    sheets = {
        "养老": ("江湾示例区养老服务设施一览表（虚构）", care),
        "托育": ("江湾示例区托育与儿童设施一览表（虚构）", child),
    }
    files.write_workbook(sheets, folder / "care.xlsx")
    public = frames.services(district).drop(columns="类别")
    files.write_geoparquet(public, folder / "public.parquet")
    files.write_csv(_park_gate_table(district), folder / "park_gates.csv")
    return poi_faults + care_faults


def _write_streets(district: District, folder: Path) -> list[MadeFault]:
    pharmacies = [row for row in district.services if row.facility_type in frames.OSM_TYPES]
    write_osm(district.ways(), pharmacies, folder / "streets.osm.pbf")
    files.write_geojson(frames.river(district), folder / "river.geojson")
    cut_off = district.cut_off
    return [
        MadeFault(
            "streets.osm.pbf",
            "disconnected-fragment",
            (cut_off.compound_id,),
            (),
            "",
            f"the paths of {cut_off.name} are not joined to any street",
            f"{cut_off.name}的内部道路未与外部街道相连",
        )
    ]


def _write_areas(district: District, folder: Path) -> list[MadeFault]:
    communities = frames.communities(district).to_crs("EPSG:4526")
    files.write_sample_geopackage(communities, folder / "communities.gpkg", layer="communities")
    subdistricts = frames.subdistricts(district).to_crs("EPSG:4526")
    path = folder / "subdistricts.shp"
    files.write_shapefile(subdistricts, path, encoding="UTF-8", drop=(".prj",))
    return [
        MadeFault("communities.gpkg", "zone-prefixed", (), (), "projected",
              "eastings start with zone 38 (EPSG:4526)", "东坐标带 38 带号（EPSG:4526）"),
        MadeFault("subdistricts.shp", "missing-crs", (), (), "projected",
              "no .prj; zone-prefixed CGCS2000", "缺 .prj；坐标为带带号的 CGCS2000"),
    ]  # fmt: skip


def _write_rasters(district: District, folder: Path) -> None:
    write_people(district, district.homes.population, folder / "population.tif")
    write_people(district, district.homes.elderly, folder / "population_60plus.tif")
    write_elevation(district, folder / "elevation.tif")


def _write_texts(district: District, faults: list[MadeFault], folder: Path, seed: int) -> None:
    for name, text in texts.project_files().items():
        _write_text(folder / name, text)
    _write_text(folder / "README.md", texts.readme(district, faults, seed))
    listed = {"made_up": True, "seed": seed, "faults": [fault.as_dict() for fault in faults]}
    _write_text(folder / "faults.json", json.dumps(listed, ensure_ascii=False, indent=1) + "\n")


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _poi_table(services: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return services as a map provider exports them: words, and GCJ-02 on 1e-6 degrees."""
    lon, lat = wgs84_to_gcj02(*frames.lonlat(services).T)
    table = frames.without_geometry(services, ["设施编号", "设施名称", "类别", "建筑面积"])
    table.columns = ["编号", "名称", "类别", "建筑面积"]
    return table.assign(经度=np.round(lon, 6), 纬度=np.round(lat, 6), 备注="虚构")


def _care_table(district: District, services: gpd.GeoDataFrame, places: str) -> pd.DataFrame:
    """Return services as a civil affairs office lists them, in CGCS2000 degrees."""
    joined = services.sjoin(frames.communities(district)[["所属街道", "geometry"]], how="left")
    joined = joined[~joined.index.duplicated()].sort_values(["所属街道", "设施编号"])
    lon, lat = frames.lonlat(joined, "EPSG:4490").T
    table = frames.without_geometry(
        joined, ["设施编号", "设施名称", "类别", "所属街道", "建筑面积", "容量"]
    ).reset_index(drop=True)
    table.columns = ["设施编号", "设施名称", "设施类型", "所属街道", "建筑面积(㎡)", places]
    table.insert(0, "序号", np.arange(1, len(table) + 1))
    return table.assign(经度=lon, 纬度=lat, 备注="虚构")


def _park_gate_table(district: District) -> pd.DataFrame:
    gates = frames.park_gates(district)
    lon, lat = frames.lonlat(gates).T
    return frames.without_geometry(gates, ["设施编号", "名称"]).assign(经度=lon, 纬度=lat)
