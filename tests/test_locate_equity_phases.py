"""Fairness and phases against brute force."""

from __future__ import annotations

from itertools import combinations, product
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.errors import SitingError
from siting.locate.equity import solve_max_min, solve_worst_first
from siting.locate.phases import solve_phases
from siting.locate.problem import build_problem

SEEDS = st.integers(0, 2**32 - 1)


def generated(seed, sites=7):
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 14)), int(rng.integers(1, sites))
    source, target = np.nonzero(rng.random((n, m)) < rng.uniform(0.1, 0.7))
    table = SimpleNamespace(from_index=source, to_index=target, cost=np.ones(source.size))
    state = rng.choice(4, m, p=[0.7, 0.1, 0.1, 0.1])
    return rng, build_problem(
        table,
        rng.integers(0, 9, n),
        site_cost=rng.integers(1, 9, m).astype(float),
        existing=state == 1,
        forced_in=state == 2,
        forced_out=state == 3,
    )


def plans(problem, p, budget):
    forced = np.flatnonzero(problem.forced_in)
    free = np.flatnonzero(~(problem.existing | problem.forced_in | problem.forced_out))
    for size in range(free.size + 1):
        for chosen in combinations(free, size):
            opened = np.array([*forced, *chosen], int)
            money = problem.site_cost[opened].sum()
            if (p is None or opened.size <= p) and (budget is None or money <= budget):
                yield opened


def covered(problem, opened):
    is_open = problem.existing.copy()
    is_open[opened] = True
    rows = np.zeros(problem.n_demand, bool)
    for i, j in zip(problem.from_index, problem.to_index, strict=True):
        rows[i] |= is_open[j]
    return rows


def asked(rng):
    p = int(rng.integers(0, 4))
    return (p, None) if rng.random() < 0.5 else (None, float(rng.integers(0, 20)))


def area_sums(problem, area, rows):
    return np.bincount(area[rows], problem.demand[rows], 3)


@settings(max_examples=300)
@given(SEEDS)
def test_max_min_lifts_the_worst_share_as_far_as_brute_force(seed):
    rng, problem = generated(seed)
    area = rng.integers(0, 3, problem.n_demand)
    p, budget = asked(rng)
    total = area_sums(problem, area, np.ones(problem.n_demand, bool))
    best = max(
        (
            (
                min(
                    (
                        s / t
                        for s, t in zip(area_sums(problem, area, rows), total, strict=True)
                        if t
                    ),
                    default=1.0,
                ),
                problem.demand[rows].sum(),
            )
            for rows in (covered(problem, opened) for opened in plans(problem, p, budget))
        ),
        default=None,
    )
    plan = solve_max_min(problem, area, p=p, budget=budget)
    if best is None:
        assert plan.status == "infeasible"
        return
    assert (plan.status, plan.objective) == ("optimal", pytest.approx(best[0]))
    assert plan.covered_demand == pytest.approx(best[1])


@settings(max_examples=300)
@given(SEEDS)
def test_worst_first_is_the_lexicographic_best(seed):
    rng, problem = generated(seed)
    area = rng.integers(-1, 3, problem.n_demand)
    p, budget = asked(rng)
    plan = solve_worst_first(problem, area, tiers=2, p=p, budget=budget)
    options = list(plans(problem, p, budget))
    if not options:
        assert plan.status == "infeasible"
        return
    tier = np.asarray(plan.details["tier_of_area"])
    last = len(plan.details["tier_covered"]) - 1
    tier_of_row = np.array([tier[a] if a >= 0 else last for a in area])
    inside = tier_of_row >= 0

    def sums(opened):
        rows = covered(problem, opened) & inside
        return tuple(np.bincount(tier_of_row[rows], problem.demand[rows], last + 1))

    best = max(sums(opened) for opened in options)
    assert plan.status == "optimal"
    assert tuple(plan.details["tier_covered"]) == pytest.approx(best)
    assert sums(plan.opened) == pytest.approx(best)


def test_the_worst_community_goes_first_although_another_is_larger():
    table = SimpleNamespace(from_index=[0, 1, 2], to_index=[0, 1, 2], cost=[1, 1, 1])
    problem = build_problem(table, [100, 50, 5], n_sites=3, existing=[1])
    # Community 0 holds rows 0 and 1 (a third covered), community 1 holds row 2 (nothing).
    plan = solve_worst_first(problem, [0, 0, 1], tiers=2, p=1)
    assert plan.opened.tolist() == [2]
    assert solve_max_min(problem, [0, 0, 1], p=1).objective == pytest.approx(50 / 150)


@settings(max_examples=300)
@given(SEEDS, st.booleans())
def test_phases_cover_what_brute_force_covers(seed, carry_over):
    rng, problem = generated(seed, sites=5)
    budgets = rng.integers(0, 12, int(rng.integers(1, 4))).astype(float)
    weights = rng.integers(0, 4, budgets.size).astype(float)
    free = np.flatnonzero(~(problem.existing | problem.forced_out))
    forced = np.flatnonzero(problem.forced_in)
    decided = {int(j): int(rng.integers(budgets.size)) for j in forced if rng.random() < 0.5}
    best = None
    for years in product(range(budgets.size + 1), repeat=free.size):
        year = np.array(years, int)
        if (problem.forced_in[free] & (year == budgets.size)).any():
            continue
        if any(year[free == site][0] != when for site, when in decided.items() if site in free):
            continue
        spent = [problem.site_cost[free[year == t]].sum() for t in range(budgets.size)]
        if carry_over:
            fits = (np.cumsum(spent) <= np.cumsum(budgets)).all()
        else:
            fits = (np.array(spent) <= budgets).all()
        if fits:
            value = sum(
                weights[t] * problem.demand[covered(problem, free[year <= t])].sum()
                for t in range(budgets.size)
            )
            best = value if best is None else max(best, value)
    plan = solve_phases(
        problem, budgets, carry_over=carry_over, year_weights=weights, decided_years=decided
    )
    if best is None:
        assert plan.status == "infeasible"
        return
    assert (plan.status, plan.objective) == ("optimal", pytest.approx(best))
    year = np.asarray(plan.details["year"])
    assert year.size == plan.opened.size
    when = dict(zip(plan.opened.tolist(), year.tolist(), strict=True))
    assert all(when[site] == settled for site, settled in decided.items())


def test_money_left_over_is_spent_later_or_lost():
    table = SimpleNamespace(from_index=[0, 1], to_index=[0, 1], cost=[1, 1])
    problem = build_problem(table, [10, 7], site_cost=[5.0, 3.0])
    saved = solve_phases(problem, [4, 1])
    assert sorted(zip(saved.opened, saved.details["year"], strict=True)) == [(1, 0)]
    assert saved.objective == 7 + 7
    later = solve_phases(problem, [4, 1], year_weights=[1, 9])
    assert (later.opened.tolist(), later.objective) == ([0], 9 * 10)
    assert solve_phases(problem, [4, 1], carry_over=False, year_weights=[1, 9]).objective == 7 * 10


def test_wrong_areas_and_years_are_told():
    problem = generated(1)[1]
    with pytest.raises(SitingError, match="number of each row's community"):
        solve_max_min(problem, [0, 1, 2, 3, 4] * 9, p=1)
    with pytest.raises(SitingError, match="2 budgets and 1 year_weights"):
        solve_phases(problem, [1, 2], year_weights=[1])
    assert solve_phases(problem, [-1.0]).status == "invalid"
