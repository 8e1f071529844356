"""Where to build complexes, what to put into them, and how far the answer is from the best."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from siting.data_report import DataReport
from siting.errors import SitingError
from siting.locate import ComplexFunction, Limits, Solution, Status, solve_complexes
from siting.locate.curve import curve_through, was_interrupted
from siting.locate.solution import relative_gap
from siting.message import Message, Sayable, message
from siting.pipeline.columns import numbers
from siting.pipeline.complexes.asked import ComplexesAsked, FunctionAsked, check_complexes
from siting.pipeline.complexes.outputs import write_complexes
from siting.pipeline.complexes.summary import complexes_summary
from siting.pipeline.complexes.tables import Complexes
from siting.pipeline.demand.question import Question, ask, find_rule
from siting.pipeline.gaps.analysis import Analysis, analyze
from siting.pipeline.sites.candidates import candidate_sites
from siting.pipeline.sites.curve import CURVE_GAP, usual_values, with_curve_bound
from siting.pipeline.sites.problem import Decisions, SiteTable, cover_problem, place_sites
from siting.pipeline.sites.scenario import assuming_none
from siting.report.analysis.note_words import note_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray

    from siting.loaders.project.model import Project
    from siting.locate import Problem
    from siting.progress import Progress

_DEFAULT = Limits()
_NO_DECISIONS = Decisions()


@dataclass(frozen=True, eq=False)
class ComplexSiting(Complexes):
    """Complexes to build; what it holds is said at `siting.pipeline.complexes.tables.Complexes`."""

    def with_notes(self, notes: Sequence[Sayable]) -> ComplexSiting:
        """Return the same answer with more notes on what was left out."""
        return replace(self, notes=(*self.notes, *notes))

    def with_sites(self, ids: Sequence[str]) -> ComplexSiting:
        """Return the same question answered by hand: complexes at these sites and no others.

        Which functions they hold, and how large, is chosen anew within the budget.

        Raises
        ------
        SitingError
            Ids that no site has.
        """
        rows = self.sites.rows(ids, message("sites.by_hand"))
        chosen = np.zeros(len(self.sites.table), bool)
        chosen[rows] = True
        parts = tuple(replace(part, problem=_decided(part.problem, chosen)) for part in self.parts)
        found = _solved(parts, self.sites, replace(self.asked, p=int(rows.size)), Limits())
        if found.objective == found.objective:  # A plan has one; NaN is not itself.
            gap = relative_gap(found.objective, self.solution.bound)
            found = replace(
                found, status=Status.FEASIBLE, bound=self.solution.bound, gap=gap,
                message=message("sites.chosen_by_hand", count=rows.size),
            )  # fmt: skip
        return replace(self, solution=found, curve=None, by_hand=True, _kept={})

    def swap(self, changes: Mapping[str, str]) -> ComplexSiting:
        """Return the plan with some sites replaced by others; see `with_sites`.

        Raises
        ------
        SitingError
            A site that is not opened, or one that does not exist.
        """
        return self.with_sites(self.exchanged(changes))

    def to_dict(
        self, *, by_hand: ComplexSiting | None = None, scenario: bool = True
    ) -> dict[str, Any]:
        """Return what ``locate.json`` says."""
        return complexes_summary(self, by_hand=by_hand, scenario=scenario)

    def write(
        self,
        folder: Path | str,
        *,
        by_hand: ComplexSiting | None = None,
        progress: Progress | None = None,
    ) -> Path:
        """Write map, workbook, GeoPackage, GeoJSON and ``locate.json`` into a folder.

        Raises
        ------
        SitingError
            The folder holds files that siting did not write, or cannot be written to.
        """
        return write_complexes(self, Path(folder), by_hand=by_hand, progress=progress)


def propose_complexes(
    project: Analysis | Project | Path | str,
    *,
    functions: Sequence[FunctionAsked],
    sites: str | gpd.GeoDataFrame = "sites",
    p: int | None = None,
    budget: float | None = None,
    minimum_functions: int = 3,
    minimum_area_m2: float = 600.0,
    site_cost: float | None = None,
    assume_none: bool = False,
    decisions: Decisions = _NO_DECISIONS,
    curve: Sequence[float] | bool = False,
    limits: Limits = _DEFAULT,
) -> ComplexSiting:
    """Propose complexes in which several facility types share floor area and one budget.

    Parameters
    ----------
    project
        An analysis, a project, or the path of its ``siting.yaml``.
    functions
        What a complex may hold, each with the rule that it serves. Who fails that rule today is
        its demand.
    sites
        A source of `siting.pipeline.sites.candidates.SOURCES`, or a frame of sites with the column
        ``floor_area_m2``. A site with a column ``functions`` (codes with semicolons) holds only
        these.
    p, budget
        Most complexes, most money (CNY); at least one of both.
    minimum_functions, minimum_area_m2
        What makes a complex.
    site_cost
        Money for sites that do not say theirs.
    assume_none
        Where the data list no facility of a rule's types, there is none.
    decisions
        Sites forced in or out. What is committed serves already, by the functions that it names.
    curve
        Points of the curve of served by complexes, or by money where `p` is left out; True for
        the usual ones. Each is a search of its own.
    limits
        Time, gap and progress of the search; the curve gets as much time again.

    Returns
    -------
    ComplexSiting
        Without a plan where the question has none: its `solution.status` and `message` say why.

    Raises
    ------
    SitingError
        Input that cannot be worked with, or a question that does not say how much.
    """
    asked = ComplexesAsked(tuple(functions), p, budget, minimum_functions, float(minimum_area_m2))
    check_complexes(asked)
    analysis = project if isinstance(project, Analysis) else analyze(project)
    if assume_none:
        types = [t for each in functions for t in find_rule(analysis, each.rule).facility_types]
        analysis = assuming_none(analysis, types)
    questions = tuple(_question(analysis, each) for each in functions)
    placed = _sites(analysis, questions, sites, site_cost, needs_money=budget is not None)
    held = _may_hold(placed, questions)
    parts = tuple(
        _function(each, question, _problem(analysis, question, placed, decisions, allowed))
        for each, question, allowed in zip(functions, questions, held, strict=True)
    )
    solution = _solved(parts, placed, asked, limits)
    notes = (*(n for each in questions for n in each.notes), *placed.notes, *_areas_note(placed))
    found = ComplexSiting(
        analysis, asked, questions, placed, parts, solution, tuple(dict.fromkeys(notes))
    )
    if curve is False:
        return found
    return _with_curve(found, () if curve is True else curve, limits)


def _with_curve(found: ComplexSiting, wanted: Sequence[float], limits: Limits) -> ComplexSiting:
    """Add the curve around an answer, of the usual points where none are wanted.

    The answer takes the better bound of both.
    """
    asked, solution = found.asked, found.solution
    if not found.has_plan or was_interrupted(solution):
        return found
    usual = usual_values(found.parts[0].problem, solution, by=asked.curve_by, most=asked.most)

    def solve_at(value: float, part: Limits) -> Solution:
        amount = {"p": int(value)} if asked.curve_by == "sites" else {"budget": float(value)}
        return _solved(found.parts, found.sites, replace(asked, **amount), part)

    drawn = curve_through(
        wanted or usual, solve_at, today=found.served_today(), solved={asked.most: solution},
        limits=replace(limits, gap=max(limits.gap, CURVE_GAP)),
    )  # fmt: skip
    best = with_curve_bound(solution, drawn, asked.most)
    return replace(found, curve=drawn.dropna(subset="served", ignore_index=True), solution=best)


def _decided(problem: Problem, chosen: NDArray[np.bool_]) -> Problem:
    """Return a problem in which complexes stand at the chosen sites and nowhere else."""
    free = ~problem.existing & ~problem.forced_out
    return replace(problem, forced_in=chosen & free, forced_out=problem.forced_out | ~chosen)


def _solved(
    parts: tuple[ComplexFunction, ...], sites: SiteTable, asked: ComplexesAsked, limits: Limits
) -> Solution:
    return solve_complexes(
        parts,
        np.nan_to_num(numbers(sites.table, "floor_area_m2")),
        p=asked.p,
        budget=asked.budget,
        minimum_functions=asked.minimum_functions,
        minimum_area_m2=asked.minimum_area_m2,
        limits=limits,
    )


def _question(analysis: Analysis, function: FunctionAsked) -> Question:
    question = ask(
        analysis, function.rule, weight=function.count, facility_type=function.facility_type
    )
    if np.isfinite(question.served_by_each):
        raise SitingError(message("complexes.no_reach", rule=function.rule))
    return question


def _function(asked: FunctionAsked, question: Question, problem: Problem) -> ComplexFunction:
    return ComplexFunction(
        question.facility_type,
        problem,
        minimum_area_m2=asked.minimum_area_m2,
        cost=asked.cost,
        cost_per_m2=asked.cost_per_m2,
        m2_per_person=asked.m2_per_person,
        weight=asked.importance,
    )


def _sites(
    analysis: Analysis,
    questions: Sequence[Question],
    source: str | gpd.GeoDataFrame,
    site_cost: float | None,
    *,
    needs_money: bool,
) -> SiteTable:
    """Put the sites on the streets where any of the questions walks."""
    if site_cost is not None and not 0 <= site_cost < np.inf:
        raise SitingError(message("sites.cost_wrong", cost=site_cost))
    report = DataReport()
    table = candidate_sites(analysis, source, report=report)
    walking = next((each for each in questions if each.measure != "straight_line"), questions[0])
    placed = place_sites(analysis, table, walking, site_cost=site_cost)
    lacking = int(np.isnan(placed.cost).sum())
    if needs_money and lacking:
        raise SitingError(message("sites.no_cost", count=lacking, total=len(table)))
    told = tuple(note_line(note) for note in report.notes)
    return replace(placed, notes=(*placed.notes, *told))


def _areas_note(sites: SiteTable) -> tuple[Message, ...]:
    lacking = int(np.isnan(numbers(sites.table, "floor_area_m2")).sum())
    if not lacking:
        return ()
    return (message("complexes.no_area", count=lacking, total=len(sites.table)),)


def _may_hold(sites: SiteTable, questions: Sequence[Question]) -> list[NDArray[np.bool_]]:
    """Return for each function the sites that may hold it, bool (m,)."""
    count = len(sites.table)
    if "functions" not in sites.table.columns:
        return [np.ones(count, bool)] * len(questions)
    named = [
        {code.strip() for code in str(text).split(";")} if isinstance(text, str) and text else None
        for text in sites.table["functions"]
    ]
    return [
        np.array([codes is None or question.facility_type in codes for codes in named], bool)
        for question in questions
    ]


def _problem(
    analysis: Analysis,
    question: Question,
    sites: SiteTable,
    decisions: Decisions,
    allowed: NDArray[np.bool_],
) -> Problem:
    """Return who reaches which site for one function; sites that may not hold it are out."""
    on = replace(sites, attachment=None) if question.measure == "straight_line" else sites
    problem = cover_problem(analysis, question, on, decisions)
    return replace(
        problem,
        existing=problem.existing & allowed,
        forced_in=problem.forced_in & allowed,
        forced_out=problem.forced_out | ~allowed,
    )
