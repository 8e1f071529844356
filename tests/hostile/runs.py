"""Run siting on hostile files, each in a process of its own, and judge what came of it.

A run may succeed, find faults or refuse its input. It may not fail in an unforeseen way, hang, die,
eat the memory, leave half-written files or let data write lines of a log.

    python -m hostile.runs 1000        # seeds 0 to 999
    python -m hostile.runs 100 5000    # seeds 5000 to 5099
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pandas as pd

from hostile import base as sound
from hostile import files
from hostile.values import MARK

LIMIT_S = 60
MEMORY = 6 * 1024**3
LONGEST_LINE = 10_000
LONGEST_ERROR = 20_000


@dataclass(frozen=True)
class Run:
    """What came of one seed; `faults` is empty where all is well."""

    seed: int
    told: str
    code: int
    seconds: float
    out: str
    err: str
    faults: tuple[str, ...]


def load_ahead() -> None:
    """Import once what every run needs, so that a process made by fork need not."""
    for name in (
        "folium", "openpyxl", "osmium", "osmnx", "rasterio", "siting.cli.app",
        "siting.pipeline.gaps.analysis", "siting.pipeline.gaps.outputs",
        "siting.pipeline.plans.check", "siting.loaders.plan.drawing.one_file",
        "siting.network.travel", "siting.coverage.closest", "siting.network.kernels.search",
        "siting.network.kernels.nearest", "siting.render.map_file", "siting.render.payload",
        "siting.loaders.layer.load", "siting.report.plan.formats", "siting.loaders.library.store",
        "siting.rules.cases.run", "siting.pipeline.sites.siting",
    ):  # fmt: skip
        with suppress(ImportError):
            import_module(name)


def prepare(folder: Path) -> Path:
    """Write the sound town and the report of its plan, in a process of its own."""
    child = os.fork()
    if child == 0:
        try:
            from siting.cli.app import run

            town = sound.write_base(folder)
            out = folder / "clean"
            run(["analyze", str(town / "siting.yaml"), "--out", str(out), "-q", "--no-cache"])
            (town / "clean.json").write_text(json.dumps(_verdicts(out)), "utf-8")
            run(["check", str(town / "plan.yaml"), "--output", str(town / "report.json"), "-q"])
            os._exit(0)
        except BaseException:  # noqa: BLE001 - told, then counted by the exit code
            traceback.print_exc()
            os._exit(1)
    if os.waitpid(child, 0)[1] != 0:
        raise RuntimeError("the sound town cannot be written")
    return folder / "town"


def run_seed(base: Path, seed: int) -> Run:
    """Spoil the town by a seed and run siting on it."""
    folder = Path(tempfile.mkdtemp(prefix="hostile-"))
    try:
        started = time.monotonic()
        status = _in_child(base, folder, seed)
        took = time.monotonic() - started
        return _judged(folder, seed, status, took)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _in_child(base, folder, seed):
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    try:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        # Seconds of work, since the machine may be busy; the alarm is for who waits for ever.
        resource.setrlimit(resource.RLIMIT_CPU, (LIMIT_S, LIMIT_S))
        signal.alarm(5 * LIMIT_S)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_FSIZE, (1024**3, 1024**3))
        sink = os.open(folder / "making", os.O_WRONLY | os.O_CREAT)
        os.dup2(sink, 1)
        os.dup2(sink, 2)
        told, command = files.spoil(base, folder, seed)
        (folder / "told").write_text(told, "utf-8", errors="backslashreplace")
        (folder / "before").write_text("\n".join(_tree(folder / "town")), "utf-8")
        for number, name in ((1, "stdout"), (2, "stderr")):
            os.dup2(os.open(folder / name, os.O_WRONLY | os.O_CREAT), number)
        os.environ.update(COLUMNS="200", SITING_LANGUAGE="en")
        os.chdir(folder)
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
        (folder / "command").write_text(repr(command), "utf-8", errors="backslashreplace")
        from siting.cli.app import run

        code = run(command)
        (folder / "wrong").write_text("\n".join(_wrong(base, folder, told)), "utf-8")
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    except BaseException:  # noqa: BLE001 - the parent counts it
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(99)


def _verdicts(out):
    """Return the verdict on each home by the rule that asks for nothing but distance on foot."""
    table = pd.read_parquet(out / "findings.parquet")
    table = table[table["rule_id"] == "town-reading-room"]
    return dict(zip(table["subject_id"].astype(str), table["verdict"].astype(str), strict=True))


def _wrong(base, folder, told):
    """Name the homes that pass now and did not, where nothing that was spoiled can let them."""
    kind, role = told.split()[:2]
    values_only = role == "residential" and kind in ("values_of_layer:", "columns_of_layer:")
    if not (values_only or role in ("areas", "water", "sites", "people.tif", "heights.tif")):
        return []
    if not (folder / "out" / "findings.parquet").exists():
        return []
    clean = json.loads((base / "clean.json").read_text("utf-8"))
    now = _verdicts(folder / "out")
    return [
        name.encode("utf-8", "backslashreplace").decode()
        for name, verdict in now.items()
        if verdict == "pass" and clean.get(name, "pass") != "pass"
    ]


def _tree(folder):
    # SQLite writes beside a library while it is open.
    return sorted(repr(str(path.relative_to(folder))) for path in folder.rglob("*"))


def _judged(folder, seed, status, took):
    def text(name):
        path = folder / name
        return path.read_bytes().decode("utf-8", "surrogateescape") if path.exists() else ""

    out, err, told = text("stdout"), text("stderr"), text("told")
    code = os.waitstatus_to_exitcode(status)
    if not told:
        # The libraries that write files do not survive every shape either; siting was not run.
        return Run(seed, f"not made: {text('making')[-200:]}", 0, took, out, err, ())
    faults = []
    if code in (-signal.SIGALRM, -signal.SIGXCPU, -signal.SIGKILL):
        faults.append("hangs")
    elif code < 0:
        faults.append(f"died of {signal.Signals(-code).name}")
    elif code not in (0, 1, 2):
        faults.append(f"exit code {code}")
    if "unforeseen" in err:
        faults.append("unforeseen")
    if "Traceback" in err:
        faults.append("traceback")
    if "out of memory" in err:
        faults.append("memory")
    if text("wrong"):
        faults.append(f"wrong verdict for {text('wrong')[:80]}")
    faults += _faults_of_log(out, err, text("command"))
    faults += _faults_of_files(folder, text("before").split("\n"), code)
    return Run(seed, told, code, took, out, err, tuple(dict.fromkeys(faults)))


def _faults_of_log(out, err, command):
    log = err if "'--format'" in command else out + "\n" + err
    if "\x1b" in out + err or "\x07" in out + err or "\x9b" in out + err:
        yield "escape in the log"
    for line in log.splitlines():
        if line.lstrip().startswith((MARK, "::error", "##[")) or f"##[{MARK}" in line:
            yield "a line that data wrote"
        if len(line) > LONGEST_LINE:
            yield "a line too long"
    if len(err) > LONGEST_ERROR:
        yield "an error too long"
    lines = [line for line in err.splitlines() if line.strip()]
    if (
        lines
        and not lines[0].startswith(("error: ", "notice: ", "Usage", "usage"))
        and "'-q'" in command
    ):
        yield f"printed by itself: {lines[0][:120]}"


def _faults_of_files(folder, before, code):
    new = [name for name in _tree(folder / "town") if name not in before]
    if new:
        yield f"left behind: {new[:3]}"
    known = {
        "wrong",
        "town",
        "making",
        "told",
        "before",
        "command",
        "stdout",
        "stderr",
        "out",
        "out.xlsx",
    }
    odd = sorted(path.name for path in folder.iterdir() if path.name not in known)
    if odd:
        yield f"left behind: {odd[:3]}"
    out = folder / "out"
    if (
        out.is_dir()
        and code in (0, 1)
        and not ((out / "manifest.json").exists() or any(out.rglob("*")))
    ):
        yield "half-written"


def main(arguments: list[str]) -> int:
    """Run many seeds, say each fault, and count."""
    count, first = int(arguments[0]), int(arguments[1]) if len(arguments) > 1 else 0
    step = int(arguments[2]) if len(arguments) > 2 else 1
    folder = Path(tempfile.mkdtemp(prefix="hostile-base-"))
    codes, faulty = Counter(), 0
    try:
        load_ahead()
        base = prepare(folder)
        for seed in range(first, first + count * step, step):
            run = run_seed(base, seed)
            codes[run.code] += 1
            if sum(codes.values()) % 100 == 0:
                sys.stderr.write(f"{sum(codes.values())} runs, {faulty} faulty\n")
            if run.faults:
                faulty += 1
                last = run.err.strip().splitlines()[-1:] or [""]
                sys.stdout.write(f"{seed}: {run.told[:160]!r}\n    {'; '.join(run.faults)}\n")
                sys.stdout.write(f"    {last[0][:300]!r}\n")
                sys.stdout.flush()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.stdout.write(f"{count} runs, {faulty} faulty, exit codes {dict(codes)}\n")
    return 1 if faulty else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
