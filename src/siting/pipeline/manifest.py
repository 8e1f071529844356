"""What a run was made of: inputs and rules with their hashes, versions and parameters.

With the same files, the same packages and this manifest, a run can be repeated and compared.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siting.loaders.formats.files import input_file
from siting.rules.pack.find import find_packs, shown_path
from siting.shipped import shipped_folder

if TYPE_CHECKING:
    from siting.loaders.layer.load import Layers
    from siting.loaders.project.model import Project

# What can change a figure, or the shape of a file.
_PACKAGES = (
    "siting", "numpy", "pandas", "geopandas", "shapely", "pyproj", "pyogrio", "pyarrow",
    "rasterio", "osmium", "osmnx", "numba", "scipy", "highspy", "folium", "pydantic", "openpyxl",
)  # fmt: skip


@cache
def versions() -> Mapping[str, str]:
    """Return the versions of Python and of the packages that results depend on.

    Read from the installed packages' metadata, so that nothing heavy is imported for it.
    """
    found = {"python": platform.python_version(), "platform": sys.platform}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # run from a source tree that was never installed
            found[name] = "not installed"
    return found


def build_manifest(project: Project, layers: Layers, *, date: str, started: str) -> dict[str, Any]:
    """Return the manifest of a run on a project as plain data.

    Parameters
    ----------
    project, layers
        What was asked, and the files that were read for it.
    date
        The day whose rules applied, ISO 8601.
    started
        When the run began, ISO 8601 with its offset; the only thing here that a repetition changes.
    """
    named = {"path": project.path.name, "name": project.name}
    if project.path.is_file():
        named["sha256"] = input_file(project.path).sha256
    return {
        "siting": versions()["siting"],
        "project": named,
        "started": started,
        "date": date,
        "crs": layers.crs.to_string(),
        "parameters": project.parameters.model_dump(mode="json"),
        "inputs": [
            {"path": _shown(each.path, project.folder), "sha256": each.sha256, "bytes": each.bytes}
            for each in layers.inputs
        ],
        "rule_packs": [
            {"path": _shown_pack(path, project.folder), "sha256": input_file(path).sha256}
            for path in find_packs(project.rules, project.folder)
        ],
        "versions": dict(versions()),
    }


def _shown_pack(path: Path, folder: Path) -> str:
    """Name a shipped pack as siting does, and another as the project sees it."""
    is_shipped = path.resolve().is_relative_to(shipped_folder().resolve())
    return shown_path(path) if is_shipped else _shown(path.resolve(), folder)


def _shown(path: Path, folder: Path) -> str:
    """Name a file as the project sees it, so that a manifest names no machine."""
    try:
        return Path(os.path.relpath(path, folder.resolve())).as_posix()
    except ValueError:  # another drive on Windows
        return path.name
