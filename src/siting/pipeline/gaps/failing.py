"""What fails, as one layer to open in a GIS: a row is one rule that one subject fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from siting.pipeline.in_areas import representative_points
from siting.rules.city.findings import Verdict

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
    columns = {**dict.fromkeys(_TEXTS, "object"), **dict.fromkeys(_NUMBERS, "float64")}
    empty = pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns.items()})
    filled = [part for part, _ in parts if len(part)]
    table = pd.concat(filled, ignore_index=True) if filled else empty
    points: list[Any] = [point for _, inside in parts for point in inside]
    return gpd.GeoDataFrame(table, geometry=points, crs=analysis.ground.crs)


_TEXTS = ("rule_id", "title", "subject_kind", "subject_id", "name", "measure", "unit", "citation")
_NUMBERS = (
    "measured", "required", "shortfall", "households", "population", "elderly", "failing_subjects",
)  # fmt: skip


def _counts(block: FindingBlock) -> bool:
    return block.subject_kind != "city" and not block.governed_by and not block.is_alternative


def _rows(block: FindingBlock, analysis: Found, room: int) -> tuple[pd.DataFrame, npt.NDArray[Any]]:
    table, id_column = _subjects(block, analysis)
    failing = np.flatnonzero(block.verdict == Verdict.FAIL)
    worst = failing[_largest(block.shortfall[failing], room)]
    chosen = table.iloc[worst]
    citation = block.rule.citation(analysis.language)
    finite = {
        name: _finite(values[worst])
        for name, values in (
            ("measured", block.measured),
            ("required", block.required),
            ("shortfall", block.shortfall),
        )
    }
    frame = pd.DataFrame(
        {
            "rule_id": block.rule.id,
            "title": block.rule.title.text(analysis.language),
            "subject_kind": block.subject_kind,
            "subject_id": chosen[id_column].to_numpy(dtype=object),
            "name": _column(chosen, "name", ""),
            "measure": block.measure,
            "unit": block.unit,
            "citation": " ".join(
                part
                for part in (citation["document"], citation["number"], citation["clause"])
                if part
            ),
            **finite,
            "households": _column(chosen, "households", np.nan),
            "population": _column(chosen, "population", np.nan),
            "elderly": _column(chosen, "elderly", np.nan),
            "failing_subjects": float(failing.size),
        },
        index=range(len(worst)),
    )
    return frame, representative_points(chosen.geometry)


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


def _column(table: gpd.GeoDataFrame, name: str, missing: Any) -> Any:
    return table[name].to_numpy() if name in table.columns else missing


def _finite(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """JSON has no infinity: a home that reaches nothing has no number there."""
    return np.where(np.isfinite(values), values, np.nan)
