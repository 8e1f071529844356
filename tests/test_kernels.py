"""Kernels are made ready beside the reading: once, and no thread or error outlives it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

import pytest

from siting.pipeline.kept import kernels

claim = kernels._claim


@pytest.fixture(autouse=True)
def _another_process(monkeypatch):
    monkeypatch.setattr(kernels, "_once", threading.Lock())
    monkeypatch.setattr(kernels, "_claim", lambda: None)


def running():
    return [each for each in threading.enumerate() if each.name == "siting-kernels"]


def test_every_kind_of_kernel_is_used():
    assert list(kernels._in_use()) == [
        "imports",
        "network",
        "snapping",
        "nearest-on-foot",
        "nearest-straight-line",
    ]


def test_it_happens_once_in_a_process(monkeypatch):
    begun = []
    monkeypatch.setattr(kernels, "_in_use", lambda: begun.append(1) or iter(()))
    for _ in range(3):
        with kernels.kernels_beside():
            pass
    assert begun == [1]


@pytest.mark.parametrize("fault", [None, ValueError("bad input")])
def test_no_kernel_is_begun_when_the_block_has_ended(monkeypatch, fault):
    at_work, go_on, used = threading.Event(), threading.Event(), []

    def in_use():
        used.append("first")
        at_work.set()
        go_on.wait(10)
        yield "first"
        used.append("second")
        yield "second"

    monkeypatch.setattr(kernels, "_in_use", in_use)
    seen = []
    threading.Timer(0.2, go_on.set).start()
    try:
        with kernels.kernels_beside():
            at_work.wait(10)
            seen.extend(running())
            if fault:
                raise fault
    except ValueError as error:
        assert error is fault  # noqa: PT017  it is the block's own, not the thread's
    assert len(seen) == 1
    assert used == ["first"]
    assert running() == []


def test_a_fault_in_the_thread_is_nobodys_trouble(monkeypatch, capfd):
    def in_use():
        yield "first"
        raise RuntimeError("no compiler")

    monkeypatch.setattr(kernels, "_in_use", in_use)
    with kernels.kernels_beside():
        pass
    assert capfd.readouterr() == ("", "")


@pytest.fixture
def compiling(monkeypatch, tmp_path):
    """Let a process that only waits stand for the one that compiles; give it and its claim."""
    begun = []
    claimed = tmp_path / "x.claim"
    claimed.touch()

    def start():
        begun.append(subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE))
        return begun[-1]

    monkeypatch.setattr(kernels, "_claim", lambda: claimed)
    monkeypatch.setattr(kernels, "_compiling", start)
    monkeypatch.setattr(kernels, "_in_use", lambda: pytest.fail("both compile"))
    yield begun, claimed
    for process in begun:
        process.kill()
        process.communicate()


def wait_for(holds):
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_process_that_compiles_goes_on_when_the_block_ends(compiling):
    begun, claimed = compiling
    with kernels.kernels_beside():
        wait_for(lambda: begun)
    assert begun[0].poll() is None
    begun[0].stdin.close()  # it has compiled all
    wait_for(lambda: not running())
    assert not claimed.exists()


def test_a_process_that_compiles_is_stopped_by_an_error(compiling):
    begun, claimed = compiling
    with pytest.raises(ValueError, match="bad input"), kernels.kernels_beside():
        wait_for(lambda: begun)
        raise ValueError("bad input")
    assert begun[0].returncode is not None
    assert running() == []
    assert not claimed.exists()


@pytest.fixture
def mark(monkeypatch, tmp_path):
    path = tmp_path / "siting-1.compiled"
    monkeypatch.setattr(kernels, "_mark", lambda: path)
    return path


def test_one_process_compiles_and_none_where_all_is_compiled(mark):
    first = claim()
    assert first is not None
    assert claim() is None
    first.unlink()
    mark.touch()
    assert claim() is None


def test_what_a_stopped_process_claimed_is_claimed_again(mark):
    first = claim()
    os.utime(first, (1, 1))
    assert claim() == first
    assert claim() is None


@pytest.mark.parametrize("program", ["", "/usr/bin/qgis", None])
def test_a_program_that_python_is_embedded_in_is_not_asked_to_compile(mark, monkeypatch, program):
    monkeypatch.setattr(sys, "executable", program)
    assert claim() is None


def test_the_process_compiles_every_kernel_and_leaves_a_mark(tmp_path):
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-P", "-m", "siting.pipeline.kept.kernel_uses"]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert said.stdout == ""
    (mark,) = tmp_path.rglob("siting-*.compiled")
    names = {path.name.split("-")[0] for path in tmp_path.rglob("*.nbi")}
    wanted = {
        "nearest.nearest_segments",
        "search.search_closest",
        "points.nearest_points",
    }
    assert wanted <= names
    assert mark.stat().st_size == 0
