"""What a plan comes to whose sites a person chose."""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from siting.locate import Solution, Status, find_model
from siting.locate.solution import relative_gap
from siting.message import message
from siting.pipeline.sites.models import compared_areas

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from siting.pipeline.sites.proposal import Proposal


def decided(siting: Proposal, rows: NDArray[np.int64]) -> Solution:
    """Return what a plan made by hand comes to, measured as the plan that it is compared with.

    The same model is asked with every site decided, so that figures are made in one way; models of
    the fewest sites and of years are asked how many the plan serves. The bound is that of the
    search: no plan of that size, this one included, is better.
    """
    asked, best = siting.asked, siting.solution
    name = find_model(asked.model).by_hand or asked.model
    source = siting.solved if name == asked.model else siting.problem
    chosen = np.zeros(source.n_sites, bool)
    chosen[rows] = True
    free = ~source.existing
    problem = replace(source, forced_in=chosen & free, forced_out=~chosen & free)
    takes = inspect.signature(find_model(name).solve).parameters
    used: dict[str, Any] = {"p": int(rows.size)} if "p" in takes else {}
    if "area" in takes:
        used["area"] = compared_areas(asked, siting.analysis, siting.question)
    found = find_model(name).solve(problem, **used)
    if found.status not in (Status.OPTIMAL, Status.FEASIBLE):
        return found
    told = message("sites.chosen_by_hand", count=rows.size)
    if name != asked.model:
        return replace(found, status=Status.FEASIBLE, bound=np.nan, gap=np.nan, message=told)
    gap = relative_gap(found.objective, best.bound)
    return replace(found, status=Status.FEASIBLE, bound=best.bound, gap=gap, message=told)
