"""Which model answers a siting question, what it must be told, and a plan made by hand.

Owns the checks on how much is asked for; the models themselves are `siting.locate`.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from siting.errors import SitingError
from siting.locate import Limits, Solution, Status, find_model
from siting.locate.solution import relative_gap
from siting.vocabulary.levels import level_code

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siting.locate import Problem
    from siting.pipeline.demand.question import Question
    from siting.pipeline.gaps.analysis import Analysis
    from siting.pipeline.sites.siting import Siting

_DISTANCE = ("p-median", "p-center")
_AREAS = ("max-min", "worst-first")
_FEWEST = ("lscp", "lscp-backup", "capacitated-lscp")


@dataclass(frozen=True, slots=True)
class Asked:
    """Model and amount, as a person asked.

    Parameters
    ----------
    model
        Name in `siting.locate.MODELS`.
    p, budget, budgets
        Most sites, most money, money of each year.
    least_cost, leave_out
        Count money instead of sites; leave demand out that reaches no site.
    level
        Areas that are compared.
    m2_per_person
        Floor area that a person takes.
    """

    model: str
    p: int | None = None
    budget: float | None = None
    budgets: tuple[float, ...] = ()
    least_cost: bool = False
    leave_out: bool = False
    level: str | None = None
    m2_per_person: float | None = None

    @property
    def asks_distance(self) -> bool:
        """Whether the model asks how far, not how many are within the limit."""
        return self.model in _DISTANCE

    @property
    def is_dispersion(self) -> bool:
        """Whether the model looks at the sites alone."""
        return self.model == "p-dispersion"

    @property
    def is_capacitated(self) -> bool:
        """Whether sites serve no more than they can."""
        return self.model.startswith("capacitated")

    @property
    def compares_areas(self) -> bool:
        """Whether the model looks at the shares of communities."""
        return self.model in _AREAS

    @property
    def counts_facilities(self) -> bool:
        """Whether facilities that exist take part; who has none within reach gains none by them."""
        return self.is_capacitated or self.compares_areas

    @property
    def needs_money(self) -> bool:
        """Whether the cost of every site has to be known."""
        return self.budget is not None or bool(self.budgets) or self.least_cost

    @property
    def curve_by(self) -> Literal["sites", "money"]:
        """What the curve runs over."""
        has_money = self.budget is not None or bool(self.budgets)
        return "money" if self.p is None and has_money else "sites"

    def most(self, opened: int) -> float:
        """Return how much was asked for, or how much it took."""
        if self.curve_by == "money":
            return self.budget or sum(self.budgets)
        return opened if self.p is None else self.p


def choose_model(
    name: str | None,
    rule: str,
    analysis: Analysis,
    *,
    cover_all: bool,
    budgets: Sequence[float],
) -> str:
    """Return the name of the model: the one asked for, or the one that fits the question.

    Raises
    ------
    SitingError
        No such model, or one that does not cover all where that is asked.
    """
    from siting.pipeline.demand.question import find_rule
    from siting.rules.pack.measures import Family, measure_of

    if name is not None:
        chosen = find_model(name).name
        if cover_all and chosen not in (*_FEWEST, "p-center"):
            raise SitingError(
                f"--cover-all asks for the fewest sites; {chosen} does not. Leave --model out, or "
                f"take one of {', '.join(_FEWEST)}."
            )
        return chosen
    if budgets:
        return "phases"
    limited = measure_of(find_rule(analysis, rule).measure).family is Family.LOAD
    return ("capacitated-" if limited else "") + ("lscp" if cover_all else "mclp")


def check_asked(asked: Asked) -> None:
    """Raise where a model is not told how much, or is told what it has no use for.

    Raises
    ------
    SitingError
        With what the model takes.
    """
    if asked.m2_per_person is not None and not 0 < asked.m2_per_person < np.inf:
        raise SitingError(
            f"m2_per_person is {asked.m2_per_person:g}; give the floor area of a person, above 0."
        )
    takes = inspect.signature(find_model(asked.model).solve).parameters
    given = {"p": asked.p, "budget": asked.budget, "budgets": asked.budgets or None}
    useless = [name for name, value in given.items() if value is not None and name not in takes]
    usable = [name for name in given if name in takes]
    if useless:
        raise SitingError(
            f"{asked.model} has no use for {' and '.join(useless)}; it takes "
            f"{' or '.join(usable) or 'no amount, for it covers all'}."
        )
    if usable and all(given[name] is None for name in usable):
        words = {"p": "--p N", "budget": "--budget CNY", "budgets": "--budgets CNY,CNY"}
        options = " or ".join(words[name] for name in usable)
        raise SitingError(
            f"{asked.model} must be told how much: {options}. To serve everybody: --cover-all."
        )


def solve(
    asked: Asked,
    problem: Problem,
    analysis: Analysis,
    question: Question,
    limits: Limits,
    *,
    years: Mapping[int, int] | None = None,
) -> Solution:
    """Answer a problem with the model that was asked for; `years` are those of decided sites."""
    model = find_model(asked.model)
    given = {
        "p": asked.p,
        "budget": asked.budget,
        "budgets": asked.budgets or None,
        "area": _areas(asked, analysis, question) if asked.compares_areas else None,
        "count_sites": not asked.least_cost,
        "decided_years": years,
    }
    takes = inspect.signature(model.solve).parameters
    used = {name: value for name, value in given.items() if name in takes and value is not None}
    return model.solve(problem, **used, limits=limits)


def _areas(asked: Asked, analysis: Analysis, question: Question) -> NDArray[np.int32]:
    from siting.rules.city.evaluate import RESIDENTIAL_LEVELS

    known = analysis.city.home_area
    first = next((each for each in known if each not in RESIDENTIAL_LEVELS), None)
    level = level_code(asked.level) if asked.level else first
    if level is None or level not in known:
        raise SitingError(
            f"{asked.model} compares areas, and the project has no level '{level or 'community'}'; "
            f"it has {sorted(known) or 'no areas at all'}."
        )
    return known[level][question.homes]


def decided(siting: Siting, rows: NDArray[np.int64]) -> Solution:
    """Return what a plan made by hand comes to, measured as the plan that it is compared with.

    The same model is asked with every site decided, so that figures are made in one way; models of
    the fewest sites and of years are asked how many the plan serves. The bound is that of the
    search: no plan of that size, this one included, is better.
    """
    asked, best = siting.asked, siting.solution
    name = _BY_HAND.get(asked.model, asked.model)
    source = siting.solved if name == asked.model else siting.problem
    chosen = np.zeros(source.n_sites, bool)
    chosen[rows] = True
    free = ~source.existing
    problem = replace(source, forced_in=chosen & free, forced_out=~chosen & free)
    takes = inspect.signature(find_model(name).solve).parameters
    used: dict[str, Any] = {"p": int(rows.size)} if "p" in takes else {}
    if "area" in takes:
        used["area"] = _areas(asked, siting.analysis, siting.question)
    found = find_model(name).solve(problem, **used)
    if found.status not in (Status.OPTIMAL, Status.FEASIBLE):
        return found
    message = f"{rows.size} sites chosen by hand."
    if name != asked.model:
        return replace(found, status=Status.FEASIBLE, bound=np.nan, gap=np.nan, message=message)
    gap = relative_gap(found.objective, best.bound)
    return replace(found, status=Status.FEASIBLE, bound=best.bound, gap=gap, message=message)


_BY_HAND = {
    "phases": "mclp",
    "lscp": "mclp",
    "lscp-backup": "mclp",
    "capacitated-lscp": "capacitated-mclp",
}
