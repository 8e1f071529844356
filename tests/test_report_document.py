"""The printable report: in both languages, harmless, and its figures those of the summary."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from analysis_town import write_town
from siting import analyze
from siting.cli.app import run
from siting.data_report import DataNote
from siting.errors import SitingError
from siting.pipeline.gaps import report as reports
from siting.pipeline.gaps.map_model import build_map_model
from siting.pipeline.gaps.report import report_html, write_report
from siting.report.analysis.document import AreaGap, ReportContents, ReportMap, document_html
from siting.report.analysis.text import is_shown
from siting.rules.parameters import Parameters
from siting.words import say, word
from siting.words.catalogue import keys_of

HOSTILE = "<script>x</script>&\"'`${1}\u202e\x1b"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_town(tmp_path_factory.mktemp("town")).parent


@pytest.fixture(scope="module")
def analysis(folder):
    return analyze(folder / "siting.yaml")


@pytest.fixture(scope="module")
def page(analysis):
    return report_html(analysis)


class Reader(HTMLParser):
    """What a browser would read: elements and text."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.texts = [], []
        self.feed(page)

    def handle_starttag(self, tag, _):
        self.tags.append(tag)

    def handle_data(self, data):
        self.texts.append(data)

    @property
    def text(self):
        return " ".join(self.texts)


def test_the_report_tells_what_was_asked_found_and_doubted(page, analysis):
    text = Reader(page).text
    for heading in ("In brief", "Maps", "Areas with the largest gaps", "Findings by rule",
                    "What was asked", "Data", "Doubts"):  # fmt: skip
        assert heading in text
    entry = next(e for e in analysis.summary["rules"] if e["rule_id"] == "town-reading-room")
    assert f"{entry['population']['fail']:,.0f}" in text
    assert "Town code T 1" in text
    assert "Walking speed, m/min (walking_speed_m_per_min)" in text
    files = [*analysis.manifest["inputs"], *analysis.manifest["rule_packs"]]
    assert all(each["path"] in text and each["sha256"][:12] in text for each in files)
    warnings = [
        say(note.message, "en") for note in analysis.report.notes if note.severity == "warning"
    ]
    assert warnings
    assert all(message.split(";")[0] in text for message in warnings)


def test_every_rule_of_the_tables_leads_to_its_document_and_clause(page, analysis):
    rows = Table(page).rows
    sources = {row[0]: row for row in rows if len(row) == 5 and row[0].isdigit()}
    shown = [entry for entry in analysis.summary["rules"] if is_shown(entry)]
    assert shown
    for entry in shown:
        cited = {row[-1] for row in rows if row[0].startswith(entry["title"]["en"])}
        number, letter = re.fullmatch(r"(\d+)([a-z]?)", cited.pop()).groups()
        assert not cited
        assert entry["source"]["document"] in sources[number][1]
        assert entry["source"]["confidence"] in sources[number][3]
        clauses = sources[number][4].split("; ")
        assert f"{letter} {entry['source']['clause']}".strip() in clauses


def test_notes_are_grouped_by_kind_and_alike_ones_told_once(analysis):
    def note(kind, code, layer, count):
        return DataNote(layer, kind, code, f"{code} of some rows", count, ("1",))

    notes = [note("repair", f"r{k}", "a", k) for k in range(1, 9)]
    notes += [note("excluded", "no-place", layer, 1) for layer in ("b", "c")]
    notes += [note("info", "read", "d", 1)]
    document = ReportContents(analysis.summary, analysis.manifest, notes, language="en")
    text = Reader(document_html(document)).text
    assert "Repairs (8)" in text
    assert "r8 of some rows" in text
    assert "r5 of some rows" not in text
    assert "5 more are in data-report.json" in text
    assert "Exclusions (2)" in text
    assert "b, c: no-place of some rows" in text
    assert "read of some rows" not in text


def test_maps_that_stand_side_by_side_are_of_unlike_facilities(analysis):
    rules = build_map_model(analysis).rules
    chosen = reports._unlike([*rules, *rules], 2)
    assert len({rule.facility_types for rule in chosen}) == len(chosen)


def test_the_worst_areas_are_those_of_the_findings(analysis):
    worst = reports._areas(analysis, analysis.blocks[0])
    home_area = analysis.city.home_area["community"]
    people = analysis.layers.residential["population"].to_numpy()
    failed = analysis.blocks[0].verdict == 1
    for area in worst:
        row = analysis.layers.areas["community"]["area_id"].tolist().index(area.name)
        assert area.without == people[failed & (home_area == row)].sum()


def test_the_page_loads_and_runs_nothing(page):
    assert "default-src 'none'" in page
    assert not {"script", "iframe", "link", "object", "form"} & set(Reader(page).tags)
    sources = re.findall(r'\bsrc="([^"]{0,22})', page)
    assert len(sources) == 2
    assert all(source.startswith("data:image/svg+xml") for source in sources)


def test_chinese_and_english_say_the_same(analysis):
    chinese = Reader(report_html(replace(analysis, language="zh"), maps=0))
    english = Reader(report_html(analysis, maps=0))
    assert chinese.tags == english.tags
    assert "存疑之处" in chinese.text


class Table(HTMLParser):
    """The rows of all tables as texts."""

    def __init__(self, page):
        super().__init__()
        self.rows, self.inside = [], False
        self.feed(page)

    def handle_starttag(self, tag, _):
        if tag == "tr":
            self.rows.append([])
        self.inside = tag in ("td", "th")
        if self.inside:
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        self.inside = self.inside and tag not in ("td", "th")

    def handle_data(self, data):
        if self.inside:
            self.rows[-1][-1] += data


def test_hostile_texts_are_shown_and_never_run(analysis):
    rules = [
        {
            **rule,
            "title": {"zh": HOSTILE, "en": HOSTILE},
            "source": {**rule["source"], "document": HOSTILE, "clause": HOSTILE},
        }
        for rule in analysis.summary["rules"]
    ]
    document = ReportContents(
        summary={**analysis.summary, "project": HOSTILE, "rules": rules},
        manifest=analysis.manifest,
        notes=[DataNote(HOSTILE, "warning", HOSTILE, HOSTILE)],
        pictures=[ReportMap(HOSTILE, 'data:image/png;base64,"><script>')],
        areas=[AreaGap(HOSTILE, 3, None)],
        attribution=[HOSTILE],
        language="en",
    )
    page = document_html(document)
    assert "script" not in Reader(page).tags
    assert "\u202e" not in page
    assert "\x1b" not in page


def test_a_report_is_html_or_pdf_and_nothing_else(analysis, tmp_path):
    assert write_report(analysis, tmp_path / "a" / "report.html", maps=0).is_file()
    with pytest.raises(SitingError, match=r"expected \.html or \.pdf"):
        write_report(analysis, tmp_path / "report.doc")


def test_without_a_browser_a_pdf_is_refused_with_a_way_out(analysis, tmp_path, monkeypatch):
    monkeypatch.setattr(reports, "BROWSERS", ("no-such-browser",))
    with pytest.raises(SitingError, match="print it from any browser"):
        write_report(analysis, tmp_path / "report.pdf")


@pytest.fixture(scope="module")
def printer():
    if not any(shutil.which(name) for name in reports.BROWSERS):
        if os.environ.get("SITING_REQUIRE_BROWSER") == "1":
            pytest.fail("no Chromium was found and SITING_REQUIRE_BROWSER is 1")
        pytest.skip("no Chromium was found: install chromium to print reports")


@pytest.mark.browser
@pytest.mark.usefixtures("printer")
def test_a_browser_prints_the_report_on_a4(analysis, tmp_path):
    printed = write_report(analysis, tmp_path / "report.pdf").read_bytes()
    width, height = re.search(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", printed).groups()
    # A4 upright: 210 mm by 297 mm, in points.
    assert (float(width), float(height)) == pytest.approx((210 / 25.4 * 72, 297 / 25.4 * 72), abs=2)


@pytest.mark.browser
@pytest.mark.usefixtures("printer")
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_report_of_the_sample_has_a_few_pages(repository, tmp_path, language):
    analysis = analyze(repository / "data" / "sample" / "siting.yaml", language=language)
    printed = write_report(analysis, tmp_path / "report.pdf").read_bytes()
    # Four with the fonts of today; other fonts may need a little more.
    assert 3 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 5


def test_the_commands_write_one_map_one_picture_or_one_report(folder, tmp_path, capsys):
    for command, name in (("map", "m.html"), ("map", "m.png"), ("report", "r.html")):
        out = tmp_path / name
        assert run([command, str(folder), "--out", str(out), "--quiet"]) == 0
        assert capsys.readouterr().out.strip() == str(out)
        assert out.stat().st_size > 10_000
    assert run(["map", str(folder), "--out", str(tmp_path / "m.gif")]) == 2
    assert "expected .html, .png, .svg or .pdf" in capsys.readouterr().err


def test_a_folder_of_results_is_known_for_what_it_is(analysis, tmp_path, capsys):
    analysis.write(tmp_path / "out")
    assert run(["map", str(tmp_path / "out")]) == 2
    assert "name the project file" in capsys.readouterr().err


def test_every_parameter_has_words_in_both_languages():
    keys = {f"parameter.{name}" for name in Parameters.model_fields}
    assert set(keys_of("parameter", "en")) == keys
    assert all(word(key, "zh") != word(key, "en") for key in keys)
