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
from siting.loaders.layer.columns import Match
from siting.loaders.layer.numbers import Numbers, first_rows, note_commas, parse_numbers
from siting.vocabulary.units import Quantity

if TYPE_CHECKING:
    import geopandas as gpd

    from siting.data_report import DataReport, Severity
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
# Cities and districts do have this many.
_LARGE_TABLES = frozenset({"areas"})
# Outside these a median home is no home: the usual sign of 万㎡ read as ㎡ or the reverse.
_SMALLEST_HOME_M2, _LARGEST_HOME_M2 = 5.0, 5000.0
_TRUE = frozenset(("true", "t", "yes", "y", "1", "1.0", "是"))


def attribute_columns(
    frame: gpd.GeoDataFrame,
    spec: TableSpec,
    matches: Mapping[str, Match],
    *,
    subject: str,
    report: DataReport,
    prefix: str,
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
    """
    own: dict[str, pd.Series] = {}
    for column in spec.columns:
        match = matches.get(column.name)
        if column.name.endswith("_id") and column.name != "subject_id":
            own[column.name] = _identifiers(frame, column, match, subject, report, prefix)
        elif match is not None:
            own[column.name] = _values(frame[match.column], column, match, spec, subject, report)
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


def one_row_per_id(
    table: gpd.GeoDataFrame, spec: TableSpec, *, subject: str, report: DataReport
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
        rows = table.index[same]
        message = "rows that repeat another one in every column were left out"
        report.add(subject, "excluded", "duplicate-row", message, count=len(rows), examples=rows)
        table = table[~same]
    clashing = [key.name] if key.unique else [key.name, "geometry"]
    _refuse_clashes(table, key.name, clashing, subject)
    return table


def warn_about_units(table: gpd.GeoDataFrame, *, subject: str, report: DataReport) -> None:
    """Warn where floor area per household is that of no home, the sign of a wrong unit."""
    if not {"households", "floor_area_m2"} <= set(table.columns):
        return
    known = (table["households"] > 0) & (table["floor_area_m2"] > 0)
    if not known.any():
        return
    each = (table["floor_area_m2"] / table["households"])[known].median()
    if not _SMALLEST_HOME_M2 <= each <= _LARGEST_HOME_M2:
        message = (
            f"the median home would have {each:,.4g} m2 per household; one of the two columns "
            "seems to be in another unit (万㎡, 亩, 万户). Write the unit into the header, such as "
            "建筑面积(万㎡)"
        )
        report.add(subject, "warning", "unit-suspected", message, count=int(known.sum()))


# --- identifiers and texts -----------------------------------------------------------------------


def _identifiers(
    frame: gpd.GeoDataFrame,
    column: Column,
    match: Match | None,
    subject: str,
    report: DataReport,
    prefix: str,
) -> pd.Series:
    def numbered(labels: pd.Index) -> pd.Series:
        return pd.Series(prefix + "-" + labels.astype(str), index=labels, dtype="str")

    if match is None:
        made = numbered(frame.index)
        message = f"the layer has no {column.name}; it was made of the row numbers"
        report.add(subject, "assumption", "id-made", message, count=len(made), examples=made.head())
        return made
    given = as_text(frame[match.column])
    empty = given.isna()
    if empty.any():
        rows = frame.index[empty]
        message = f"'{match.column}' is empty; the {column.name} was made of the row number"
        report.add(subject, "repair", "id-made", message, count=len(rows), examples=rows)
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
    what = "rows that differ" if clashing == [key] else "different places"
    first = first_rows(values.index[values == values.iloc[0]])
    fault = (
        f"'{key}' repeats on {what}: {len(values)} rows, {values.nunique()} values, first "
        f"'{values.iloc[0]}' in rows {first}. Make them different, or write columns: "
        f"{{{key}: null}} to number the rows."
    )
    raise TableError(subject, [fault])


# --- numbers -------------------------------------------------------------------------------------


def _values(
    cells: pd.Series,
    column: Column,
    match: Match,
    spec: TableSpec,
    subject: str,
    report: DataReport,
) -> pd.Series:
    if column.kind == "text":
        return as_text(cells)
    if column.kind == "flag":
        return as_text(cells).str.casefold().isin(_TRUE)
    quantity = _QUANTITY.get(column.name, "plain")
    numbers = parse_numbers(cells, quantity, factor=match.factor)
    values = numbers.number
    _note_unknown_units(cells, numbers, match, subject, report)
    note_commas(cells, numbers, match.column, subject, report)
    unreadable = numbers.unreadable if numbers.open is None else numbers.unreadable & ~numbers.open
    _note(
        cells.index[unreadable],
        f"'{match.column}' is no number, first {cells[unreadable].head(1).tolist()}; it "
        "counts as missing",
        ("warning", "number-unreadable"),
        subject,
        report,
        header=match.column,
        first=str(next(iter(cells[unreadable]), "")),
    )
    if numbers.units:
        message = f"cells of '{match.column}' carry units of their own: {list(numbers.units)}"
        details = {"header": match.column, "units": "、".join(map(str, numbers.units))}
        report.add(
            subject, "repair", "units-in-cells", message, count=len(numbers.units), details=details
        )
    values = _without_negative(values, cells.index, match, column, subject, report)
    values = _without_impossible(values, cells.index, match, column, subject, report)
    _warn_absurd(values, cells.index, column, spec, subject, report)
    missing = np.isnan(values)
    message = f"{column.name} is missing"
    kind: tuple[Severity, str] = ("info", "values-missing")
    _note(cells.index[missing], message, kind, subject, report, column=column.name)
    return pd.Series(values, index=cells.index)


def _note_unknown_units(
    cells: pd.Series, numbers: Numbers, match: Match, subject: str, report: DataReport
) -> None:
    """Name the units that are not known, in the header and in the cells, and where they stand."""
    said: list[tuple[str, str, pd.Index]] = []
    if np.isnan(match.factor):
        # Empty cells lack no unit.
        rows = cells.index[cells.notna() & np.isnan(numbers.number) & ~numbers.unreadable]
        said.append((match.unit, f"'{match.column}' is in {match.unit}, no known unit", rows))
    if numbers.unknown_units:
        units = "、".join(numbers.unknown_units)
        behind = f"behind numbers of '{match.column}' stands {units}, no known unit of it"
        said.append((units, behind, cells.index[numbers.unreadable]))
    for units, message, rows in said:
        report.add(
            subject,
            "warning",
            "unit-unknown",
            f"{message}; they count as missing",
            count=len(rows),
            examples=rows,
            details={"header": match.column, "units": units},
        )


def _without_negative(
    values: NDArray[np.float64],
    labels: pd.Index,
    match: Match,
    column: Column,
    subject: str,
    report: DataReport,
) -> NDArray[np.float64]:
    if column.minimum is None:
        return values
    low = values < column.minimum
    message = f"'{match.column}' is negative; it counts as missing"
    kind: tuple[Severity, str] = ("warning", "number-negative")
    _note(labels[low], message, kind, subject, report, header=match.column)
    return np.where(low, np.nan, values)


def _without_impossible(
    values: NDArray[np.float64],
    labels: pd.Index,
    match: Match,
    column: Column,
    subject: str,
    report: DataReport,
) -> NDArray[np.float64]:
    if column.name not in _ABSURD:
        return values
    high = values > _IMPOSSIBLE
    first = f", first {values[high][0]:g}" if high.any() else ""
    message = f"'{match.column}' is above {_IMPOSSIBLE:g}{first}; it counts as missing"
    _note(labels[high], message, ("warning", "number-impossible"), subject, report)
    return np.where(high, np.nan, values)


def _warn_absurd(
    values: NDArray[np.float64],
    labels: pd.Index,
    column: Column,
    spec: TableSpec,
    subject: str,
    report: DataReport,
) -> None:
    limit = _ABSURD.get(column.name, np.inf)
    if spec.name in _LARGE_TABLES:
        return
    high = values > limit
    if high.any():
        message = (
            f"{column.name} is above {limit:,.0f} in one row, first {values[high][0]:,.0f}; it was "
            "kept. Look for totals among the rows, and for the unit"
        )
        _note(labels[high], message, ("warning", "number-absurd"), subject, report)


def _note(
    rows: pd.Index,
    message: str,
    kind: tuple[Severity, str],
    subject: str,
    report: DataReport,
    **details: object,
) -> None:
    if len(rows):
        severity, code = kind
        report.add(
            subject, severity, code, message, count=len(rows), examples=rows, details=details
        )
