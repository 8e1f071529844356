"""Plans in a repository: what all share, what is no plan, and how reports name the files."""

from __future__ import annotations

import json

import jsonschema
import openpyxl
import pytest

from siting.cli.app import run
from siting.errors import ProjectError
from siting.loaders.plan.shared import plans_json_schema, shared_of

PLAN = (
    "name: 江湾\njurisdiction: cn-hubei-wuhan\ndate: 2026-11-01\nindicators: {households: 1250}\n"
)
SHARED = "jurisdiction: cn-hubei-wuhan\ndate: 2026-11-01\nstatus: renewal\n"


def table(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    book = openpyxl.Workbook()
    book.active.append(["项目", "单位", "数值"])
    book.active.append(["总户数", "户", 1250])
    book.save(path)


@pytest.fixture
def repository(tmp_path, monkeypatch):
    tmp_path = tmp_path / "repository"
    (tmp_path / ".git").mkdir(parents=True)
    (tmp_path / "plans" / "a").mkdir(parents=True)
    (tmp_path / "plans" / "a" / "plan.yaml").write_text(PLAN, encoding="utf-8")
    table(tmp_path / "plans" / "b.xlsx")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def exit_code(*arguments):
    return int(run(list(arguments)))


def check(*arguments):
    return exit_code("check", *arguments, "--language", "en", "--no-cache")


# --- what all plans share ------------------------------------------------------------------------


def test_a_bare_workbook_takes_place_and_date_from_the_file_above_it(repository, capsys):
    assert check("plans/b.xlsx") == 2
    (repository / "plans.yaml").write_text(SHARED, encoding="utf-8")
    assert check("plans/b.xlsx") == 1
    assert "does not say" not in capsys.readouterr().out.splitlines()[-1]


def test_the_nearest_file_counts_and_the_search_ends_at_the_repository(repository):
    (repository.parent / "plans.yaml").write_text("date: 2020-01-01\n", encoding="utf-8")
    plan = repository / "plans" / "b.xlsx"
    assert shared_of(plan).date is None
    (repository / "plans.yaml").write_text(SHARED, encoding="utf-8")
    assert shared_of(plan).status == "renewal"
    (repository / "plans" / "plans.yaml").write_text("date: 2026-01-02\n", encoding="utf-8")
    assert (shared_of(plan).status, shared_of(plan).date.isoformat()) == (None, "2026-01-02")


def test_outside_a_repository_the_search_ends_above_the_plan(tmp_path):
    (tmp_path / "x" / "y").mkdir(parents=True)
    (tmp_path / "plans.yaml").write_text(SHARED, encoding="utf-8")
    assert shared_of(tmp_path / "x" / "b.xlsx").status == "renewal"
    assert shared_of(tmp_path / "x" / "y" / "b.xlsx").status is None


def test_what_a_plan_says_itself_goes_before_what_all_share(repository, capsys):
    (repository / "plans.yaml").write_text("date: 2020-01-01\nstatus: renewal\n", encoding="utf-8")
    assert check("plans/a", "--format", "json", "-q") == 1
    first = json.loads(capsys.readouterr().out)["findings"][0]
    assert first["plan"] == "江湾"


def test_faults_of_the_shared_file_are_told_with_their_line(repository):
    (repository / "plans.yaml").write_text("date: 2026-11-01\nplace: x\n", encoding="utf-8")
    with pytest.raises(ProjectError, match=r"plans\.yaml:2.*place"):
        shared_of(repository / "plans" / "b.xlsx")


def test_the_schema_of_the_shared_file_takes_what_the_reader_takes(capsys):
    assert exit_code("schema", "plans") == 0
    schema = jsonschema.Draft202012Validator(json.loads(capsys.readouterr().out))
    assert json.loads(json.dumps(plans_json_schema())) == schema.schema
    good = {"jurisdiction": "cn-hubei-wuhan", "date": "2026-11-01", "status": "new"}
    assert schema.is_valid(good)
    assert not schema.is_valid({**good, "place": "x"})


# --- what is no plan -----------------------------------------------------------------------------


@pytest.fixture
def others(repository):
    plans = repository / "plans"
    (plans / "roads.geojson").write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {},'
        ' "geometry": {"type": "Point", "coordinates": [114.3, 30.6]}}]}',
        encoding="utf-8",
    )
    book = openpyxl.Workbook()
    book.active.append(["budget", 1])
    book.save(plans / "budget.xlsx")
    (plans / "~$b.xlsx").write_bytes(b"\x05owner")
    return ["plans/roads.geojson", "plans/budget.xlsx", "plans/~$b.xlsx", "plans/gone/plan.yaml"]


@pytest.mark.parametrize("number", range(4))
def test_a_hook_passes_over_what_is_no_plan_with_a_note(others, number, capsys):
    assert check("--only-plans", others[number]) == 0
    assert others[number].split("/")[-1] in capsys.readouterr().err


def test_a_hook_still_checks_the_plan_among_them(others, capsys):
    assert check("--only-plans", "plans/a/plan.yaml", *others) == 1
    told = capsys.readouterr()
    assert "江湾" in told.out
    assert "could not be checked" not in told.err


@pytest.mark.parametrize("number", range(4))
def test_outside_a_hook_a_single_file_that_is_no_plan_is_an_error(others, number):
    assert check(others[number]) == 2


def test_a_hook_does_not_pass_over_a_plan_that_is_damaged(others, repository):
    (repository / "plans" / "c.xlsx").write_bytes(b"PK\x03\x04 cut off")
    assert check("--only-plans", "plans/c.xlsx") == 2


# --- how reports name files ----------------------------------------------------------------------


def results(path):
    return json.loads(path.read_text(encoding="utf-8"))["runs"][0]["results"]


@pytest.mark.parametrize(("folder", "named"), [(".", "plans/a"), ("plans", "a"), ("plans/a", ".")])
def test_paths_start_at_the_root_of_the_repository(repository, monkeypatch, folder, named):
    monkeypatch.chdir(repository / folder)
    saved = repository / "out.sarif"
    check(named, "--save", str(saved), "-q")
    places = [each["locations"][0]["physicalLocation"] for each in results(saved)]
    assert {each["artifactLocation"]["uri"] for each in places} == {"plans/a/plan.yaml"}


def test_an_absolute_path_is_named_from_the_root_too(repository, capsys):
    check(str(repository / "plans" / "a"), "--format", "github", "-q")
    lines = capsys.readouterr().out.splitlines()
    assert lines
    assert all("file=plans/a/plan.yaml" in line for line in lines)


def test_every_result_has_a_line_or_a_cell(repository):
    (repository / "plans.yaml").write_text(SHARED, encoding="utf-8")
    saved = repository / "out.sarif"
    check("plans/a", "plans/b.xlsx", "--save", str(saved), "-q")
    for each in results(saved):
        (place,) = each["locations"]
        assert (
            place.get("logicalLocations") or place["physicalLocation"]["region"]["startLine"] >= 1
        )


@pytest.mark.parametrize("allowed", [[], ["--allow-unknown"]])
def test_the_level_of_an_unknown_agrees_with_annotation_and_exit_code(repository, capsys, allowed):
    saved = repository / "out.sarif"
    code = check("plans/a", "--format", "github", "--save", str(saved), "-q", *allowed)
    lines = capsys.readouterr().out.splitlines()
    errors = [each for each in results(saved) if each["level"] == "error"]
    assert len(errors) == sum(line.startswith("::error") for line in lines)
    assert code == (1 if errors else 0)
    unknown = [e for e in errors if e["properties"]["verdict"] == "unknown"]
    assert bool(unknown) is not bool(allowed)
