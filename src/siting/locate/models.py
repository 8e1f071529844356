"""The models by name: what each asks, and the function that answers it.

The command line and the project library choose a model here. Formulations, sources and what a
limit means stand with each function.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from siting.did_you_mean import hint_question
from siting.errors import SitingError
from siting.locate.capacitated import (
    solve_capacitated_lscp,
    solve_capacitated_mclp,
    solve_capacitated_p_median,
)
from siting.locate.cover.backup import solve_lscp_backup
from siting.locate.cover.lscp_mclp import solve_lscp, solve_mclp
from siting.locate.dispersion import solve_p_dispersion
from siting.locate.equity import solve_max_min, solve_worst_first
from siting.locate.median.median_center import solve_p_center, solve_p_median
from siting.locate.phases import solve_phases
from siting.locate.solution import Solution
from siting.message import Message, message


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model: its function, and what those who choose a model have to know.

    Parameters
    ----------
    name
        Its name.
    solve
        The function.
    needs
        Arguments beyond the problem; of ``p or budget`` at least one is given.
    fewest
        It asks for the fewest sites that serve all.
    serves_all
        Every demand has to be served, by the fewest sites or by given ones.
    usual
        Taken where nobody names a model and it fits the question.
    is_capacitated
        Sites serve no more than they can.
    asks_distance
        It asks how far, not how many are within the limit.
    compares_areas
        It looks at the shares of communities.
    looks_at_sites_alone
        Demand has no part in it.
    by_hand
        The model that measures sites chosen by hand for it; empty where it is its own.
    """

    name: str
    solve: Callable[..., Solution]
    needs: tuple[str, ...] = ()
    fewest: bool = False
    serves_all: bool = False
    usual: bool = False
    is_capacitated: bool = False
    asks_distance: bool = False
    compares_areas: bool = False
    looks_at_sites_alone: bool = False
    by_hand: str = ""

    @property
    def question(self) -> Message:
        """What the model asks, in one sentence."""
        return message(f"model_asks.{self.name}")


_ALL = (
    Model(
        name="lscp",
        solve=solve_lscp,
        fewest=True,
        serves_all=True,
        usual=True,
        by_hand="mclp",
    ),
    Model(
        name="mclp",
        solve=solve_mclp,
        usual=True,
    ),
    Model(
        name="p-median",
        solve=solve_p_median,
        needs=("p",),
        asks_distance=True,
    ),
    Model(
        name="p-center",
        solve=solve_p_center,
        serves_all=True,
        asks_distance=True,
    ),
    Model(
        name="lscp-backup",
        solve=solve_lscp_backup,
        fewest=True,
        serves_all=True,
        by_hand="mclp",
    ),
    Model(
        name="p-dispersion",
        solve=solve_p_dispersion,
        needs=("p",),
        looks_at_sites_alone=True,
    ),
    Model(
        name="capacitated-lscp",
        solve=solve_capacitated_lscp,
        fewest=True,
        serves_all=True,
        usual=True,
        is_capacitated=True,
        by_hand="capacitated-mclp",
    ),
    Model(
        name="capacitated-mclp",
        solve=solve_capacitated_mclp,
        usual=True,
        is_capacitated=True,
    ),
    Model(
        name="capacitated-p-median",
        solve=solve_capacitated_p_median,
        needs=("p",),
        is_capacitated=True,
    ),
    Model(
        name="max-min",
        solve=solve_max_min,
        needs=("area",),
        compares_areas=True,
    ),
    Model(
        name="worst-first",
        solve=solve_worst_first,
        needs=("area",),
        compares_areas=True,
    ),
    Model(
        name="phases",
        solve=solve_phases,
        needs=("budgets",),
        by_hand="mclp",
    ),
)
MODELS = {model.name: model for model in _ALL}
"""Every model by its name, in the order in which they are listed."""


def usual_model(*, is_capacitated: bool, serves_all: bool) -> Model:
    """Return the model for a question of which nobody named one.

    Examples
    --------
    >>> usual_model(is_capacitated=False, serves_all=True).name
    'lscp'
    """
    wanted = (is_capacitated, serves_all)
    return next(
        each for each in _ALL if each.usual and (each.is_capacitated, each.serves_all) == wanted
    )


def find_model(name: str) -> Model:
    """Return the model of that name; ``p_median`` and ``P-Median`` are the same.

    Raises
    ------
    SitingError
        No model bears the name; the nearest is named.

    Examples
    --------
    >>> find_model("P_median").name
    'p-median'
    """
    wanted = name.lower().replace("_", "-")
    if wanted in MODELS:
        return MODELS[wanted]
    hint = hint_question(wanted, MODELS)
    raise SitingError(message("locate.no_model", name=name, hint=hint, models=sorted(MODELS)))
