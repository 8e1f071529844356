"""Kernels are made ready beside the reading: once, and no thread or error outlives it."""

from __future__ import annotations

import threading

import pytest

from siting.pipeline import kernels


@pytest.fixture(autouse=True)
def _another_process(monkeypatch):
    monkeypatch.setattr(kernels, "_once", threading.Lock())


def running():
    return [each for each in threading.enumerate() if each.name == "siting-kernels"]


def test_every_kind_of_kernel_is_used():
    assert list(kernels._in_use()) == [
        "imports",
        "network",
        "snapping",
        "nearest on foot",
        "nearest in a straight line",
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
