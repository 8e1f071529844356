"""Measure siting and its peers on made-up and real cities: `make bench`.

The headline is the whole job as a user runs it (`whole_job.py`); the stages stand below it.

Every stage runs in a process of its own; wall and CPU seconds are those of the stage, memory is the
peak of the process. Medians of several runs. Peers do the same work in the same run, in their own
environment, and their answers are compared with siting's.

    python benchmarks/run.py [--quick] [--sizes s,m,l] [--real FOLDER] [--runs N] [--no-peers]
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
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import whole_job
from cities import REAL, SIZES, made_up, project_of
from measuring import machine, reaped

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
STAGES = (
    "read",
    "network",
    "snap",
    "rules",
    "write",
    "what_if",
    "to_findings",
    "to_findings_anew",
    "first_start",
    "whole",
    "whole_with_map",
)
# The map of a million homes takes minutes; the largest city has no room for a second one.
LEFT_OUT = {"m": ("whole_with_map",), "l": ("what_if", "whole_with_map", "first_start")}
# The same stage in another environment: no kernel was ever compiled.
ALIASES = {"first_start": "to_findings_anew"}
PEERS = (
    ("nearest facility of 12 types from every node", "kernel",
     ("bound", "scipy", "pandana", "networkx")),
    ("every pair of junction and commonest facility within 1,000 m", "pairs", ("pairs_bound",)),
    ("straight line to the nearest of one type", "straight",
     ("kdtree_straight", "geopandas_straight")),
    ("nearest street of every home", "snap_access", ("snap_bound", "shapely_snap")),
)  # fmt: skip
# Answers may differ by rounding; pandana cuts off millimetres.
TOLERANCE_M = {"pandana": 0.1}
# These take minutes for what others do in seconds: measured on the small city unless asked.
SLOW_PEERS = ("pandana", "networkx")
INTRODUCTION = (
    "{day}, {machine}. Medians of {runs} runs, each in a process of its own (the largest city: one "
    "run). Seconds are those of the stage after what it needs is there; memory is the peak of its "
    "process, with what it needs. `to_findings` counts from the first import until "
    "findings.parquet and summary.json are written, with the layers, the network, the attachments "
    "and the areas that an earlier run kept; `to_findings_anew` keeps nothing, and `first_start` "
    "has no compiled kernels either. `whole` counts until every file but the map is written. The "
    "bounds are plain numba on one core; siting uses both."
)


@dataclass
class Measured:
    """Runs of one stage."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    process: list[float] = field(default_factory=list)
    peak_mib: list[float] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)

    def median(self, name: str) -> float:
        return statistics.median(getattr(self, name))


def run_once(command: list[str], into: Measured, environment: dict[str, str] | None = None) -> None:
    """Run a process, and note what it says and what the system says of it."""
    started = time.perf_counter()
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as complaint:
        process = subprocess.Popen(
            command, stdout=said, stderr=complaint, cwd=ROOT, env=environment
        )
        peak = reaped(process)[1]
        said.seek(0)
        complaint.seek(0)
        if process.returncode:
            raise SystemExit(f"{' '.join(command)} failed:\n{complaint.read().decode()[-2000:]}")
        answer = json.loads(said.read().decode().strip().splitlines()[-1])
    into.process.append(time.perf_counter() - started)
    into.wall.append(answer.pop("wall"))
    into.cpu.append(answer.pop("cpu", float("nan")))
    into.peak_mib.append(peak)
    into.extra |= answer


def stage(name: str, project: Path, out: Path, runs: int) -> Measured:
    measured = Measured()
    command = [sys.executable, str(HERE / "stages.py"), ALIASES.get(name, name)]
    for _ in range(1 if name == "first_start" else runs):
        with tempfile.TemporaryDirectory() as empty:
            kernels = {"NUMBA_CACHE_DIR": empty} if name == "first_start" else {}
            run_once([*command, str(project), str(out)], measured, os.environ | kernels)
    return measured


def start_up(runs: int) -> dict[str, float]:
    """Return seconds until siting is imported, and until --help is printed."""
    commands = {
        "import siting": [sys.executable, "-c", "import siting"],
        "siting --help": [sys.executable, "-c", "from siting.cli import main; main(['--help'])"],
    }
    found = {}
    for name, command in commands.items():
        times = []
        for _ in range(runs + 1):
            started = time.perf_counter()
            subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
            times.append(time.perf_counter() - started)
        found[name] = statistics.median(times[1:])
    return found


def peer_python(folder: Path) -> Path:
    """Return the Python of the peers, in an environment made when it is first asked for."""
    given = os.environ.get("SITING_BENCH_PEERS")
    if given:
        return Path(given)
    binary = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not binary.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        install = ["-m", "pip", "install", "-q", "-r", str(HERE / "requirements.txt")]
        subprocess.run([str(binary), *install], check=True)
    return binary


def measure_city(
    name: str, project: Path, work: Path, runs: int, peers: Path | None, slow_on: str
) -> dict[str, Any]:
    """Return every stage of a city, and the peers on it."""
    stages = {}
    for each in STAGES:
        if each not in LEFT_OUT.get(name, ()):
            print(f"{name}: {each}", flush=True)
            stages[each] = stage(each, project, work / "out", runs)
    compared = []
    if peers is not None and name != "l":
        data = work / "network.npz"
        stage("export", project, data, 1)
        for title, own, others in PEERS:
            print(f"{name}: {title}", flush=True)
            mine = stage(own, project, data, runs)
            wanted = tuple(each for each in others if name in slow_on or each not in SLOW_PEERS)
            compared.append((title, mine, _peers(peers, data, wanted, runs)))
    return {"stages": stages, "compared": compared}


def _peers(python: Path, data: Path, names: tuple[str, ...], runs: int) -> dict[str, Measured]:
    found = {}
    for name in names:
        measured = Measured()
        # Peers that take minutes are run once.
        for _ in range(1 if name in SLOW_PEERS else runs):
            run_once([str(python), str(HERE / "peers.py"), name, str(data)], measured)
        agrees = measured.extra["difference"] <= TOLERANCE_M.get(name, 1e-6)
        measured.extra["agrees"] = agrees
        found[name] = measured
    return found


def report(results: dict[str, dict[str, Any]], start: dict[str, float], runs: int) -> str:
    day = dt.datetime.now(dt.UTC).date()
    lines = [
        "# Results of `make bench`", "",
        INTRODUCTION.format(day=day, machine=machine(), runs=runs),
        "",
        *(f"- `{name}`: {seconds:.2f} s" for name, seconds in start.items()), "",
        "![Cost against size](cost.svg)", "",
    ]  # fmt: skip
    for city, result in results.items():
        lines += [
            f"## {_title(city)}",
            "",
            "| stage | wall s | CPU s | peak MiB |",
            "|---|--:|--:|--:|",
        ]
        for name, each in result["stages"].items():
            figures = f"{each.median('wall'):.3g} | {each.median('cpu'):.3g}"
            lines.append(f"| {name} | {figures} | {each.median('peak_mib'):.0f} |")
        lines.append("")
        if result["compared"]:
            lines += _compared_lines(result["compared"])
    return "\n".join(lines)


def _compared_lines(compared: list[Any]) -> list[str]:
    lines = [
        "| same work | who | wall s | siting is | largest difference m |",
        "|---|---|--:|--:|--:|",
    ]
    for title, mine, others in compared:
        own = mine.median("wall")
        lines.append(f"| {title} | siting | {own:.3g} | | |")
        for name, each in others.items():
            factor = each.median("wall") / own
            says = f"{factor:.1f} times faster" if factor >= 1 else f"{1 / factor:.1f} times slower"
            note = f" ({each.extra['note']})" if each.extra.get("note") else ""
            agrees = "" if each.extra["agrees"] else " **differs**"
            lines.append(
                f"| | {name}{note} | {each.median('wall'):.3g} | {says} | "
                f"{each.extra['difference']:.2g}{agrees} |"
            )
    return [*lines, ""]


def _title(city: str) -> str:
    if city == "porto":
        return "porto: real streets, 300,000 homes made up along them, 12 types, 20 rules"
    if city not in SIZES:
        return city
    nodes, homes, _ = SIZES[city]
    return f"{city}: {nodes:,} nodes, {homes:,} homes, 12 types, 20 rules"


def plot(results: dict[str, dict[str, Any]], path: Path) -> None:
    """Draw wall seconds against homes, a line for each stage."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    sizes = [size for size in SIZES if size in results]
    figure, axes = plt.subplots(figsize=(7, 4.5))
    for name in ("read", "network", "snap", "rules", "to_findings", "whole"):
        known = [size for size in sizes if name in results[size]["stages"]]
        homes = [SIZES[size][1] for size in known]
        walls = [results[size]["stages"][name].median("wall") for size in known]
        axes.plot(homes, walls, marker="o", label=name, linewidth=2.5 if name == "whole" else 1)
    axes.set(xscale="log", yscale="log", xlabel="homes", ylabel="seconds")
    axes.legend(frameon=False)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the small city, one run, no peers")
    parser.add_argument("--sizes", default="s,m,l")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--slow-on", default="s", help="sizes on which slow peers are run")
    parser.add_argument("--no-real", action="store_true")
    parser.add_argument("--cities", type=Path, default=ROOT / ".bench", help="kept between runs")
    parser.add_argument("--results", type=Path, default=HERE)
    options = parser.parse_args()
    if options.quick:
        options.sizes, options.runs, options.no_peers, options.no_real = "s", 1, True, True
    peers = None if options.no_peers else peer_python(options.cities / "peers")
    projects = {size: made_up(size, options.cities) for size in options.sizes.split(",") if size}
    if not options.no_real:
        real = {name: project_of(name, options.cities) for name in ("porto", *REAL)}
        projects |= {name: project for name, project in real.items() if project is not None}
    results = {}
    for name, project in projects.items():
        work = Path(tempfile.mkdtemp(prefix="siting-bench-"))
        runs = 1 if name == "l" else options.runs
        try:
            made = peers if name in SIZES else None
            results[name] = measure_city(name, project, work, runs, made, options.slow_on)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        # Written after every city: the largest may not fit the machine.
        text = report(results, start_up(options.runs), options.runs)
        target = options.results / ("QUICK.md" if options.quick else "RESULTS.md")
        known = target.read_text(encoding="utf-8") if target.exists() else ""
        target.write_text(
            whole_job.with_section(text, whole_job.known_rows(known)), encoding="utf-8"
        )
        if not options.quick:
            plot(results, options.results / "cost.svg")
    print(text)
    if not options.quick:
        names = ["sample", *projects]
        whole_job.measure(names, options.cities, options.results / "RESULTS.md", options.runs, "")


if __name__ == "__main__":
    sys.path.insert(0, str(HERE))
    main()
