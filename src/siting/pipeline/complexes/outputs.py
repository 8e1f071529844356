"""The files of an answer with complexes, written all or nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np

from siting.message import message
from siting.pipeline.complexes.map import build_complexes_map
from siting.pipeline.complexes.sheets import complexes_sheets
from siting.pipeline.complexes.summary import complexes_summary
from siting.pipeline.folder import MANIFEST, replaced_folder, write_json
from siting.pipeline.gaps.map_model import lonlat
from siting.pipeline.sites.outputs import write_curve
from siting.progress import Progress, silent
from siting.render import write_map
from siting.report.tables.point_features import point_features
from siting.report.tables.workbook import workbook_bytes

if TYPE_CHECKING:
    from siting.pipeline.complexes.tables import Complexes


def write_complexes(
    found: Complexes,
    out: Path,
    *,
    by_hand: Complexes | None = None,
    progress: Progress | None = None,
) -> Path:
    """Write every output into a folder and return it.

    ``locate.json`` and ``manifest.json`` always; with a plan also ``map.html``, ``sites.xlsx``,
    ``complexes.geojson`` and ``sites.gpkg`` (layers `opened`, a row per complex, `functions`, and
    `by_hand`), and ``curve.svg`` where there is a curve.

    Raises
    ------
    SitingError
        As `folder.check_out_folder`.
    """
    tell = progress or silent
    tell(message("progress.checking_rules"), 0.0)
    summary = complexes_summary(found, by_hand=by_hand)
    with replaced_folder(out) as folder:
        write_json(summary, folder / "locate.json")
        if found.has_plan:
            tell(message("progress.writing", name="sites.xlsx"), 0.4)
            sheets = complexes_sheets(summary, found.analysis.language)
            (folder / "sites.xlsx").write_bytes(workbook_bytes(sheets))
            _write_features(found, folder / "complexes.geojson")
            _write_layers(found, by_hand, folder / "sites.gpkg")
            tell(message("progress.writing", name="map.html"), 0.6)
            model = build_complexes_map(found)
            write_map(model, folder / "map.html", language=found.analysis.language)
        if found.curve is not None and len(found.curve):
            write_curve(found, found.curve, message("complexes.curve"), folder / "curve.svg",
                        by=found.asked.curve_by, most=found.asked.most)  # fmt: skip
        names = sorted(path.name for path in folder.iterdir())
        made: dict[str, Any] = {"question": summary["question"], "outputs": names}
        write_json(found.analysis.manifest | made, folder / MANIFEST)
    tell(message("progress.written"), 1.0)
    return out


def _opened(found: Complexes) -> gpd.GeoDataFrame:
    """Return the complexes with the geometry of their sites."""
    frame = found.opened
    shapes = found.sites.table.geometry.to_numpy()[found.solution.opened]
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=found.sites.table.crs)


def _write_features(found: Complexes, path: Path) -> None:
    frame = _opened(found)
    points = np.asarray(frame.geometry.representative_point().to_numpy(), dtype=object)
    lon, lat = lonlat(points, frame.crs)
    columns = {
        name: frame[name].to_numpy() for name in frame.columns if name not in ("geometry", "x", "y")
    }
    path.write_bytes(point_features(columns, lon, lat, name=path.stem))


def _write_layers(found: Complexes, by_hand: Complexes | None, path: Path) -> None:
    layers = {"opened": _opened(found), "functions": found.facilities()}
    if by_hand is not None and by_hand.has_plan:
        layers["by_hand"] = _opened(by_hand)
    for name, frame in layers.items():
        if len(frame):
            frame.to_file(path, layer=name, driver="GPKG", engine="pyogrio")
