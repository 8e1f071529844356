"""Break the rules and the table readers on purpose, and see whether a test notices.

A seeded sample of mutants (`mutants.py`) of `siting.rules`, of the readers of plan tables and of
the vocabulary. The tests are collected once. A first run in a forked child notes which functions
each test calls. Each mutant is a fork of the process that has collected: the code of the one
function is replaced in place, and tests that call it run until one fails, first some of each file,
then more. What runs when a module is imported (constants, fields of models) is tried in a fork of a
process that has imported nothing of siting: there the mutated source is imported, and the test
files that use the module run.

    python benchmarks/mutation.py [--sample 400] [--seed 1] [--only PART] [--seconds 8]
                                  [--again FILE] [--calls FILE] [--out FILE]

A run that is stopped goes on where it was: what stands in `--out` is not tried again. A mutant that
no test notices within its CPU seconds is a survivor; `--again` tries those of a run
once more. `mutation.md` judges them.
"""

from __future__ import annotations

import argparse
import gc
import importlib.abc
import importlib.util
import json
import os
import pickle
import random
import signal
import sys
import tempfile
import time
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest
from mutants import Mutant, count_of, mutants_of, mutated

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"
MUTATED = ("siting/rules", "siting/loaders/plan/table", "siting/vocabulary")
# The tests of these subjects; what they say of words alone or start in other processes sees no
# mutant, and is slow.
TESTS = ("test_analysis", "test_clause_oracle", "test_cli_check", "test_report_plan",
         "test_loaders_places", "test_plan_repository", "test_complexes_use", "test_what_if",
         "test_projects", "test_check", "test_counting", "test_examiner_readings", "test_levels",
         "test_loaders_columns", "test_loaders_spreadsheet", "test_plan_", "test_rules_",
         "test_vocabulary")  # fmt: skip
NOT_RUN = ("test_plan_spoofing",)
# So many tests of each file try a mutant at first, those that call little else; then all others.
FIRST = 4
KEYS = tuple(
    f"{group}.{key}" if isinstance(words, dict) else group
    for group, words in tomllib.loads(
        (SOURCE / "siting/words/en.toml").read_text(encoding="utf-8")
    ).items()
    for key in (words if isinstance(words, dict) else [""])
)  # fmt: skip


def sources() -> list[Path]:
    return sorted(path for part in MUTATED for path in (SOURCE / part).rglob("*.py"))


def sampled(count: int, seed: int, only: str) -> list[Mutant]:
    paths = {path.relative_to(SOURCE).as_posix(): path for path in sources()}
    every = [
        (name, number)
        for name, path in paths.items()
        if only in name
        for number in range(count_of(path, KEYS))
    ]
    print(f"{len(every)} mutants in {len(paths)} modules", flush=True)
    drawn = random.Random(seed).sample(every, min(count, len(every)))
    found = {
        (each.path, each.number): each
        for name in dict.fromkeys(name for name, _ in drawn)
        for each in mutants_of(paths[name], name, KEYS, {n for other, n in drawn if other == name})
    }
    return [found[each] for each in drawn]


def forked(work: Callable[[], Any], seconds: float) -> Any:
    """Return what the work gives in a forked child; None where it does not end in time."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        os.setpgid(0, 0)
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, 1)
        os.dup2(quiet, 2)
        found = b""
        with suppress(BaseException):
            found = pickle.dumps(work())
        with os.fdopen(writer, "wb") as stream:
            stream.write(found or pickle.dumps("no answer"))
        os._exit(0)
    os.close(writer)
    timer = time.monotonic() + seconds
    with os.fdopen(reader, "rb") as stream:
        found = _read_until(stream.fileno(), timer)
    with suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return pickle.loads(found) if found else None


def _read_until(file: int, end: float) -> bytes:
    from select import select

    found = b""
    while (left := end - time.monotonic()) > 0:
        if select([file], [], [], left)[0]:
            part = os.read(file, 1 << 20)
            if not part:
                return found
            found += part
    return b""


class Calls:
    """Notes which functions of the mutated modules are called."""

    def __init__(self) -> None:
        self.seen: set[tuple[str, str]] = set()
        self.names: dict[str, str] = {}

    def __call__(self, frame: Any, event: str, _: Any) -> None:
        if event == "call":
            code = frame.f_code
            name = self._name(code.co_filename)
            if name:
                self.seen.add((name, code.co_qualname.partition(".<locals>")[0]))

    def _name(self, file: str) -> str:
        if file not in self.names:
            inside = file.startswith(f"{SOURCE}/")
            name = Path(file).relative_to(SOURCE).as_posix() if inside else ""
            self.names[file] = name if name.startswith(MUTATED) else ""
        return self.names[file]


# Test -> the functions that it calls; test -> its seconds; tests that fail without any mutant.
Baseline = tuple[dict[str, set[tuple[str, str]]], dict[str, float], list[str]]


class Runner:
    """A plugin of pytest that runs the mutants in place of the tests."""

    def __init__(
        self, mutants: Sequence[Mutant], options: argparse.Namespace, before: Sequence[Any] = ()
    ) -> None:
        self.mutants = mutants
        self.kept, self.out = options.calls, options.out
        self.seconds = options.seconds
        self.results: list[dict[str, Any]] = list(before)
        self.later: list[tuple[Mutant, list[str]]] = []

    def pytest_sessionstart(self) -> None:
        load_profile()
        self.at_import = Calls()
        sys.setprofile(self.at_import)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        sys.setprofile(None)
        start = time.monotonic()
        code = Code()
        calls, seconds, failed = self.known(session.items)
        print(f"{len(session.items)} tests in {time.monotonic() - start:.0f} s", flush=True)
        if failed:
            print("left out, since they fail without any mutant:", *failed, sep="\n  ", flush=True)
        order = [item for item in session.items if item.nodeid not in failed]
        for number, mutant in enumerate(self.mutants):
            tests = grouped(
                [item for item in order if (mutant.path, mutant.function) in calls[item.nodeid]],
                calls,
                seconds,
            )
            files = _files(mutant, order, calls, seconds)
            began = time.monotonic()
            runs_at_import = (mutant.path, mutant.function) in self.at_import.seen
            if not mutant.function or (runs_at_import and not tests):
                self.later.append((mutant, files))
                continue
            if not tests:
                self.note(mutant, "", 0, number)
                continue
            limit = 60 + 10 * max(seconds[item.nodeid] for item in tests)
            told = forked(
                lambda m=mutant, t=tests: tried(m, t, code, self.seconds), 20 * self.seconds + limit
            )
            if told == "no code" or (not told and told is not None and runs_at_import):
                self.later.append((mutant, files))
            else:
                self.note(mutant, told, time.monotonic() - began, number)
        return True

    def known(self, items: Sequence[pytest.Item]) -> Baseline:
        """Return which test calls what: from its file, and measured for tests that are new."""
        empty: Baseline = ({}, {}, [])
        kept = pickle.loads(self.kept.read_bytes()) if self.kept.exists() else empty
        new = [item for item in items if item.nodeid not in kept[1]]
        if new:
            calls, seconds, failed = forked(lambda: baseline(new), 7200)
            kept = ({**kept[0], **calls}, {**kept[1], **seconds}, [*kept[2], *failed])
            self.kept.parent.mkdir(parents=True, exist_ok=True)
            self.kept.write_bytes(pickle.dumps(kept))
        return kept

    def note(self, mutant: Mutant, told: str | None, seconds: float, number: int) -> None:
        by = "time" if told is None else told
        self.results.append({**asdict(mutant), "noticed_by": by, "seconds": round(seconds, 2)})
        self.out.parent.mkdir(parents=True, exist_ok=True)
        told = json.dumps(self.results, ensure_ascii=False, indent=1)
        self.out.write_text(told, encoding="utf-8")
        sign = "." if by else "S"
        print(f"{sign} {number} {seconds:.1f}s {mutant.path}:{mutant.line} {mutant.kind}: "
              f"{mutant.before} -> {mutant.after} | {by}", flush=True)  # fmt: skip


def load_profile() -> None:
    """Let hypothesis try the same few examples in each run, and keep none."""
    from hypothesis import settings

    settings.register_profile(
        "mutation", deadline=None, max_examples=25, database=None, derandomize=True
    )
    settings.load_profile("mutation")


def grouped(
    tests: Sequence[pytest.Item], calls: dict[str, Any], seconds: dict[str, float]
) -> list[pytest.Item]:
    """Return tests by file, so that few fixtures are made twice: some of each, then all others."""
    by_file: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in sorted(tests, key=lambda item: len(calls[item.nodeid])):
        by_file[item.nodeid.partition("::")[0]].append(item)

    def mean(mine: list[pytest.Item]) -> float:
        return sum(seconds[item.nodeid] for item in mine) / len(mine)

    files = sorted(by_file.values(), key=mean)
    parts = (slice(FIRST), slice(FIRST, None))
    return [item for part in parts for mine in files for item in mine[part]]


def _files(
    mutant: Mutant,
    order: Iterable[pytest.Item],
    calls: dict[str, set[tuple[str, str]]],
    seconds: dict[str, float],
) -> list[str]:
    """Return the files with tests that call anything of the module, the quickest first."""
    total: dict[str, float] = defaultdict(float)
    using: set[str] = set()
    for item in order:
        file = item.nodeid.partition("::")[0]
        total[file] += seconds[item.nodeid]
        if any(path == mutant.path for path, _ in calls[item.nodeid]):
            using.add(file)
    return sorted(using or total, key=lambda file: total[file])


def baseline(items: Sequence[pytest.Item]) -> Baseline:
    """Run every test once: the functions it calls, its seconds, and which tests fail."""
    calls: dict[str, set[tuple[str, str]]] = {}
    seconds: dict[str, float] = {}
    failed: list[str] = []
    shared: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for item, after in zip(items, [*items[1:], None], strict=True):
        noted = Calls()
        start = time.monotonic()
        sys.setprofile(noted)
        ok = passes(item, after)
        sys.setprofile(None)
        seconds[item.nodeid] = time.monotonic() - start
        calls[item.nodeid] = noted.seen
        if not ok:
            failed.append(item.nodeid)
        # What a fixture of the file calls in its first test concerns the others too.
        if getattr(item, "fixturenames", None):
            shared[item.nodeid.partition("::")[0]] |= noted.seen if _needs_fixture(item) else set()
    for name, seen in calls.items():
        calls[name] = seen | shared[name.partition("::")[0]]
    return calls, seconds, failed


def _needs_fixture(item: pytest.Item) -> bool:
    """Tell whether a test needs a fixture that its file shares."""
    kept = ("module", "session", "package")
    info = getattr(item, "_fixtureinfo", None)
    if info is None:
        return False
    return any(each[-1].scope in kept for each in info.name2fixturedefs.values() if each)


def passes(item: pytest.Item, after: pytest.Item | None) -> bool:
    from _pytest.runner import runtestprotocol

    return not any(report.failed for report in runtestprotocol(item, nextitem=after, log=False))


Cached = type(lru_cache(len))


class Code:
    """The functions and caches of siting, found before what they are kept with is frozen."""

    def __init__(self) -> None:
        gc.collect()
        self.functions: dict[tuple[str, str], list[FunctionType]] = defaultdict(list)
        self.caches = []
        for each in gc.get_objects():
            if isinstance(each, FunctionType):
                code = each.__code__
                self.functions[code.co_filename, code.co_qualname].append(each)
            elif type(each) is Cached and f"{each.__module__}".startswith("siting"):
                self.caches.append(each)
        gc.freeze()

    def replace(self, mutant: Mutant) -> bool:
        """Put the mutated code into every function that has the old one."""
        path = SOURCE / mutant.path
        tree = mutated(path.read_text(encoding="utf-8"), mutant.number, KEYS)
        whole = compile(tree, str(path), "exec")
        new = next((code for code in _codes(whole) if code.co_qualname == mutant.function), None)
        found = self.functions.get((str(path), mutant.function), [])
        if new is None or any(each.__code__.co_freevars != new.co_freevars for each in found):
            return False
        for each in found:
            each.__code__ = new
        is_word = not mutant.path.startswith("siting/rules")
        for cache in self.caches:
            if is_word or cache.__module__.startswith("siting.rules"):
                cache.cache_clear()
        return bool(found)


def tried(mutant: Mutant, tests: Sequence[pytest.Item], code: Code, seconds: float) -> str:
    """Return the first test that notices a mutant; empty where none does."""
    if not code.replace(mutant):
        return "no code"
    for item, after in zip(tests, [*tests[1:], None], strict=True):
        if not passes(item, after):
            return item.nodeid
        if time.process_time() > seconds:
            break
    return ""


def _codes(code: CodeType) -> Iterable[CodeType]:
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield each
            yield from _codes(each)


class Mutator(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module with a mutant in it."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant
        self.name = mutant.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def find_spec(self, name: str, *_: Any) -> Any:
        if name != self.name:
            return None
        path = SOURCE / self.mutant.path
        return importlib.util.spec_from_file_location(name, path, loader=self)

    def create_module(self, _: Any) -> None:
        return None

    def exec_module(self, module: Any) -> None:
        path = SOURCE / self.mutant.path
        tree = mutated(path.read_text(encoding="utf-8"), self.mutant.number, KEYS)
        exec(compile(tree, str(path), "exec"), module.__dict__)


class FirstFailure:
    """A plugin of pytest that keeps which test or file failed first."""

    def __init__(self) -> None:
        self.name = ""

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.name = self.name or report.nodeid or "collection"

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.name = self.name or report.nodeid

    def pytest_sessionstart(self) -> None:
        load_profile()


def imported(mutant: Mutant, files: Sequence[str], seconds: float) -> str:
    """Return the first test that notices a mutant of code that runs at import."""
    sys.meta_path.insert(0, Mutator(mutant))
    plugin = FirstFailure()
    end = time.process_time() + 2 * seconds
    for file in files:
        if time.process_time() > end:
            break
        arguments = [*OPTIONS, "-x", file]
        status = pytest.main(arguments, plugins=[plugin])
        if status not in (0, 5) or plugin.name:
            return plugin.name or f"{file} ({status})"
    return ""


OPTIONS = [
    "-q",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:xdist",
    "--doctest-modules",
    "--import-mode=importlib",
]


def preload() -> None:
    """Load what every mutant needs and no mutant changes."""
    import geopandas  # noqa: F401
    import numba  # noqa: F401
    import openpyxl  # noqa: F401
    import pydantic  # noqa: F401
    import yaml  # noqa: F401


def test_files() -> list[str]:
    chosen = [
        path
        for path in sorted((ROOT / "tests").glob("test_*.py"))
        if path.name.startswith(TESTS) and not path.name.startswith(NOT_RUN)
    ]
    return [*map(str, chosen), *(str(SOURCE / part) for part in MUTATED)]


def in_place(
    mutants: Sequence[Mutant], options: argparse.Namespace, before: Sequence[Any]
) -> tuple[list[Any], list[Any]]:
    runner = Runner(mutants, options, before)
    pytest.main([*OPTIONS, "--capture=no", *test_files()], plugins=[runner])
    return runner.results, runner.later


def chosen(options: argparse.Namespace) -> list[Mutant]:
    if not options.again:
        return sampled(options.sample, options.seed, options.only)
    before = json.loads(Path(options.again).read_text(encoding="utf-8"))
    names = set(Mutant.__dataclass_fields__)
    return [
        Mutant(**{key: value for key, value in each.items() if key in names})
        for each in before
        if not each["noticed_by"]
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sample", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="a part of the module's path")
    parser.add_argument(
        "--again", default="", help="result of a run whose survivors are tried again"
    )
    known = "which test calls what; measured where the file is not there"
    parser.add_argument("--calls", type=Path, default=Path("out/mutation-calls"), help=known)
    parser.add_argument("--files", nargs="*", help="try on these test files, by importing anew")
    parser.add_argument("--seconds", type=float, default=8, help="CPU seconds for one mutant")
    parser.add_argument("--out", type=Path, default=Path("out/mutation.json"))
    options = parser.parse_args()
    os.chdir(ROOT)
    os.environ.setdefault("SITING_ORACLE_PLANS", "200")
    sys.path.insert(0, str(SOURCE))
    preload()
    start = time.monotonic()
    mutants = chosen(options)
    before = json.loads(options.out.read_text(encoding="utf-8")) if options.out.exists() else []
    done = {(each["path"], each["number"], each["before"]) for each in before}
    mutants = [each for each in mutants if (each.path, each.number, each.before) not in done]
    results, later = before, [(mutant, options.files) for mutant in mutants]
    if not options.files:
        with tempfile.TemporaryFile() as kept:
            _in_child(lambda: pickle.dump(in_place(mutants, options, before), kept) or kept.flush())
            kept.seek(0)
            results, later = pickle.load(kept)
    slow = Runner(mutants, options)
    slow.results = results
    for number, (mutant, files) in enumerate(later):
        began = time.monotonic()
        told = forked(
            lambda m=mutant, f=files: imported(m, f, options.seconds), 60 * options.seconds
        )
        slow.note(mutant, told, time.monotonic() - began, number)
    noticed, count = sum(bool(each["noticed_by"]) for each in slow.results), len(slow.results)
    seconds = time.monotonic() - start
    print(f"{noticed} of {count} noticed ({noticed / count:.1%}) in {seconds:.0f} s")


def _in_child(work: Callable[[], Any]) -> None:
    """Let a child do it, so that this process imports nothing of siting."""
    child = os.fork()
    if not child:
        work()
        sys.stdout.flush()
        os._exit(0)
    os.waitpid(child, 0)


if __name__ == "__main__":
    main()
