"""What fails, as one layer to open in a GIS: a row is one rule that one subject fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from siting.message import Term
from siting.pipeline.in_areas import representative_points
from siting.rules.city.findings import Verdict
from siting.words import say

if TYPE_CHECKING:
    from siting.pipeline.found import Found
    from siting.rules.city.findings import FindingBlock

# GeoJSON of a large city is slow everywhere. `failing_subjects` says how many there are in all, and
# findings.parquet has them.
MAX_GAPS = 200_000


def gaps_frame(analysis: Found, *, limit: int = MAX_GAPS) -> gpd.GeoDataFrame:
    """Return what fails with rule, citation, measured, required and shortfall.

    Parameters
    ----------
    analysis
        The result.
    limit
        Most rows; the rules share them, each gives those with the largest shortfall.

    Returns
    -------
    geopandas.GeoDataFrame
        A point for each failing subject and rule, in the metric CRS of the analysis; column
        `failing_subjects` says how many fail that rule in all. Indicators and governed rules
        are left out.
    """
    blocks = [block for block in analysis.blocks if _counts(block)]
    room = limit // max(1, len(blocks))
    parts = [_rows(block, analysis, room) for block in blocks]
    # Arrays of all blocks become one table: a table for each would take longer than the rest.
    columns = {
        name: np.concatenate([np.empty(0, kind), *(part[name] for part in parts)])
        for name, kind in _COLUMNS.items()
    }
    points = np.concatenate([np.empty(0, object), *(part["geometry"] for part in parts)])
    return gpd.GeoDataFrame(pd.DataFrame(columns), geometry=points, crs=analysis.ground.crs)


_FIGURES = ("measured", "required", "shortfall")
_OF_SUBJECTS = {"name": "", "households": np.nan, "population": np.nan, "elderly": np.nan}
_COLUMNS = {
    **dict.fromkeys(("rule_id", "title", "subject_kind", "subject_id"), object),
    **dict.fromkeys(("name", "measure", "unit", "citation"), object),
    **dict.fromkeys((*_FIGURES, "households", "population", "elderly"), np.float64),
    "failing_subjects": np.float64,
}


def _counts(block: FindingBlock) -> bool:
    return block.subject_kind != "city" and not block.governed_by and not block.is_alternative


def _rows(block: FindingBlock, analysis: Found, room: int) -> dict[str, npt.NDArray[Any]]:
    """Return the columns of one rule, and the points of its subjects as `geometry`."""
    table, id_column = _subjects(block, analysis)
    failing = np.flatnonzero(block.verdict == Verdict.FAIL)
    worst = failing[_largest(block.shortfall[failing], room)]
    citation = block.rule.citation(analysis.language)
    clause = say(Term("clause", citation["clause"]), analysis.language)
    same = {
        "rule_id": block.rule.id,
        "title": block.rule.title.text(analysis.language),
        "subject_kind": block.subject_kind,
        "measure": block.measure,
        "unit": block.unit,
        "citation": " ".join(filter(None, (citation["document"], citation["number"], clause))),
        "failing_subjects": float(failing.size),
    }
    return {
        **{name: np.full(worst.size, value, _COLUMNS[name]) for name, value in same.items()},
        **{name: _finite(getattr(block, name)[worst]) for name in _FIGURES},
        "subject_id": _column(table, id_column, "", worst),
        **{name: _column(table, name, missing, worst) for name, missing in _OF_SUBJECTS.items()},
        "geometry": representative_points(table.geometry.iloc[worst]),
    }


def _largest(values: npt.NDArray[np.float64], room: int) -> npt.NDArray[np.int64]:
    """Return the places of the largest values in descending order; of equal ones the first."""
    key = -values
    chosen = np.arange(key.size)
    if key.size > room > 0:
        # A million homes need not be sorted for the worst ten thousand.
        limit = np.partition(key, room - 1)[room - 1]
        below = np.flatnonzero(key < limit)
        tied = np.flatnonzero(key == limit)[: room - below.size]
        chosen = np.sort(np.concatenate([below, tied]))
    return chosen[np.argsort(key[chosen], kind="stable")][:room]


def _subjects(block: FindingBlock, analysis: Found) -> tuple[gpd.GeoDataFrame, str]:
    if block.subject_kind == "home":
        return analysis.city.homes, "home_id"
    if block.subject_kind == "facility":
        return analysis.city.facilities, "facility_id"
    return analysis.city.areas[block.level], "area_id"


def _column(
    table: gpd.GeoDataFrame, name: str, missing: Any, rows: npt.NDArray[np.int64]
) -> npt.NDArray[Any]:
    """Return some rows of a column as its kind says, or so many times what stands for none."""
    kind = _COLUMNS.get(name, object)
    if name not in table.columns:
        return np.full(rows.size, missing, kind)
    return np.asarray(table[name].iloc[rows].to_numpy(), kind)


def _finite(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """JSON has no infinity: a home that reaches nothing has no number there."""
    return np.where(np.isfinite(values), values, np.nan)
