"""Results appear whole or not at all."""

from __future__ import annotations

import json

import pytest

from siting.errors import SitingError
from siting.pipeline.folder import check_out_folder, replaced_folder


def write(folder, names):
    for name in names:
        (folder / name).write_text(name, encoding="utf-8")
    (folder / "manifest.json").write_text(json.dumps({"outputs": names}), encoding="utf-8")


def test_results_appear_only_when_all_of_them_are_written(tmp_path):
    out = tmp_path / "deep" / "out"
    with replaced_folder(out) as folder:
        write(folder, ["a.txt"])
        assert not out.exists()
    assert sorted(path.name for path in out.iterdir()) == ["a.txt", "manifest.json"]


def test_a_run_that_fails_leaves_the_earlier_results_and_no_litter(tmp_path):
    out = tmp_path / "out"
    with replaced_folder(out) as folder:
        write(folder, ["old.txt"])
    with pytest.raises(RuntimeError, match="half way"), replaced_folder(out) as folder:
        write(folder, ["new.txt"])
        raise RuntimeError("half way")
    assert (out / "old.txt").exists()
    assert not (out / "new.txt").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_new_results_replace_every_old_file(tmp_path):
    out = tmp_path / "out"
    for name in ("first.txt", "second.txt"):
        with replaced_folder(out) as folder:
            write(folder, [name])
    assert sorted(path.name for path in out.iterdir()) == ["manifest.json", "second.txt"]


def test_a_folder_with_foreign_files_is_refused_before_the_work_starts(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "notes.docx").write_text("mine", encoding="utf-8")
    with pytest.raises(SitingError, match=r"1 file that siting did not write.*'notes\.docx'"):
        check_out_folder(out)
    assert (out / "notes.docx").read_text(encoding="utf-8") == "mine"


def test_a_file_in_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "out").write_text("", encoding="utf-8")
    with pytest.raises(SitingError, match="is a file; --out names a folder"):
        check_out_folder(tmp_path / "out")
