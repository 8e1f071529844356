"""One way to count: every output of one run gives the same figures, in the same order.

The sample district and a small town with unknown, not applicable, governed and alternative findings
are analyzed, and all plans of ``data/plans`` checked; then all outputs are read together.
"""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser

import openpyxl
import pytest
from defusedxml import ElementTree

from analysis_town import write_town
from siting import analyze
from siting.cli.app import run
from siting.pipeline.gaps.map_model import build_map_model
from siting.pipeline.gaps.report import report_html
from siting.render.payload import build_payload
from siting.report.analysis.text import summary_text

VERDICTS = ("pass", "fail", "unknown", "not_applicable")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MORE_RULES = """\
  - id: town-large-homes
    title: {zh: 大院阅览室 900 米, en: A reading room within 900 m of large homes}
    applies_to: {subject: home, when: {fact: households, at_least: 50}}
    strength: mandatory
    measure: walking_distance
    facility_types: [reading_room]
    require: {at_most: 900, unit: m}
    source: {clause: "5", quote: 900 m, confidence: B}
  - id: town-market-walk
    title: {zh: 菜市场 600 米, en: A food market within 600 m}
    applies_to: {subject: home}
    strength: recommended
    measure: walking_distance
    facility_types: [food_market]
    require: {at_most: 600, unit: m}
    supersedes: [town-market]
    source: {clause: "6", quote: 600 m, confidence: B}
  - id: town-childcare
    title: {zh: 托育 500 米, en: Childcare within 500 m}
    applies_to: {subject: home}
    strength: mandatory
    measure: walking_distance
    facility_types: [childcare]
    require: {at_most: 500, unit: m}
    source: {clause: "7", quote: 500 m, confidence: B}
"""


class Tables(HTMLParser):
    """The rows of every table of a page, as texts."""

    def __init__(self, page):
        super().__init__()
        self.rows, self.cell = [], None
        self.feed(page)

    def handle_starttag(self, tag, _attributes):
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.cell = ""

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.rows[-1].append(self.cell.strip())
            self.cell = None

    def handle_data(self, data):
        if self.cell is not None:
            self.cell += data


class Run:
    """One analysis and all that it wrote."""

    def __init__(self, project, folder):
        self.analysis = analyze(project, straight_line="town" in str(project))
        self.out = self.analysis.write(folder)
        self.language = self.analysis.language
        self.entries = json.loads((folder / "summary.json").read_text(encoding="utf-8"))["rules"]
        self.terminal = summary_text(self.analysis.summary, self.language)
        self.report = Tables(report_html(self.analysis, maps=0)).rows
        self.map = build_payload(build_map_model(self.analysis))[0]["rules"]
        book = openpyxl.load_workbook(folder / "findings.xlsx", read_only=True)
        _, heads, *rows = book.worksheets[0].iter_rows(values_only=True)
        self.workbook = [dict(zip(heads, row, strict=True)) for row in rows]

    def order(self):
        """The entries as the workbook lists them."""
        by_key = {entry["key"]: entry for entry in self.entries}
        return [by_key[next(iter(row.values()))] for row in self.workbook]


@pytest.fixture(scope="module", params=["sample", "town"])
def found(request, repository, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "sample":
        return Run(repository / "data" / "sample" / "siting.yaml", folder / "out")
    project = write_town(folder / "town")
    rules = project.with_name("rules.yaml")
    rules.write_text(rules.read_text(encoding="utf-8") + MORE_RULES, encoding="utf-8")
    return Run(project, folder / "out")


def is_judged(entry):
    return entry["verdicts"]["pass"] + entry["verdicts"]["fail"] > 0


def cells(entry):
    """Return what a table has to say of a rule, worked out anew from the counts."""
    told = [f"{entry['verdicts'][word]:,}" for word in ("pass", "fail", "unknown")]
    if entry["subject_kind"] == "home":
        people = entry["population"]
        share = people["pass"] / (people["pass"] + people["fail"])
        told += [f"{people['fail']:,.0f}", f"{share:.1%}"]
    return told


def judged_cells(rows, count):
    """Return the figures of a table: what stands behind the title, where that is a number."""
    return [row[1 : count + 1] for row in rows if re.fullmatch(r"[\d,]+", row[1])]


def test_the_town_has_findings_of_every_kind(found):
    if found.language == "zh":
        pytest.skip("the sample has what it has")
    entries = {entry["key"]: entry for entry in found.entries}
    assert entries["town-large-homes"]["verdicts"]["not_applicable"] == 4
    assert entries["town-childcare"]["verdicts"]["unknown"] == 7
    assert entries["town-market"]["governed_by"] == "town-market-walk"
    assert entries["town-market@straight_line"]["is_alternative"]


def test_a_share_is_of_those_judged_and_of_nobody_else(found):
    for entry in found.entries:
        if entry["subject_kind"] == "home" and is_judged(entry):
            people = entry["population"]
            assert entry["covered_share_of"] == "population"
            share = people["pass"] / (people["pass"] + people["fail"])
            assert entry["covered_share"] == pytest.approx(share), entry["key"]


def test_a_radius_rule_stands_straight_and_walked_in_the_summary(found):
    radius = [
        entry
        for entry in found.entries
        if entry["subject_kind"] == "home" and is_judged(entry) and not entry["is_alternative"]
    ]
    assert radius
    for entry in radius:
        ways = {entry["measure"], entry["otherwise"]["measure"]}
        assert "straight_line" in ways
        assert len(ways) == 2
        shown = entry["otherwise"]["covered_share"]
        assert f"{shown:.1%}" in found.terminal or f"{shown:.1%}" == "100.0%"


def test_terminal_and_report_show_the_counts_of_the_summary_in_the_order_of_the_workbook(found):
    for kind, count in (("home", 5), ("area", 3), ("facility", 3), ("city", 3)):
        expected = [
            cells(entry)
            for entry in found.order()
            if entry["subject_kind"] == kind and is_judged(entry)
        ]
        # Two spaces stand behind a title, and one at least between figures.
        parts = [
            re.split(r"\s{2,}", line.strip(), maxsplit=1) for line in found.terminal.split("\n")
        ]
        lines = [[title, *rest.split()] for title, *more in parts for rest in more]
        for rows in (lines, found.report):
            told = judged_cells([row for row in rows if len(row) > count], count)
            # Rules of other kinds can have the same counts, but these stand in this order.
            assert is_within(expected, told), kind


def is_within(expected, told):
    """Tell whether one list is found in another in its order."""
    rest = iter(told)
    return all(row in rest for row in expected)


def test_the_workbook_and_the_map_have_the_numbers_of_the_summary(found):
    assert [rule["id"] for rule in found.map] == [entry["key"] for entry in found.entries]
    by_key = {next(iter(row.values())): list(row.values()) for row in found.workbook}
    for entry, rule in zip(found.entries, found.map, strict=True):
        counts = [entry["verdicts"][word] for word in VERDICTS]
        assert [row[0] for row in rule["totals"]] == counts
        row = by_key[entry["key"]]
        assert row[7:11] == counts
        if entry["subject_kind"] == "home":
            people = [entry["population"][word] for word in VERDICTS]
            assert [row[2] for row in rule["totals"]] == pytest.approx(people)
            assert row[12] == pytest.approx(people[1])
            assert row[14] == pytest.approx(entry["covered_share"])


def test_what_binds_stands_before_what_recommends_and_the_worst_first(found):
    for kind in ("home", "area", "facility", "city"):
        listed = [
            entry
            for entry in found.order()
            if entry["subject_kind"] == kind and is_judged(entry) and not entry["is_alternative"]
        ]
        worth = [
            (
                entry["strength"] != "mandatory",
                -(entry.get("population") or entry["verdicts"])["fail"],
            )
            for entry in listed
        ]
        assert worth == sorted(worth)


@pytest.mark.browser
def test_the_page_lists_the_rules_in_the_same_order_and_shows_the_same_share(found):
    path = next((found_at for name in BROWSERS if (found_at := shutil.which(name))), None)
    if path is None:
        pytest.skip("no Chromium was found")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto((found.out / "map.html").as_uri())
        page.evaluate("siting.ready")
        for _ in range(300):
            if page.evaluate("siting.complete === true"):
                break
            page.wait_for_timeout(20)
        if page.locator("#rules-more").is_visible():
            page.click("#rules-more")
        ids = page.eval_on_selector_all("#rules input", "all => all.map((one) => one.id)")
        keys = [found.entries[int(each.removeprefix("rule-"))]["key"] for each in ids]
        beside = {e["key"] for e in found.entries if e["governed_by"] or e["is_alternative"]}
        judged = [e["key"] for e in found.order() if is_judged(e) and e["key"] not in beside]
        assert [key for key in keys if key in judged] == judged
        by_key = {entry["key"]: entry for entry in found.entries}
        homes = [key for key in judged if by_key[key]["subject_kind"] == "home"]
        assert page.evaluate("siting.store.rules[siting.state.rule].id") == homes[0]
        for key in homes:
            page.locator(f"#{ids[keys.index(key)]}").check()
            figure = page.locator(".figure", has=page.locator("[data-figure=population]"))
            shown = re.search(r"([\d.]+)\s*%", figure.inner_text())
            without = 1 - by_key[key]["covered_share"]
            assert float(shown[1]) == pytest.approx(100 * without, abs=0.051), key
        browser.close()


# --- plans ----------------------------------------------------------------------------------------

FORMATS = ("text", "json", "markdown", "html", "junit", "sarif", "github")
MARKS = {
    "fail": "✗ 不符合  ",
    "unknown": "? 无法判断  ",
    "not_checked": "✗ 未能检查  ",
    "governed_fail": "✗ 不符合（以另一条为准）  ",
    "governed_unknown": "? 无法判断（以另一条为准）  ",
    "advice_unknown": "? 无法判断（建议性）  ",
    "waived": "w 已豁免  ",
    "warning": "! 不满足建议  ",
    "pass": "✓ 符合  ",
    "indicator": "i 指标  ",
    "not_applicable": "· 不适用  ",
}
WORDS = {key: mark[2:].strip() for key, mark in MARKS.items()}


@pytest.fixture(scope="module", params=[False, True], ids=["strict", "allow-unknown"])
def checked(request, repository, tmp_path_factory):
    """Every plan of data/plans in seven formats, the text in full, and the exit code."""
    folder = tmp_path_factory.mktemp("checked")
    names = {"markdown": "md", "junit": "xml", "text": "txt"}
    saved = {name: folder / f"report.{names.get(name, name)}" for name in FORMATS}
    allowed = ["--allow-unknown"] if request.param else []
    given = ["check", str(repository / "data" / "plans"), "--language", "zh", "--quiet", *allowed]
    for name in ("markdown", "html", "junit", "sarif"):
        given += ["--save", str(saved[name])]
    codes = [
        run([*given[:6], *given[6:], "--format", name, "--output", str(saved[name]), "--verbose"])
        for name in ("text", "json", "github")
    ]
    texts = {name: path.read_text(encoding="utf-8") for name, path in saved.items()}
    return texts, codes, request.param


def test_the_counts_of_a_check_add_up_in_every_report(checked):
    texts, codes, allowed = checked
    summary = json.loads(texts["json"])["summary"]
    counts = summary["counts"]
    assert sum(counts.values()) == summary["findings"] == len(json.loads(texts["json"])["findings"])
    assert {code == 0 for code in codes} == {summary["compliant"]}
    for key, mark in MARKS.items():
        assert texts["text"].count(f"\n  {mark}") == counts[key], key
    last = texts["text"].strip().splitlines()[-1]
    assert last in re.sub(r"\\(.)", r"\1", texts["markdown"])
    assert last in texts["html"]
    numbers = [int(each) for each in re.findall(r"(\d+) 项", last)]
    failing, *parts, everything = numbers
    assert everything == summary["findings"]
    to_resolve = ("not_checked", "fail") if allowed else ("not_checked", "fail", "unknown")
    assert failing == summary["failing"] == sum(counts[key] for key in to_resolve)
    for key, count in counts.items():
        if count:
            assert f"{count} 项{WORDS[key]}" in last
    assert sum(parts) - sum(each for each in parts if f"其余 {each} 项" in last) == everything


def test_every_finding_is_as_loud_in_sarif_as_in_github_and_junit(checked):
    texts, codes, allowed = checked
    document = json.loads(texts["json"])
    failing = document["summary"]["failing"]
    results = json.loads(texts["sarif"])["runs"][0]["results"]
    levels = {"error": 0, "warning": 0, "note": 0, "none": 0}
    for result in results:
        levels[result["level"]] += 1
    lines = texts["github"].splitlines()
    loud = {name: sum(line.startswith(f"::{name} ") for line in lines) for name in
            ("error", "warning", "notice")}  # fmt: skip
    assert levels["error"] == loud["error"] == failing
    assert levels["warning"] == loud["warning"]
    assert levels["note"] + levels["none"] == loud["notice"]
    assert (levels["none"] > 0) == allowed
    suites = ElementTree.fromstring(texts["junit"])
    assert int(suites.get("failures")) + int(suites.get("errors")) == failing
    assert int(suites.get("tests")) == document["summary"]["findings"]
    assert (failing == 0) == (codes[0] == 0)


def test_the_sentence_of_a_plan_that_cannot_be_checked_stands_once_on_a_terminal(
    repository, capsys
):
    table = repository / "data" / "plans" / "table-vertical.xlsx"
    assert run(["check", str(table), "--language", "zh"]) == 2
    told = capsys.readouterr()
    assert (told.out + told.err).count("无法确定适用哪些规则") == 1
    assert "✗ 未能检查  方案无法检查" in told.out
    assert "不符合" not in told.out
    assert told.out.strip().endswith("未能检查（1 项须解决）：1 项未能检查；共 1 项")


def test_a_plan_of_which_only_data_is_missing_is_not_called_failing(repository, capsys):
    plan = str(repository / "data" / "plans" / "09-missing-data")
    assert run(["check", plan, "--language", "zh"]) == 1
    last = capsys.readouterr().out.strip().splitlines()[-1]
    assert last.startswith("无法判断是否符合（4 项须解决）：4 项无法判断；其余 63 项：")
    assert run(["check", plan, "--language", "zh", "--allow-unknown"]) == 0
    last = capsys.readouterr().out.strip().splitlines()[-1]
    assert last.startswith("未见不符合强制性规定的项：4 项无法判断、")


def test_what_is_waived_is_not_called_met(repository, capsys):
    plan = str(repository / "data" / "plans" / "10-waived")
    assert run(["check", plan, "--language", "zh"]) == 0
    last = capsys.readouterr().out.strip().splitlines()[-1]
    assert last.startswith("除已豁免的外，全部符合强制性规定：1 项已豁免、11 项符合、4 项指标、")


def test_what_lacks_leads_in_a_rule_of_two_parts(repository, tmp_path, capsys):
    source = repository / "data" / "plans" / "02-elder-care-short" / "plan.yaml"
    text = source.read_text(encoding="utf-8").replace("elder_care: 340", "elder_care: 400")
    # 1,250 households need 375 m2, and 400 are planned, but in two places of 200.
    places = "".join(
        f"  - {{id: e{n}, facility_type: elder_care, floor_area_m2: 200}}\n" for n in (1, 2)
    )
    (tmp_path / "plan.yaml").write_text(f"{text}\nfacilities:\n{places}", encoding="utf-8")
    assert run(["check", str(tmp_path), "--language", "zh"]) == 1
    out = capsys.readouterr().out
    assert "\n      至少一处不小于 300 m²：最大一处 200 m²；缺 100 m²；1,250 户" in out
