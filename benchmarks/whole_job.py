"""Measure the whole job: `siting analyze` as a user runs it, from process start to the last file.

    python benchmarks/whole_job.py [CITY ...] [--runs N] [--note TEXT]

Each city is measured at its first start ever (no compiled kernel, nothing kept), at the second, and
after one more facility. The rows of cities that are not named stay as they are in RESULTS.md.
`make bench` runs it for all cities.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely
import yaml
from cities import CITIES, project_of
from measuring import machine, reaped

HERE = Path(__file__).resolve().parent
TITLE = "## The whole job: `siting analyze` from process start to the last file"
STARTS = ("first start ever", "second start", "one more facility")
HEAD = (
    "| city | "
    + " | ".join(f"{start}: wall s | CPU s | peak MiB" for start in STARTS)
    + " | run |",
    "|---|" + "--:|" * (3 * len(STARTS)) + "---|",
)
Run = tuple[float, float, float]
"""Wall seconds, CPU seconds of the process and what it started, peak memory in MiB."""


def with_whole_paths(project: Path, folder: Path) -> Path:
    """Write a project of its own that reads the same files, so that nothing is kept beside them."""

    def whole(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: whole(each, name) for name, each in value.items()}
        if isinstance(value, list):
            return [whole(each, key) for each in value]
        named = key in ("path", "rules") and isinstance(value, str)
        beside = project.parent / value if named else None
        return str(beside.resolve()) if beside is not None and beside.exists() else value

    copy = folder / "siting.yaml"
    text = yaml.safe_dump(whole(yaml.safe_load(project.read_text("utf-8"))), allow_unicode=True)
    copy.write_text(text, encoding="utf-8")
    return copy


def add_facility(project: Path, out: Path) -> None:
    """Add an elder-care facility where the first home stands."""
    homes = gpd.read_parquet(out / "homes.parquet", columns=["home_id", "geometry"]).head(1)
    place = homes.geometry.representative_point().to_crs("EPSG:4326").iloc[0]
    feature = {"type": "Feature", "properties": {"facility_id": "one-more"}}
    features = [feature | {"geometry": json.loads(shapely.to_geojson(place))}]
    more = project.with_name("one-more.geojson")
    more.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    content = yaml.safe_load(project.read_text("utf-8"))
    layers = content["layers"]
    known = (
        layers["facilities"] if isinstance(layers["facilities"], list) else [layers["facilities"]]
    )
    layers["facilities"] = [*known, {"path": more.name, "facility_type": "elder_care"}]
    project.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")


def run_once(project: Path, out: Path, kernels: Path) -> Run:
    """Run the command; raise `SystemExit` with what it says where it fails."""
    command = [sys.executable, "-c", "from siting.cli import main; main()", "analyze"]
    environment = os.environ | {"NUMBA_CACHE_DIR": str(kernels)}
    with tempfile.TemporaryFile() as said:
        started = time.perf_counter()
        process = subprocess.Popen(
            [*command, str(project), "--out", str(out)], stdout=said, stderr=said, env=environment
        )
        cpu, peak = reaped(process)
        wall = time.perf_counter() - started
        said.seek(0)
        if process.returncode not in (0, 1):  # 1: some rule fails
            raise SystemExit(f"{project} failed:\n{said.read().decode()[-2000:]}")
    return wall, cpu, peak


def starts_of(project: Path, runs: int) -> dict[str, list[Run]]:
    """Return the runs of each kind of start, in a folder of its own each time."""
    found: dict[str, list[Run]] = {start: [] for start in STARTS}
    for _ in range(runs):
        folder = Path(tempfile.mkdtemp(prefix="siting-bench-"))
        try:
            own, out, kernels = (
                with_whole_paths(project, folder),
                folder / "out",
                folder / "kernels",
            )
            for start in STARTS:
                if start == STARTS[2]:
                    add_facility(own, out)
                found[start].append(run_once(own, out, kernels))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return found


def row_of(city: str, found: dict[str, list[Run]], note: str) -> str:
    """Return the line of the table: medians."""
    cells = [
        f"{statistics.median(figures):.{0 if number == 2 else 1}f}"
        for start in STARTS
        for number, figures in enumerate(zip(*found[start], strict=True))
    ]
    runs = len(found[STARTS[0]])
    said = f"{dt.datetime.now(dt.UTC).date()}, {runs} {'run' if runs == 1 else 'runs'}"
    return f"| {city} | {' | '.join(cells)} | {said}{', ' + note if note else ''} |"


def known_rows(text: str) -> dict[str, str]:
    """Return the rows that a results file has already, by city."""
    section = text.partition(TITLE)[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ")]
    return {line.split("|")[1].strip(): line for line in rows if not line.startswith("| city ")}


def section_of(rows: dict[str, str]) -> str:
    """Return the section, cities in their order."""
    lines = [rows[city] for city in CITIES if city in rows]
    return "\n".join([TITLE, "", *HEAD, *lines, "", machine(), "", ""])


def with_section(text: str, rows: dict[str, str]) -> str:
    """Put the section before all others, in place of the one that was there."""
    before, _, rest = text.partition(TITLE)
    if rest:
        text = before + rest[rest.index("\n## ") + 1 :] if "\n## " in rest else before
    at = text.find("\n## ") + 1
    at = at or len(text)
    return text[:at] + section_of(rows) + text[at:]


def measure(cities: list[str], folder: Path, results: Path, runs: int, note: str) -> None:
    """Measure cities and write each into the results as soon as it is known."""
    for city in cities:
        project = project_of(city, folder)
        if project is None:
            print(f"{city}: its data is not here", flush=True)
            continue
        print(f"{city}: the whole job", flush=True)
        text = results.read_text("utf-8") if results.exists() else "# Results of `make bench`\n\n"
        line = row_of(city, starts_of(project, 1 if city == "l" else runs), note)
        results.write_text(with_section(text, known_rows(text) | {city: line}), encoding="utf-8")
        print(line, flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cities", nargs="*", metavar="CITY", help=f"of {', '.join(CITIES)}")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--note", default="", help="said beside the rows, such as a loaded machine")
    parser.add_argument("--folder", type=Path, default=HERE.parent / ".bench")
    parser.add_argument("--results", type=Path, default=HERE / "RESULTS.md")
    options = parser.parse_args()
    if unknown := set(options.cities) - set(CITIES):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known are {', '.join(CITIES)}")
    cities = options.cities or list(CITIES)
    measure(cities, options.folder, options.results, options.runs, options.note)


if __name__ == "__main__":
    main()
