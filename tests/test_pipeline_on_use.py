"""A module is loaded on its first use, once, and one that is not there is missed at once."""

from __future__ import annotations

import sys

import pytest

from siting.pipeline.on_use import on_use


@pytest.fixture
def written(tmp_path, monkeypatch):
    """A module that says in a file that it was loaded."""
    told = tmp_path / "loaded.txt"
    code = (
        f"from pathlib import Path\nwith Path({str(told)!r}).open('a') as f: f.write('x')\nn = 3\n"
    )
    (tmp_path / "slow_to_load.py").write_text(code, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield told
    sys.modules.pop("slow_to_load", None)


def test_a_module_is_loaded_when_something_of_it_is_used_and_once(written):
    module = on_use("slow_to_load")
    assert not written.exists()
    assert module.n == 3
    assert module.n + on_use("slow_to_load").n == 6
    assert written.read_text() == "x"


def test_another_import_of_it_finds_the_same_module(written):
    module = on_use("slow_to_load")
    import slow_to_load

    assert slow_to_load is module
    assert slow_to_load.n == 3
    assert written.read_text() == "x"


def test_a_module_that_is_not_there_is_missed_at_once():
    with pytest.raises(ModuleNotFoundError, match=r"siting\.pipeline\.nowhere"):
        on_use("siting.pipeline.nowhere")
