"""Facility siting and compliance analysis: gaps in service, plan checks, and where to build.

The public names are loaded when they are first used, so that importing siting costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from siting.errors import SitingError
    from siting.loaders.plan import read_plan
    from siting.loaders.project import read_project
    from siting.pipeline.analysis import Analysis, analyze
    from siting.pipeline.check import PlanCheck, check_plan, check_plans
    from siting.pipeline.locate import Siting, propose_sites
    from siting.sample import write_sample

__version__ = "0.1.0"

__all__ = [
    "Analysis",
    "PlanCheck",
    "Siting",
    "SitingError",
    "__version__",
    "analyze",
    "check_plan",
    "check_plans",
    "propose_sites",
    "read_plan",
    "read_project",
    "write_sample",
]

_HOMES = {
    "Analysis": "siting.pipeline.analysis",
    "PlanCheck": "siting.pipeline.check",
    "Siting": "siting.pipeline.locate",
    "SitingError": "siting.errors",
    "analyze": "siting.pipeline.analysis",
    "check_plan": "siting.pipeline.check",
    "check_plans": "siting.pipeline.check",
    "propose_sites": "siting.pipeline.locate",
    "read_plan": "siting.loaders.plan",
    "read_project": "siting.loaders.project",
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
