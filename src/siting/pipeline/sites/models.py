"""Which model answers a siting question, and how much it is asked for.

Owns the checks on how much is asked for; the models themselves are `siting.locate`.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np

from siting.errors import SitingError
from siting.locate import MODELS, Limits, Solution, find_model, usual_model
from siting.message import Message, message
from siting.pipeline.demand.question import find_rule
from siting.rules.city.evaluate import RESIDENTIAL_LEVELS
from siting.rules.pack.measures import Family, measure_of
from siting.vocabulary.levels import level_code

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siting.locate import Problem
    from siting.pipeline.demand.question import Question
    from siting.pipeline.found import Found

_OPTIONS: Mapping[str, str] = MappingProxyType(
    {"p": "--p N", "budget": "--budget CNY", "budgets": "--budgets CNY,CNY"}
)


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
        return find_model(self.model).asks_distance

    @property
    def is_dispersion(self) -> bool:
        """Whether the model looks at the sites alone."""
        return find_model(self.model).looks_at_sites_alone

    @property
    def is_capacitated(self) -> bool:
        """Whether sites serve no more than they can."""
        return find_model(self.model).is_capacitated

    @property
    def compares_areas(self) -> bool:
        """Whether the model looks at the shares of communities."""
        return find_model(self.model).compares_areas

    @property
    def counts_facilities(self) -> bool:
        """Whether facilities that exist take part; who has none within reach gains none by them."""
        return self.is_capacitated or self.compares_areas

    @property
    def needs_money(self) -> bool:
        """Whether the cost of every site has to be known."""
        return self.budget is not None or bool(self.budgets) or self.least_cost

    @property
    def counts_served(self) -> bool:
        """Whether the model asks for the most that are served, as every point of the curve does."""
        return self.model == usual_model(is_capacitated=self.is_capacitated, serves_all=False).name

    @property
    def is_of_curve(self) -> bool:
        """Whether the question is one of the curve's points: so many sites, or so much money."""
        return self.counts_served and (self.p is None or self.budget is None)

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
    analysis: Found,
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
    if name is not None:
        chosen = find_model(name)
        if cover_all and not chosen.serves_all:
            fewest = [model.name for model in MODELS.values() if model.fewest]
            raise SitingError(message("asked.covers_not_all", model=chosen.name, models=fewest))
        return chosen.name
    if budgets:
        return "phases"
    limited = measure_of(find_rule(analysis, rule).measure).family is Family.LOAD
    return usual_model(is_capacitated=limited, serves_all=cover_all).name


def check_asked(asked: Asked) -> None:
    """Raise where a model is not told how much, or is told what it has no use for.

    Raises
    ------
    SitingError
        With what the model takes.
    """
    if asked.m2_per_person is not None and not 0 < asked.m2_per_person < np.inf:
        raise SitingError(message("asked.m2_per_person_wrong", value=asked.m2_per_person))
    takes = inspect.signature(find_model(asked.model).solve).parameters
    given = {"p": asked.p, "budget": asked.budget, "budgets": asked.budgets or None}
    useless = [name for name, value in given.items() if value is not None and name not in takes]
    usable = [name for name in given if name in takes]
    if useless:
        takes_no = message("asked.no_amount")
        raise SitingError(
            message(
                "asked.useless",
                model=asked.model,
                useless=_listed(useless),
                usable=_listed(usable, either=True) if usable else takes_no,
            )
        )
    if usable and all(given[name] is None for name in usable):
        options = _listed([_OPTIONS[name] for name in usable], either=True)
        raise SitingError(message("asked.how_much", model=asked.model, options=options))


def _listed(names: Sequence[str], *, either: bool = False) -> Message | str:
    """Join names by "and", or by "or" where either of them will do."""
    told: Message | str = names[0]
    for name in names[1:]:
        told = message("asked.or" if either else "asked.and", first=told, last=name)
    return told


def solve(
    asked: Asked,
    problem: Problem,
    analysis: Found,
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
        "area": compared_areas(asked, analysis, question) if asked.compares_areas else None,
        "count_sites": not asked.least_cost,
        "decided_years": years,
    }
    takes = inspect.signature(model.solve).parameters
    used = {name: value for name, value in given.items() if name in takes and value is not None}
    return model.solve(problem, **used, limits=limits)


def compared_areas(asked: Asked, analysis: Found, question: Question) -> NDArray[np.int32]:
    """Return the area of each home of the question that models of fairness compare, int32 (k,).

    Raises
    ------
    SitingError
        The project has no areas of the level.
    """
    known = analysis.city.home_area
    first = next((each for each in known if each not in RESIDENTIAL_LEVELS), None)
    level = level_code(asked.level) if asked.level else first
    if level is None or level not in known:
        names = str(sorted(known)) if known else message("sites.no_areas_at_all")
        asked_for = level or "community"
        raise SitingError(
            message("asked.no_level", model=asked.model, level=asked_for, known=names)
        )
    return known[level][question.homes]
