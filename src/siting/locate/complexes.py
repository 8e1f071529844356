"""Embedded complexes: several facility types under one roof, sharing floor area and budget."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np

from siting.coverage.assignment import assignment
from siting.errors import SitingError
from siting.locate.answer import infeasible, refusal, unknown
from siting.locate.cover.presolve import merge_rows
from siting.locate.solution import (
    Solution,
    Status,
    covered_demand,
    is_closed,
    relative_gap,
)
from siting.locate.solve import Limits, Program, Rows, SolverOutcome, Watch, solve_program
from siting.message import Value, message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from siting.locate.problem import Problem

_DEFAULT = Limits()


@dataclass(frozen=True, slots=True, eq=False)
class ComplexFunction:
    """One facility type that a complex may hold.

    Parameters
    ----------
    name
        Facility type code, such as ``elder_care``.
    problem
        Its demand, limit and existing facilities, over the sites that all functions share.
    minimum_area_m2
        Least floor area of the function where it is present.
    cost, cost_per_m2
        Money for the function where it is present, and for each of its square metres.
    m2_per_person
        Floor area that a served person takes; 0 where anybody within the limit is served.
    weight
        What a person served by this function counts.
    """

    name: str
    problem: Problem
    minimum_area_m2: float = 0.0
    cost: float = 0.0
    cost_per_m2: float = 0.0
    m2_per_person: float = 0.0
    weight: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class _Terms:
    """What holds for a complex and for all of them together."""

    floor_area_m2: NDArray[np.float64]
    p: int | None
    budget: float | None
    minimum_functions: int
    minimum_area_m2: float


def solve_complexes(
    functions: Sequence[ComplexFunction],
    floor_area_m2: ArrayLike,
    *,
    p: int | None = None,
    budget: float | None = None,
    minimum_functions: int = 3,
    minimum_area_m2: float = 600.0,
    limits: Limits = _DEFAULT,
) -> Solution:
    """Choose sites, functions and their floor areas so that most (weighted) people are served.

    With y_j for a complex at j, s_jt for function t in it and a_jt for its floor area:
    ``max sum_t v_t sum_i w_it z_it`` subject to ``z_it <= sum_{j in N_it} s_jt``,
    ``minimum_t s_jt <= a_jt <= F_j s_jt``, ``s_jt <= y_j``, ``sum_t a_jt <= F_j y_j``,
    ``sum_t s_jt >= minimum_functions y_j``, ``sum_t a_jt >= minimum_area_m2 y_j``,
    ``sum_j c_j y_j + sum_jt (c_t s_jt + e_t a_jt) <= budget``, ``sum_j y_j <= p``; y, s binary.
    Where a function takes floor area by person, z_it is the sum of flows f_ijt with
    ``m2_per_person_t sum_i f_ijt <= a_jt``. Limits are inclusive.

    Parameters
    ----------
    functions
        Two functions may not bear the same name. Site costs are read from the first function's
        problem. A site that one of the problems forces in holds a complex; one that a problem
        forces out does not hold that function.
    floor_area_m2
        float (m,): floor area that each site offers, shared by its functions.
    minimum_functions, minimum_area_m2
        What makes a complex: by default at least three functions and 600 m².

    Returns
    -------
    Solution
        `objective` counts weighted people served, existing facilities included.
        ``details["functions"]`` is a list of (site, name, floor area in m²), ``details["served"]``
        the people served by function name, ``details["served_today"]`` those of them whom
        existing facilities serve. `assignment` is empty.

    Raises
    ------
    SitingError
        No function, a name twice, or problems over different numbers of sites.

    References
    ----------
    Hierarchical and multi-service covering: Moore and ReVelle (1982), The hierarchical service
    location problem, Geographical Analysis 14. The figures of a complex: the embedded service
    complexes (嵌入式服务综合体) of the Chinese community programme.
    """
    terms = _Terms(np.asarray(floor_area_m2, float), p, budget, minimum_functions, minimum_area_m2)
    _check(functions, terms)
    model = "complexes"
    first = functions[0].problem
    for function in functions:
        refused = refusal(function.problem, model, p=p)
        if refused is not None:
            return refused
    watch = Watch(limits)
    parts = [_Part.of(function) for function in functions]
    program, columns = _program(parts, terms)
    outcome = solve_program(program, watch, label=message("progress.complexes"))
    if outcome.end == "infeasible":
        return infeasible(model, watch, message("answer.no_room_for_complex"))
    if outcome.values is None:
        return unknown(model, watch, message("sought.plan"))
    return _answer(parts, first, columns, outcome, watch, terms)


def _check(functions: Sequence[ComplexFunction], terms: _Terms) -> None:
    names = [function.name for function in functions]
    if not names or len(set(names)) < len(names):
        raise SitingError(message("locate.complex_names", names=names))
    sizes = {function.problem.n_sites for function in functions} | {terms.floor_area_m2.size}
    if len(sizes) > 1:
        raise SitingError(message("locate.complex_sites", sizes=str(sorted(sizes))))
    money = [terms.budget or 0.0, *(f.cost for f in functions), *(f.cost_per_m2 for f in functions)]
    areas = [*terms.floor_area_m2, *(f.minimum_area_m2 for f in functions), terms.minimum_area_m2]
    rest = [*(f.m2_per_person for f in functions), *(f.weight for f in functions)]
    if not all(np.isfinite(value) and value >= 0 for value in [*money, *areas, *rest]):
        raise SitingError(message("locate.complex_numbers"))


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """One function with its merged rows; pairs include existing facilities of the function."""

    function: ComplexFunction
    weight: NDArray[np.float64]
    row: NDArray[np.int64]
    site: NDArray[np.int64]

    @classmethod
    def of(cls, function: ComplexFunction) -> _Part:
        problem = function.problem
        usable = problem.existing | ~problem.forced_out
        kept = (problem.demand[problem.from_index] > 0) & usable[problem.to_index]
        source, site = problem.from_index[kept], problem.to_index[kept]
        offset = np.searchsorted(source, np.arange(problem.n_demand + 1)).astype(np.int64)
        group, first = merge_rows(offset, site, problem.n_sites)
        inside = group >= 0
        weight = np.bincount(group[inside], problem.demand[inside], first.size).astype(float)
        pairs = np.isin(source, first)
        return cls(function, weight, group[source[pairs]], site[pairs].astype(np.int64))


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where the columns begin: y, then s, a and the served parts of each function."""

    sites: int
    s: tuple[int, ...]
    a: tuple[int, ...]
    served: tuple[int, ...]
    size: int

    @classmethod
    def of(cls, parts: Sequence[_Part], m: int) -> _Columns:
        count = len(parts)
        s = tuple(m + m * t for t in range(count))
        a = tuple(m + m * (count + t) for t in range(count))
        at = m + 2 * m * count
        served = []
        for part in parts:
            served.append(at)
            at += part.row.size if part.function.m2_per_person > 0 else part.weight.size
        return cls(m, s, a, tuple(served), at)


def _program(parts: Sequence[_Part], terms: _Terms) -> tuple[Program, _Columns]:
    first = parts[0].function.problem
    m = first.n_sites
    columns = _Columns.of(parts, m)
    floor = terms.floor_area_m2
    j = np.arange(m)
    rows = Rows()
    cost = np.zeros(columns.size)
    for part, s, a, served in zip(parts, columns.s, columns.a, columns.served, strict=True):
        function = part.function
        rows.add(m, -np.inf, 0.0, (j, s + j, 1.0), (j, j, -1.0))
        rows.add(m, -np.inf, 0.0, (j, a + j, 1.0), (j, s + j, -floor))
        rows.add(m, 0.0, np.inf, (j, a + j, 1.0), (j, s + j, -function.minimum_area_m2))
        if function.m2_per_person > 0:
            _add_flow(rows, part, a, served)
            cost[served : served + part.row.size] = function.weight * part.weight[part.row]
        else:
            _add_cover(rows, part, s, served)
            cost[served : served + part.weight.size] = function.weight * part.weight
    every = [(j, s + j, 1.0) for s in columns.s]
    areas = [(j, a + j, 1.0) for a in columns.a]
    rows.add(m, 0.0, np.inf, *every, (j, j, -float(terms.minimum_functions)))
    rows.add(m, 0.0, np.inf, *areas, (j, j, -terms.minimum_area_m2))
    rows.add(m, -np.inf, 0.0, *areas, (j, j, -floor))
    if terms.p is not None:
        rows.add(1, -np.inf, terms.p, (0, j, 1.0))
    if terms.budget is not None:
        fitted = [(0, s + j, part.function.cost) for part, s in zip(parts, columns.s, strict=True)]
        built = [
            (0, a + j, part.function.cost_per_m2) for part, a in zip(parts, columns.a, strict=True)
        ]
        limit = terms.budget * (1 + 1e-12)
        rows.add(1, -np.inf, limit, (0, j, first.site_cost), *fitted, *built)
    return rows.program(*_bounds(parts, columns, floor, cost), maximise=True), columns


def _bounds(
    parts: Sequence[_Part],
    columns: _Columns,
    floor: NDArray[np.float64],
    cost: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Return costs, limits and kinds of the columns."""
    m = columns.sites
    problems = [part.function.problem for part in parts]
    lower, upper = np.zeros(columns.size), np.ones(columns.size)
    lower[:m] = np.any([each.forced_in for each in problems], axis=0)
    # A site that holds a facility already is no place for a complex.
    taken = np.any([each.existing for each in problems], axis=0)
    upper[:m] = ~taken & ~np.all([each.forced_out for each in problems], axis=0)
    for s, a, each in zip(columns.s, columns.a, problems, strict=True):
        upper[s : s + m] = ~each.forced_out
        upper[a : a + m] = floor
    integer = np.zeros(columns.size, bool)
    integer[: m * (1 + len(parts))] = True
    return cost, lower, upper, integer


def _add_cover(rows: Rows, part: _Part, s: int, served: int) -> None:
    """Let a row count once the function, or an existing facility of it, is within the limit."""
    existing = part.function.problem.existing
    r = np.arange(part.weight.size)
    have = np.bincount(part.row[existing[part.site]], minlength=r.size)
    new = ~existing[part.site]
    rows.add(
        r.size, -have.astype(float), np.inf, (part.row[new], s + part.site[new], 1.0),
        (r, served + r, -1.0),
    )  # fmt: skip


def _add_flow(rows: Rows, part: _Part, a: int, served: int) -> None:
    """Let people flow to where floor area, or the room of an existing facility, takes them."""
    problem = part.function.problem
    weight = part.weight[part.row]
    f = served + np.arange(part.row.size)
    m = problem.n_sites
    rows.add(part.weight.size, -np.inf, 1.0, (part.row, f, 1.0))
    room = np.where(problem.existing, np.minimum(problem.capacity, part.weight.sum()), 0.0)
    j = np.flatnonzero(~problem.existing)
    rows.add(
        m, -np.inf, room, (part.site, f, weight), (j, a + j, -1.0 / part.function.m2_per_person)
    )


def _answer(
    parts: Sequence[_Part],
    first: Problem,
    columns: _Columns,
    outcome: SolverOutcome,
    watch: Watch,
    terms: _Terms,
) -> Solution:
    assert outcome.values is not None
    m = columns.sites
    opened = np.flatnonzero(outcome.values[:m] > 0.5).astype(np.int32)
    held = [outcome.values[s : s + m] > 0.5 for s in columns.s]
    areas = [
        np.where(has, np.clip(outcome.values[a : a + m], 0.0, terms.floor_area_m2), 0.0)
        for has, a in zip(held, columns.a, strict=True)
    ]
    served = {
        part.function.name: _served(part.function, has, area)
        for part, has, area in zip(parts, held, areas, strict=True)
    }
    objective = sum(part.function.weight * served[part.function.name] for part in parts)
    bound = max(outcome.bound, objective)
    closed = is_closed(objective, bound)
    nothing = np.zeros(m)
    today = {part.function.name: _served(part.function, nothing > 0, nothing) for part in parts}
    inside = [
        (int(j), part.function.name, float(area[j]))
        for j in opened
        for part, has, area in zip(parts, held, areas, strict=True)
        if has[j]
    ]
    spent = float(first.site_cost[opened].sum()) + sum(
        part.function.cost * has.sum() + part.function.cost_per_m2 * area.sum()
        for part, has, area in zip(parts, held, areas, strict=True)
    )
    gap = 0.0 if closed else relative_gap(objective, bound)
    plan: dict[str, Value] = {
        "count": opened.size, "functions": len(inside), "objective": float(objective)
    }  # fmt: skip
    worth = message("answer.complexes_best", **plan)
    if not closed:
        worth = message("answer.complexes_none_more", why=watch.why(), bound=float(bound), **plan)
    return Solution(
        model="complexes",
        status=Status.OPTIMAL if closed else Status.FEASIBLE,
        message=worth,
        objective=float(objective),
        bound=float(objective if closed else bound),
        gap=gap,
        opened=opened,
        added=_added(parts, opened, held, areas),
        covered_demand=float(objective),
        total_demand=float(sum(p.function.weight * p.function.problem.demand.sum() for p in parts)),
        cost=float(spent),
        seconds=watch.elapsed(),
        ended="" if closed else watch.ended,
        details={"functions": inside, "served": served, "served_today": today},
    )


def _served(function: ComplexFunction, held: NDArray[np.bool_], area: NDArray[np.float64]) -> float:
    """Recount the people that a function serves, from sites and floor areas alone."""
    problem = function.problem
    if function.m2_per_person <= 0:
        sites = np.flatnonzero(held | problem.existing).astype(np.int32)
        return covered_demand(problem, sites)
    room = np.where(problem.existing, problem.capacity, area / function.m2_per_person)
    pairs = SimpleNamespace(
        from_index=problem.from_index, to_index=problem.to_index, cost=problem.cost
    )
    return assignment(pairs, problem.demand, np.where(held | problem.existing, room, 0.0)).total


def _added(
    parts: Sequence[_Part],
    opened: NDArray[np.int32],
    held: Sequence[NDArray[np.bool_]],
    areas: Sequence[NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Return what each complex adds beyond those before it, in the order of their numbers."""
    totals = []
    for count in range(opened.size + 1):
        so_far = np.zeros(areas[0].size, bool)
        so_far[opened[:count]] = True
        totals.append(
            sum(
                part.function.weight * _served(part.function, has & so_far, area)
                for part, has, area in zip(parts, held, areas, strict=True)
            )
        )
    return np.diff(np.array(totals, float))
