"""``siting check`` and its kin end to end: output, files, exit codes, and hostile plans."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml
from defusedxml import ElementTree
from openpyxl import Workbook

from siting.cli import report_file
from siting.cli.app import run

ELDER_CARE = "wuhan-elder-care-floor-area"
HEAD = {"name": "江湾", "jurisdiction": "cn-hubei-wuhan", "date": "2026-11-01", "status": "new"}
# Enough for every rule that binds a plan of 1,250 households and 3,400 people.
GOOD = {
    "households": 1250,
    "population": 3400,
    "total_floor_area_m2": 168000,
    "residential_floor_area_m2": 122000,
    "floor_area_m2": {
        "commerce": 9800,
        "community_service": 7100,
        "elder_care": 400,
        "childcare": 220,
        "kindergarten": 2500,
        "sport": 360,
    },
    "land_area_m2": {"elder_care": 350, "sport": 1100, "concentrated_green": 1800},
    "classes": {"kindergarten": 6},
    "count": {"kindergarten": 1},
}
SHORT = {**GOOD, "floor_area_m2": {**GOOD["floor_area_m2"], "elder_care": 340}}
SHORTER = {**GOOD, "floor_area_m2": {**GOOD["floor_area_m2"], "elder_care": 320}}
UNKNOWN = {key: value for key, value in GOOD.items() if key != "population"}
EVIL = "\x1b[31m红\n::error::forged ##[error]forged <script>x</script> [a](b) @bob ]]>"


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Return a function that writes a plan's folder below the current one."""
    monkeypatch.chdir(tmp_path)

    def make(indicators, name="江湾", **more):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        data = {**HEAD, "name": name, "indicators": indicators, **more}
        text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
        (folder / "plan.yaml").write_text(text, encoding="utf-8")
        return name

    return make


def check(*arguments):
    return run(["check", *map(str, arguments)])


def test_a_compliant_plan_is_answered_with_0_and_a_failing_one_with_1(write, capsys):
    assert check(write(GOOD), "--language", "zh") == 0
    assert capsys.readouterr().out.rstrip().splitlines()[-1].startswith("全部符合强制性规定")
    assert check(write(SHORT), "--language", "en") == 1
    told = capsys.readouterr().out
    assert "1,250 households × 30 m²/100 households = 375 m²; planned 340 m²; 35 m² short" in told
    assert "Not compliant (1 to resolve)" in told.splitlines()[-1]


def test_text_has_no_colour_where_there_is_no_terminal(write, capsys):
    check(write(SHORT))
    assert "\x1b" not in capsys.readouterr().out


def test_text_has_colour_on_a_terminal_unless_it_is_not_wanted(write, capsys, monkeypatch):
    monkeypatch.setattr("siting.cli.check.may_colour", lambda: True)
    check(write(SHORT))
    assert "\x1b[31;1m✗" in capsys.readouterr().out
    monkeypatch.undo()
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("NO_COLOR", "")
    assert not report_file.may_colour()


def test_missing_data_fails_unless_it_is_allowed(write):
    assert check(write(UNKNOWN)) == 1
    assert check("江湾", "--allow-unknown") == 0


def test_json_is_one_object_with_findings_and_a_summary(write, capsys):
    assert check(write(SHORT), "--format", "json") == 1
    document = json.loads(capsys.readouterr().out)
    (finding,) = [f for f in document["findings"] if f["rule_id"] == ELDER_CARE]
    assert finding["verdict"] == "fail"
    assert (finding["measured"], finding["required"], finding["shortfall"]) == (340, 375, 375 - 340)
    assert finding["unit"] == "m2"
    assert finding["citation"]["url"].startswith("http")
    assert finding["evidence"][0]["line"]
    assert document["summary"]["compliant"] is False


def test_each_format_is_what_it_says(write, capsys, repository):
    plan = write(SHORT)
    shown = {}
    for name in ("markdown", "html", "sarif", "junit", "github"):
        assert check(plan, "--format", name) == 1
        shown[name] = capsys.readouterr().out
    schema = (repository / "tests/schemas/sarif-2.1.0.json").read_text(encoding="utf-8")
    jsonschema.validate(json.loads(shown["sarif"]), json.loads(schema))
    assert ElementTree.fromstring(shown["junit"]).tag == "testsuites"
    assert shown["html"].startswith("<!doctype html>")
    assert shown["markdown"].startswith("#")
    assert re.match(r"::error file=江湾/plan.yaml,line=\d+,title=", shown["github"])


def test_a_report_goes_to_a_file_whose_suffix_is_its_format(write, tmp_path, capsys):
    reports = ["--output", "a.json", "--save", "b.sarif", "--save", "c.html"]
    assert check(write(SHORT), *reports, "--language", "zh") == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "1 项不符合" in told.err
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))["findings"]
    assert json.loads((tmp_path / "b.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert sorted(path.name for path in tmp_path.glob("*.*")) == ["a.json", "b.sarif", "c.html"]
    assert check("江湾", "--save", "report.doc") == 2


def test_a_report_that_cannot_be_written_leaves_the_old_one(write, tmp_path, monkeypatch, capsys):
    (tmp_path / "old.txt").write_text("old", encoding="utf-8")

    def full(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    assert check(write(SHORT), "--output", "old.txt") == 2
    assert "old.txt cannot be written: No space left" in capsys.readouterr().err
    assert (tmp_path / "old.txt").read_text(encoding="utf-8") == "old"
    assert [path.name for path in tmp_path.glob("*.txt*")] == ["old.txt"]
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    assert check("江湾", "--output", "none/here.txt") == 2


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs links and pipes of POSIX")
def test_a_link_stays_a_link_and_a_pipe_a_pipe(write, tmp_path):
    (tmp_path / "kept.txt").write_text("old", encoding="utf-8")
    (tmp_path / "kept.txt").chmod(0o640)
    (tmp_path / "link.txt").symlink_to("kept.txt")
    assert check(write(GOOD), "--output", "link.txt", "--language", "zh") == 0
    assert (tmp_path / "link.txt").is_symlink()
    assert "符合" in (tmp_path / "kept.txt").read_text(encoding="utf-8")
    assert (tmp_path / "kept.txt").stat().st_mode & 0o777 == 0o640
    os.mkfifo(tmp_path / "pipe")
    reader = subprocess.Popen(["cat", "pipe"], cwd=tmp_path, stdout=subprocess.PIPE)
    assert check("江湾", "--output", "pipe", "--format", "json") == 0
    assert json.loads(reader.communicate(timeout=10)[0])["findings"]
    assert (tmp_path / "pipe").is_fifo()


# a baseline


def test_what_was_known_does_not_fail_where_only_new_problems_count(write, capsys):
    check(write(SHORT), "--output", "main.json")
    assert check("江湾", "--baseline", "main.json") == 1
    assert check("江湾", "--baseline", "main.json", "--fail-on", "new") == 0
    capsys.readouterr()
    assert check("江湾", "--baseline", "main.json", "--new-only", "--language", "zh") == 0
    told = capsys.readouterr()
    assert ELDER_CARE not in told.out
    assert "未变 1" in told.err


def test_what_got_worse_counts_as_new_and_what_got_better_does_not(write):
    check(write(SHORT), "--output", "main.json")
    write(SHORTER)
    assert check("江湾", "--baseline", "main.json", "--fail-on", "new") == 1
    check("江湾", "--output", "main.json")
    write(SHORT)
    assert check("江湾", "--baseline", "main.json", "--fail-on", "new") == 0


def test_a_new_problem_fails_and_json_marks_it(write, capsys):
    check(write(GOOD), "--output", "main.json")
    write(SHORT)
    assert check("江湾", "--baseline", "main.json", "--new-only", "-f", "json") == 1
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert [f["change"] for f in findings if f["rule_id"] == ELDER_CARE] == ["new"]


def test_two_plans_of_one_name_are_kept_apart_from_their_baseline(write, tmp_path, capsys):
    def write_same(**figures):
        for folder, indicators in figures.items():
            write(indicators, name=folder)
            path = tmp_path / folder / "plan.yaml"
            text = path.read_text(encoding="utf-8").replace(f"name: {folder}", "name: same")
            path.write_text(text, encoding="utf-8")

    write_same(a=SHORT, b=GOOD)
    check("a", "b", "--output", "main.json")
    assert check("a", "b", "--baseline", "main.json", "--fail-on", "new") == 0
    write_same(a=SHORT, b=SHORT)
    capsys.readouterr()
    assert check("a", "b", "--baseline", "main.json", "--new-only", "-f", "json") == 1
    findings = json.loads(capsys.readouterr().out)["findings"]
    told = [f["source"] for f in findings if f["rule_id"] == ELDER_CARE]
    assert [source.split("/")[0].split("\\")[0] for source in told] == ["b"]


@pytest.mark.parametrize(
    ("environment", "options", "verdict"),
    [
        ({"LANG": "zh_CN.UTF-8"}, [], "不符合"),
        ({"LANG": "C"}, [], "fail"),
        ({"LANG": "zh_CN.UTF-8", "SITING_LANGUAGE": "en"}, [], "fail"),
        ({"LANG": "C", "SITING_LANGUAGE": "en"}, ["--language", "zh"], "不符合"),
    ],
)
def test_a_report_is_in_the_language_asked_for_else_in_that_of_the_environment(
    write, environment, options, verdict, monkeypatch, capsys
):
    for name in ("SITING_LANGUAGE", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert check(write(SHORT), *options) == 1
    assert f"✗ {verdict}" in capsys.readouterr().out


def test_only_new_problems_cannot_be_told_without_a_baseline(write, capsys):
    assert check(write(SHORT), "--fail-on", "new") == 2
    assert "--baseline" in capsys.readouterr().err
    assert check("江湾", "--baseline", "none.json") == 2
    assert "none.json cannot be read" in capsys.readouterr().err


def test_diff_tells_reports_and_plans_apart_and_answers_1_for_what_is_new(write, capsys):
    write(GOOD, name="江湾")
    check("江湾", "--output", "old.json")
    write(SHORT, name="江湾")
    check("江湾", "--output", "new.json")
    capsys.readouterr()
    assert run(["diff", "old.json", "new.json", "--language", "zh"]) == 1
    assert "新增 1，有变化 0，未变 0，已解决 0" in capsys.readouterr().out
    assert run(["diff", "new.json", "old.json", "--language", "en"]) == 0
    assert "fixed 1" in capsys.readouterr().out
    assert run(["diff", "old.json", "江湾", "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["summary"]["new"] == 1
    assert run(["diff", "old.json", "江湾2"]) == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda f: f.pop("strength"), "lacks 'strength'"),
        (lambda f: (f.pop("plan"), f.pop("note")), "lacks 'plan', 'note'"),
        (lambda f: f.update(title=3), "something else than expected in 'title'"),
        (lambda f: f.update(verdict="splendid"), "in 'verdict'"),
        (lambda f: f.update(verdict=[]), "in 'verdict'"),
        (lambda f: f.update(strength={}), "in 'strength'"),
        (lambda f: f.update(measured="340"), "in 'measured'"),
        (lambda f: f.update(measured=True), "in 'measured'"),
        (lambda f: f.update(missing=[1]), "in 'missing'"),
        (lambda f: f.update(evidence=[{}]), "in 'evidence'"),
        (lambda f: f.update(evidence=3), "in 'evidence'"),
        (lambda f: f["evidence"][0].pop("line"), "in 'evidence'"),
        (lambda f: f.update(waived={"reason": "x"}), "in 'waived'"),
        (lambda f: f.update(citation={"url": 3}), "in 'citation'"),
        (lambda f: f.update(citation=[]), "in 'citation'"),
    ],
)
@pytest.mark.parametrize(
    "command",
    [
        ["explain", ELDER_CARE, "r.json"],
        ["diff", "r.json", "r.json"],
        ["check", "江湾", "--baseline", "r.json"],
    ],
)
def test_a_report_that_is_not_whole_says_which_finding_lacks_what(
    write, capsys, change, said, command
):
    write(SHORT)
    check("江湾", "--output", "r.json")
    document = json.loads(Path("r.json").read_text(encoding="utf-8"))
    at = next(i for i, each in enumerate(document["findings"]) if each["rule_id"] == ELDER_CARE)
    change(document["findings"][at])
    Path("r.json").write_text(json.dumps(document), encoding="utf-8")
    capsys.readouterr()
    assert run(command) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert f"1 of {len(document['findings'])} findings cannot be read; number {at + 1} " in told.err
    assert said in told.err
    assert "Traceback" not in told.err


@pytest.mark.parametrize(
    "text",
    [
        '{"findings": 3}',
        '{"findings": [',
        '{"findings": [NaN]}',
        '{"findings": {"a": 1}}',
        "[]",
        "{}",
        "",
        '{"type": "FeatureCollection"}',
        '{"findings": ' + "[" * 100_000,
    ],
)
@pytest.mark.parametrize("command", [["explain", "x", "r.json"], ["diff", "r.json", "r.json"]])
def test_what_is_no_report_is_answered_with_2_and_no_trace(tmp_path, capsys, text, command):
    (tmp_path / "r.json").write_text(text, encoding="utf-8")
    assert run([each.replace("r.json", str(tmp_path / "r.json")) for each in command]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert "r.json" in told.err
    assert "Traceback" not in told.err


# several plans


def test_unreadable_plans_are_one_error_and_the_others_are_reported(write, tmp_path, capsys):
    write(SHORT)
    for name in ("x.geojson", "y.geojson"):
        (tmp_path / name).write_text("{", encoding="utf-8")
    assert check("江湾", "x.geojson", "y.geojson", "missing.xlsx", "--format", "json") == 2
    told = capsys.readouterr()
    assert ELDER_CARE in told.out
    assert told.err.count("error:") == 1
    assert "3 of 4 plans could not be checked" in told.err
    assert "missing.xlsx: does not exist" in told.err
    assert json.loads(told.out)["summary"]["compliant"] is False


def test_an_error_names_the_file_in_the_folder_of_its_plan(write, capsys):
    write(GOOD, layers={"site": "site.geojson"})
    Path("江湾/site.geojson").write_text("{", encoding="utf-8")
    assert check("江湾", "--quiet", "--format", "json") == 2
    assert "- 江湾: site.geojson: " in capsys.readouterr().err
    assert run(["explain", ELDER_CARE, "江湾"]) == 2
    assert "error: 江湾: site.geojson: " in capsys.readouterr().err


def test_all_that_a_folder_holds_can_be_named_and_other_files_are_skipped(repository, capsys):
    named = sorted((repository / "data" / "plans").iterdir())
    named = [path for path in named if path.suffix != ".xlsx" and path.name != "13-with-drawing"]
    assert check(*named, "--language", "en") == 1
    told = capsys.readouterr()
    assert "skipped 9 that are no plans: README.md" in told.err
    assert "01-compliant/plan.yaml): Every mandatory rule is met" in told.out


def test_a_plan_without_place_and_date_says_which_options_give_them(write, tmp_path, capsys):
    book = Workbook()
    book.active.append(["总户数（户）", 1250])
    book.active.append(["养老服务用房（㎡）", 340])
    book.save(tmp_path / "t.xlsx")
    write(GOOD)
    assert check("t.xlsx") == 2
    assert "--jurisdiction cn-hubei-wuhan" in capsys.readouterr().out
    given = ("--jurisdiction", "cn-hubei-wuhan", "--date", "2026-11-01")
    assert check("t.xlsx", *given, "--format", "json") == 1
    findings = json.loads(capsys.readouterr().out)["findings"]
    (finding,) = [f for f in findings if f["rule_id"] == ELDER_CARE]
    assert finding["shortfall"] == 375 - 340
    assert {e["location"] for e in finding["evidence"]} == {"Sheet!B1", "Sheet!B2"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["--date", "yesterday"],
        ["--include", "all"],
        ["--rules", "cn/nowhere"],
        ["--format", "pdf"],
        ["--context", "none.yaml"],
        ["--status", "old"],
    ],
)
def test_wrong_options_are_answered_with_2_and_no_trace(write, capsys, arguments):
    plan = write(GOOD, layers={"buildings": str(write_buildings(write))})
    assert check(plan, *arguments) == 2
    told = capsys.readouterr().err
    assert "Traceback" not in told
    assert "unforeseen" not in told


def write_buildings(write):
    """Write one home, so that a context is looked at."""
    folder = write(GOOD)
    feature = {
        "type": "Feature",
        "properties": {"home_id": "a", "households": 1250},
        "geometry": {"type": "Point", "coordinates": [114.3, 30.6]},
    }
    text = json.dumps({"type": "FeatureCollection", "features": [feature]})
    with open(f"{folder}/buildings.geojson", "w", encoding="utf-8") as stream:  # noqa: PTH123
        stream.write(text)
    return "buildings.geojson"


def test_your_own_rules_replace_the_shipped_ones(write, tmp_path, capsys):
    pack = {
        "document": {
            "title": {"zh": "本地规定", "en": "Local"},
            "issuer": "us",
            "url": "https://x.org",
        },
        "jurisdiction": "cn-hubei-wuhan",
        "rules": [
            {
                "id": "own-parking",
                "title": {"zh": "阅览室", "en": "Reading room"},
                "applies_to": {"subject": "plan"},
                "strength": "mandatory",
                "measure": "minimum_floor_area",
                "facility_types": "reading_room",
                "require": {"at_least": 100, "unit": "m2"},
                "source": {"clause": "1", "quote": "100", "confidence": "A"},
            }
        ],
    }
    text = yaml.safe_dump(pack, allow_unicode=True)
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    assert check(write(GOOD), "--rules", "own.yaml", "--format", "json") == 1
    findings = json.loads(capsys.readouterr().out)["findings"]
    assert [f["rule_id"] for f in findings] == ["own-parking"]


# other commands


def test_plan_show_says_where_each_number_stands(repository, capsys):
    table = repository / "data/plans/table-side-by-side.xlsx"
    rows = {
        "zh": (
            "养老服务用房建筑面积", "400", "m²", "养老服务用房", "４００㎡", "经济技术指标!D7",
            "读取",
        ),
        "en": (
            "floor_area_m2.elder_care", "400", "m2", "养老服务用房", "４００㎡", "经济技术指标!D7",
            "read",
        ),
    }  # fmt: skip
    for language, row in rows.items():
        assert run(["plan", "show", str(table), "--language", language]) == 0
        told = capsys.readouterr().out.splitlines()
        assert row in [tuple(each.split()) for each in told]
        assert ("  性质：新建" if language == "zh" else "  status: new") in told
    assert run(["plan", "show", str(table), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["date"] is None
    assert {"key", "value", "location", "text"} <= set(document["rows"][0])


def test_explain_shows_the_arithmetic_of_a_plan_and_of_a_report(write, capsys):
    write(SHORT)
    check("江湾", "--output", "r.json")
    capsys.readouterr()
    assert run(["explain", ELDER_CARE, "江湾", "--language", "zh"]) == 0
    first = capsys.readouterr().out
    assert "1,250 户 × 30 m²/100 户 = 375 m²；规划 340 m²；缺 35 m²" in first
    assert "plan.yaml:" in first
    assert run(["explain", ELDER_CARE, "r.json", "--language", "zh"]) == 0
    assert capsys.readouterr().out == first
    identifier = first.split("：")[-1].strip()
    assert run(["explain", identifier[:8], "r.json", "--language", "en"]) == 0
    assert "planned 340 m²; 35 m² short" in capsys.readouterr().out
    assert run(["explain", "wuhan-elder-care-floor", "r.json"]) == 2
    assert f"did you mean '{ELDER_CARE}'" in capsys.readouterr().err


def test_rules_explain_shows_the_worked_cases(capsys):
    assert run(["rules", "explain", ELDER_CARE, "--language", "en"]) == 0
    told = capsys.readouterr().out
    assert "1,250 households × 30 m²/100 households = 375 m²; planned 340 m²; 35 m² short" in told


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("plan", "data/plans/*/plan.yaml"),
        ("project", "data/sample/siting*.yaml"),
        ("rules", "rules/cn/**/*.yaml"),
    ],
)
def test_each_schema_is_valid_and_accepts_every_shipped_file(repository, capsys, name, pattern):
    assert run(["schema", name]) == 0
    schema = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    paths = sorted(repository.glob(pattern))
    assert len(paths) >= 3
    for path in paths:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=TextDates)
        validator.validate(document)
    document["hous_holds"] = 1
    assert not validator.is_valid(document)


class TextDates(yaml.SafeLoader):
    """Reads dates as the text they are in JSON."""


TextDates.add_constructor("tag:yaml.org,2002:timestamp", lambda _, node: node.value)


def test_a_schema_is_written_to_a_file(tmp_path):
    assert run(["schema", "plan", "--output", str(tmp_path / "plan.json")]) == 0
    schema = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))
    assert schema["required"] == ["name", "jurisdiction", "date"]


# hostile plans


@pytest.fixture
def evil(write):
    folder = write(SHORT, name="evil")
    with open("evil/plan.yaml", encoding="utf-8") as stream:  # noqa: PTH123
        data = yaml.safe_load(stream)
    data |= {"name": f"::error::{EVIL}", "date": "2026-11-01"}
    data["waivers"] = [
        {"rule": ELDER_CARE, "reason": EVIL, "approver": EVIL, "expires": "2027-01-01"}
    ]
    data["facilities"] = [{"name": EVIL, "facility_type": "canteen", "floor_area_m2": 3}]
    with open("evil/plan.yaml", "w", encoding="utf-8") as stream:  # noqa: PTH123
        yaml.safe_dump(data, stream, allow_unicode=True)
    return folder


@pytest.mark.parametrize(
    "name", ["text", "json", "markdown", "html", "sarif", "junit", "github", "verbose"]
)
def test_no_name_can_fake_a_command_of_a_log_or_reach_the_terminal(evil, capsys, name):
    how = ["--verbose"] if name == "verbose" else ["--format", name]
    assert check(evil, *how) == 0
    told = capsys.readouterr()
    for line in (told.out + told.err).splitlines():
        assert "##[" not in line
        assert "\x1b" not in line
        if line.lstrip().startswith("::"):
            assert re.match(r"::(error|warning|notice) file=", line)
            assert not line.startswith("::error::")
    if name in ("html", "markdown"):
        # Markdown writes it with a backslash, which is no tag either.
        assert not re.search(r"(?<!\\)<script", told.out)
    if name == "json":
        assert json.loads(told.out)["findings"][0]["plan"].startswith("::error::")


def test_plan_show_explain_and_errors_cannot_be_spoofed_either(evil, capsys, tmp_path):
    assert run(["plan", "show", evil]) == 0
    assert run(["explain", ELDER_CARE, evil]) == 0
    (tmp_path / "::error::x.geojson").write_text("{", encoding="utf-8")
    assert check("::error::x.geojson") == 2
    assert check(evil, "--jurisdiction", "::error::cn") == 2
    told = capsys.readouterr()
    for line in (told.out + told.err).splitlines():
        assert not line.lstrip().startswith("::")
        assert "##[" not in line
        assert "\x1b" not in line


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
        "name: !!python/object/apply:os.system [echo hacked]\n",
        "[" * 100_000,
        "\x00",
    ],
)
def test_hostile_yaml_is_an_error_without_a_trace(tmp_path, capsys, text):
    (tmp_path / "plan.yaml").write_text(text, encoding="utf-8")
    assert check(tmp_path) == 2
    told = capsys.readouterr()
    assert "hacked" not in told.out
    assert "Traceback" not in told.err
    assert "1 of 1 plans could not be checked" in told.err


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads the peak from /proc")
def test_a_gigabyte_is_refused_and_the_memory_stays_bounded(tmp_path):
    with (tmp_path / "big.geojson").open("wb") as stream:
        stream.truncate(1024**3)
    # The peak of getrusage would hold that of this test run too, which the child began as.
    code = (
        "import re, sys; from siting.cli.app import run;"
        "answer = run(['check', sys.argv[1]]);"
        "status = open('/proc/self/status').read();"
        "print(answer, re.search('VmHWM:\\s+(\\d+) kB', status)[1])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "big.geojson")],
        capture_output=True,
        check=True,
        text=True,
    )
    answer, peak_kib = ran.stdout.split()[-2:]
    assert answer == "2"
    assert int(peak_kib) < 400 * 1024
    assert "at most" in ran.stdout
