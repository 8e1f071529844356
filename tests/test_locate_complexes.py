"""Complexes against brute force over every choice of functions at every site."""

from __future__ import annotations

from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from siting.errors import SitingError
from siting.locate.complexes import ComplexFunction, solve_complexes
from siting.locate.problem import build_problem

SEEDS = st.integers(0, 2**32 - 1)


def generated(seed):
    rng = np.random.default_rng(seed)
    m, functions = int(rng.integers(1, 4)), []
    state = rng.choice(3, m, p=[0.8, 0.1, 0.1])
    money = rng.integers(1, 9, m).astype(float)
    for name in ("elder_care", "childcare", "canteen", "sport")[: rng.integers(3, 5)]:
        n = int(rng.integers(1, 6))
        source, target = np.nonzero(rng.random((n, m)) < 0.6)
        table = SimpleNamespace(from_index=source, to_index=target, cost=np.ones(source.size))
        problem = build_problem(
            table,
            rng.integers(0, 9, n),
            site_cost=money,
            forced_in=state == 1,
            forced_out=state == 2,
        )
        functions.append(
            ComplexFunction(
                name,
                problem,
                minimum_area_m2=float(rng.choice([100, 200, 300])),
                cost=float(rng.integers(0, 4)),
                weight=float(rng.integers(1, 3)),
            )
        )
    return rng, functions, rng.choice([500.0, 700.0, 900.0], m)


def best_by_hand(functions, floor, p, budget):
    """Every set of functions at every site, their floor areas filled up to what is asked."""
    first = functions[0].problem
    kinds = list(product([False, True], repeat=len(functions)))
    best = None
    for choice in product(kinds, repeat=floor.size):
        held = np.array(choice)
        opened = held.any(axis=1)
        least = held @ [f.minimum_area_m2 for f in functions]
        allowed = (
            (held.sum(axis=1)[opened] >= 3).all()
            and (least[opened] <= floor[opened]).all()
            and (floor[opened] >= 600).all()
            and not (opened & first.forced_out).any()
            and opened[first.forced_in].all()
            and opened.sum() <= p
        )
        money = first.site_cost[opened].sum() + (held @ [f.cost for f in functions]).sum()
        if not allowed or money > budget:
            continue
        value = 0.0
        for t, function in enumerate(functions):
            problem = function.problem
            reached = {
                int(i)
                for i, j in zip(problem.from_index, problem.to_index, strict=True)
                if held[j, t]
            }
            value += function.weight * problem.demand[list(reached)].sum()
        best = value if best is None else max(best, value)
    return best


@settings(max_examples=300)
@given(SEEDS)
def test_complexes_serve_what_brute_force_serves(seed):
    rng, functions, floor = generated(seed)
    p, budget = int(rng.integers(0, 4)), float(rng.integers(5, 40))
    best = best_by_hand(functions, floor, p, budget)
    plan = solve_complexes(functions, floor, p=p, budget=budget)
    if best is None:
        assert plan.status == "infeasible"
        return
    assert (plan.status, plan.objective) == ("optimal", pytest.approx(best))
    assert plan.cost <= budget + 1e-6
    assert plan.added.sum() == pytest.approx(plan.objective)
    for j in plan.opened:
        areas = [area for site, _, area in plan.details["functions"] if site == j]
        assert len(areas) >= 3
        assert 600 - 1e-6 <= sum(areas) <= floor[j] + 1e-6


def function(name, people, **changes):
    table = SimpleNamespace(from_index=[0], to_index=[0], cost=[1.0])
    return ComplexFunction(name, build_problem(table, [people], n_sites=1), **changes)


def test_functions_share_the_floor_area_by_what_a_square_metre_serves():
    # 1,000 m²: the canteen serves a person on 2 m², elder care on 20 m², both want all they get.
    functions = [
        function("canteen", 300, minimum_area_m2=100, m2_per_person=2),
        function("elder_care", 500, minimum_area_m2=300, m2_per_person=20),
        function("reading_room", 80, minimum_area_m2=50),
    ]
    plan = solve_complexes(functions, [1000.0])
    assert plan.details["served"] == pytest.approx(
        {"canteen": 300, "elder_care": (1000 - 300 * 2 - 50) / 20, "reading_room": 80}, rel=1e-6
    )


def test_two_functions_or_a_small_house_make_no_complex():
    two = [function("canteen", 30), function("sport", 30)]
    assert solve_complexes(two, [1000.0]).objective == 0
    three = [*two, function("repair", 30)]
    assert solve_complexes(three, [599.9]).objective == 0
    assert solve_complexes(three, [600.0]).objective == 30 + 30 + 30


def test_floor_area_is_paid_by_the_square_metre():
    three = [function(name, 30, cost_per_m2=1) for name in ("canteen", "sport", "repair")]
    assert solve_complexes(three, [900.0], budget=601).objective == 90
    assert solve_complexes(three, [900.0], budget=600).objective == 0


def test_names_and_sites_have_to_fit_together():
    with pytest.raises(SitingError, match="different names"):
        solve_complexes([function("canteen", 1), function("canteen", 1)], [700.0])
    with pytest.raises(SitingError, match=r"there are 1, 2 of them"):
        solve_complexes([function("canteen", 1)], [700.0, 800.0])
