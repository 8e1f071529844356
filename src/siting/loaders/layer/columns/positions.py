"""Where the rows of a table are: two columns of numbers, one column of both, or shapes as text.

Owns which columns of a table become its geometry, and the note on rows without a position.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
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
from siting.vocabulary.headers import fields_of, load_headers
from siting.vocabulary.text import half_width, word_key

if TYPE_CHECKING:
    from siting.crs import SourceCRS
    from siting.data_report import LayerReport

_Fits = Callable[[object], bool]
BOTH, SHAPE = fields_of("positions")
_NUMBER = r"[+-]?\d+(?:\.\d+)?"
_BOTH = re.compile(rf"[\[(]?\s*({_NUMBER})\s*[,; ]\s*({_NUMBER})\s*[\])]?")
# A place as services of maps answer it, in JSON or as Python writes it.
_NAMED = {
    key: re.compile(rf"""["'](?:{key})["']\s*:\s*["']?({_NUMBER})""") for key in ("lng|lon", "lat")
}
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
    report: LayerReport,
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
        return _kept(table, both, gpd.points_from_xy(x, y), report)
    shape = None if written else _found(table, SHAPE.headers, _is_shape)
    headers = list(map(str, table.columns))
    wanted = (LONGITUDE, LATITUDE)
    declared = {**_of_datum(headers, source), **written}
    aliases = _short_names(headers, source)
    matches = match_columns(headers, wanted, declared=declared, aliases=aliases, report=report)
    if shape is not None and not all(field.name in matches for field in wanted):
        return _kept(table, shape, _shapes(table[shape]), report)
    require_columns(headers, matches, wanted, subject=report.subject)
    first = matches["longitude"].column
    x, y = (_coordinates(table[matches[f.name].column], source, decimal) for f in wanted)
    return _kept(table, first, gpd.points_from_xy(x, y), report)


def _short_names(headers: Sequence[str], source: SourceCRS | None) -> dict[str, str]:
    """Return the short names of coordinate columns, without those in another datum."""
    reading = source.reading if source is not None else ""
    parts = {header: load_headers().coordinate(header) for header in headers}
    return {header: name for header, (name, datum) in parts.items() if datum in ("", reading)}


def _of_datum(headers: Sequence[str], source: SourceCRS | None) -> dict[str, str]:
    """Return the columns that name the declared datum themselves; they go before all others."""
    found: dict[str, str] = {}
    for field in (LONGITUDE, LATITUDE):
        words = set(map(word_key, field.headers))
        for header in headers:
            name, datum = load_headers().coordinate(header)
            if source is not None and datum == source.reading and word_key(name) in words:
                found.setdefault(field.name, header)
    return found if len(found) == 2 else {}


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


def _pair(cell: object) -> tuple[float, float] | None:
    """Return longitude and latitude of ``114.29,30.59`` or ``{'lng': 114.29, 'lat': 30.59}``."""
    text = half_width(str(cell))
    if found := _BOTH.fullmatch(text):
        return float(found[1]), float(found[2])
    x, y = (each.search(text) for each in _NAMED.values())
    return (float(x[1]), float(y[1])) if x and y else None


def _is_both(cell: object) -> bool:
    return _pair(cell) is not None


def _is_shape(cell: object) -> bool:
    return isinstance(cell, str) and _SHAPE.match(cell.strip()) is not None


def _split(column: pd.Series) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    numbers = [_pair(cell) or (np.nan, np.nan) for cell in column]
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
    table: pd.DataFrame, column: str, shapes: object, report: LayerReport
) -> gpd.GeoDataFrame:
    """Leave out and list the rows without a position."""
    geometry = np.asarray(shapes, dtype=object)
    absent = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    absent |= ~np.isfinite(shapely.bounds(geometry)).all(axis=1)
    if absent.all():
        raise LoadError(
            message(
                "table.no_coordinates", subject=report.subject, rows=len(table), column=column,
                value=repr(table[column].iloc[0]),
            )
        )  # fmt: skip
    if absent.any():
        told = message("note.coordinates-missing")
        report.add("excluded", "coordinates-missing", told, rows=table.index[absent])
    kept = table[~absent].rename(columns={"geometry": "geometry_text"})
    return gpd.GeoDataFrame(kept, geometry=geometry[~absent])
