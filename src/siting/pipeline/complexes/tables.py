"""What an answer with complexes means: what stands where, whom each function serves, what it costs.

Owns the record of an answer and its tables, counted from the sites and floor areas of the plan.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd

from siting.locate import ComplexFunction, Solution
from siting.pipeline.columns import texts
from siting.pipeline.sites.proposal import Answered
from siting.pipeline.sites.results import area_names
from siting.pipeline.sites.scenario import PREFIX, after_opening
from siting.rules.city.findings import Verdict

if TYPE_CHECKING:
    from siting.message import Sayable
    from siting.pipeline.complexes.asked import ComplexesAsked
    from siting.pipeline.demand.question import Question
    from siting.pipeline.gaps.analysis import Analysis
    from siting.pipeline.sites.problem import SiteTable


@dataclass(frozen=True, eq=False)
class Complexes(Answered):
    """Which complexes to build, with which functions, and how far from the best that can be.

    Parameters
    ----------
    analysis
        The city as it is.
    asked
        Functions, number and money.
    questions
        The rule of each function, put as a siting question.
    sites
        All sites that there were to choose from.
    parts
        The functions as the model was given them.
    solution
        Status, objective (served people times importance), bound and gap.
    notes
        What was assumed or left out.
    curve
        How many are served by how many complexes or how much money; None where not wanted.
    by_hand
        Whether a person chose the sites; `solution.bound` is then that of the best plan found.
    """

    analysis: Analysis
    asked: ComplexesAsked
    questions: tuple[Question, ...]
    sites: SiteTable
    parts: tuple[ComplexFunction, ...]
    solution: Solution
    notes: tuple[Sayable, ...] = ()
    curve: pd.DataFrame | None = None
    by_hand: bool = False
    _kept: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def functions(self) -> pd.DataFrame:
        """One row per function of a complex.

        `site_id`, `facility_type`, `rule_id`, `floor_area_m2`, `cost` (of the function alone).
        """
        by_name = dict(zip((each.name for each in self.parts), self.parts, strict=True))
        rules = {each.facility_type: each.rule.id for each in self.questions}
        rows = [
            {
                "site_id": self.sites.ids[site],
                "facility_type": name,
                "rule_id": rules[name],
                "floor_area_m2": area,
                "cost": by_name[name].cost + by_name[name].cost_per_m2 * area,
            }
            for site, name, area in self._detail("functions", ())
        ]
        columns = ["site_id", "facility_type", "rule_id", "floor_area_m2", "cost"]
        return pd.DataFrame(rows, columns=columns)

    @property
    def opened(self) -> pd.DataFrame:
        """One row per complex, in the order of the sites.

        `site_id`, `name`, one `area_<level>` for each level, `functions` (codes with semicolons),
        `floor_area_m2` used and `site_floor_area_m2` offered, `added` (objective beyond the rows
        before it), `cost` (site and functions), `x`, `y`.
        """
        rows = self.solution.opened.astype(np.int64)
        table = self.sites.table.iloc[rows]
        points = table.geometry.centroid
        inside = self.functions.groupby("site_id", sort=False)
        ids = [self.sites.ids[row] for row in rows]
        held = [inside.get_group(each) for each in ids]
        return pd.DataFrame(
            {
                "site_id": ids,
                "name": texts(table, "name"),
                **area_names(self.analysis, points),
                "functions": ["; ".join(each["facility_type"]) for each in held],
                "floor_area_m2": [float(each["floor_area_m2"].sum()) for each in held],
                "site_floor_area_m2": table["floor_area_m2"].to_numpy(dtype=float),
                "added": self.solution.added,
                "cost": self.sites.cost[rows] + [float(each["cost"].sum()) for each in held],
                "x": points.x.to_numpy(),
                "y": points.y.to_numpy(),
            }
        )

    @property
    def served(self) -> pd.DataFrame:
        """One row per function: whom it is for, and how many of them the plan serves.

        `facility_type`, `rule_id`, `weight` (what is counted), `failing` today, `newly_served`,
        `still_without`, `complexes` that hold it, `floor_area_m2` of it in all.
        """
        inside = self.functions
        rows = []
        for question, part in zip(self.questions, self.parts, strict=True):
            own = inside[inside["facility_type"] == part.name]
            failing = question.total(Verdict.FAIL)
            served = self._detail("served", {}).get(part.name, 0.0)
            today = self._detail("served_today", {}).get(part.name, 0.0)
            rows.append(
                {
                    "facility_type": part.name,
                    "rule_id": question.rule.id,
                    "weight": question.weight,
                    "failing": failing,
                    "newly_served": served - today,
                    "still_without": failing - served,
                    "complexes": len(own),
                    "floor_area_m2": float(own["floor_area_m2"].sum()),
                }
            )
        return pd.DataFrame(rows)

    def served_today(self) -> float:
        """Return what existing facilities serve already, counted as the objective is."""
        served = self._detail("served_today", {})
        return float(sum(part.weight * served.get(part.name, 0.0) for part in self.parts))

    def _detail(self, name: str, absent: Any) -> Any:
        return self.solution.details.get(name, absent)

    def facilities(self) -> gpd.GeoDataFrame:
        """Return the functions of the complexes as rows of `FACILITIES`, each with its own area."""
        inside = self.functions
        at = {name: row for row, name in enumerate(self.sites.ids)}
        chosen = [at[each] for each in inside["site_id"]]
        table = self.sites.table.iloc[chosen]
        names = [name or site for name, site in zip(texts(table, "name"), inside["site_id"],
                                                    strict=True)]  # fmt: skip
        keys = [
            f"{PREFIX}{row['site_id']}:{row['facility_type']}" for row in inside.to_dict("records")
        ]
        columns = {
            "facility_id": keys,
            "name": names,
            "facility_type": inside["facility_type"].tolist(),
            "floor_area_m2": inside["floor_area_m2"].tolist(),
        }
        shapes = table.geometry.to_numpy()
        return gpd.GeoDataFrame(columns, geometry=shapes, crs=self.sites.table.crs)

    def after(self) -> Analysis:
        """Return the analysis with the complexes built: every rule checked again."""
        return self._keep("after", lambda: after_opening(self.analysis, self.facilities()))
