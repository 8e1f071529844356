"""Reading a project file: ``siting.yaml`` in, a checked `Project` out.

Owns the messages: every fault of the file at once, each with its line and path.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from siting.errors import LoadError, ProjectError
from siting.loaders.project.model import Project
from siting.message import message
from siting.yaml_lines import MAX_BYTES, faults_of, load_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping


__all__ = ["Project", "build_project", "project_json_schema", "read_project"]


def read_project(path: str | Path) -> Project:
    """Read and check a project file; nothing of the data is read yet.

    Parameters
    ----------
    path
        The YAML file, or the folder with a ``siting.yaml``.

    Returns
    -------
    Project
        With complete paths; every path in the file starts at the file's folder.

    Raises
    ------
    ProjectError
        All faults at once, each with line and path: unknown keys with the nearest known one,
        missing keys, values of the wrong kind, files that do not exist, unknown systems.
    LoadError
        The project file itself cannot be read.
    """
    path = Path(path)
    if path.is_dir():
        path = path / "siting.yaml"
    data, lines = load_yaml(_bytes(path), path.name)
    try:
        return Project.model_validate(data, context={"folder": path.parent, "path": path})
    except ValidationError as failure:
        raise ProjectError(path.name, faults_of(failure, lines, path.name, model=Project)) from None


def build_project(data: Mapping[str, Any], *, folder: str | Path = ".") -> Project:
    """Make a project of plain data, for notebooks; as strict as the file.

    Parameters
    ----------
    data
        What the YAML file would hold.
    folder
        Where its paths start.

    Raises
    ------
    ProjectError
        All faults at once, each with its path.
    """
    context = {"folder": Path(folder)}
    try:
        return Project.model_validate(dict(data), context=context)
    except ValidationError as failure:
        lines = dict.fromkeys(_paths(data, ()), 1)
        faults = faults_of(failure, lines, "", model=Project)
        raise ProjectError(message("project.itself"), faults) from None


def project_json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a project file, for editors and for CI.

    Examples
    --------
    >>> sorted(project_json_schema()["required"])
    ['layers', 'name']
    """
    schema = Project.model_json_schema()
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "siting.yaml",
    }
    return {**schema, **head}


def _bytes(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise LoadError(message("file.pipe_itself", path=path))
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as fault:
        what = fault.strerror or str(fault)
        raise LoadError(message("project.cannot_be_read", path=path, what=what)) from None


def _paths(data: Any, path: tuple[str | int, ...]) -> list[tuple[str | int, ...]]:
    """List the path of every value, so that faults are placed as in a file."""
    found = [path]
    if isinstance(data, dict):
        inner: Any = data.items()
    else:
        inner = enumerate(data) if isinstance(data, (list, tuple)) else ()
    for key, value in inner:
        found += _paths(value, (*path, key))
    return found
