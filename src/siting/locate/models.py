"""The models by name: what each asks, and the function that answers it.

The command line and the project library choose a model here. Formulations, sources and what a
limit means stand with each function.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from siting.errors import SitingError
from siting.locate.capacitated import (
    solve_capacitated_lscp,
    solve_capacitated_mclp,
    solve_capacitated_p_median,
)
from siting.locate.cover.backup import solve_lscp_backup
from siting.locate.cover.models import solve_lscp, solve_mclp
from siting.locate.dispersion import solve_p_dispersion
from siting.locate.equity import solve_max_min, solve_worst_first
from siting.locate.median.models import solve_p_center, solve_p_median
from siting.locate.phases import solve_phases
from siting.locate.solution import Solution
from siting.message import Message, message


@dataclass(frozen=True, slots=True)
class Model:
    """One model: its name, its function, and the arguments that it needs beyond the problem."""

    name: str
    solve: Callable[..., Solution]
    needs: tuple[str, ...] = ()

    @property
    def question(self) -> Message:
        """What the model asks, in one sentence."""
        return message(f"model.{self.name}")


MODELS = {
    model.name: model
    for model in (
        Model("lscp", solve_lscp),
        Model("mclp", solve_mclp),
        Model("p-median", solve_p_median, ("p",)),
        Model("p-center", solve_p_center),
        Model("lscp-backup", solve_lscp_backup),
        Model("p-dispersion", solve_p_dispersion, ("p",)),
        Model("capacitated-lscp", solve_capacitated_lscp),
        Model("capacitated-mclp", solve_capacitated_mclp),
        Model("capacitated-p-median", solve_capacitated_p_median, ("p",)),
        Model("max-min", solve_max_min, ("area",)),
        Model("worst-first", solve_worst_first, ("area",)),
        Model("phases", solve_phases, ("budgets",)),
    )
}


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
    import difflib

    wanted = name.lower().replace("_", "-")
    if wanted in MODELS:
        return MODELS[wanted]
    near = difflib.get_close_matches(wanted, MODELS, n=1)
    hint = message("hint.did_you_mean", name=near[0]) if near else ""
    raise SitingError(message("locate.no_model", name=name, hint=hint, models=sorted(MODELS)))
