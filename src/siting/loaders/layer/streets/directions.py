"""Which way round a one-way street of a line layer is walked.

Owns the letters and words of such columns. Geofabrik writes F along the drawing, T against it and
B for both; others write T for true and F for false, FT and TF, yes and -1, 单向 and 双向.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from siting.message import message

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from siting.data_report import LayerReport

_ALONG = frozenset(
    ["f", "ft", "from", "forward", "along", "yes", "true", "y", "1", "1.0", "单向", "是", "正向",
     "顺向", "顺行", "单行"]
)  # fmt: skip
_AGAINST = frozenset(
    ["t", "tf", "to", "-1", "-1.0", "reverse", "backward", "against", "逆向", "反向", "逆行"]
)
_BOTH = frozenset(
    ["", "b", "both", "no", "n", "false", "0", "0.0", "双向", "否", "不限", "none", "nan"]
)

_LETTERS = frozenset(["t", "f"])
_FROM_TO = frozenset(["b", "both"])
_TRUE_FALSE = frozenset(
    ["yes", "no", "true", "false", "y", "n", "1", "0", "1.0", "0.0", "是", "否"]
)

_KNOWN = ("F", "T", "B", "yes", "no", "-1", "FT", "TF", "单向", "双向")


def directed(
    frame: gpd.GeoDataFrame, column: str, keys: Mapping[str, str], *, report: LayerReport
) -> gpd.GeoDataFrame:
    """Make a column of one-way words a flag, and draw the lines the way they are walked.

    Parameters
    ----------
    frame
        The layer as read.
    column
        Its column of directions.
    keys
        ``from_node`` and ``to_node`` -> the columns of junction keys, which are swapped with the
        line; may be empty.
    report
        Gets the words that are not known, and T and F where no other word of the column says
        whether they are directions (with B) or true and false (with yes, no, 0 ...); their
        streets stay open both ways.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import LineString
    >>> from siting.data_report import DataReport
    >>> lines = [LineString([(0, 0), (9, 0)])] * 3
    >>> streets = gpd.GeoDataFrame({"oneway": ["T", "F", "B"]}, geometry=lines)
    >>> turned = directed(streets, "oneway", {}, report=DataReport().of("x"))
    >>> turned["oneway"].tolist(), turned.geometry.iloc[0].coords[0]
    ([True, True, False], (9.0, 0.0))
    """
    words = _decided(_words(frame[column]), column, frame.index, report)
    against = np.isin(words, list(_AGAINST))
    one_way = against | np.isin(words, list(_ALONG))
    strange = ~one_way & ~np.isin(words, list(_BOTH))
    if strange.any():
        some = sorted(set(words[strange]))[:5]
        told = message("note.oneway-unknown", header=column, words=some, known=_KNOWN)
        report.add("warning", "oneway-unknown", told, rows=frame.index[strange])
    frame = frame.assign(**{column: one_way})
    if not against.any():
        return frame
    shapes = frame.geometry.to_numpy().copy()
    shapes[against] = shapely.reverse(shapes[against])
    frame = frame.set_geometry(type(frame.geometry)(shapes, index=frame.index, crs=frame.crs))
    return _with_swapped(frame, keys, against)


def _decided(
    words: NDArray[np.object_], column: str, rows: pd.Index, report: LayerReport
) -> NDArray[np.object_]:
    """Say what T and F mean; they become empty where the column does not tell."""
    letters = np.isin(words, list(_LETTERS))
    others = set(words[~letters])
    if not letters.any() or others & _FROM_TO:
        return words
    if others & _TRUE_FALSE:
        return np.where(words == "t", "true", np.where(words == "f", "false", words))
    found = [each.upper() for each in sorted(set(words[letters]))]
    told = message("note.oneway-letters", header=column, words=found)
    report.add("warning", "oneway-letters", told, rows=rows[letters])
    return np.where(letters, "", words)


def _words(values: pd.Series) -> NDArray[np.object_]:
    """Return each value as a small word; empty where there is none."""
    number, distinct = pd.factorize(values.astype(object))
    words = [*(str(each).strip().casefold() for each in distinct), ""]
    return np.array(words, dtype=object)[number]


def _with_swapped(
    frame: gpd.GeoDataFrame, keys: Mapping[str, str], rows: NDArray[np.bool_]
) -> gpd.GeoDataFrame:
    if {"from_node", "to_node"} - set(keys):
        return frame
    start, end = keys["from_node"], keys["to_node"]
    one, other = frame[start].copy(), frame[end].copy()
    return frame.assign(**{start: one.where(~rows, other), end: other.where(~rows, one)})
