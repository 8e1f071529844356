"""The cities that are measured, made up and real, each as a project file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SIZES = {  # name -> nodes, homes, facilities of the commonest type
    "s": (50_000, 100_000, 500),
    "m": (500_000, 1_000_000, 5_000),
    "l": (2_000_000, 4_000_000, 20_000),
}
REAL = ("wuhan", "las-palmas", "vologda")
CITIES = ("sample", *SIZES, "porto", *REAL)


def project_of(city: str, folder: Path) -> Path | None:
    """Return the project of a city, written into the folder if it is made up; None without data."""
    if city == "sample":
        return _sample(folder / "sample")
    if city in SIZES:
        return made_up(city, folder)
    data = Path(os.environ.get("SITING_REAL_DATA", ROOT.parent / "shared" / "data"))
    if not (data / city).exists():
        return None
    if city != "porto":
        return ROOT / "tests" / "projects" / f"{city}.yaml"
    # Porto has the largest network and hardly a building: homes are made up along its streets.
    streets = data / "porto" / "porto.osm.pbf"
    asked = ["--streets", str(streets), "--homes", "300000", "--largest", "3000"]
    return _written(folder / "porto", asked)


def made_up(size: str, folder: Path) -> Path:
    """Return the project of a made-up city."""
    nodes, homes, largest = SIZES[size]
    asked = ["--nodes", str(nodes), "--homes", str(homes), "--largest", str(largest)]
    return _written(folder / f"{size}-{nodes}-{homes}", asked)


def _sample(folder: Path) -> Path:
    if not (folder / "siting.yaml").exists():
        command = [sys.executable, "-c", "from siting.cli import main; main()", "sample"]
        subprocess.run([*command, str(folder)], check=True)
    return folder / "siting.yaml"


def _written(folder: Path, asked: list[str]) -> Path:
    """Let a process of its own write a city: what it needs would count as its children's peak."""
    project = folder / "siting.yaml"
    if not project.exists():
        subprocess.run(
            [sys.executable, str(HERE / "synthetic.py"), str(folder), *asked], check=True
        )
    return project
