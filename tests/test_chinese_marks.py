"""Chinese sentences have Chinese marks: no half-width ; , : or bracket beside a Chinese character.

Quotes of clauses, and names, headers and places of data, are as their authors wrote them.
"""

from __future__ import annotations

import ast
import datetime as dt
import json
import re
from dataclasses import replace

import numpy as np
import pytest

from siting.data_report import DataReport
from siting.pipeline.gaps.analysis import analyze
from siting.pipeline.gaps.sheets import analysis_sheets
from siting.pipeline.plans.check import CheckOptions, check_plans
from siting.report.analysis.note_words import note_layer, note_text
from siting.report.analysis.text import data_notes_text, summary_text
from siting.report.plan.explanation import to_explanation
from siting.report.plan.github import to_github
from siting.report.plan.json import finding_record
from siting.report.plan.junit import to_junit
from siting.report.plan.markdown import to_markdown
from siting.report.plan.sarif import to_sarif
from siting.report.plan.text import to_text
from siting.rules.explain import describe_rule, explain_row
from siting.rules.pack.find import find_packs, read_packs
from siting.words import say

HALF = re.compile(r"[\u4e00-\u9fff》”）] ?[;,:()]|[;,:()] ?[\u4e00-\u9fff《“（]")
# Texts that are matched with data, or written into a table that is read again.
DATA = ("loaders/", "sample/", "vocabulary/", "crs/declared.py")


def half_width(text):
    """Return what stands around every half-width mark beside a Chinese character."""
    return [text[max(0, m.start() - 12) : m.end() + 12] for m in HALF.finditer(text)]


def test_the_search_finds_half_width_marks_and_leaves_numbers_and_columns_alone():
    for wrong in ("规划 340 m²,缺", "依据: 条文", "强制(应)", "符合;缺", "中文 (a)"):
        assert half_width(wrong.replace("m²", "米")), wrong
    for right in ("1,234 户（8,860 + 7,100）", "幼儿园  (a-rule)", "a.yaml:7：户数", "(1, 2) m²"):
        assert not half_width(right), right


def chinese_strings(path):
    """Return the Chinese literals of a module that are neither documentation nor English."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            han = len(re.findall(r"[\u4e00-\u9fff]", node.value))
            if han and not re.search(r"[A-Za-z]+[,:]? [a-z]+", node.value):
                yield node.value


def test_no_module_writes_chinese_with_half_width_marks(repository):
    root = repository / "src/siting"
    found = {}
    for path in root.rglob("*.py"):
        name = path.relative_to(root).as_posix()
        if not name.startswith(DATA):
            wrong = [each for text in chinese_strings(path) for each in half_width(text)]
            found |= {name: wrong} if wrong else {}
    # 应 is the word of the clause, which English readers are told.
    assert found == {"rules/explain.py": ["mandatory (应)", "recommended (宜)"]}


@pytest.fixture(scope="module")
def sample(repository):
    return analyze(repository / "data/sample/siting.yaml", cache=False)


def test_what_is_said_of_the_sample_has_chinese_marks(sample):
    texts = [summary_text(sample.summary, "zh")]
    for block in sample.blocks:
        texts += [say(each, "zh") for each in block.reasons]
        rows = {int(np.flatnonzero(block.verdict == code)[0]) for code in np.unique(block.verdict)}
        texts += [say(explain_row(block, row, sample.city), "zh") for row in rows]
    assert len(texts) > 300
    assert [each for text in texts for each in half_width(text)] == []


def test_notes_on_the_data_have_chinese_marks(sample):
    notes = [replace(note, examples=()) for note in sample.report.notes]
    texts = [f"{note_layer(note, 'zh')}：{note_text(note, 'zh')}" for note in notes]
    texts.append(data_notes_text(DataReport(notes), "zh"))
    found = [each for text in texts for each in half_width(text)]
    # A header of the data is told as it stands there.
    assert [each for each in found if "(㎡" not in each and "(万元" not in each] == []


def test_heads_and_remarks_of_the_workbook_have_chinese_marks(sample):
    sheets = analysis_sheets(sample)
    texts = [text for sheet in sheets for text in (sheet.title, sheet.note)]
    texts += [column.header for sheet in sheets for column in sheet.columns]
    assert [each for text in texts for each in half_width(text)] == []


def test_rules_are_described_with_chinese_marks():
    for pack in read_packs(find_packs(["cn"])):
        for rule in pack.rules:
            unquoted = rule.model_copy(
                update={"source": rule.source.model_copy(update={"quote": ""}), "cases": ()}
            )
            assert half_width(describe_rule(unquoted, "zh")) == [], rule.id


@pytest.fixture(scope="module")
def checks(repository):
    folder = repository / "data/plans"
    paths = [*sorted(folder.glob("[01]*")), *sorted(folder.glob("*.xlsx"))]
    paths.append(folder / "jiangwan.geojson")
    day = dt.date(2026, 11, 1)
    options = CheckOptions(jurisdiction="cn-hubei-wuhan", date=day, cache=False)
    return check_plans(paths, options)


@pytest.fixture(scope="module")
def findings(checks):
    return [unquoted(each) for each in checks.findings]


def unquoted(finding):
    """Take away what others wrote: the quote, and how numbers stand in the plan."""
    citation = finding.citation and replace(finding.citation, quote="")
    evidence = tuple(replace(each, label="", text="") for each in finding.evidence)
    return replace(finding, citation=citation, evidence=evidence)


def test_findings_of_plans_have_chinese_marks(findings):
    assert {each.verdict for each in findings} == {"pass", "fail", "unknown", "not_applicable"}
    texts = {
        text
        for each in findings
        for text in (
            *(say(text, "zh") for text in (each.title, each.explanation, each.note)),
            *(say(text, "zh") for text in each.lacking),
        )
    }
    assert len(texts) > 200
    assert [each for text in texts for each in half_width(text)] == []


def test_notes_on_plans_are_in_chinese_with_chinese_marks(checks):
    assert len(checks.notes) > 5
    for note in checks.notes:
        # What stands before the note is a path; examples are coordinates of the data.
        told = say(note, "zh")
        said = re.sub("（(?:1 处，)?如 .*", "", told)
        assert half_width(said) == []
        assert not re.search(r"[a-z]+ [a-z]+ [a-z]+", said), said


def test_every_reason_is_in_chinese_and_no_bare_key(findings):
    unknown = [each for each in findings if each.lacking]
    assert len(unknown) > 20
    for each in unknown:
        for text in (say(lacking, "zh") for lacking in each.lacking):
            assert re.match(r"[\u4e00-\u9fff]", text), text


def test_reports_on_plans_have_chinese_marks(findings):
    records = [finding_record(each, "zh", {}) for each in findings]
    results = json.loads(to_sarif(findings, language="zh"))["runs"][0]["results"]
    texts = [
        to_text(findings, language="zh"),
        to_text(findings, language="zh", full=False),
        to_markdown(findings, language="zh").replace("\\", ""),
        to_junit(findings, language="zh"),
        *(to_explanation(each, language="zh") for each in records),
        *(each["message"]["text"] for each in results),
        # What stands before the message is the syntax of the command.
        *(line.split("::", 2)[2] for line in to_github(findings, language="zh").splitlines()),
    ]
    assert [each for text in texts for each in half_width(text)] == []
