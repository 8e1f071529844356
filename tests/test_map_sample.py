"""The map of the sample in a real browser: what is drawn and shown is what the findings say."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
from openpyxl import load_workbook

from siting import analyze

pytestmark = pytest.mark.browser

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
CODED = {"强制性", "量度", "单位", "对象", "层级", "引文", "性质", "类型", "按"}
VERDICTS = ("pass", "fail", "unknown", "not_applicable")
WEIGHTS = ("households", "population", "elderly")


@pytest.fixture(scope="module")
def browser():
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        if os.environ.get("SITING_REQUIRE_BROWSER") == "1":
            pytest.fail("no Chromium was found and SITING_REQUIRE_BROWSER is 1")
        pytest.skip("no Chromium was found: install chromium to run the tests of the map")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def results(repository, tmp_path_factory):
    """The sample's results as files; only they are compared with the page."""
    analysis = analyze(repository / "data" / "sample" / "siting.yaml")
    return analysis, analysis.write(tmp_path_factory.mktemp("sample") / "out")


@pytest.fixture(scope="module")
def page(browser, results):
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    context.set_offline(True)
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda message: page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.goto(Path(results[1] / "map.html").as_uri())
    page.evaluate("siting.ready")
    wait(page, "siting.complete === true")
    page.click("#rules-more")
    yield page
    context.close()


def wait(page, condition):
    for _ in range(400):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(10)
    pytest.fail(f"waited in vain for {condition}")


def choose(page, k):
    page.evaluate("document.querySelectorAll('#rules details').forEach(d => d.open = true)")
    page.locator(f"#rule-{k}").check()
    wait(page, f"siting.state.rule === {k} && !!siting.store.rules[{k}].shades")
    page.evaluate("siting.map.invalidateSize(); document.getElementById('zoom-all').click()")
    page.evaluate("new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))")


def test_counts_drawn_and_figures_shown_are_those_of_the_findings_for_every_rule(page, results):
    analysis, out = results
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert [rule["key"] for rule in summary["rules"]] == page.evaluate(
        "siting.store.rules.map((rule) => rule.id)"
    )
    drawn_rules = 0
    for k, (entry, block) in enumerate(zip(summary["rules"], analysis.blocks, strict=True)):
        choose(page, k)
        shown = page.eval_on_selector_all(
            "[data-verdict]",
            "nodes => nodes.map(n => [n.dataset.verdict, Number(n.dataset.value)])",
        )
        assert dict(shown) == entry["verdicts"], entry["key"]
        for name in WEIGHTS:
            figure = page.locator(f"[data-figure={name}]")
            if figure.count():
                told = float(figure.get_attribute("data-value"))
                assert told == pytest.approx(entry[name]["fail"]), (entry["key"], name)
        if block.subject_kind == "home":
            # Of the findings themselves, not of their summary.
            found = Counter(analysis.findings(entry["rule_id"])["verdict"])
            counts = [found.get(word, 0) for word in VERDICTS]
            assert page.evaluate("siting.drawn().verdicts") == counts, entry["key"]
            drawn_rules += 1
    assert drawn_rules > 20
    assert page.complaints == []


def test_the_chinese_workbook_holds_words_and_no_codes(results):
    """Identifiers, addresses and what a note quotes may be Latin; kinds of things may not."""
    book = load_workbook(results[1] / "findings.xlsx", read_only=True)
    checked = 0
    for sheet in book:
        rows = sheet.iter_rows(min_row=2, values_only=True)
        heads = next(rows)
        kinds = [k for k, head in enumerate(heads) if head in CODED]
        for row in rows:
            for k in kinds:
                text = row[k] or ""
                assert not re.search(r"[a-z_]{4,}", text), (sheet.title, heads[k], text)
                checked += bool(text)
    assert checked > 5000


def test_every_rule_stands_once_in_the_list_under_what_it_judges(page, results):
    entries = results[0].summary["rules"]
    assert page.locator("#rules input[type=radio]").count() == len(entries)
    judged = sum(
        entry["subject_kind"] == "home"
        and entry["verdicts"]["pass"] + entry["verdicts"]["fail"] > 0
        and not (entry["governed_by"] or entry["is_alternative"])
        for entry in entries
    )
    heading = page.locator("#rules .rule-group").first.inner_text()
    assert heading == f"住宅到设施 ({judged})"


def test_the_filter_finds_rules_by_name_id_and_facility(page):
    for asked in ("阅读", "Reading room", "wuhan-reading-room-time", "公共阅读空间"):
        page.fill("#rules-filter", asked)
        names = page.locator("#rules .rule-name").all_inner_texts()
        assert 1 <= len(names) <= 4, (asked, names)
    page.fill("#rules-filter", "there is no such rule")
    assert page.locator("#rules input").count() == 0
    assert page.inner_text("#rules .quiet") == "没有找到"
    page.fill("#rules-filter", "")
    assert page.locator("#rules input").count() > 80


def test_no_title_of_a_rule_is_cut_off(page):
    for _ in ("zh", "en"):
        cut = page.eval_on_selector_all(
            "#rules .rule-name",
            "nodes => nodes.filter(n => n.scrollWidth > n.clientWidth + 1).map(n => n.innerText)",
        )
        assert cut == []
        page.click("#language")
    assert page.evaluate("siting.missingWords()") == []
