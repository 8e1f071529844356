"""Where to build next: a rule and its findings in, sites to open with a proven gap out.

Owns the order of the steps and the result. The public name is `siting.propose_sites`, because
``siting.locate`` is the package of the models.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from siting.data_report import DataReport
from siting.errors import SitingError
from siting.locate import Limits
from siting.message import Message, Sayable, Term, message
from siting.pipeline.demand.question import Question, ask, find_rule
from siting.pipeline.gaps.analysis import Analysis, analyze
from siting.pipeline.sites.by_hand import decided
from siting.pipeline.sites.candidates import candidate_sites
from siting.pipeline.sites.curve import best_proven, curve_of
from siting.pipeline.sites.models import Asked, check_asked, choose_model, solve
from siting.pipeline.sites.outputs import write_siting
from siting.pipeline.sites.problem import (
    Decisions,
    SiteTable,
    between_sites,
    cover_problem,
    place_sites,
)
from siting.pipeline.sites.proposal import Proposal
from siting.pipeline.sites.scenario import assuming_none
from siting.pipeline.sites.summary import siting_summary
from siting.report.analysis.note_words import note_line
from siting.report.siting.text import siting_html
from siting.rules.city.findings import Verdict

if TYPE_CHECKING:
    import geopandas as gpd

    from siting.loaders.project.model import Project
    from siting.locate import Problem
    from siting.progress import Progress

_DEFAULT = Limits()
_NO_DECISIONS = Decisions()


@dataclass(frozen=True, eq=False)
class Siting(Proposal):
    """A proposal: which sites to open, what that brings, and how far from the best it can be.

    What it holds is said at `siting.pipeline.sites.proposal.Proposal`.
    """

    def with_sites(self, ids: Sequence[str]) -> Siting:
        """Return the same question answered by hand: these sites are opened and no others.

        Raises
        ------
        SitingError
            Ids that no site has.
        """
        rows = self.sites.rows(ids, message("sites.by_hand"))
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
        return self.with_sites(self.exchanged(changes))

    def with_notes(self, notes: Sequence[Sayable]) -> Siting:
        """Return the same answer with more notes on what was left out."""
        return replace(self, notes=(*self.notes, *notes))

    def to_dict(self, *, by_hand: Siting | None = None, scenario: bool = True) -> dict[str, Any]:
        """Return what ``locate.json`` says."""
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
        return write_siting(
            self, Path(folder), by_hand=by_hand, scenario=scenario, progress=progress
        )

    def _repr_html_(self) -> str:
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
        Demand that reaches no site is left out and reported; else there is no answer.
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
    if site_cost is not None and not 0 <= site_cost < np.inf:
        raise SitingError(message("sites.cost_wrong", cost=site_cost))
    report = DataReport()
    table = candidate_sites(analysis, source, report=report)
    placed = place_sites(
        analysis, table, question, site_cost=site_cost, m2_per_person=asked.m2_per_person
    )
    if asked.needs_money and np.isnan(placed.cost).any():
        lacking = int(np.isnan(placed.cost).sum())
        raise SitingError(message("sites.no_cost", count=lacking, total=len(table)))
    told = tuple(note_line(note) for note in report.notes)
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
    solved, notes = problem, tuple[Message, ...]()
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
    drawn = curve_of(siting, limits, wanted=curve)
    return replace(siting, curve=drawn, solution=best_proven(siting, drawn))


def _without_unreachable(
    problem: Problem, question: Question
) -> tuple[Problem, tuple[Message, ...]]:
    reached = np.zeros(problem.n_demand, bool)
    reached[problem.from_index] = True
    lost = ~reached & (problem.demand > 0)
    if not lost.any():
        return problem, ()
    note = message(
        "question.reach_none",
        count=lost.sum(),
        amount=float(problem.demand[lost].sum()),
        figure=Term("figure", question.weight),
    )
    return replace(problem, demand=np.where(reached, problem.demand, 0.0)), (note,)
