"""Where the rows of a table are: two columns of numbers, one column of both, or shapes as text.

Owns which columns of a table become its geometry, and the note on rows without a position.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from siting.errors import LoadError
from siting.loaders.layer.columns.decimal_mark import DecimalMark
from siting.loaders.layer.columns.match import LATITUDE, LONGITUDE, match_columns, require_columns
from siting.loaders.layer.columns.numbers import Numbers, parse_numbers
from siting.message import message
from siting.vocabulary.headers import fields_of
from siting.vocabulary.text import half_width, word_key

if TYPE_CHECKING:
    from siting.crs import SourceCRS
    from siting.data_report import DataReport

_Fits = Callable[[object], bool]
BOTH, SHAPE = fields_of("positions")
_NUMBER = r"[+-]?\d+(?:\.\d+)?"
_BOTH = re.compile(rf"[\[(]?\s*({_NUMBER})\s*[,; ]\s*({_NUMBER})\s*[\])]?")
_SHAPE = re.compile(
    r"(?:SRID=\d+;)?\s*((?:MULTI)?(?:POINT|LINESTRING|POLYGON)|GEOMETRYCOLLECTION)\b", re.IGNORECASE
)
# Hardly a table has more cells that are something else in the column of its positions.
_MOST = 0.5


def with_positions(
    table: pd.DataFrame,
    written: Mapping[str, str],
    source: SourceCRS | None,
    *,
    decimal: DecimalMark | None = None,
    subject: str,
    report: DataReport,
) -> gpd.GeoDataFrame:
    """Give the rows of a table their geometry.

    Parameters
    ----------
    table
        Labelled with row numbers, as messages name them.
    written
        ``longitude`` and ``latitude`` -> column, as far as a person declared them. The same column
        for both holds ``lng,lat``.
    source
        The system of the numbers; decides whether ``114,291`` can separate thousands.
    decimal
        The decimal mark that a person declared.

    Returns
    -------
    GeoDataFrame
        Without a system; rows without a position are left out and listed. Columns of numbers are
        taken first, then one of ``lng,lat``, then one of well-known text (``POINT (1 2)``).

    Raises
    ------
    LoadError
        No such column, or no row with a position.
    """
    both = _column_of_both(table, written)
    if both is not None:
        x, y = _split(table[both])
        return _kept(table, both, gpd.points_from_xy(x, y), subject, report)
    shape = None if written else _found(table, SHAPE.headers, _is_shape)
    headers = list(map(str, table.columns))
    wanted = (LONGITUDE, LATITUDE)
    matches = match_columns(headers, wanted, declared=written, subject=subject, report=report)
    if shape is not None and not all(field.name in matches for field in wanted):
        return _kept(table, shape, _shapes(table[shape]), subject, report)
    require_columns(headers, matches, wanted, subject=subject)
    first = matches["longitude"].column
    x, y = (_coordinates(table[matches[f.name].column], source, decimal) for f in wanted)
    return _kept(table, first, gpd.points_from_xy(x, y), subject, report)


def _coordinates(
    column: pd.Series, source: SourceCRS | None, decimal: DecimalMark | None
) -> NDArray[np.float64]:
    """Read one column; no degree has thousands, so that the comma of ``114,291`` is decimal."""
    degrees = source is not None and source.crs.is_geographic
    numbers: Numbers = parse_numbers(
        column, "degrees", declared=decimal,
        lone_comma=DecimalMark.COMMA if degrees else DecimalMark.POINT,
    )  # fmt: skip
    return numbers.number


def _column_of_both(table: pd.DataFrame, written: Mapping[str, str]) -> str | None:
    """Return the column that holds longitude and latitude together."""
    declared = set(written.values())
    if len(declared) == 1:
        (name,) = declared
        return name if name in table.columns and _mostly(table[name], _is_both) else None
    headers = list(map(str, table.columns))
    keys = set(map(word_key, headers))
    if declared or all(keys & set(map(word_key, f.headers)) for f in (LONGITUDE, LATITUDE)):
        return None
    return _found(table, BOTH.headers, _is_both)


def _found(table: pd.DataFrame, names: tuple[str, ...], fits: _Fits) -> str | None:
    """Return the first column under one of these names whose cells are mostly so."""
    for name in map(word_key, names):
        for header in table.columns:
            if word_key(str(header)) == name and _mostly(table[header], fits):
                return str(header)
    return None


def _mostly(column: pd.Series, fits: _Fits) -> bool:
    cells = column.dropna()
    return bool(len(cells)) and sum(map(fits, cells)) > _MOST * len(cells)


def _is_both(cell: object) -> bool:
    return _BOTH.fullmatch(half_width(str(cell))) is not None


def _is_shape(cell: object) -> bool:
    return isinstance(cell, str) and _SHAPE.match(cell.strip()) is not None


def _split(column: pd.Series) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    pairs = [_BOTH.fullmatch(half_width(str(cell))) if pd.notna(cell) else None for cell in column]
    numbers = [(float(p[1]), float(p[2])) if p else (np.nan, np.nan) for p in pairs]
    x, y = np.array(numbers, dtype=np.float64).reshape(-1, 2).T
    return x, y


def _shapes(column: pd.Series) -> NDArray[np.object_]:
    texts = [
        str(cell).strip().partition(";")[2] if str(cell).strip()[:5].upper() == "SRID=" else cell
        for cell in column
    ]
    plain = [text if _is_shape(text) else None for text in texts]
    return np.asarray(shapely.from_wkt(plain, on_invalid="ignore"), dtype=object)


def _kept(
    table: pd.DataFrame, column: str, shapes: object, subject: str, report: DataReport
) -> gpd.GeoDataFrame:
    """Leave out and list the rows without a position."""
    geometry = np.asarray(shapes, dtype=object)
    absent = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    absent |= ~np.isfinite(shapely.bounds(geometry)).all(axis=1)
    if absent.all():
        raise LoadError(
            message(
                "table.no_coordinates", subject=subject, rows=len(table), column=column,
                value=repr(table[column].iloc[0]),
            )
        )  # fmt: skip
    if absent.any():
        rows = table.index[absent]
        told = message("note.coordinates-missing")
        report.add(subject, "excluded", "coordinates-missing", told, count=len(rows), examples=rows)
    kept = table[~absent].rename(columns={"geometry": "geometry_text"})
    return gpd.GeoDataFrame(kept, geometry=geometry[~absent])
