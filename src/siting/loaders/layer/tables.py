"""Several files of one layer as one table.

Owns joining them and keeping their identifiers apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from siting.errors import LoadError
from siting.loaders.layer.columns.attributes import in_words
from siting.loaders.layer.columns.cut_names import column_of
from siting.message import Term, message

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd
    import pyproj

    from siting.data_report import DataReport, LayerReport
    from siting.loaders.layer.reading import LayerReading
from siting.tables import TableSpec

_KEYS = {
    "residential": "home_id",
    "facilities": "facility_id",
    "sites": "site_id",
    "areas": "area_id",
    "streets": "street_id",
}


def joined(
    readings: Sequence[LayerReading],
    crs: pyproj.CRS,
    spec: TableSpec | None,
    report: DataReport,
) -> gpd.GeoDataFrame | None:
    """Make one table of the files of a layer.

    Parameters
    ----------
    readings
        The files, in the order of the project.
    crs
        Metric system of the table.
    spec
        Its contract; None for a layer that is only drawn.
    report
        Gets the identifiers that occur in more than one file.

    Returns
    -------
    geopandas.GeoDataFrame or None
        Rows numbered from 0. An identifier that two files use is preceded by the file's name, so
        that it stays one row's own. None where no file has a row.
    """
    tables = [(reading.subject, reading.table(crs)) for reading in readings]
    tables = [(subject, table) for subject, table in tables if len(table)]
    if not tables:
        return None
    key = _KEYS.get(spec.name) if spec is not None else None
    frames = [table for _, table in tables]
    if key is not None and len(frames) > 1:
        frames = _distinct(tables, key, report)
    return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)


def _distinct(
    tables: Sequence[tuple[str, gpd.GeoDataFrame]], key: str, report: DataReport
) -> list[gpd.GeoDataFrame]:
    used = pd.concat([table[key].drop_duplicates() for _, table in tables], ignore_index=True)
    shared = set(used[used.duplicated()])
    if not shared:
        return [table for _, table in tables]
    first, *_ = tables
    told = message("note.identifier-shared", count=len(shared), column=Term("column", key))
    report.of(first[0]).add("repair", "identifier-shared", told, rows=sorted(shared))
    return [
        table.assign(**{key: _prefixed(table[key], shared, f"{number}:")})
        for number, (_, table) in enumerate(tables, start=1)
    ]


def _prefixed(ids: pd.Series, shared: set[str], prefix: str) -> pd.Series:
    return ids.where(~ids.isin(shared), prefix + ids.astype(str))


def only_where(
    frame: gpd.GeoDataFrame,
    where: dict[str, tuple[bool | int | float | str, ...]],
    *,
    report: LayerReport,
) -> gpd.GeoDataFrame:
    """Keep the rows that have the wanted values; count the others.

    Parameters
    ----------
    frame
        The layer as read.
    where
        Column -> wanted values, compared as numbers in columns of numbers and flags (``"3"`` is
        3), as text otherwise. Those that no row has are told.

    Raises
    ------
    LoadError
        A column that the layer lacks; no row left.
    """
    subject = report.subject
    for name, values in where.items():
        present = [str(each) for each in frame.columns if each != "geometry"]
        column = column_of(name, present, frame.attrs.get("aliases"))
        if column is None:
            told = message("layer.no_where_column", subject=subject, name=name, names=present)
            raise LoadError(told)
        cells = frame[column], in_words(frame, column)
        met = [_has_value(cells[0], [each]) | _has_value(cells[1], [each]) for each in values]
        keep = np.logical_or.reduce(met)
        if not keep.any():
            found = list(map(str, cells[1].dropna().unique()[:8]))
            named = {"subject": subject, "name": name}
            wanted = map(str, values)
            raise LoadError(message("layer.no_where_row", found=found, wanted=wanted, **named))
        unmet = [str(each) for each, rows in zip(values, met, strict=True) if not rows.any()]
        if unmet:
            told = message("note.where-unmet", name=name, words=unmet)
            report.add("warning", "where-unmet", told, rows=unmet)
        if not keep.all():
            told = message("note.not-wanted", name=name, wanted=map(str, values))
            report.add("excluded", "not-wanted", told, rows=frame.index[~keep])
        frame = frame[keep]
    return frame


def _has_value(column: pd.Series, values: Sequence[bool | float | str]) -> np.ndarray:
    if is_numeric_dtype(column.dtype):
        numbers = pd.to_numeric(pd.Series(values, dtype=object), errors="coerce")
        return np.isin(column.to_numpy(dtype=float, na_value=np.nan), numbers)
    words = {str(value).strip().casefold() for value in values}
    text = [str(cell).strip().casefold() for cell in column]
    return np.array([each in words for each in text])
