"""The search beyond its first bound: branching of our own, which small problems never need."""

from __future__ import annotations

from itertools import combinations
from types import SimpleNamespace
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.locate import bound_search as _bound_search
from siting.locate.cover import search as _cover_search
from siting.locate.cover.lscp_mclp import solve_mclp
from siting.locate.median import search as _median_search
from siting.locate.median.median_center import solve_p_median
from siting.locate.problem import build_problem
from siting.locate.solve import Limits

SEEDS = st.integers(0, 2**32 - 1)


def stand_still(*_):
    """Look for no better plan."""


def searched(solve, problem, p):
    """Solve by branching alone; tell, too, whether it was needed.

    Neither the solver nor the walk helps, or the best plan would be known before branching begins
    and a branch that is lost would not be missed.
    """
    with (
        patch.object(_cover_search.CoverTask, "walk", stand_still),
        patch.object(_cover_search.CoverTask, "begin_at", stand_still),
        patch.object(_median_search.MedianTask, "walk", stand_still),
        patch.object(_median_search.MedianTask, "begin_at", stand_still),
        patch.object(_cover_search, "_SOLVER_PAIRS", -1),
        patch.object(_median_search, "_SOLVER_PAIRS", -1),
        patch.object(_bound_search, "_branch", wraps=_bound_search._branch) as branching,
    ):
        return solve(problem, p=p, limits=Limits(30.0)), branching.called


def covering(seed):
    """Rows that each reach few of many sites: the first bound is well above the best plan."""
    rng = np.random.default_rng(seed)
    n, m = 60, 14
    reaches = rng.random((n, m)) < 0.15
    source, target = np.nonzero(reaches)
    table = SimpleNamespace(from_index=source, to_index=target, cost=np.ones(source.size))
    weight = rng.integers(1, 5, n).astype(float)
    if seed % 2:
        weight += rng.random(n)
    return reaches, weight, build_problem(table, weight, n_sites=m)


def check_cover(seed):
    reaches, weight, problem = covering(seed)
    best = max(
        weight[reaches[:, list(some)].any(axis=1)].sum() for some in combinations(range(14), 5)
    )
    plan, branched = searched(solve_mclp, problem, 5)
    assert plan.status == "optimal"
    assert plan.objective == pytest.approx(best)
    assert plan.bound >= best - 1e-9
    return branched


def median(seed):
    rng = np.random.default_rng(seed)
    cost = rng.integers(1, 40, (30, 13)).astype(float)
    if seed % 2:
        cost += rng.random(cost.shape)
    source, target = np.indices(cost.shape).reshape(2, -1)
    table = SimpleNamespace(from_index=source, to_index=target, cost=cost.ravel())
    return cost, build_problem(table, np.ones(30), n_sites=13)


def check_median(seed):
    cost, problem = median(seed)
    best = min(cost[:, list(some)].min(axis=1).sum() for some in combinations(range(13), 4))
    plan, branched = searched(solve_p_median, problem, 4)
    assert plan.status == "optimal"
    assert plan.objective == pytest.approx(best)
    assert plan.bound <= best + 1e-9
    return branched


@settings(max_examples=100)
@given(SEEDS)
def test_covering_by_branching_agrees_with_brute_force(seed):
    check_cover(seed)


@settings(max_examples=100)
@given(SEEDS)
def test_medians_by_branching_agree_with_brute_force(seed):
    check_median(seed)


def test_these_problems_do_need_branching():
    assert sum(check_cover(seed) for seed in range(20)) >= 5
    assert sum(check_median(seed) for seed in range(20)) >= 5
