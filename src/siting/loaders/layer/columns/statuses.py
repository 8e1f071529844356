"""Rows of a layer that its own columns say are closed, empty or not built.

Owns the use of a column of statuses (``状态: 停业``) and of the life-cycle tags that layers made
from OpenStreetMap keep (``disused``, ``opening_hours`` ...). What the words mean is decided in
`siting.loaders.osm.standing`, so that a layer and the map it came from are read alike.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from siting.loaders.osm.standing import (
    LIFE_CYCLE_KEYS,
    ends,
    name_serves,
    remark_serves,
    status_serves,
)
from siting.message import Message, message

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from siting.data_report import LayerReport

# Columns in which people write what has become of a row.
_REMARKS = ("备注", "说明", "状态说明", "remark", "remarks")

# Columns that say to whom a facility is open, and what says that it is not for everybody.
_AUDIENCES = ("是否对外开放", "对外开放", "是否开放", "开放对象", "开放情况", "对外开放情况")
_NOT_PUBLIC = re.compile("^(?:否|no|false|0)$|不对外|不开放|内部|会员|本单位|职工|员工|业主|私人")


def in_service(
    frame: gpd.GeoDataFrame,
    status: str | None,
    *,
    report: LayerReport,
    name: str | None = None,
    told: bool = True,
) -> gpd.GeoDataFrame:
    """Leave out the rows whose columns say that they serve nobody.

    Parameters
    ----------
    frame
        The layer as read.
    status
        Its column of statuses; None where it has none.
    report
        Gets how many rows are out of service and by which words, and the words of a column of
        statuses that are not known; their rows stay.
    name
        Its column of names, whose brackets may say so too, 江湾幼儿园（筹建）; None without one.
    told
        False where statuses are not to be looked at.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from siting.data_report import DataReport
    >>> shops = gpd.GeoDataFrame({"状态": ["营业", "停业", "待定"]})
    >>> report = DataReport()
    >>> in_service(shops, "状态", report=report.of("shops"))["状态"].tolist()
    ['营业', '待定']
    >>> [note.code for note in report.notes]
    ['status-unknown', 'facility-gone']
    """
    frame = _open_to_all(frame, report) if told else frame
    gone, words = out_of_service(frame, status, name if told else None, remarks=told)
    if status is not None:
        _note_unknown(frame[status], status, report)
    if not gone.any():
        return frame
    note = message("note.facility-gone", count=gone.sum(), total=gone.size, words=_some(words))
    report.add("excluded", "facility-gone", note, rows=frame.index[gone])
    return frame[~gone]


def _open_to_all(frame: gpd.GeoDataFrame, report: LayerReport) -> gpd.GeoDataFrame:
    """Leave out the rows that a column says to be for members, staff or owners alone."""
    closed = np.zeros(len(frame), bool)
    for column in _AUDIENCES:
        if column in frame.columns:
            closed |= _where(
                frame[column], lambda text: bool(_NOT_PUBLIC.search(text.strip().lower()))
            )
    if not closed.any():
        return frame
    note = message("note.facility-not-public", count=closed.sum(), total=closed.size)
    report.add("excluded", "facility-not-public", note, rows=frame.index[closed])
    return frame[~closed]


def out_of_service(
    frame: gpd.GeoDataFrame, status: str | None, name: str | None = None, *, remarks: bool = True
) -> tuple[NDArray[np.bool_], list[str]]:
    """Tell which rows are closed, empty or not built, and by which words; see `in_service`."""
    asked: list[tuple[str, Callable[[str], bool]]] = []
    asked += [(status, _is_stopped)] if status is not None else []
    asked += [(name, _is_stopped_by_name)] if name is not None else []
    asked += [
        (each, _is_stopped_by_remark) for each in _REMARKS if remarks and each in frame.columns
    ]
    gone = np.zeros(len(frame), bool)
    words: list[str] = []
    for key in LIFE_CYCLE_KEYS:
        if key in frame.columns and key != status:
            found = _where(frame[key], partial(ends, key))
            words += [f"{key}={word}" for word in _distinct(frame[key], found)]
            gone |= found
    for column, test in asked:
        found = _where(frame[column], test)
        words += _distinct(frame[column], found)
        gone |= found
    return gone, words


def _is_stopped(word: str) -> bool:
    return status_serves(word) is False


def _is_stopped_by_remark(text: str) -> bool:
    return not remark_serves(text)


def _is_stopped_by_name(name: str) -> bool:
    return not name_serves(name)


def _where(values: pd.Series, test: Callable[[str], bool]) -> NDArray[np.bool_]:
    """Ask each distinct text once; what is missing or no text is not meant."""
    number, distinct = pd.factorize(values.astype(object))
    answers = np.array([isinstance(each, str) and test(each) for each in distinct] + [False])
    return np.asarray(answers[number], bool)


def _distinct(values: pd.Series, rows: NDArray[np.bool_]) -> list[str]:
    return [str(word) for word in values[rows].unique()]


def _note_unknown(values: pd.Series, column: str, report: LayerReport) -> None:
    """Report the words that are not known, where others show that the column is about this."""
    known = _where(values, lambda word: status_serves(word) is not None)
    strange = ~known & values.notna().to_numpy()
    if known.any() and strange.any():
        words = _some(_distinct(values, strange))
        told = message("note.status-unknown", header=column, words=words)
        report.add("warning", "status-unknown", told, rows=values.index[strange])


def _some(words: list[str]) -> Message:
    return message("layer.some_words" if len(words) > 5 else "layer.words", words=words[:5])
