"""Streets of a line layer that its own tags close to walkers.

Owns nothing for OpenStreetMap files, whose ways are judged when they are read (`_osm_walk`). A
layer that was exported from OpenStreetMap keeps the columns ``foot`` and ``access``, and the same
words close the same streets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from siting.errors import LoadError
from siting.loaders.osm.walking import CLOSED, OPEN, PRIVATE

if TYPE_CHECKING:
    from collections.abc import Collection

    import geopandas as gpd
    from numpy.typing import NDArray

    from siting.data_report import DataReport


def open_streets(
    streets: gpd.GeoDataFrame,
    *,
    private_streets: str,
    subject: str,
    report: DataReport,
    tags: Collection[str] = ("foot", "access"),
) -> gpd.GeoDataFrame:
    """Leave out the streets that nobody may walk.

    Parameters
    ----------
    streets
        STREETS with the layer's further columns.
    private_streets
        ``residents`` keeps private streets, ``exclude`` leaves them out too.
    tags
        Columns to believe. Graphs of OSMnx keep ``access`` without ``foot``, which may overrule
        it; of them only ``foot`` is believed.

    Returns
    -------
    geopandas.GeoDataFrame
        ``foot`` decides where it says something, else ``access``; streets that say nothing stay.

    Raises
    ------
    LoadError
        No street is left.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from siting.data_report import DataReport
    >>> streets = gpd.GeoDataFrame(
    ...     {"street_id": ["a", "b", "c"], "access": ["no", "no", ""], "foot": ["", "yes", ""]}
    ... )
    >>> report = DataReport()
    >>> left = open_streets(streets, private_streets="residents", subject="x", report=report)
    >>> left["street_id"].tolist()
    ['b', 'c']
    >>> report.notes[0].code
    'street-closed'
    """
    believed = [name for name in ("foot", "access") if name in tags and name in streets.columns]
    word = _word_for_walkers(streets, believed)
    closed = np.isin(word, list(CLOSED))
    _note(streets, closed, "that may not be walked are left out (foot, access)",
          "street-closed", subject, report)  # fmt: skip
    if private_streets == "exclude":
        private = np.isin(word, list(PRIVATE))
        _note(streets, private, "that are private are left out (private_streets: exclude)",
              "street-private", subject, report)  # fmt: skip
        closed |= private
    if closed.size and closed.all():
        raise LoadError(
            f"{subject} has no street that can be walked: foot or access closes all of them."
        )
    return streets.loc[~closed].reset_index(drop=True)


def _word_for_walkers(streets: gpd.GeoDataFrame, believed: list[str]) -> NDArray[np.str_]:
    """Return the word of the first tag that says something about walkers, "" where none does."""
    word = np.full(len(streets), "", dtype="U16")
    for name in reversed(believed):
        given = streets[name].astype(str).str.strip().str.casefold().to_numpy(dtype="U16")
        word = np.where(np.isin(given, list(OPEN | CLOSED | PRIVATE)), given, word)
    return word


def _note(
    streets: gpd.GeoDataFrame,
    rows: NDArray[np.bool_],
    what: str,
    code: str,
    subject: str,
    report: DataReport,
) -> None:
    if rows.any():
        message = f"{rows.sum():,} of {rows.size:,} streets {what}."
        examples = streets.loc[rows, "street_id"]
        report.add(subject, "excluded", code, message, count=int(rows.sum()), examples=examples)
