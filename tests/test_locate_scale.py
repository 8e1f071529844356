"""Answers do not hang on the unit: people or shares of a city, yuan or hundreds of millions."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.locate import (
    build_problem,
    solve_capacitated_lscp,
    solve_capacitated_mclp,
    solve_capacitated_p_median,
    solve_max_min,
    solve_mclp,
    solve_p_median,
    solve_phases,
)
from siting.locate.solution import is_closed

SEEDS = st.integers(0, 2**32 - 1)
# A power of two, so that no digit is lost and both answers have to be the same to the last.
SMALL = 2.0**-30


def generated(seed):
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 12)), int(rng.integers(1, 7))
    source, target = np.nonzero(rng.random((n, m)) < 0.5)
    table = SimpleNamespace(from_index=source, to_index=target, cost=rng.random(source.size) * 9)
    demand = rng.integers(0, 9, n).astype(float)
    return rng, build_problem(
        table,
        demand,
        site_cost=rng.integers(1, 9, m).astype(float),
        capacity=rng.integers(0, 20, m).astype(float),
    )


def ask(model, problem, p, money):
    if model is solve_capacitated_lscp:
        return model(problem)
    if model is solve_phases:
        return model(problem, [money, money])
    if model is solve_max_min:
        return model(problem, np.arange(problem.n_demand) % 3, budget=2 * money)
    if model in (solve_p_median, solve_capacitated_p_median):
        return model(problem, p)
    return model(problem, p=p, budget=2 * money)


@pytest.mark.parametrize(
    "model",
    [
        solve_mclp,
        solve_p_median,
        solve_capacitated_mclp,
        solve_capacitated_lscp,
        solve_capacitated_p_median,
        solve_max_min,
        solve_phases,
    ],
)
@settings(max_examples=60)
@given(SEEDS)
def test_demand_as_shares_and_money_in_millions_change_no_answer(model, seed):
    rng, problem = generated(seed)
    p, money = int(rng.integers(0, 5)), float(rng.integers(0, 12))
    small = replace(
        problem,
        demand=problem.demand * SMALL,
        capacity=problem.capacity * SMALL,
        site_cost=problem.site_cost * SMALL,
    )
    people, shares = ask(model, problem, p, money), ask(model, small, p, money * SMALL)
    assert people.status == shares.status
    assert people.status in ("optimal", "infeasible")
    if people.status == "optimal":
        unit = 1.0 if model in (solve_capacitated_lscp, solve_max_min) else SMALL
        assert shares.objective == pytest.approx(people.objective * unit, rel=1e-9)
        assert shares.bound == pytest.approx(people.bound * unit, rel=1e-9)


def test_a_bound_far_from_a_tiny_objective_proves_nothing():
    assert is_closed(1e6, 1e6 + 1e-7)
    assert is_closed(0.0, 0.0)
    assert not is_closed(2e-7, 3e-7)
    assert not is_closed(0.0, 3e-7)
