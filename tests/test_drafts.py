"""Results reach the disk whole or not at all, at whichever step a run fails, stops or is killed."""

from __future__ import annotations

import ast
import errno
import os
import signal
import time
from pathlib import Path

import pytest

from siting import drafts
from siting.cli.app import run
from siting.drafts import clear_abandoned, whole_file, whole_folder
from siting.errors import SitingError

PLAN = """\
name: Garden
jurisdiction: cn-hubei-wuhan
date: 2026-11-01
indicators: {households: 1250}
"""
FAULTS = {
    "the disk is full": OSError(errno.ENOSPC, "No space left on device"),
    "nobody may write": PermissionError(errno.EACCES, "Permission denied"),
    "somebody pressed Ctrl-C": KeyboardInterrupt(),
}


def schema(folder):
    return ["schema", "plan", "--output", str(folder / "out.json")]


def check(folder):
    (folder / "plan.yaml").write_text(PLAN, encoding="utf-8")
    return ["check", str(folder / "plan.yaml"), "--output", str(folder / "out.json"), "--quiet"]


def save(folder):
    (folder / "plan.yaml").write_text(PLAN, encoding="utf-8")
    return ["check", str(folder / "plan.yaml"), "--save", str(folder / "out.html"), "--quiet"]


COMMANDS = {schema: "out.json", check: "out.json", save: "out.html"}


def beside(folder):
    """What stands in a folder, hidden things too."""
    return sorted(path.name for path in folder.iterdir())


def failing(monkeypatch, step, fault):
    """Let a step of writing fail."""

    def fail(*_given, **_named):
        raise fault

    where = {"make": (drafts.tempfile, "mkdtemp"), "write": (Path, "write_text"),
             "put": (Path, "replace")}[step]  # fmt: skip
    monkeypatch.setattr(*where, fail)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("step", ["make", "write", "put"])
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_a_command_that_fails_at_any_step_leaves_the_old_file(
    command, step, fault, tmp_path, monkeypatch, capsys
):
    arguments = command(tmp_path)
    (tmp_path / COMMANDS[command]).write_text("old", encoding="utf-8")
    before = beside(tmp_path)
    failing(monkeypatch, step, FAULTS[fault])
    code = run(arguments)
    told = capsys.readouterr().err
    assert code == (130 if isinstance(FAULTS[fault], KeyboardInterrupt) else 2)
    assert "unforeseen" not in told
    assert (tmp_path / COMMANDS[command]).read_text(encoding="utf-8") == "old"
    assert beside(tmp_path) == before


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("move", [1, 2])
def test_a_folder_whose_move_fails_is_put_back(move, fault, tmp_path, monkeypatch):
    out = tmp_path / "out"
    out.mkdir()
    (out / "a").write_text("old", encoding="utf-8")
    moves, replace = [], Path.replace

    def maybe(path, target):
        moves.append(path)
        if len(moves) == move:
            raise FAULTS[fault]
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", maybe)
    expected = KeyboardInterrupt if "Ctrl" in fault else SitingError
    with pytest.raises(expected), whole_folder(out) as fresh:
        (fresh / "a").write_text("new", encoding="utf-8")
    assert (out / "a").read_text(encoding="utf-8") == "old"
    assert beside(tmp_path) == ["out"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes made by fork")
@pytest.mark.parametrize("when", ["while writing", "between the moves", "after the moves"])
def test_what_a_killed_run_leaves_is_cleared_by_the_next(when, tmp_path):
    out = tmp_path / "out"
    with whole_folder(out) as fresh:
        (fresh / "a").write_text("old", encoding="utf-8")
    _killed(out, when)
    hidden = [name for name in beside(tmp_path) if name.startswith(".out-")]
    assert len(hidden) == 1
    with whole_folder(out) as fresh:
        assert (out / "a").read_text(encoding="utf-8") == (
            "new" if when == "after the moves" else "old"
        )
        (fresh / "a").write_text("newest", encoding="utf-8")
    assert (out / "a").read_text(encoding="utf-8") == "newest"
    assert beside(tmp_path) == ["out"]


def _killed(out, when):
    """Replace a folder in a process that is killed on the way."""
    child = os.fork()
    if child == 0:
        replace, moves = Path.replace, []

        def replaced(path, target):
            moves.append(replace(path, target))
            if len(moves) == (1 if when == "between the moves" else 2):
                os.kill(os.getpid(), signal.SIGKILL)

        Path.replace = replaced
        with whole_folder(out) as fresh:
            (fresh / "a").write_text("new", encoding="utf-8")
            if when == "while writing":
                os.kill(os.getpid(), signal.SIGKILL)
        os._exit(1)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL


def test_the_draft_of_a_run_that_goes_on_is_left_alone(tmp_path):
    out = tmp_path / "out"
    with whole_folder(out) as first:
        (first / "a").write_text("first", encoding="utf-8")
        clear_abandoned(out)
        assert first.is_dir()
    assert (out / "a").read_text(encoding="utf-8") == "first"


def test_a_hidden_folder_of_somebody_else_is_left_alone(tmp_path):
    mine = tmp_path / ".out-backup"
    mine.mkdir()
    (mine / "thesis.docx").write_text("mine", encoding="utf-8")
    long_ago = time.time() - 10 * 86_400
    os.utime(mine, (long_ago, long_ago))
    with whole_file(tmp_path / "out") as fresh:
        fresh.write_text("x", encoding="utf-8")
    assert (mine / "thesis.docx").exists()


def test_a_new_file_keeps_the_rights_of_the_old(tmp_path):
    target = tmp_path / "report.txt"
    target.write_text("old", encoding="utf-8")
    target.chmod(0o640)
    with whole_file(target) as fresh:
        fresh.write_text("new", encoding="utf-8")
    assert target.stat().st_mode & 0o777 == 0o640


# Modules that write, each to a path that `drafts` or `kept.files` gave, or beside a library.
WRITERS = {
    "cli/report_file.py",  # besides to a pipe that was asked for
    "drafts.py", "pipeline/folder.py", "pipeline/kept/files.py",
    "pipeline/gaps/geopackage.py", "pipeline/gaps/outputs.py", "pipeline/gaps/report.py",
    "pipeline/gaps/network_picture.py",
    "pipeline/sites/library.py", "pipeline/sites/outputs.py", "pipeline/complexes/outputs.py",
    "render/map_file.py", "render/static/draw.py",
    "loaders/formats/files.py", "loaders/formats/vector.py",  # into temporary folders
    "sample/files.py", "sample/plans.py", "sample/rasters.py", "sample/write.py",
    "render/static/picture.py", "report/siting/curve.py",  # into memory
}  # fmt: skip
_WRITING = {"write_text", "write_bytes", "to_file", "to_parquet", "to_excel", "to_csv", "savefig"}


def test_no_other_module_writes_a_file(repository):
    source = repository / "src" / "siting"
    found = set()
    for path in source.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                modes = [each.value for each in node.args[:2] if isinstance(each, ast.Constant)]
                opens = node.func.attr == "open" and any(str(mode)[:1] in "wxa" for mode in modes)
                if node.func.attr in _WRITING or (opens and modes and len(str(modes[-1])) < 4):
                    found.add(path.relative_to(source).as_posix())
    assert found <= WRITERS
