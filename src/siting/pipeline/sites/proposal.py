"""The record of an answer: what was asked, what was found, and the tables that follow from it.

Everything that writes or shows an answer reads this. `siting.pipeline.sites.siting.Siting` is the
same record with the methods that people call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from siting.errors import SitingError
from siting.locate import Solution, Status
from siting.message import message
from siting.pipeline.sites.problem import Decisions, SiteTable, cover_problem
from siting.pipeline.sites.results import area_table, capacity_rows, opened_table
from siting.pipeline.sites.scenario import after_opening, proposed_facilities

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

    from siting.locate import Problem
    from siting.message import Sayable
    from siting.pipeline.demand.question import Question
    from siting.pipeline.gaps.analysis import Analysis
    from siting.pipeline.sites.models import Asked

_Made = TypeVar("_Made")


class Answered:
    """What the records of all answers share: whether there is a plan, and what was made once."""

    analysis: Analysis
    sites: SiteTable
    solution: Solution
    _kept: dict[str, Any]

    @property
    def has_plan(self) -> bool:
        """Whether there is a plan at all."""
        return self.solution.status in (Status.OPTIMAL, Status.FEASIBLE)

    @property
    def opened_ids(self) -> list[str]:
        """The ids of the sites to open, in the order of the solution."""
        return [self.sites.ids[row] for row in self.solution.opened]

    def exchanged(self, changes: Mapping[str, str]) -> list[str]:
        """Return the ids of the opened sites, some replaced by others.

        Raises
        ------
        SitingError
            A site that is not opened.
        """
        opened = self.opened_ids
        closed = [each for each in changes if each not in opened]
        if closed:
            held = opened or message("sites.nothing")
            raise SitingError(message("sites.not_opened", site=closed[0], opened=held))
        return [changes.get(each, each) for each in opened]

    def apart_from(self, other: Answered) -> dict[str, list[str]]:
        """Return the ids of the sites that only this plan opens, or only one made by hand."""
        mine, theirs = set(self.opened_ids), set(other.opened_ids)
        return {"only_in_proposal": sorted(mine - theirs), "only_by_hand": sorted(theirs - mine)}

    def _keep(self, key: str, make: Callable[[], _Made]) -> _Made:
        if key not in self._kept:
            self._kept[key] = make()
        made: _Made = self._kept[key]
        return made


@dataclass(frozen=True, eq=False)
class Proposal(Answered):
    """A proposal: which sites to open, what that brings, and how far from the best it can be.

    Parameters
    ----------
    analysis
        The city as it is.
    question
        What was asked of the rule.
    asked
        Model, number or money.
    sites
        All sites that there were to choose from.
    problem
        Who reaches which site within the limit of the rule.
    solved
        What the model was asked; another problem only for the models that ask about distance.
    solution
        Status, objective, bound and gap; `opened` are rows of `sites`.
    curve
        How many are served by how many sites or how much money; None where it was not wanted.
    by_hand
        Whether a person chose the sites; `solution.bound` is then that of the best plan found.
    notes
        What was assumed or left out.
    """

    analysis: Analysis
    question: Question
    asked: Asked
    sites: SiteTable
    problem: Problem
    solved: Problem
    solution: Solution
    curve: pd.DataFrame | None = None
    by_hand: bool = False
    notes: tuple[Sayable, ...] = ()
    _kept: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def opened(self) -> pd.DataFrame:
        """One row per site to open, those that add most first; see `results.opened_table`."""

        def make() -> pd.DataFrame:
            return opened_table(
                self.analysis, self.question, self.sites, self.problem, self.solution
            )

        return self._keep("opened", make)

    def areas(self, level: str) -> pd.DataFrame:
        """Return who gains and who is still without, by the areas of a level."""

        def make() -> pd.DataFrame:
            return area_table(self.analysis, self.question, self.problem, self.solution, level)

        return self._keep(f"areas {level}", make)

    def capacity(self) -> list[dict[str, Any]]:
        """Return who is served within capacity, today and with the proposal.

        Each as the maximum that *could* be served and as who is if everybody goes to the nearest;
        see `results.capacity_rows`. Empty where nothing limits how many a site serves.
        """
        if not (self.asked.is_capacitated or np.isfinite(self.question.served_by_each)):
            return []
        return self._keep("capacity", lambda: capacity_rows(self._with_facilities(), self.solution))

    def _with_facilities(self) -> Problem:
        """Return the problem with what exists in it, in which sites keep their numbers."""
        if self.asked.counts_facilities:
            return self.problem
        committed = [self.sites.ids[row] for row in self._committed()]
        return cover_problem(
            self.analysis, self.question, self.sites, Decisions(committed=committed),
            with_facilities=True, m2_per_person=self.asked.m2_per_person,
        )  # fmt: skip

    def _committed(self) -> NDArray[np.int64]:
        return np.flatnonzero(self.problem.existing[: len(self.sites.table)])

    def facilities(self) -> gpd.GeoDataFrame:
        """Return the opened sites as rows of `FACILITIES`, and with them what is committed."""
        rows = np.union1d(self.solution.opened, self._committed()).astype(np.int64)
        return proposed_facilities(self.sites, rows, self.question.facility_type)

    def after(self) -> Analysis:
        """Return the analysis with the opened sites as facilities: every rule checked again."""
        gone = self.question.rule.facility_types if self.question.from_scratch else ()

        def make() -> Analysis:
            return after_opening(self.analysis, self.facilities(), without_types=gone)

        return self._keep("after", make)
