"""The notebooks run, are what their builder writes, and keep no more than a page can show."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat", reason="the extra 'notebook' is not installed")
nbclient = pytest.importorskip("nbclient", reason="the extra 'notebook' is not installed")
pytest.importorskip("ipykernel", reason="the extra 'notebook' is not installed")

FOLDER = Path(__file__).resolve().parent.parent / "notebooks"
SPEC = importlib.util.spec_from_file_location("build_notebooks", FOLDER / "build.py")
build = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(build)
NAMES = sorted(build.NOTEBOOKS)


@pytest.fixture
def this_python(tmp_path, monkeypatch):
    """Let kernels start with the Python of the tests, wherever others are registered."""
    kernel = tmp_path / "kernels" / "python3"
    kernel.mkdir(parents=True)
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": command, "display_name": "Python 3", "language": "python"}
    (kernel / "kernel.json").write_text(__import__("json").dumps(spec), encoding="utf-8")
    paths = [str(tmp_path), os.environ.get("JUPYTER_PATH", "")]
    monkeypatch.setenv("JUPYTER_PATH", os.pathsep.join(each for each in paths if each))


def test_every_notebook_in_the_folder_comes_from_the_builder():
    assert sorted(path.name for path in FOLDER.glob("*.ipynb")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_committed_cells_are_those_of_the_builder(name):
    committed = nbformat.read(FOLDER / name, as_version=4)
    made = build.notebook(build.NOTEBOOKS[name])
    assert [(c.cell_type, c.source) for c in committed.cells] == [
        (c.cell_type, c.source) for c in made.cells
    ], f"run python notebooks/build.py --run {name}"


@pytest.mark.parametrize("name", NAMES)
def test_a_page_shows_results_is_small_and_names_no_machine(name):
    text = (FOLDER / name).read_text(encoding="utf-8")
    book = nbformat.reads(text, as_version=4)
    shown = [cell for cell in book.cells if cell.cell_type == "code" and cell.outputs]
    assert len(shown) >= 2
    assert len(text) < 400_000
    assert "/home/" not in text
    assert str(FOLDER.parent.parent) not in text


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("name", NAMES)
def test_it_runs_from_the_first_cell_to_the_last(name, this_python):
    book = build.run(build.notebook(build.NOTEBOOKS[name]))
    for cell in book.cells:
        for output in cell.get("outputs", []):
            assert output.output_type != "error"
            # A warning in a first notebook is a fault of ours.
            assert output.get("name") != "stderr", output.text
