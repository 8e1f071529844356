"""What a run was made of: inputs and rules with their hashes, versions and parameters.

With the same files, the same packages and this manifest, a run can be repeated and compared.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

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
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": platform.python_version(), "platform": sys.platform}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # run from a source tree that was never installed
            found[name] = "not installed"
    return found


def build_manifest(
    *,
    project: Mapping[str, Any],
    inputs: Sequence[Mapping[str, Any]],
    rule_packs: Sequence[Mapping[str, Any]],
    parameters: Mapping[str, Any],
    crs: str,
    date: str,
    started: str,
) -> dict[str, Any]:
    """Return the manifest as plain data.

    Parameters
    ----------
    project
        ``path``, ``name`` and ``sha256`` of the project file.
    inputs, rule_packs
        One mapping a file: ``path``, ``sha256``, ``bytes``.
    parameters
        Every parameter of the analysis, defaults included.
    crs
        The metric CRS of the analysis.
    date
        The day whose rules applied, ISO 8601.
    started
        When the run began, ISO 8601 with its offset; the only thing here that a repetition changes.
    """
    return {
        "siting": versions()["siting"],
        "project": dict(project),
        "started": started,
        "date": date,
        "crs": crs,
        "parameters": dict(parameters),
        "inputs": [dict(each) for each in inputs],
        "rule_packs": [dict(each) for each in rule_packs],
        "versions": dict(versions()),
    }
