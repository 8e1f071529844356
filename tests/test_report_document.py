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
from siting.errors import SitingError
from siting.pipeline import report as reports
from siting.pipeline.report import report_html, write_report
from siting.report import document as documents
from siting.report.document import AreaGap, Document, Picture, document_html
from siting.rules.parameters import Parameters
from siting.tables import DataNote

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
    assert f"{entry['title']['en']} (1)" in text
    assert "Walking speed, m/min (walking_speed_m_per_min)" in text
    assert all(each["path"] in text for each in analysis.manifest["inputs"])
    warnings = [note.message for note in analysis.report.notes if note.severity == "warning"]
    assert warnings
    assert all(message.split(";")[0] in text for message in warnings)


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


def test_hostile_texts_are_shown_and_never_run(analysis):
    rules = [
        {**rule, "title": {"zh": HOSTILE, "en": HOSTILE}} for rule in analysis.summary["rules"]
    ]
    document = Document(
        summary={**analysis.summary, "project": HOSTILE, "rules": rules},
        manifest=analysis.manifest,
        notes=[DataNote(HOSTILE, "warning", HOSTILE, HOSTILE)],
        pictures=[Picture(HOSTILE, 'data:image/png;base64,"><script>')],
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


@pytest.mark.browser
def test_a_browser_prints_the_report_on_a4(analysis, tmp_path):
    if not any(shutil.which(name) for name in reports.BROWSERS):
        if os.environ.get("SITING_REQUIRE_BROWSER") == "1":
            pytest.fail("no Chromium was found and SITING_REQUIRE_BROWSER is 1")
        pytest.skip("no Chromium was found: install chromium to print reports")
    printed = write_report(analysis, tmp_path / "report.pdf").read_bytes()
    width, height = re.search(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", printed).groups()
    # A4 upright: 210 mm by 297 mm, in points.
    assert (float(width), float(height)) == pytest.approx((210 / 25.4 * 72, 297 / 25.4 * 72), abs=2)


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
    assert set(documents._PARAMETERS) == set(Parameters.model_fields)
    assert all(zh and en and zh != en for zh, en in documents._PARAMETERS.values())
