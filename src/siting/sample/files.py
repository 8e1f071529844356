"""Writing the sample's files so that the same district gives the same bytes.

Dates that formats insist on are fixed; nothing here depends on the clock or the machine.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyogrio
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

from siting.sample.names import DISTRICT_EN, DISTRICT_ZH, MADE_UP_EN, MADE_UP_ZH

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

NOTICE = f"{DISTRICT_ZH}：{MADE_UP_ZH} / {DISTRICT_EN}: {MADE_UP_EN}"
_DATE = (2026, 1, 1)
_STAMP = "2026-01-01T00:00:00Z"


def write_sample_geopackage(frame: gpd.GeoDataFrame, path: Path, *, layer: str) -> None:
    """Write a GeoPackage whose description says that it is made up."""
    with _fixed_clock():
        _write_ogr(frame, path, layer=layer, layer_options={"DESCRIPTION": NOTICE})


def write_shapefile(
    frame: gpd.GeoDataFrame, path: Path, *, encoding: str, drop: Sequence[str] = ()
) -> None:
    """Write a Shapefile and take away companions such as ``.cpg`` or ``.prj``."""
    year, month, day = _DATE
    options = {"DBF_DATE_LAST_UPDATE": f"{year}-{month:02d}-{day:02d}"}
    _write_ogr(frame, path, layer_options=options, encoding=encoding)
    for suffix in drop:
        path.with_suffix(suffix).unlink(missing_ok=True)


def write_geojson(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Write GeoJSON in longitude and latitude, on 1e-7 degrees."""
    options = {"COORDINATE_PRECISION": "7", "RFC7946": "YES", "DESCRIPTION": NOTICE}
    _write_ogr(frame.to_crs("EPSG:4326"), path, layer_options=options)


def write_flatgeobuf(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Write FlatGeobuf whose description says that it is made up."""
    options = {"DESCRIPTION": NOTICE, "TITLE": NOTICE}
    _write_ogr(frame, path, layer_options=options)


def write_geoparquet(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Write GeoParquet."""
    frame.to_parquet(path, index=False, compression="zstd")


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a CSV as Excel does: UTF-8 with a byte order mark."""
    frame.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")


def write_workbook(sheets: Mapping[str, tuple[str, pd.DataFrame]], path: Path) -> None:
    """Write a workbook as an office would: title and note above the header, totals below.

    Parameters
    ----------
    sheets
        Sheet name -> its title and table.
    """
    book = Workbook()
    for empty in book.worksheets:
        book.remove(empty)
    for name, (title, frame) in sheets.items():
        _fill_sheet(book.create_sheet(name), title, frame)
    book.save(path)
    _fix_dates(path)


def _fill_sheet(sheet: Any, title: str, frame: pd.DataFrame) -> None:
    width = len(frame.columns)
    for row, text in enumerate((title, f"说明：{MADE_UP_ZH}；坐标为 CGCS2000 经纬度"), 1):
        sheet.cell(row, 1, text).font = Font(bold=row == 1)
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=width)
    cells = frame.astype(object).where(frame.notna(), None).to_numpy().tolist()
    for values in [list(frame.columns), *cells]:
        sheet.append(values)
    _merge_runs(sheet, list(frame.columns).index("所属街道") + 1, first=4, last=sheet.max_row)
    sheet.append(["合计", None, f"{len(frame)} 处", *[None] * (width - 3)])
    sheet.cell(1, 1).alignment = Alignment(horizontal="center")


def _merge_runs(sheet: Any, column: int, *, first: int, last: int) -> None:
    """Merge equal cells below each other, as people do with the name of a sub-district."""
    start = first
    for row in range(first + 1, last + 2):
        same = row <= last and sheet.cell(row, column).value == sheet.cell(start, column).value
        if same:
            continue
        if row - start > 1:
            sheet.merge_cells(
                start_row=start, end_row=row - 1, start_column=column, end_column=column
            )
        start = row


def _fix_dates(path: Path) -> None:
    """Write the archive again with fixed dates: openpyxl puts the clock into it twice."""
    with zipfile.ZipFile(path) as archive:
        parts = [(name, archive.read(name)) for name in archive.namelist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts:
            if name == "docProps/core.xml":
                body = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", _STAMP.encode(), body)  # noqa: PLW2901
            archive.writestr(zipfile.ZipInfo(name, (*_DATE, 0, 0, 0)), body)


def _write_ogr(
    frame: gpd.GeoDataFrame,
    path: Path,
    *,
    layer: str | None = None,
    layer_options: Mapping[str, str],
    encoding: str | None = None,
) -> None:
    pyogrio.write_dataframe(
        frame, path, layer=layer or path.stem, layer_options=dict(layer_options), encoding=encoding
    )


@contextmanager
def _fixed_clock() -> Iterator[None]:
    """Give GeoPackages, which store when they were changed, always the same date."""
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2026-01-01T00:00:00.000Z"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
