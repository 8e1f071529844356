"""The columns of a table: identifiers, texts and numbers, from whatever a layer holds.

Owns the repairs of single values and the checks across rows. A number that cannot be used becomes
missing and is listed; it is never replaced by another.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pandas.api.types import is_float_dtype, is_integer_dtype

from siting.errors import TableError
from siting.loaders.formats.sheet import DatedNumber
from siting.loaders.layer.columns.decimal_mark import DecimalMark
from siting.loaders.layer.columns.match import Match
from siting.loaders.layer.columns.numbers import Numbers, first_rows, note_commas, parse_numbers
from siting.message import Message, Term, message
from siting.vocabulary.units import Quantity

if TYPE_CHECKING:
    import geopandas as gpd

    from siting.data_report import LayerReport, Severity
    from siting.tables import Column, TableSpec

_QUANTITY: dict[str, Quantity] = {
    "households": "households",
    "population": "persons",
    "elderly": "persons",
    "children": "persons",
    "floor_area_m2": "area",
    "land_area_m2": "area",
    "capacity": "places",
    "cost": "money",
}
# Beyond these one row is no building, compound or cell, but a total or a slip of the unit.
_ABSURD = {
    "households": 100_000.0,
    "population": 300_000.0,
    "elderly": 100_000.0,
    "children": 100_000.0,
    "floor_area_m2": 20_000_000.0,
    "land_area_m2": 200_000_000.0,
    "capacity": 100_000.0,
}
# More than all people there are, and more square metres than any country has: a slip or a filler.
_IMPOSSIBLE = 1e10
_COUNTS = frozenset({"households", "population", "elderly", "children"})
# Cities and districts do have this many.
_LARGE_TABLES = frozenset({"areas"})
# Outside these a median home is no home: the usual sign of 万㎡ read as ㎡ or the reverse.
_SMALLEST_HOME_M2, _LARGEST_HOME_M2 = 5.0, 5000.0
# What people name in a remark and forget in a header, and a header that says it.
_LARGE_UNITS, _HEADER_WITH_UNIT = ("万㎡", "亩", "万户"), "建筑面积(万㎡)"
_TRUE = frozenset(("true", "t", "yes", "y", "1", "1.0", "是"))


def attribute_columns(
    frame: gpd.GeoDataFrame,
    spec: TableSpec,
    matches: Mapping[str, Match],
    *,
    report: LayerReport,
    prefix: str,
    decimal: DecimalMark | None = None,
) -> dict[str, pd.Series]:
    """Return the table's own columns that the layer has, and its identifier in any case.

    Parameters
    ----------
    frame
        The layer, rows labelled as messages name them.
    matches
        Where the table's columns are in it.
    prefix
        Of the identifiers made for rows that have none.
    decimal
        The decimal mark that a person declared for numbers that are text.
    """
    own: dict[str, pd.Series] = {}
    for column in spec.columns:
        match = matches.get(column.name)
        if column.name.endswith("_id") and column.name != "subject_id":
            own[column.name] = _identifiers(frame, column, match, report, prefix)
        elif match is not None:
            cells = frame[match.column]
            own[column.name] = _values(cells, column, match, spec, decimal, report)
    return own


def as_text(values: pd.Series) -> pd.Series:
    """Return values as trimmed text, whole numbers without a decimal point, empty as missing.

    Lists are joined by ``;`` as OpenStreetMap writes several values.

    Examples
    --------
    >>> import pandas as pd
    >>> as_text(pd.Series([1.0, 2.5, None])).fillna("missing").tolist()
    ['1', '2.5', 'missing']
    >>> as_text(pd.Series([" A1 ", "", ["trunk", "primary"]])).fillna("missing").tolist()
    ['A1', 'missing', 'trunk;primary']
    """
    if is_integer_dtype(values.dtype) and not values.hasnans:
        return values.astype(str)
    if values.dtype == "str":
        return _trimmed(values)
    if is_float_dtype(values.dtype):
        values = pd.Series(values.to_numpy(dtype=np.float64, na_value=np.nan), index=values.index)
    number, distinct = pd.factorize(_hashable(values))
    words = [_plain_text(value) for value in distinct]
    texts = np.array([*words, None], dtype=object)[number]
    return pd.Series(texts, index=values.index, dtype="str")


def in_words(frame: pd.DataFrame, column: str) -> pd.Series:
    """Return a column with what its codes mean, where a geodatabase said it, in place of them.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"DM": [3.0, 9.0]})
    >>> frame.attrs["codes"] = {"DM": {"3": "主干路"}}
    >>> in_words(frame, "DM").tolist()
    ['主干路', '9']
    """
    codes = frame.attrs.get("codes", {}).get(column)
    if not codes:
        return frame[column]
    texts = as_text(frame[column])
    return texts.map(codes).fillna(texts)


def one_row_per_id(
    table: gpd.GeoDataFrame, spec: TableSpec, *, report: LayerReport
) -> gpd.GeoDataFrame:
    """Drop repeated identical rows and refuse different rows with one identifier.

    In a table whose identifier may repeat (facilities with several types) only identical rows
    are dropped, and one identifier must be in one place.

    Raises
    ------
    TableError
        With the identifiers that repeat and their rows.
    """
    key = next(column for column in spec.columns if column.kind == "text" and column.required)
    repeated = table[key.name].duplicated(keep=False).to_numpy()
    if not repeated.any():
        return table
    among = _comparable(table[repeated])
    same = np.zeros(len(table), dtype=np.bool_)
    same[np.flatnonzero(repeated)] = among.duplicated().to_numpy()
    if same.any():
        told = message("note.duplicate-row")
        report.add("excluded", "duplicate-row", told, rows=table.index[same])
        table = table[~same]
    clashing = [key.name] if key.unique else [key.name, "geometry"]
    _refuse_clashes(table, key.name, clashing, report.subject)
    return table


def warn_about_units(table: gpd.GeoDataFrame, *, report: LayerReport) -> None:
    """Warn where floor area per household is that of no home, the sign of a wrong unit."""
    if not {"households", "floor_area_m2"} <= set(table.columns):
        return
    known = (table["households"] > 0) & (table["floor_area_m2"] > 0)
    if not known.any():
        return
    each = (table["floor_area_m2"] / table["households"])[known].median()
    if not _SMALLEST_HOME_M2 <= each <= _LARGEST_HOME_M2:
        told = message(
            "note.unit-suspected", area=float(each), units=_LARGE_UNITS, example=_HEADER_WITH_UNIT
        )
        report.add("warning", "unit-suspected", told, count=int(known.sum()))


# --- identifiers and texts -----------------------------------------------------------------------


def _identifiers(
    frame: gpd.GeoDataFrame, column: Column, match: Match | None, report: LayerReport, prefix: str
) -> pd.Series:
    def numbered(labels: pd.Index) -> pd.Series:
        return pd.Series(prefix + "-" + labels.astype(str), index=labels, dtype="str")

    if match is None:
        made = numbered(frame.index)
        told = message("note.id-made", column=Term("column", column.name))
        report.add("assumption", "id-made", told, rows=made)
        return made
    given = as_text(frame[match.column])
    empty = given.isna()
    if empty.any():
        rows = frame.index[empty]
        own = Term("column", column.name)
        told = message("note.id-made-where-empty", header=match.column, column=own)
        report.add("repair", "id-made", told, rows=rows)
        given = given.copy()
        given.loc[empty.to_numpy()] = numbered(rows).to_numpy()
    return given


def _number_text(value: float) -> str | None:
    if not np.isfinite(value):
        return None
    return str(int(value)) if value == int(value) else repr(float(value))


def _plain_text(value: object) -> str | None:
    if isinstance(value, float) and not isinstance(value, DatedNumber):
        return _number_text(value)
    text = str(value).strip()
    # OSMnx keeps several values of a tag as a list, which files turn into its Python text.
    if text.startswith("['") and text.endswith("']"):
        text = text[2:-2].replace("', '", ";")
    return text or None


def _trimmed(values: pd.Series) -> pd.Series:
    """Return what is text already, a column at a time; a million ids are met here."""
    text = values.str.strip()
    listed = text.str.startswith("['", na=False) & text.str.endswith("']", na=False)
    if listed.any():
        text = text.where(~listed, text[listed].map(_plain_text).astype(values.dtype))
    return text.where(text != "", None)


def _hashable(values: pd.Series) -> pd.Series:
    if values.dtype != object:
        return values
    listed = values.map(lambda value: isinstance(value, (list, tuple, set, np.ndarray)))
    if not listed.any():
        return values
    joined = values[listed].map(lambda value: ";".join(str(part) for part in value))
    return values.where(~listed, joined)


def _comparable(table: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return rows as hashable values, geometry by its coordinates."""
    plain = {str(name): table[name].astype(str) for name in table.columns if name != "geometry"}
    plain["geometry"] = pd.Series(shapely.to_wkb(table.geometry.to_numpy()), index=table.index)
    return pd.DataFrame(plain)


def _refuse_clashes(table: gpd.GeoDataFrame, key: str, clashing: list[str], subject: str) -> None:
    if clashing == [key]:
        clash = table[key].duplicated(keep=False)
    else:
        places = _comparable(table)[clashing].drop_duplicates()
        clash = table[key].isin(places.loc[places[key].duplicated(), key])
    if not clash.any():
        return
    values = table.loc[clash, key]
    first = first_rows(values.index[values == values.iloc[0]])
    fault = message(
        "table.id_in_rows" if clashing == [key] else "table.id_in_places",
        key=key,
        rows=len(values),
        values=values.nunique(),
        value=str(values.iloc[0]),
        first=first,
    )
    raise TableError(subject, [fault])


# --- numbers -------------------------------------------------------------------------------------


def _values(
    cells: pd.Series,
    column: Column,
    match: Match,
    spec: TableSpec,
    decimal: DecimalMark | None,
    report: LayerReport,
) -> pd.Series:
    if column.kind == "text":
        return as_text(cells)
    if column.kind == "flag":
        return as_text(cells).str.casefold().isin(_TRUE)
    quantity = _QUANTITY.get(column.name, "plain")
    numbers = parse_numbers(cells, quantity, factor=match.factor, declared=decimal)
    values = numbers.number
    _note_unknown_units(cells, numbers, match, report)
    note_commas(cells, numbers, match.column, report)
    unreadable = numbers.unreadable if numbers.open is None else numbers.unreadable & ~numbers.open
    if unreadable.any():
        named = {"header": match.column, "first": str(cells[unreadable].iloc[0])}
        told, rows = message("note.number-unreadable", **named), cells.index[unreadable]
        report.add("warning", "number-unreadable", told, rows=rows, details=named)
    if numbers.units:
        told = message("note.units-in-cells", header=match.column, units=numbers.units)
        details = {"header": match.column, "units": "、".join(map(str, numbers.units))}
        report.add("repair", "units-in-cells", told, count=len(numbers.units), details=details)
    values = _without_negative(values, cells.index, match, column, report)
    values = _without_impossible(values, cells.index, match, column, report)
    values = _without_shares(values, cells.index, match, column, report)
    _warn_absurd(values, cells.index, column, spec, report)
    missing = np.isnan(values)
    told = message("note.values-missing", column=Term("column", column.name))
    _note(cells.index[missing], told, "info", "values-missing", report, column=column.name)
    return pd.Series(values, index=cells.index)


def _note_unknown_units(
    cells: pd.Series, numbers: Numbers, match: Match, report: LayerReport
) -> None:
    """Name the units that are not known, in the header and in the cells, and where they stand."""
    said: list[tuple[str, Message, pd.Index]] = []
    if np.isnan(match.factor):
        # Empty cells lack no unit.
        rows = cells.index[cells.notna() & np.isnan(numbers.number) & ~numbers.unreadable]
        told = message("note.unit-unknown", header=match.column, unit=match.unit)
        said.append((match.unit, told, rows))
    if numbers.unknown_units:
        units = "、".join(numbers.unknown_units)
        behind = message("note.unit-unknown-behind", header=match.column, units=units)
        said.append((units, behind, cells.index[numbers.unreadable]))
    for units, told, rows in said:
        details = {"header": match.column, "units": units}
        report.add("warning", "unit-unknown", told, rows=rows, details=details)


def _without_negative(
    values: NDArray[np.float64], labels: pd.Index, match: Match, column: Column, report: LayerReport
) -> NDArray[np.float64]:
    if column.minimum is None:
        return values
    low = values < column.minimum
    told = message("note.number-negative", header=match.column)
    _note(labels[low], told, "warning", "number-negative", report, header=match.column)
    return np.where(low, np.nan, values)


def _without_impossible(
    values: NDArray[np.float64], labels: pd.Index, match: Match, column: Column, report: LayerReport
) -> NDArray[np.float64]:
    if column.name not in _ABSURD:
        return values
    high = values > _IMPOSSIBLE
    if high.any():
        first = float(values[high][0])
        told = message(
            "note.number-impossible", header=match.column, limit=_IMPOSSIBLE, first=first
        )
        report.add("warning", "number-impossible", told, rows=labels[high])
    return np.where(high, np.nan, values)


def _without_shares(
    values: NDArray[np.float64], labels: pd.Index, match: Match, column: Column, report: LayerReport
) -> NDArray[np.float64]:
    """Take no column of shares for one of people or households: 0.2 of each home is no number."""
    known = ~np.isnan(values)
    broken = known & (values > 0) & (values < 1)
    if column.name not in _COUNTS or not broken.any() or (values[known] > 1).any():
        return values
    told = message(
        "note.number-share", header=match.column, column=Term("column", column.name),
        first=float(values[broken][0]),
    )  # fmt: skip
    details = {"header": match.column}
    report.add("warning", "number-share", told, rows=labels[known], details=details)
    return np.full_like(values, np.nan)


def _warn_absurd(
    values: NDArray[np.float64],
    labels: pd.Index,
    column: Column,
    spec: TableSpec,
    report: LayerReport,
) -> None:
    limit = _ABSURD.get(column.name, np.inf)
    if spec.name in _LARGE_TABLES:
        return
    high = values > limit
    if high.any():
        told = message(
            "note.number-absurd",
            column=Term("column", column.name),
            limit=limit,
            first=float(values[high][0]),
        )
        report.add("warning", "number-absurd", told, rows=labels[high])


def _note(
    rows: pd.Index,
    told: Message,
    severity: Severity,
    code: str,
    report: LayerReport,
    **details: object,
) -> None:
    if len(rows):
        report.add(severity, code, told, rows=rows, details=details)
