"""Where to build next: a rule and its findings in, sites to open with a proven gap out.

Owns the order of the steps and the result. The public name is `siting.propose_sites`, because
``siting.locate`` is the package of the models.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from siting.errors import SitingError
from siting.locate import Limits, Solution, Status
from siting.pipeline.demand.question import Question, ask, find_rule
from siting.pipeline.gaps.analysis import Analysis, analyze
from siting.pipeline.sites.curve import served_curve, usual_values, was_interrupted
from siting.pipeline.sites.models import Asked, check_asked, choose_model, decided, solve
from siting.pipeline.sites.problem import (
    Decisions,
    SiteTable,
    between_sites,
    cover_problem,
    place_sites,
)
from siting.pipeline.sites.scenario import assuming_none
from siting.report.analysis.note_words import note_line
from siting.rules.city.findings import Verdict
from siting.tables import DataReport

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from siting.loaders.project.model import Project
    from siting.locate import Problem
    from siting.pipeline.city import Progress

_Made = TypeVar("_Made")
_DEFAULT = Limits()
_NO_DECISIONS = Decisions()


@dataclass(frozen=True, eq=False)
class Siting:
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
        Sentences on what was assumed or left out.
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
    notes: tuple[str, ...] = ()
    _kept: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def has_plan(self) -> bool:
        """Whether there is a plan at all."""
        return self.solution.status in (Status.OPTIMAL, Status.FEASIBLE)

    @property
    def opened(self) -> pd.DataFrame:
        """One row per site to open, those that add most first; see `siting_results`."""
        from siting.pipeline.sites.results import opened_table

        def make() -> pd.DataFrame:
            return opened_table(
                self.analysis, self.question, self.sites, self.problem, self.solution
            )

        return self._keep("opened", make)

    def areas(self, level: str) -> pd.DataFrame:
        """Return who gains and who is still without, by the areas of a level."""
        from siting.pipeline.sites.results import area_table

        def make() -> pd.DataFrame:
            return area_table(self.analysis, self.question, self.problem, self.solution, level)

        return self._keep(f"areas {level}", make)

    def capacity(self) -> list[dict[str, Any]]:
        """Return who is served within capacity, today and with the proposal.

        Each as the maximum that *could* be served and as who is if everybody goes to the nearest;
        see `siting_results.capacity_rows`. Empty where nothing limits how many a site serves.
        """
        from siting.pipeline.sites.results import capacity_rows

        if not (self.asked.is_capacitated or np.isfinite(self.question.served_by_each)):
            return []
        return self._keep("capacity", lambda: capacity_rows(self._with_facilities(), self.solution))

    def _with_facilities(self) -> Problem:
        """Return the problem with what exists in it, in which sites keep their numbers."""
        if self.asked.counts_facilities:
            return self.problem
        names = np.array(self.sites.ids, dtype=object)
        committed = names[self.problem.existing[: names.size]].tolist()
        return cover_problem(
            self.analysis, self.question, self.sites, Decisions(committed=committed),
            with_facilities=True, m2_per_person=self.asked.m2_per_person,
        )  # fmt: skip

    def _keep(self, key: str, make: Callable[[], _Made]) -> _Made:
        if key not in self._kept:
            self._kept[key] = make()
        made: _Made = self._kept[key]
        return made

    def facilities(self) -> gpd.GeoDataFrame:
        """Return the opened sites as rows of `FACILITIES`, and with them what is committed."""
        from siting.pipeline.sites.scenario import proposed_facilities

        return proposed_facilities(self)

    def after(self) -> Analysis:
        """Return the analysis with the opened sites as facilities: every rule checked again."""
        from siting.pipeline.sites.scenario import after_opening

        if "after" not in self._kept:
            gone = self.question.rule.facility_types if self.question.from_scratch else ()
            self._kept["after"] = after_opening(
                self.analysis, self.facilities(), without_types=gone
            )
        after: Analysis = self._kept["after"]
        return after

    def with_sites(self, ids: Sequence[str]) -> Siting:
        """Return the same question answered by hand: these sites are opened and no others.

        Raises
        ------
        SitingError
            Ids that no site has.
        """
        rows = self.sites.rows(ids, "the plan by hand")
        found = decided(self, rows)
        return replace(self, solution=found, curve=None, by_hand=True, _kept={})

    def swap(self, changes: Mapping[str, str]) -> Siting:
        """Return the plan with some opened sites replaced by others.

        Parameters
        ----------
        changes
            Id of an opened site -> id of the site to open instead.

        Raises
        ------
        SitingError
            A site that is not opened, or one that does not exist.
        """
        opened = [self.sites.ids[row] for row in self.solution.opened]
        closed = [each for each in changes if each not in opened]
        if closed:
            raise SitingError(
                f"'{closed[0]}' cannot be swapped, for the plan does not open it; it opens "
                f"{', '.join(opened) or 'nothing'}."
            )
        return self.with_sites([changes.get(each, each) for each in opened])

    def with_notes(self, notes: Sequence[str]) -> Siting:
        """Return the same answer with more sentences on what was left out."""
        return replace(self, notes=(*self.notes, *notes))

    def to_dict(self, *, by_hand: Siting | None = None, scenario: bool = True) -> dict[str, Any]:
        """Return what ``locate.json`` says."""
        from siting.pipeline.sites.summary import siting_summary

        return siting_summary(self, by_hand=by_hand, scenario=scenario)

    def write(
        self,
        folder: Path | str,
        *,
        by_hand: Siting | None = None,
        scenario: bool = True,
        progress: Progress | None = None,
    ) -> Path:
        """Write map, workbook, GeoPackage, curve and ``locate.json`` into a folder, all or nothing.

        Raises
        ------
        SitingError
            The folder holds files that siting did not write, or cannot be written to.
        """
        from siting.pipeline.sites.outputs import write_siting

        return write_siting(
            self, Path(folder), by_hand=by_hand, scenario=scenario, progress=progress
        )

    def _repr_html_(self) -> str:
        from siting.report.siting.text import siting_html

        return siting_html(self.to_dict(scenario=False), self.analysis.language)


def propose_sites(
    project: Analysis | Project | Path | str,
    *,
    rule: str,
    sites: str | gpd.GeoDataFrame = "sites",
    p: int | None = None,
    budget: float | None = None,
    budgets: Sequence[float] = (),
    cover_all: bool = False,
    model: str | None = None,
    weight: str | None = None,
    facility_type: str | None = None,
    cutoff: float | None = None,
    from_scratch: bool = False,
    assume_none: bool = False,
    decisions: Decisions = _NO_DECISIONS,
    site_cost: float | None = None,
    m2_per_person: float | None = None,
    least_cost: bool = False,
    leave_out_unreachable: bool = False,
    level: str | None = None,
    curve: Sequence[float] | bool = True,
    limits: Limits = _DEFAULT,
) -> Siting:
    """Propose where to open facilities so that a rule fails for fewest people.

    Parameters
    ----------
    project
        An analysis, a project, or the path of its ``siting.yaml``.
    rule
        Id of a rule on reach, on the share within reach, or on service population. Its limit, its
        measure and its facility types are those of the question; who fails it today is the demand.
    sites
        A source of `siting.pipeline.sites.candidates.SOURCES`, or a frame of sites.
    p, budget, budgets, cover_all
        How much: a number of sites, an amount of money, one for each year, or as many as it takes.
    model
        One of `siting.locate.MODELS`; ``lscp`` to cover all, ``phases`` with `budgets`, else
        ``mclp``, and their capacitated forms for rules on service population.
    weight
        ``population``, ``elderly``, ``households``, ``children`` or ``homes``.
    facility_type, cutoff, from_scratch
        As `siting.pipeline.demand.question.ask`.
    assume_none
        Where the data list no facility of the rule's types, there is none.
    decisions
        Sites forced in or out, or as good as open.
    site_cost, m2_per_person
        Money of sites that do not say theirs; floor area that gives them a capacity.
    least_cost
        Cover all for the least money instead of with the fewest sites.
    leave_out_unreachable
        Demand that reaches no site is left out and told, instead of making the answer infeasible.
    level
        Areas of the models that compare communities; the finest that are no compounds.
    curve
        Points of the curve; True for the usual ones, False for none.
    limits
        Time, gap and progress of the search; the curve gets as much time again.

    Returns
    -------
    Siting
        Without a plan where the question has none: its `solution.status` and `message` say why.

    Raises
    ------
    SitingError
        Input that cannot be worked with, or a question that does not say how much.
    """
    analysis = project if isinstance(project, Analysis) else analyze(project)
    if assume_none:
        analysis = assuming_none(analysis, find_rule(analysis, rule).facility_types)
    name = choose_model(model, rule, analysis, cover_all=cover_all, budgets=budgets)
    asked = Asked(
        name, p, budget, tuple(budgets), least_cost=least_cost, leave_out=leave_out_unreachable,
        level=level, m2_per_person=m2_per_person,
    )  # fmt: skip
    check_asked(asked)
    question = ask(
        analysis, rule, weight=weight, facility_type=facility_type, cutoff=cutoff,
        from_scratch=from_scratch,
    )  # fmt: skip
    placed = _sites(analysis, question, asked, sites, site_cost)
    return _answered(analysis, question, asked, placed, decisions, curve=curve, limits=limits)


def _sites(
    analysis: Analysis,
    question: Question,
    asked: Asked,
    source: str | gpd.GeoDataFrame,
    site_cost: float | None,
) -> SiteTable:
    from siting.pipeline.sites.candidates import candidate_sites

    if site_cost is not None and not 0 <= site_cost < np.inf:
        raise SitingError(f"site_cost is {site_cost:g}; give money of 0 or more.")
    report = DataReport()
    table = candidate_sites(analysis, source, report=report)
    placed = place_sites(
        analysis, table, question, site_cost=site_cost, m2_per_person=asked.m2_per_person
    )
    if asked.needs_money and np.isnan(placed.cost).any():
        lacking = int(np.isnan(placed.cost).sum())
        raise SitingError(
            f"{lacking} of {len(table)} sites do not say what they cost, so money cannot be "
            "shared out; add a column cost, or give --site-cost (site_cost=)."
        )
    told = tuple(note_line(note).en for note in report.notes)
    return replace(placed, notes=(*placed.notes, *told))


def _answered(
    analysis: Analysis,
    question: Question,
    asked: Asked,
    sites: SiteTable,
    decisions: Decisions,
    *,
    curve: Sequence[float] | bool,
    limits: Limits,
) -> Siting:
    if asked.compares_areas:
        judged = (question.verdict <= Verdict.FAIL) & (question.weights > 0)
        question = question.with_homes(np.flatnonzero(judged))
    problem = cover_problem(
        analysis, question, sites, decisions, with_facilities=asked.counts_facilities,
        m2_per_person=asked.m2_per_person,
    )  # fmt: skip
    solved, notes = problem, tuple[str, ...]()
    if asked.is_dispersion:
        solved = between_sites(analysis, question, sites, decisions)
    elif asked.asks_distance:
        solved = cover_problem(
            analysis, question, sites, decisions, with_facilities=True, limited=False
        )
    if asked.leave_out:
        solved, notes = _without_unreachable(solved, question)
    at = {name: row for row, name in enumerate(sites.ids)}
    years = {at[name]: year for name, year in decisions.years.items()}
    solution = solve(asked, solved, analysis, question, limits, years=years)
    siting = Siting(
        analysis, question, asked, sites, problem, solved, solution,
        notes=(*question.notes, *sites.notes, *notes),
    )  # fmt: skip
    return replace(siting, curve=_curve(siting, limits, wanted=curve))


def _without_unreachable(problem: Problem, question: Question) -> tuple[Problem, tuple[str, ...]]:
    reached = np.zeros(problem.n_demand, bool)
    reached[problem.from_index] = True
    lost = ~reached & (problem.demand > 0)
    if not lost.any():
        return problem, ()
    people = f"{problem.demand[lost].sum():,.0f} {question.weight}"
    sentence = f"{int(lost.sum())} homes ({people}) reach no site and are left out."
    return replace(problem, demand=np.where(reached, problem.demand, 0.0)), (sentence,)


def _curve(
    siting: Siting, limits: Limits, *, wanted: Sequence[float] | bool
) -> pd.DataFrame | None:
    """Draw the curve where there is something to draw; a search stopped by hand ends here."""
    asked, solution = siting.asked, siting.solution
    if wanted is False or not siting.has_plan or asked.is_dispersion or was_interrupted(solution):
        return None
    by = asked.curve_by
    values: Sequence[float] = [] if isinstance(wanted, bool) else list(wanted)
    if not values:
        most = asked.most(int(solution.opened.size))
        values = usual_values(siting.problem, solution, by=by, most=most)
    problem = siting.problem
    curve = served_curve(problem, values, by=by, capacitated=asked.is_capacitated, limits=limits)
    # What a site costs is not nothing where nobody said it.
    return curve if not np.isnan(siting.sites.cost).any() else curve.assign(cost=np.nan)
