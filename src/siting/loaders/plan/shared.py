"""What all plans of a repository have in common: ``plans.yaml`` above them.

Owns finding that file and reading it. It says once what an indicator table never says of itself:
the date, the place and the status. What a plan says itself goes before it.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from siting.errors import ProjectError
from siting.loaders.plan.model import JURISDICTION
from siting.message import message
from siting.rules.plan.model import PlanStatus
from siting.yaml_lines import MAX_BYTES, faults_of, load_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

PLANS_FILE = "plans.yaml"
_REPOSITORY = ".git"


class PlansFile(BaseModel):
    """What holds for every plan beside and below the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    # Descriptions, not docstrings: pydantic asks every loaded module for the source of those, and
    # what is loaded on use would be loaded.
    jurisdiction: str | None = Field(
        default=None,
        pattern=JURISDICTION,
        description="Whose rules bind the plans, such as cn-hubei-wuhan.",
    )
    date: dt.date | None = Field(
        default=None, description="The rules in force on this day are applied."
    )
    status: PlanStatus | None = None


def shared_of(plan: Path) -> PlansFile:
    """Return what the nearest ``plans.yaml`` says, beside a plan or in a folder above it.

    Parameters
    ----------
    plan
        File or folder of a plan; may be absent. The search ends at the root of the repository
        (the folder with ``.git``), and outside of one at the folder above the plan's.

    Returns
    -------
    PlansFile
        Says nothing where there is no such file.

    Raises
    ------
    ProjectError
        The file has faults, all of them with their lines.
    """
    folder = plan if plan.is_dir() else plan.parent
    for each in _above(folder.resolve()):
        if (each / PLANS_FILE).is_file():
            return read_plans_file(each / PLANS_FILE)
    return PlansFile()


def read_plans_file(path: Path) -> PlansFile:
    """Read one ``plans.yaml``; errors as `shared_of`."""
    with path.open("rb") as stream:
        data, lines = load_yaml(stream.read(MAX_BYTES + 1), path.as_posix())
    if not isinstance(data, dict):
        raise ProjectError(path.as_posix(), [message("plans_file.no_keys", path=path)])
    try:
        return PlansFile.model_validate(data)
    except ValidationError as failure:
        faults = faults_of(failure, lines, path.as_posix(), model=PlansFile)
        raise ProjectError(path.as_posix(), faults) from None


def plans_json_schema() -> dict[str, Any]:
    """Return the JSON Schema of ``plans.yaml`` (draft 2020-12), so that editors complete it."""
    schema = PlansFile.model_json_schema(mode="validation")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def repository_of(folder: Path) -> Path | None:
    """Return the folder above, or this one, that is the root of a repository."""
    return next((each for each in (folder, *folder.parents) if (each / _REPOSITORY).exists()), None)


def _above(folder: Path) -> Iterator[Path]:
    root = repository_of(folder) or folder.parent
    for each in (folder, *folder.parents):
        yield each
        if each == root:
            return
