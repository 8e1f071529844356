"""Facility siting and compliance analysis: gaps in service, plan checks, and where to build.

The public names are loaded when they are first used, so that importing siting costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from siting.errors import SitingError
    from siting.loaders.plan.read import read_plan
    from siting.loaders.project.read import read_project
    from siting.pipeline.complexes.asked import FunctionAsked
    from siting.pipeline.complexes.propose import propose_complexes
    from siting.pipeline.gaps.analysis import Analysis, analyze
    from siting.pipeline.plans.check import PlanCheck, check_plan, check_plans
    from siting.pipeline.sites.siting import Siting, propose_sites
    from siting.sample import write_sample

__version__ = "0.1.0"

__all__ = [
    "Analysis",
    "FunctionAsked",
    "PlanCheck",
    "Siting",
    "SitingError",
    "__version__",
    "analyze",
    "check_plan",
    "check_plans",
    "propose_complexes",
    "propose_sites",
    "read_plan",
    "read_project",
    "write_sample",
]

_HOMES = {
    "Analysis": "siting.pipeline.gaps.analysis",
    "FunctionAsked": "siting.pipeline.complexes.asked",
    "PlanCheck": "siting.pipeline.plans.check",
    "Siting": "siting.pipeline.sites.siting",
    "SitingError": "siting.errors",
    "analyze": "siting.pipeline.gaps.analysis",
    "check_plan": "siting.pipeline.plans.check",
    "check_plans": "siting.pipeline.plans.check",
    "propose_complexes": "siting.pipeline.complexes.propose",
    "propose_sites": "siting.pipeline.sites.siting",
    "read_plan": "siting.loaders.plan.read",
    "read_project": "siting.loaders.project.read",
    "write_sample": "siting.sample",
}


def __getattr__(name: str) -> object:
    """Load a public name from the module that defines it (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'siting' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted(__all__)
