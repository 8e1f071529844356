"""Every model answers every question with a status and a sentence, however odd the numbers are."""

from __future__ import annotations

import inspect
from types import SimpleNamespace

import numpy as np
import pytest

from siting.locate import MODELS, Limits, build_problem, find_model
from siting.words import say

CLOSE = [(0, 0, 1.0), (1, 1, 1.0)]
ALL = [*CLOSE, (0, 1, 3.0), (1, 0, 3.0)]
PROBLEMS = {
    "no sites": ([], [5, 3], {"n_sites": 0}),
    "no demand": ([], [], {"n_sites": 3}),
    "nothing at all": ([], [], {"n_sites": 0}),
    "nobody lives there": (ALL, [0, 0], {"n_sites": 2}),
    "negative weights": (ALL, [1, -1], {"n_sites": 2}),
    "endless demand": (ALL, [1, np.inf], {"n_sites": 2}),
    "a missing cost": ([*CLOSE, (0, 1, np.nan)], [1, 1], {"n_sites": 2}),
    "a negative cost": ([*CLOSE, (0, 1, -4.0)], [1, 1], {"n_sites": 2}),
    "negative money": (ALL, [1, 1], {"site_cost": [-1, 1]}),
    "negative room": (ALL, [1, 1], {"capacity": [-1, 1]}),
    "no room": (ALL, [1, 2], {"capacity": [0, 0]}),
    "unreachable demand": ([(0, 0, 1.0)], [1, 2], {"n_sites": 2}),
    "every site ruled out": (ALL, [1, 2], {"n_sites": 2, "forced_out": [0, 1]}),
    "open and closed at once": (ALL, [1, 2], {"n_sites": 2, "forced_in": [0], "forced_out": [0]}),
    "everything exists": (ALL, [1, 2], {"n_sites": 2, "existing": [0, 1]}),
    "sites for nothing": (ALL, [1, 2], {"site_cost": [0, 0]}),
    "hardly anybody": (ALL, [1e-300, 2e-300], {"n_sites": 2}),
    "very many": (ALL, [1e15, 2], {"n_sites": 2}),
}  # fmt: skip
INVALID = {name for name in PROBLEMS if name.startswith(("negative", "endless", "a "))}
AMOUNTS = {
    "p": [0, 1, 99, -1, 1.5, np.nan, np.inf],
    "budget": [0.0, 1.0, -1.0, np.nan, np.inf],
    "budgets": [[], [0.0], [1.0, 1.0], [-1.0], [np.nan]],
}


def problem_of(name):
    pairs, demand, more = PROBLEMS[name]
    table = np.array(pairs, float).reshape(-1, 3)
    columns = SimpleNamespace(
        from_index=table[:, 0].astype(int), to_index=table[:, 1].astype(int), cost=table[:, 2]
    )
    return build_problem(columns, demand, **more)


def questions(solve, problem):
    takes = inspect.signature(solve).parameters
    fixed = {"area": np.zeros(problem.n_demand, int)} if "area" in takes else {}
    asked = [{name: value} for name in AMOUNTS if name in takes for value in AMOUNTS[name]]
    for amount in asked or [{}]:
        for seconds in (5.0, 0.0):
            yield {**fixed, **amount, "limits": Limits(seconds)}


@pytest.mark.parametrize("name", PROBLEMS)
@pytest.mark.parametrize("model", MODELS)
def test_every_model_answers_with_a_status_and_a_sentence(model, name):
    problem, solve = problem_of(name), find_model(model).solve
    if model == "p-dispersion" and problem.n_demand != problem.n_sites:
        pytest.skip("its rows are the sites")
    for asked in questions(solve, problem):
        answer = solve(problem, **asked)
        assert say(answer.message, "en").endswith(".")
        assert answer.status == "invalid" or name not in INVALID
        if answer.status in ("infeasible", "invalid", "unknown", "unbounded"):
            assert np.isnan(answer.objective)
            assert answer.status == "unbounded" or not answer.opened.size
        if answer.status == "optimal":
            assert answer.objective == pytest.approx(answer.bound)
        assert len(answer.to_frame(problem)) == answer.opened.size
