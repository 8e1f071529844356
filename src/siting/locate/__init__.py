"""Where to build next: siting models whose every answer carries a status, a bound and a gap."""

from siting.locate.capacitated import (
    solve_capacitated_lscp,
    solve_capacitated_mclp,
    solve_capacitated_p_median,
)
from siting.locate.complexes import ComplexFunction, solve_complexes
from siting.locate.cover.backup import solve_lscp_backup
from siting.locate.cover.lscp_mclp import solve_lscp, solve_mclp
from siting.locate.curve import served_curve
from siting.locate.dispersion import solve_p_dispersion
from siting.locate.equity import solve_max_min, solve_worst_first
from siting.locate.median.median_center import solve_p_center, solve_p_median
from siting.locate.models import MODELS, Model, find_model, usual_model
from siting.locate.phases import solve_phases
from siting.locate.problem import Problem, build_problem
from siting.locate.solution import Solution, Status
from siting.locate.solve import Limits

__all__ = [
    "MODELS",
    "ComplexFunction",
    "Limits",
    "Model",
    "Problem",
    "Solution",
    "Status",
    "build_problem",
    "find_model",
    "served_curve",
    "solve_capacitated_lscp",
    "solve_capacitated_mclp",
    "solve_capacitated_p_median",
    "solve_complexes",
    "solve_lscp",
    "solve_lscp_backup",
    "solve_max_min",
    "solve_mclp",
    "solve_p_center",
    "solve_p_dispersion",
    "solve_p_median",
    "solve_phases",
    "solve_worst_first",
    "usual_model",
]
