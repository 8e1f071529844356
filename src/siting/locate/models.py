"""The models by name: what each asks, and the function that answers it.

The command line and the project library choose a model here. Formulations, sources and what a
limit means stand with each function.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Model:
    """One model: its name, its question in one sentence, its function and what that must be given.

    `needs` are names of arguments beyond the problem; of ``p or budget`` at least one is given.
    """

    name: str
    question: str
    solve: Callable[..., Solution]
    needs: tuple[str, ...] = ()


MODELS = {
    model.name: model
    for model in (
        Model("lscp", "The fewest sites that cover all demand.", solve_lscp),
        Model("mclp", "The most demand covered under p or a budget.", solve_mclp),
        Model("p-median", "The least total cost to the nearest site.", solve_p_median, ("p",)),
        Model("p-center", "The least worst cost to the nearest site.", solve_p_center),
        Model("lscp-backup", "The fewest sites, and most covered twice.", solve_lscp_backup),
        Model("p-dispersion", "Sites farthest from each other.", solve_p_dispersion, ("p",)),
        Model("capacitated-lscp", "The fewest sites that serve all.", solve_capacitated_lscp),
        Model("capacitated-mclp", "The most demand served in capacity.", solve_capacitated_mclp),
        Model(
            "capacitated-p-median",
            "The least total cost of serving all within capacity.",
            solve_capacitated_p_median,
            ("p",),
        ),
        Model("max-min", "The largest smallest share of a community.", solve_max_min, ("area",)),
        Model("worst-first", "The worst served first.", solve_worst_first, ("area",)),
        Model("phases", "Year by year, each with its budget.", solve_phases, ("budgets",)),
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
    wanted = name.lower().replace("_", "-")
    if wanted in MODELS:
        return MODELS[wanted]
    near = difflib.get_close_matches(wanted, MODELS, n=1)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    raise SitingError(f"'{name}' is no siting model.{hint} The models are {sorted(MODELS)}.")
