"""The made-up plans of data/plans say what their hand-worked expectations say."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
import yaml

from siting.loaders.plan.read import read_plan
from siting.pipeline.plans.check import CheckOptions, check_plans
from siting.rules.plan.consistency import check_consistency
from siting.sample.plans import write_plan_files

KEYS = {"same_as", "facts", "consistency", "findings"}
FINDING_KEYS = {"rule_id", "subject", "verdict", "measured", "required", "shortfall"}
MORE_KEYS = {"waived", "missing"}


def plans_in(folder):
    """Return each plan with the file of its expectations."""
    pairs = [(each.parent, each) for each in sorted(folder.glob("*/expected.yaml"))]
    for each in sorted(folder.glob("*.expected.yaml")):
        stem = each.name.removesuffix(".expected.yaml")
        found = [p for p in folder.glob(f"{stem}*") if p.suffix in (".xlsx", ".gpkg", ".geojson")]
        pairs += [(path, each) for path in found]
    return pairs


@pytest.fixture(scope="module")
def folder(repository):
    return repository / "data" / "plans"


@pytest.fixture(scope="module")
def examples(folder):
    """Return every plan, read, with its expectations."""
    found = {}
    for path, expected in plans_in(folder):
        found[path.name] = (read_plan(path), yaml.safe_load(expected.read_text(encoding="utf-8")))
    return found


def test_there_are_plans_of_every_kind_and_each_says_it_is_made_up(folder, examples):
    assert len(examples) == 16 + 6 + 2
    for path, expected in plans_in(folder):
        file = path / "plan.yaml" if path.is_dir() else expected
        assert "虚构" in file.read_text(encoding="utf-8"), path.name


def test_the_figures_of_each_plan_are_those_worked_out(examples):
    for name, (plan, expected) in examples.items():
        facts = {key: Decimal(str(value)) for key, value in expected.get("facts", {}).items()}
        assert {key: plan.value(key) for key in facts} == facts, name


def test_each_layout_gives_the_figures_of_the_folder(examples):
    whole, _ = examples["01-compliant"]
    layouts = {k: p for k, (p, expected) in examples.items() if "same_as" in expected}
    assert len(layouts) == 5 + 2
    for name, plan in layouts.items():
        given = {k: f.value for k, f in plan.facts.items()}
        assert {k: whole.value(k) for k in given} == given, name
        needed = {"households", "population", "total_floor_area_m2", "floor_area_m2.elder_care"}
        assert needed <= set(given), name


def test_one_file_gives_every_figure_of_the_folder(examples):
    whole, _ = examples["01-compliant"]
    for name in ("jiangwan.gpkg", "jiangwan.geojson"):
        plan, _ = examples[name]
        assert {k: f.value for k, f in plan.facts.items()} == {
            k: f.value for k, f in whole.facts.items()
        }
        assert [p.name for p in plan.phases] == ["一期", "二期"]
        assert (plan.name, plan.date, plan.jurisdiction) == (
            whole.name,
            whole.date,
            whole.jurisdiction,
        )


def test_each_plan_contradicts_itself_exactly_where_expected(examples):
    for name, (plan, expected) in examples.items():
        found = {(f.rule_id, f.subject): f for f in check_consistency(plan)}
        wanted = {(e["rule_id"], e["subject"]): e for e in expected["consistency"]}
        assert set(found) == set(wanted), name
        for key, each in wanted.items():
            for figure in ("measured", "required", "shortfall"):
                if figure in each:
                    assert getattr(found[key], figure) == Decimal(str(each[figure])), (name, key)


@pytest.fixture(scope="module")
def checked(folder):
    """Return every plan's findings by rule and subject, and the number that make it fail."""
    paths = [path for path, _ in plans_in(folder)]
    tables = [path for path in paths if path.suffix == ".xlsx"]
    others = [path for path in paths if path.suffix != ".xlsx"]
    # A workbook alone says neither place nor date.
    said = CheckOptions(jurisdiction="cn-hubei-wuhan", date=dt.date(2026, 11, 1))
    checks = (*check_plans(others), *check_plans(tables, said))
    return {
        path.name: ({(f.rule_id, f.subject): f for f in check}, len(check.failing))
        for path, check in zip((*others, *tables), checks, strict=True)
    }


def test_each_plan_is_judged_as_worked_out(examples, checked):
    assert set(checked) == set(examples)
    claims = 0
    for name, (_, expected) in examples.items():
        found = checked[name][0]
        for each in expected["findings"]:
            finding = found[each["rule_id"], each.get("subject", "")]
            for key in set(each) - {"rule_id", "subject"}:
                assert said_of(finding, key) == claimed(each[key]), (name, each["rule_id"], key)
                claims += 1
    assert claims > 100


def said_of(finding, key):
    if key == "waived":
        return finding.waived is not None
    return list(finding.missing) if key == "missing" else getattr(finding, key)


def claimed(value):
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return Decimal(str(value)) if is_number else value


def test_the_plans_that_comply_are_those_that_the_list_of_plans_says(checked):
    complying = {name for name, (_, failing) in checked.items() if not failing}
    assert complying == {
        "01-compliant",
        "10-waived",
        "11-shared-areas",
        "12-renewal",
        "16-complex-small",
        "jiangwan.gpkg",
        "jiangwan.geojson",
    }


def test_a_plan_in_one_file_gives_the_findings_of_its_folder(checked):
    whole = judged(checked["01-compliant"][0])
    assert judged(checked["jiangwan.gpkg"][0]) == whole
    assert judged(checked["jiangwan.geojson"][0]) == whole


def judged(found):
    return {
        key: (f.verdict, f.measured, f.required, f.shortfall, f.missing, f.governs)
        for key, f in found.items()
    }


def test_a_table_gives_the_findings_of_the_folder_wherever_it_has_the_figures(checked):
    whole = judged(checked["01-compliant"][0])
    for name in ("table-vertical.xlsx", "table-horizontal.xlsx", "table-side-by-side.xlsx"):
        found = judged(checked[name][0])
        # Judged, or shown where the rule is about areas.
        known = {key for key, (verdict, measured, *_) in found.items() if measured is not None}
        # Of the 10 % a table without the small services has less, and still enough.
        share = known & {("wuhan-commerce-and-services-share", "")}
        assert [found[key][0] for key in share] == ["pass"], name
        assert len(known) >= 10
        known -= share
        assert {key: found[key] for key in known} == {key: whole[key] for key in known}, name


def test_expectations_have_no_key_that_nothing_reads(examples):
    for name, (_, expected) in examples.items():
        assert set(expected) <= KEYS, name
        for each in (*expected["consistency"], *expected["findings"]):
            assert set(each) <= FINDING_KEYS | MORE_KEYS, name


def test_the_written_plans_are_those_that_the_program_writes(folder, examples, tmp_path):
    for name in ("01-compliant", "13-with-drawing"):
        (tmp_path / name).mkdir()
    source = folder / "01-compliant" / "plan.yaml"
    text = source.read_text(encoding="utf-8")
    (tmp_path / "01-compliant" / "plan.yaml").write_text(text, encoding="utf-8")
    written = write_plan_files(tmp_path)
    again = [path for path in written if path.parent == tmp_path]
    assert len(again) == 6 + 2
    for path in again:
        kept, _ = examples[path.name]
        assert read_plan(path).facts.keys() == kept.facts.keys()
        assert [r.value for r in read_plan(path).rows] == [r.value for r in kept.rows]


def test_expectations_name_rules_that_exist(repository, examples):
    packs = (repository / "rules" / "cn").rglob("*.yaml")
    rules = [yaml.safe_load(pack.read_text(encoding="utf-8"))["rules"] for pack in packs]
    known = {rule["id"] for pack in rules for rule in pack}
    named = {each["rule_id"] for _, expected in examples.values() for each in expected["findings"]}
    assert named <= known
