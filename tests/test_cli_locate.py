"""``siting locate`` and ``siting projects`` end to end: what they print, write and answer."""

from __future__ import annotations

import json

import pytest

from locate_town import write_street
from siting.cli.app import run


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    return str(write_street(tmp_path_factory.mktemp("street")))


@pytest.fixture
def locate(project, tmp_path):
    def call(*arguments):
        out = str(tmp_path / "out")
        return run(["locate", project, "--rule", "town-library", "--out", out, *arguments])

    return call


def test_a_plan_is_answered_with_zero_and_the_path_of_the_map_comes_last(locate, tmp_path, capsys):
    assert locate("--p", "1") == 0
    lines = capsys.readouterr().out.splitlines()
    assert "Proven optimal: no plan is better." in lines
    assert lines[-1] == str(tmp_path / "out" / "map.html")


def test_json_is_one_object_on_standard_output(locate, capsys):
    assert locate("--p", "1", "--json") == 0
    answer = json.loads(capsys.readouterr().out)["answer"]
    assert (answer["newly_served"], answer["gap"]) == (160, 0)


def test_a_swap_is_compared_at_once(locate, capsys):
    assert locate("--p", "1", "--swap", "west=east") == 0
    assert "By hand: 1 site serves 130 people more" in capsys.readouterr().out


def test_a_plan_by_hand_is_compared_at_once(locate, capsys):
    assert locate("--p", "1", "--open", "east, end") == 0
    assert "By hand: 2 sites serve 130 people more" in capsys.readouterr().out


def test_no_plan_is_answered_with_one_and_a_sentence(locate, tmp_path, capsys):
    assert locate("--cover-all", "--sites", "areas:community", "--force-out", "east") == 1
    told = capsys.readouterr()
    assert "Infeasible: No set of sites covers all" in told.out
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "locate.json", "manifest.json",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "must be told how much"),
        (["--p", "-1"], ""),
        (["--p", "1", "--swap", "west"], "write OLD=NEW"),
        (["--p", "1", "--swap", "a=b", "--open", "c"], "not both"),
        (["--budgets", "1e6,lots"], "give numbers with commas"),
        (["--p", "1", "--time-limit", "0"], "seconds above 0"),
        (["--p", "1", "--gap", "2"], "a share from 0 to below 1"),
        (["--p", "1", "--sites", "projects:none.gpkg"], "there is no project library"),
        (["--p", "1", "--curve", "a,b"], "give numbers"),
        (["--p", "1", "--curve", "5-1"], "points of 0 or more"),
        (["--p", "1", "--curve", "-3"], "points of 0 or more"),
        (["--budget", "nan"], "locate.json says why"),
        (["--p", "1", "--site-cost", "-5"], "money of 0 or more"),
        (["--p", "1", "--m2-per-person", "0"], "above 0"),
    ],
)
def test_bad_questions_are_answered_with_two_and_what_to_do(locate, capsys, arguments, told):
    assert locate(*arguments) == 2
    streams = capsys.readouterr()
    assert told in streams.err
    assert "Traceback" not in streams.err
    assert "unforeseen" not in streams.err


def test_ranges_of_the_curve_are_read(locate, tmp_path):
    assert locate("--p", "1", "--curve", "1-3", "-q") == 0
    summary = json.loads((tmp_path / "out" / "locate.json").read_text(encoding="utf-8"))
    assert [row["value"] for row in summary["curve"]] == [1, 2, 3]


def test_a_library_is_planned_from_and_written_back_to(project, locate, tmp_path, capsys):
    library = str(tmp_path / "library.gpkg")
    assert locate("--cover-all", "--write-back", library, "-q") == 0
    assert run(["projects", "list", library, "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [row["project_id"] for row in listed] == ["east", "west"]
    assert run(["projects", "set", library, "west", "--state", "building", "--by", "li"]) == 0
    assert run(["projects", "budget", library, "2028", "4000000"]) == 0
    out = str(tmp_path / "plan")
    plan = ["projects", "plan", library, project, "--rule", "town-library", "--from", "2028"]
    assert run([*plan, "--years", "1", "--write", "--out", out]) == 0
    assert run(["projects", "history", library, "west"]) == 0
    assert "state: candidate -> building  li (edit)" in capsys.readouterr().out
    assert locate("--sites", f"projects:{library}", "--p", "1") == 0
    assert "serves 290 people more" in capsys.readouterr().out


def test_projects_are_added_exported_and_imported_from_the_shell(tmp_path, capsys):
    first, second = str(tmp_path / "a.gpkg"), str(tmp_path / "b.gpkg")
    workbook = str(tmp_path / "a.xlsx")
    add = ["projects", "add", first, "P-1", "--name", "江湾", "--functions", "elder_care"]
    assert run([*add, "--lon", "114.3", "--lat", "30.6", "--investment", "2e6"]) == 0
    assert run(add) == 2
    assert "change it with set" in capsys.readouterr().err
    assert run(["projects", "export", first, workbook]) == 0
    assert run(["projects", "import", second, workbook]) == 0
    assert run(["projects", "list", second, "--function", "elder_care"]) == 0
    assert "江湾" in capsys.readouterr().out
    assert run(["projects", "set", second, "P-1"]) == 2
    assert run(["projects", "set", second, "P-9", "--year", "2027"]) == 2
    assert run(["projects", "list", second, "--state", "ready"]) == 2
