"""Plan findings in seven formats: complete, in two languages, and impossible to spoof."""

from __future__ import annotations

import datetime as dt
import json
import re
from decimal import Decimal
from html.parser import HTMLParser
from typing import get_args

import jsonschema
import pytest
from defusedxml import ElementTree
from hypothesis import given
from hypothesis import strategies as st

from siting.errors import SitingError
from siting.message import Text, message
from siting.report.plan import FormatName
from siting.report.plan.diff import to_diff_json, to_diff_text
from siting.report.plan.formats import FORMATS, format_findings
from siting.report.plan.github import to_github
from siting.report.plan.html import to_html
from siting.report.plan.json import to_json
from siting.report.plan.junit import to_junit
from siting.report.plan.markdown import to_markdown
from siting.report.plan.sarif import to_sarif
from siting.report.plan.text import to_text
from siting.rules.plan.baseline import compare_checks, known_of, known_of_json, states_of
from siting.rules.plan.finding import Citation, PlanFinding, breaks, summary_of
from siting.rules.plan.model import Evidence, Waiver

CITATION = Citation(
    "答复", "第3段", "每百户不低于30平方米", "https://example.org/a?b=1", "A", "2024-1"
)
LINE = Evidence("plans/a/plan.yaml", "line 8", "340", "", "elder_care", 8)
CELL = Evidence("plans/a/指标.xlsx", "指标!C7", "３４０", "m2", "养老服务用房")


def finding(**changes):
    fields = {
        "plan": "江湾花园",
        "source": "plans/a/plan.yaml",
        "rule_id": "wuhan-elder-care-floor-area",
        "title": Text("养老服务用房配建面积", "Elder-care floor area"),
        "verdict": "fail",
        "measured": Decimal(340),
        "required": Decimal(375),
        "unit": "m2",
        "shortfall": Decimal(35),
        "explanation": Text(
            "1,250 户 × 30 m²/100 户 = 375 m²；规划 340 m²；缺 35 m²",
            "1,250 households x 30 m2/100 households = 375 m2; planned 340 m2; 35 m2 short",
        ),
        "citation": CITATION,
        "evidence": (LINE, CELL),
    }
    return PlanFinding(**{**fields, **changes})


WAIVER = Waiver("r", "已有设施可共享", "规划局", dt.date(2027, 1, 1))
PASSING = finding(rule_id="b-pass", verdict="pass", shortfall=None)
WAIVED = finding(rule_id="c-waived", waived=WAIVER)
UNKNOWN = finding(
    rule_id="d-unknown", verdict="unknown", measured=None, shortfall=None, missing=("households",)
)
ADVICE = finding(rule_id="e-advice", strength="recommended")
FIGURE = finding(
    rule_id="f-figure",
    verdict="not_applicable",
    strength="indicator",
    required=None,
    shortfall=None,
)
ALL = [PASSING, FIGURE, ADVICE, UNKNOWN, WAIVED, finding()]

EVIL = [
    "\x1b[31mred\x1b[0m",
    "a\n::error file=x::forged",
    "a\r\n::warning::forged",
    "%0A::error::forged",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "[link](javascript:alert(1)) @octocat #1 | **b** `c`",
    "]]> & <b/> \x00\x08",
    "\u202egnp.exe \u2028 \x9b31m",
    "{0} [text](1)",
]


def evil(text):
    """Return a finding with a hostile text wherever data can stand."""
    place = Evidence(text, text, text, text, text)
    waiver = Waiver("r", text, text, dt.date(2027, 1, 1))
    words = Text(text, text)
    cited = Citation(text, text, text, f"javascript:{text}", text, text, text)
    both = {"title": words, "explanation": words, "note": words, "citation": cited}
    return [
        finding(plan=text, source=text, subject=text, evidence=(place,), **both),
        finding(plan=text, source=text, waived=waiver, rule_id=text, missing=(text,), **both),
        finding(verdict="unknown", missing=(text,), governs=False, governed_by=text, **both),
    ]


def test_only_binding_failures_break_a_check_and_unknowns_unless_allowed():
    assert [breaks(each) for each in ALL] == [False, False, False, True, False, True]
    assert not breaks(UNKNOWN, allow_unknown=True)
    assert not breaks(finding(governs=False, governed_by="other"))
    assert summary_of(ALL)["failing"] == 2
    assert summary_of(ALL)["verdicts"] == {
        "fail": 3,
        "unknown": 1,
        "pass": 1,
        "not_applicable": 1,
    }


def test_the_finding_id_depends_on_plan_rule_and_subject_only():
    assert finding().finding_id == finding(verdict="pass", measured=None).finding_id
    assert finding().finding_id != finding(subject="f1").finding_id
    assert finding().finding_id != finding(plan="别处").finding_id


def test_text_gives_the_arithmetic_the_clause_and_the_place():
    text = to_text([finding()])
    assert "✗ 不符合  养老服务用房配建面积" in text
    assert "1,250 户 × 30 m²/100 户 = 375 m²；规划 340 m²；缺 35 m²" in text
    assert "原文：每百户不低于30平方米" in text
    assert "plans/a/plan.yaml:8：elder_care = 340" in text
    assert "plans/a/指标.xlsx 指标!C7：养老服务用房 = ３４０ m²" in text
    assert "Elder-care floor area" in to_text([finding()], language="en")


def test_the_worst_stands_first():
    verdicts = re.findall(r"\(([a-z-]+)\)$", to_text(ALL), flags=re.MULTILINE)
    assert verdicts == [
        "wuhan-elder-care-floor-area",
        "d-unknown",
        "c-waived",
        "e-advice",
        "b-pass",
        "f-figure",
    ]


def test_colour_comes_only_when_asked_for():
    assert "\x1b[" not in to_text(ALL)
    assert "\x1b[31;1m✗ 不符合\x1b[0m" in to_text(ALL, colour=True)


def test_json_has_the_agreed_keys_and_numbers():
    document = json.loads(to_json([finding()]))
    (record,) = document["findings"]
    expected = {
        "plan": "江湾花园",
        "rule_id": "wuhan-elder-care-floor-area",
        "verdict": "fail",
        "measured": 340.0,
        "required": 375.0,
        "unit": "m2",
        "shortfall": 35.0,
        "strength": "mandatory",
        "waived": None,
    }
    assert {key: record[key] for key in expected} == expected
    assert record["explanation"].startswith("1,250 户")
    assert record["citation"]["quote"] == "每百户不低于30平方米"
    assert record["evidence"][1]["location"] == "指标!C7"
    assert document["summary"]["compliant"] is False


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("findings", [ALL, [], *[evil(text) for text in EVIL]])
def test_sarif_is_valid_by_the_official_schema(repository, findings, language):
    path = repository / "tests" / "schemas" / "sarif-2.1.0.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    document = json.loads(to_sarif(findings, language=language, version="0.1.0"))
    checker = jsonschema.Draft4Validator.FORMAT_CHECKER
    jsonschema.Draft4Validator(schema, format_checker=checker).validate(document)


def test_sarif_gives_rules_a_stable_id_their_clause_and_the_line():
    run = json.loads(to_sarif(ALL))["runs"][0]
    rules = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    rule = rules["wuhan-elder-care-floor-area"]
    assert "每百户不低于30平方米" in rule["help"]["text"]
    assert rule["helpUri"] == "https://example.org/a?b=1"
    results = {each["ruleId"]: each for each in run["results"]}
    failing = results["wuhan-elder-care-floor-area"]
    assert (failing["kind"], failing["level"]) == ("fail", "error")
    physical = failing["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"]["uri"] == "plans/a/plan.yaml"
    assert physical["region"] == {"startLine": 8}
    related = failing["relatedLocations"][0]
    assert related["logicalLocations"][0]["name"] == "指标!C7"
    assert results["c-waived"]["suppressions"][0]["justification"].startswith("已有设施可共享")
    assert results["c-waived"]["level"] == "note"
    assert "答复" in rule["fullDescription"]["text"]
    assert results["e-advice"]["level"] == "warning"
    assert results["d-unknown"]["level"] == "error"
    for each in run["results"]:
        assert run["tool"]["driver"]["rules"][each["ruleIndex"]]["id"] == each["ruleId"]


def test_sarif_has_a_result_for_problems_only_since_each_becomes_an_alert():
    run = json.loads(to_sarif(ALL))["runs"][0]
    assert {each["ruleId"] for each in run["results"]}.isdisjoint({"b-pass", "f-figure"})
    assert {"b-pass", "f-figure"} <= {each["id"] for each in run["tool"]["driver"]["rules"]}
    assert json.loads(to_sarif([PASSING]))["runs"][0]["results"] == []


def test_sarif_says_what_is_new_against_a_baseline():
    states = states_of(compare_checks((), known_of(ALL)))
    results = json.loads(to_sarif(ALL, changes=states))["runs"][0]["results"]
    by_rule = {each["ruleId"]: each["baselineState"] for each in results}
    assert by_rule["wuhan-elder-care-floor-area"] == "new"


def test_html_shows_problems_whole_and_folds_what_is_settled():
    silent = finding(rule_id="g-silent", verdict="not_applicable", measured=None)
    page = to_html([finding(), PASSING, silent], language="en")
    problem, rest = page.split(f'<tr id="{PASSING.finding_id}">')
    assert "<dl><dt>Why</dt><dd>1,250 households" in problem
    assert "<details>" not in problem
    assert "<details><summary>Source</summary>" in rest
    assert "<summary>not applicable × 1</summary>" in rest
    assert "g-silent" in rest


@pytest.mark.parametrize("name", ["text", "html", "markdown", "sarif", "junit", "github"])
def test_an_english_report_names_the_document_in_english_and_as_it_is_found(name):
    cited = Citation("答复", "第3段", document_en="Reply")
    page = format_findings([finding(citation=cited)], name, language="en")
    assert "Reply" in page
    assert "答复" in page
    assert "Reply" not in format_findings([finding(citation=cited)], name, language="zh")


def test_junit_counts_failures_errors_and_skips():
    root = ElementTree.fromstring(to_junit(ALL))
    assert {key: root.get(key) for key in ("tests", "failures", "errors", "skipped")} == {
        "tests": "6",
        "failures": "1",
        "errors": "1",
        "skipped": "3",
    }
    (failure,) = root.iter("failure")
    assert "缺 35 m²" in failure.get("message")
    assert "每百户不低于30平方米" in failure.text
    allowed = ElementTree.fromstring(to_junit(ALL, allow_unknown=True))
    assert (allowed.get("errors"), allowed.get("skipped")) == ("0", "4")


def test_github_annotations_lead_to_the_line():
    lines = to_github(ALL).splitlines()
    assert len(lines) == 4
    (error,) = [line for line in lines if line.startswith("::error ") and "elder-care" in line]
    assert error.startswith(
        "::error file=plans/a/plan.yaml,line=8,title=养老服务用房配建面积：不符合::"
    )
    assert [line.split(" ")[0] for line in lines].count("::notice") == 1


def test_an_annotation_from_a_workbook_names_the_cell():
    (line,) = to_github([finding(evidence=(CELL,))]).splitlines()
    assert "file=plans/a/指标.xlsx,title=" in line
    assert "指标!C7" in line


@pytest.mark.parametrize("text", EVIL)
def test_no_name_can_fake_an_annotation(text):
    lines = to_github(evil(text)).split("\n")
    assert lines.pop() == ""
    assert len(lines) == 3
    for line in lines:
        properties = re.fullmatch(r"::(?:error|warning|notice) (.*?)::(.*)", line)
        assert properties
        assert len(properties[1].split(",")) <= 3
        # Decoded as the runner does, no message has a line of its own.
        decoded = properties[2].replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
        assert "\n" not in decoded


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("text", EVIL)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_format_lets_a_control_character_through(name, text, language):
    written = format_findings(evil(text), name, language=language)
    odd = [char for char in written if not char.isprintable() and char != "\n"]
    # The style of the page ends its lines; nothing else does not print.
    assert odd == []


class Page(HTMLParser):
    """Collects tags, and what could run or load."""

    def __init__(self):
        super().__init__()
        self.tags = set()
        self.attributes = set()
        self.links = []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= {key for key, _ in attrs}
        self.links += [value for key, value in attrs if key in ("href", "src")]


@pytest.mark.parametrize("text", EVIL)
def test_html_has_only_the_tags_of_its_own(text):
    page = Page()
    page.feed(to_html([*evil(text), finding()]))
    own = "html head meta title style body h1 h2 p table thead tbody tr th td dl dt dd a div"
    own += " details summary"
    assert page.tags <= set(own.split())
    assert not {key for key in page.attributes if key.startswith("on") or key == "src"}
    assert page.links == ["https://example.org/a?b=1"]


@pytest.mark.parametrize("text", EVIL)
def test_junit_is_xml_whatever_the_names_are(text):
    root = ElementTree.fromstring(to_junit(evil(text)))
    assert len(list(root.iter("testcase"))) == 3


def test_markdown_shows_names_as_they_are_and_links_nowhere():
    text = to_markdown(evil("[link](javascript:x) @octocat <b> | `c` http://a.b"))
    assert "@octocat" not in text
    assert "javascript:x" not in text
    assert "<b>" not in text
    assert "http://" not in text
    assert r"\[link\]" in text


def test_markdown_links_a_citation_on_the_web():
    assert r"[答复 2024\-1 第3段](https://example.org/a?b=1)" in to_markdown([finding()])


def test_every_row_of_a_markdown_table_has_five_cells():
    text = to_markdown(evil("a | b | c"))
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert rows
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 6 for row in rows)


def test_an_unknown_format_names_the_nearest():
    with pytest.raises(SitingError, match="did you mean 'sarif'"):
        format_findings([], "sarf")


@given(st.text(max_size=30))
def test_any_name_survives_json_up_to_what_does_not_print(name):
    (record,) = json.loads(to_json([finding(plan=name)]))["findings"]
    assert record["plan"] == name


def test_a_paraphrase_is_not_called_a_quotation():
    cited = Citation("a", quote="b", quote_kind="paraphrase")
    for write in (to_text, to_markdown, to_html, to_sarif, to_junit):
        assert "大意" in write([finding(citation=cited)])
        assert "原文" not in write([finding(citation=cited)])


# --- comparing two checks ------------------------------------------------------------------------


def test_changes_are_new_changed_unchanged_and_fixed():
    before = [finding(rule_id=name) for name in ("same", "more", "gone", "solved")]
    after = [
        finding(rule_id="same"),
        finding(rule_id="more", measured=Decimal(350)),
        finding(rule_id="solved", verdict="pass"),
        finding(rule_id="fresh"),
        finding(rule_id="fine", verdict="pass"),
    ]
    changes = compare_checks(known_of(before), known_of(after))
    assert [(each.kind, each.finding.rule_id) for each in changes] == [
        ("new", "fresh"),
        ("changed", "more"),
        ("unchanged", "same"),
        ("fixed", "gone"),
        ("fixed", "solved"),
    ]


def test_a_report_read_back_compares_as_unchanged():
    known = known_of_json(to_json(ALL), "old.json")
    changes = compare_checks(known, known_of(ALL))
    assert {each.kind for each in changes} == {"unchanged"}
    assert len(changes) == 2


def test_a_failure_that_becomes_waived_is_fixed():
    changes = compare_checks(known_of([finding()]), known_of([finding(waived=WAIVER)]))
    assert [each.kind for each in changes] == ["fixed"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("missing", [1]),
        ("missing", "population"),
        ("verdict", "great"),
        ("strength", ""),
        ("measured", True),
        ("waived", {"reason": "r", "approver": "a"}),
        ("waived", {"reason": "r", "approver": "a", "expires": 1}),
        ("citation", {"document": 1}),
        ("evidence", [{"file": "a"}]),
    ],
)
def test_a_finding_with_something_else_than_a_report_writes_is_named_by_its_key(key, value):
    document = json.loads(to_json(ALL))
    document["findings"][1][key] = value
    with pytest.raises(SitingError, match=f"number 2 has something else than .* in '{key}'"):
        known_of_json(json.dumps(document), "old.json")


@pytest.mark.parametrize("text", ["", "[]", '{"findings": [{}]}', "[" * 10**5, '{"findings": 3}'])
def test_a_baseline_that_is_no_report_says_how_to_write_one(text):
    with pytest.raises(SitingError, match="--format json"):
        known_of_json(text, "old.json")


def test_a_difference_is_written_for_people_and_programs():
    changes = compare_checks(
        known_of([finding()]), known_of([finding(measured=Decimal(350), plan="江湾花园")])
    )
    assert "340/375 → 不符合 350/375" in to_diff_text(changes)
    document = json.loads(to_diff_json(changes))
    assert document["summary"] == {"new": 0, "changed": 1, "unchanged": 0, "fixed": 0}
    assert document["changes"][0]["after"]["measured"] == 350.0


@given(st.lists(st.sampled_from(["a", "b", "c", "d"]), unique=True))
def test_comparing_with_itself_finds_nothing_new(names):
    known = known_of([finding(rule_id=name) for name in names])
    assert {each.kind for each in compare_checks(known, known)} <= {"unchanged"}


def test_what_is_missing_is_said_in_the_language_of_the_report():
    lost = finding(
        verdict="unknown",
        measured=None,
        shortfall=None,
        missing=("population",),
        lacks=(message("reason.no_facility", types=[Text("洗染店", "laundry")]),),
        explanation=Text("无法判断", "cannot be told"),
    )
    for write in (to_text, to_markdown, to_html, to_github, to_junit):
        told = write([lost], language="zh").replace("\\", "")
        assert "居住人口（population）、数据中没有洗染店" in told
        assert "数据中没有洗染店" in told
        assert "no facility" not in told
    assert "no facility of type laundry in the data" in to_text([lost], language="en")


def test_a_maximum_has_its_sign_and_one_thing_is_singular():
    most = finding(comparison="at_most", unit="facilities", measured=Decimal(1))
    told = to_markdown([most], language="en").replace("\\", "")
    assert "| 1 facility | ≤ 375 facilities |" in told


def test_a_new_problem_is_told_with_its_numbers_in_the_readers_language():
    changes = compare_checks((), known_of([finding()]))
    zh, en = (to_diff_text(changes, language=each).splitlines()[0] for each in ("zh", "en"))
    assert zh.endswith("养老服务用房配建面积（wuhan-elder-care-floor-area）  不符合 340/375")
    assert en.endswith("Elder-care floor area (wuhan-elder-care-floor-area)  fail 340/375")
    read = known_of_json(to_json([finding()]), "old.json")
    assert to_diff_text(compare_checks((), read), language="en").splitlines()[0] == en


@pytest.mark.parametrize(
    ("before", "after", "worse"),
    [
        ({"measured": Decimal(340)}, {"measured": Decimal(339)}, True),
        ({"measured": Decimal(340)}, {"measured": Decimal(341)}, False),
        # More homes and as much more room: it lacks what it lacked.
        ({}, {"measured": Decimal(350), "required": Decimal(385)}, False),
        ({"verdict": "unknown", "measured": None}, {}, True),
        ({}, {"verdict": "unknown", "measured": None}, False),
    ],
)
def test_a_changed_problem_is_worse_where_it_lacks_more_or_fails_now(before, after, worse):
    (change,) = compare_checks(known_of([finding(**before)]), known_of([finding(**after)]))
    assert (change.kind, change.is_worse) == ("changed", worse)


def test_the_formats_are_those_that_have_a_name():
    assert tuple(FORMATS) == get_args(FormatName)


def test_the_count_of_failures_leaves_recommendations_apart():
    advice = finding(strength="recommended", rule_id="b")
    last = to_text([finding(), advice], language="zh").splitlines()[-1]
    assert last == "存在不符合项（1 项须解决）：1 项不符合；其余 1 项：1 项不满足建议；共 2 项"
