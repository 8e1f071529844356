"""A workbook or CSV of projects: its rows as changes to the project library."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np

from siting.crs import parse_crs, place
from siting.did_you_mean import hint_known
from siting.errors import TableError
from siting.loaders.layer.columns.match import LATITUDE, LONGITUDE, Match, match_columns
from siting.loaders.layer.columns.numbers import first_rows, parse_numbers
from siting.loaders.layer.spreadsheet import read_table
from siting.loaders.library.store import STATES
from siting.message import Message, message
from siting.vocabulary.facility_types import load_facility_types
from siting.vocabulary.headers import Field, fields_of
from siting.vocabulary.text import half_width

if TYPE_CHECKING:
    import pandas as pd

    from siting.data_report import DataReport, LayerReport

STATE_TITLES = dict(zip(STATES, ("候选", "储备", "计划", "在建", "建成", "取消"), strict=True))
"""The states as a Chinese table writes them."""

_STATE_WORDS = {
    **{word: state for state, word in STATE_TITLES.items()},
    **dict.fromkeys(("入库", "储备库", "备选"), "reserve"),
    **dict.fromkeys(("拟建", "年度计划", "待建", "已立项"), "planned"),
    **dict.fromkeys(("施工", "建设中", "已开工"), "building"),
    **dict.fromkeys(("已建成", "已开放", "运营", "投入使用", "已完工"), "open"),
    **dict.fromkeys(("放弃", "退出", "调出", "中止"), "dropped"),
}
PROJECT_FIELDS = fields_of("projects")
_SEPARATORS = str.maketrans(dict.fromkeys("、,,;/+ ", ";"))


def read_project_table(
    path: Path, *, report: DataReport, crs: str | None = None, sheet: str | None = None
) -> dict[str, dict[str, Any]]:
    """Read a table of projects.

    Parameters
    ----------
    path
        ``.xlsx`` or ``.csv``; columns are found under their usual Chinese and English names.
    crs
        System of the coordinates, such as ``GCJ-02``; WGS 84 where left out.

    Returns
    -------
    dict
        Project id -> field -> value. Empty cells say nothing: they change nothing in a library.

    Raises
    ------
    LoadError
        Files that cannot be read.
    TableError
        Rows without an id, ids twice, numbers, states and functions that cannot be understood:
        all at once.
    """
    fields = (*PROJECT_FIELDS, LONGITUDE, LATITUDE)
    table = read_table(path, fields=fields, report=report, sheet=sheet)
    headers = [str(name) for name in table.columns]
    found = match_columns(headers, fields, report=report.of(path.name))
    faults: list[Message] = []
    if "project_id" not in found:
        raise TableError(path.name, [message("library.no_id_column", headers=headers)])
    columns = {field.name: _values(table, field, found[field.name], faults)
               for field in fields if field.name in found}  # fmt: skip
    if faults:
        raise TableError(path.name, faults)
    _to_wgs84(columns, crs, report.of(path.name))
    rows = zip(*columns.values(), strict=True)
    named = [dict(zip(columns, row, strict=True)) for row in rows]
    return {
        row["project_id"]: {
            name: value for name, value in row.items() if name != "project_id" and value is not None
        }
        for row in named
    }


def _values(table: pd.DataFrame, field: Field, match: Match, faults: list[Message]) -> list[Any]:
    column = table[match.column]
    if field.quantity is not None:
        if match.factor != match.factor:
            named = {"column": match.column, "unit": match.unit}
            faults.append(message("library.unknown_unit", **named))
        numbers = parse_numbers(column, field.quantity, factor=match.factor)
        if numbers.unreadable.any():
            rows = first_rows(table.index[numbers.unreadable])
            faults.append(message("library.no_numbers", column=match.column, rows=rows))
        whole = field.quantity == "plain"
        return [_plain(number, whole=whole) for number in numbers.number.tolist()]
    texts = [_cell(value) for value in column]
    if field.name == "project_id":
        faults.extend(_id_faults(texts, table.index))
    if field.name == "state":
        return _looked_up(texts, match, faults)
    if field.name == "functions":
        return [_functions(text, faults) for text in texts]
    return texts


def _plain(number: float, *, whole: bool) -> float | int | None:
    if number != number:  # noqa: PLR0124 - NaN
        return None
    return int(number) if whole else number


def _cell(value: object) -> str | None:
    if value is None or value != value:  # noqa: PLR0124 - NaN
        return None
    text = f"{value:.15g}" if isinstance(value, float) else str(value).strip()
    return text or None


def _id_faults(texts: Sequence[str | None], labels: Any) -> list[Message]:
    empty = [label for label, text in zip(labels, texts, strict=True) if text is None]
    seen: set[str] = set()
    twice = [text for text in texts if text is not None and (text in seen or seen.add(text))]  # type: ignore[func-returns-value]
    faults = []
    if empty:
        faults.append(message("library.rows_without_id", rows=first_rows(empty)))
    if twice:
        faults.append(message("library.id_twice", id=twice[0]))
    return faults


def _looked_up(
    texts: Sequence[str | None], match: Match, faults: list[Message]
) -> list[str | None]:
    found = [None if text is None else _state(text) for text in texts]
    lost = [text for text, state in zip(texts, found, strict=True) if text and not state]
    if lost:
        states = [f"{state} ({word})" for state, word in STATE_TITLES.items()]
        named = {"column": match.column, "state": lost[0]}
        faults.append(message("library.unknown_state", states=states, **named))
    return found


def _state(text: str) -> str | None:
    word = half_width(text)
    return word if word in STATES else _STATE_WORDS.get(word)


def _functions(text: str | None, faults: list[Message]) -> str | None:
    """Return the facility type codes of words such as ``养老、托育``, with semicolons."""
    if text is None:
        return None
    types = load_facility_types()
    words = [part for part in half_width(text).translate(_SEPARATORS).split(";") if part]
    codes = [word if word in types else types.code_of(word) for word in words]
    lost = [word for word, code in zip(words, codes, strict=True) if code is None]
    if lost:
        hint = hint_known(lost[0], types.types)
        faults.append(message("library.no_function", code=lost[0], hint=hint))
    return ";".join(code for code in dict.fromkeys(codes) if code)


def _to_wgs84(columns: dict[str, list[Any]], crs: str | None, report: LayerReport) -> None:
    """Bring places to WGS 84; a place of which one coordinate is missing is none."""
    pair = [np.array(columns.get(name, []), dtype=float) for name in ("longitude", "latitude")]
    if crs is None or not all(each.size for each in pair):
        return
    known = np.flatnonzero(~np.isnan(pair[0]) & ~np.isnan(pair[1]))
    points = gpd.GeoDataFrame(
        index=known, geometry=gpd.points_from_xy(pair[0][known], pair[1][known])
    )
    moved = place(points, parse_crs(crs, subject=report.subject), report=report)
    moved = moved.to_crs("EPSG:4326")
    for name in ("longitude", "latitude"):
        columns[name] = [None] * len(columns[name])
    for row, point in zip(moved.index, moved.geometry, strict=True):
        columns["longitude"][row], columns["latitude"][row] = point.x, point.y
