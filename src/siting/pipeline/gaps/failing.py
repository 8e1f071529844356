"""What fails, as one layer to open in a GIS: a row is one rule that one subject fails."""

from __future__ import annotations

from functools import cached_property
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
    from siting.message import Language
    from siting.pipeline.found import Found
    from siting.rules.city.findings import FindingBlock

# GeoJSON of a large city is slow everywhere. `failing_subjects` says how many there are in all, and
# findings.parquet has them.
MAX_GAPS = 200_000


class FailingRows:
    """What fails in an analysis; the rows are found once for all files that show them.

    Parameters
    ----------
    analysis
        The result. Indicators and governed rules are left out.
    """

    def __init__(self, analysis: Found) -> None:
        self._analysis = analysis
        self._columns: dict[tuple[int, str], npt.NDArray[Any]] = {}
        self._points: dict[int, npt.NDArray[Any]] = {}

    @cached_property
    def _parts(self) -> list[dict[str, npt.NDArray[Any]]]:
        blocks = [block for block in self._analysis.blocks if _counts(block)]
        return [self._rows(block, MAX_GAPS // max(1, len(blocks))) for block in blocks]

    def frame(self, *, limit: int = MAX_GAPS) -> gpd.GeoDataFrame:
        """Return what fails with rule, citation, measured, required and shortfall.

        Parameters
        ----------
        limit
            Most rows, up to `MAX_GAPS`; the rules share them, each gives those with the largest
            shortfall.

        Returns
        -------
        geopandas.GeoDataFrame
            A point for each failing subject and rule, in the metric CRS of the analysis; column
            `failing_subjects` says how many fail that rule in all.
        """
        room = limit // max(1, len(self._parts))
        # Arrays of all blocks become one table: a table for each would take longer than the rest.
        columns = {
            name: np.concatenate([np.empty(0, kind), *(part[name][:room] for part in self._parts)])
            for name, kind in _COLUMNS.items()
        }
        places = [part["geometry"][:room] for part in self._parts]
        points = np.concatenate([np.empty(0, object), *places])
        return gpd.GeoDataFrame(
            pd.DataFrame(columns), geometry=points, crs=self._analysis.ground.crs
        )

    def _rows(self, block: FindingBlock, room: int) -> dict[str, npt.NDArray[Any]]:
        """Return the columns of one rule, and the points of its subjects as `geometry`."""
        table, id_column = _subjects(block, self._analysis)
        failing = np.flatnonzero(block.verdict == Verdict.FAIL)
        shortfall = block.shortfall
        worst = failing[_largest(shortfall[failing], room)]
        figures = {"measured": block.measured, "required": block.required, "shortfall": shortfall}
        same = _of_rule(block, self._analysis.language) | {"failing_subjects": float(failing.size)}
        return {
            **{name: np.full(worst.size, value, _COLUMNS[name]) for name, value in same.items()},
            **{name: _finite(values[worst]) for name, values in figures.items()},
            "subject_id": self._column(table, id_column, "")[worst],
            **{
                name: self._column(table, name, missing)[worst]
                for name, missing in _OF_SUBJECTS.items()
            },
            "geometry": self._places(table)[worst],
        }

    def _places(self, table: gpd.GeoDataFrame) -> npt.NDArray[Any]:
        """Return a point inside each row of a table, which many rules ask for."""
        if id(table) not in self._points:
            self._points[id(table)] = representative_points(table.geometry)
        return self._points[id(table)]

    def _column(self, table: gpd.GeoDataFrame, name: str, missing: Any) -> npt.NDArray[Any]:
        """Return a column as its kind says, or so many times what stands for none."""
        key = (id(table), name)
        if key not in self._columns:
            kind = _COLUMNS.get(name, object)
            self._columns[key] = (
                np.asarray(table[name].to_numpy(), kind)
                if name in table.columns
                else np.full(len(table), missing, kind)
            )
        return self._columns[key]


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


def _of_rule(block: FindingBlock, language: Language) -> dict[str, Any]:
    """Return what all rows of one rule have in common."""
    citation = block.rule.citation(language)
    clause = say(Term("clause", citation["clause"]), language)
    return {
        "rule_id": block.rule.id,
        "title": block.rule.title.text(language),
        "subject_kind": block.subject_kind,
        "measure": block.measure,
        "unit": block.unit,
        "citation": " ".join(filter(None, (citation["document"], citation["number"], clause))),
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


def _finite(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """JSON has no infinity: a home that reaches nothing has no number there."""
    return np.where(np.isfinite(values), values, np.nan)
