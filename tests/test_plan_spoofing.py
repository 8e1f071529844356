"""No name, key or header of a plan writes a line of its own or reaches the terminal, anywhere.

Every place of a plan, table, waiver, pack or report that takes a text is given hostile ones in
turn, and every output is looked at: reports on standard output and in files, notes and errors.
"""

from __future__ import annotations

import json
import re
import unicodedata
from html.parser import HTMLParser

import pytest
from defusedxml import ElementTree
from openpyxl import Workbook

from siting.cli.app import run

# Each begins a line of its own where line breaks get through; MARK says whose it is.
MARK = "MARKED"
LINE_ENDS = ("\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029")
HOSTILE = {
    "line ends": "a" + "".join(f"{end}{MARK}" for end in LINE_ENDS),
    "commands": f"::error::{MARK}\r\n  ::error file=x::{MARK}\n##[error]{MARK}\n::set-env::{MARK}",
    "terminal and html": (
        f"\x1b[2J\x1b]8;;http://x.example\x07{MARK}\x9b31m\x00\u202e{MARK}\u2066\u2069\u200f\ufeff"
        f"<script>{MARK}</script><img src=x onerror={MARK}>&lt;b&gt;"
        f"]]><!-- {MARK} --><?x?>\"'&amp;<a/>"
    ),
    "markdown": f"[{MARK}](http://x.example) ![x](y) @bob #1 | `x` <b>\n# {MARK}\n| {MARK} |",
}
INDICATORS = {"households": 1250, "population": 3400, "floor_area_m2": {"elder_care": 340}}
FORMATS = {
    "text": "txt",
    "json": "json",
    "markdown": "md",
    "html": "html",
    "sarif": "sarif",
    "junit": "xml",
}
# Reading every pack anew for each run would take most of the time.
FEW = ("--rules", "cn/wuhan")
hostile = pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))


def plan(**more):
    """Return a plan as data."""
    return {
        "name": "江湾",
        "jurisdiction": "cn-hubei-wuhan",
        "date": "2026-11-01",
        "indicators": INDICATORS,
        **more,
    }


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Return a function that saves a plan, written so that any key and text is allowed."""
    monkeypatch.chdir(tmp_path)

    def save(data, name="p"):
        (tmp_path / name).mkdir()
        # JSON is YAML, and writes every character that YAML would refuse as an escape.
        (tmp_path / name / "plan.yaml").write_text(json.dumps(data), encoding="utf-8")
        return name

    return save


def lines_of(text):
    """Return the lines as any terminal, log or editor may break them."""
    return re.split(r"[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", text)


def assert_harmless(text, *, commands=False):
    """Hold that nothing in a text was begun, moved or coloured by a name."""
    unprintable = {char for char in text if unicodedata.category(char) in ("Cc", "Cf", "Zl", "Zp")}
    assert unprintable <= {"\n"}
    assert "##[" not in text
    for line in lines_of(text):
        assert not line.lstrip(" |#>*-").startswith(MARK)
        if line.lstrip().startswith("::"):
            assert commands
            assert re.match(r"::(error|warning|notice) file=[^:]*::", line)


class Tags(HTMLParser):
    """Collects the names of elements and attributes."""

    def __init__(self, text):
        super().__init__()
        self.seen = set()
        self.attributes = set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}


def check_every_format(path, capsys, tmp_path, *more, printed=("github",)):
    """Check a plan, write every format to a file, print some, and look at all."""
    saves = [part for end in FORMATS.values() for part in ("--save", str(tmp_path / f"r.{end}"))]
    for name in printed:
        written = saves if name == printed[0] else ()
        packs = () if "--rules" in more else FEW
        run(["check", str(path), "--format", name, "-v", *written, *packs, *more])
        told = capsys.readouterr()
        assert_harmless(told.out, commands=name == "github")
        assert_harmless(told.err)
        assert "unforeseen" not in told.err
    for name, end in FORMATS.items():
        report = tmp_path / f"r.{end}"
        if report.exists():
            look_at_a_file(report.read_text(encoding="utf-8"), name)
            report.unlink()
    return told.err


def look_at_a_file(report, name):
    """Hold that a report in a file is what it should be."""
    # A file is no log, so ##[ is text there like any other.
    assert_harmless(report.replace("##[", "## ["))
    if name in ("json", "sarif"):
        json.loads(report)
    if name == "junit":
        names = {each.tag for each in ElementTree.fromstring(report).iter()}
        assert names <= {"testsuites", "testsuite", "testcase", "failure", "error", "skipped"}
    if name == "html":
        tags = Tags(report)
        assert not tags.seen & {"script", "img", "b"}
        assert not {each for each in tags.attributes if each.startswith("on")}
    if name == "markdown":
        assert not re.search(r"(?<!\\)<(script|img|b|a)\b", report)
        assert not re.search(r"(?<!\\)\[MARKED", report)
        assert not re.search(r"(?<!\\)[@#](bob|1\b)", report)


PLACES = {
    "name": lambda text: plan(name=text),
    "jurisdiction": lambda text: plan(jurisdiction=text),
    "status": lambda text: plan(status=text),
    "date": lambda text: plan(date=text),
    "description": lambda text: plan(description=text),
    "key": lambda text: plan(**{text: 1}),
    "key of a key": lambda text: plan(indicators={**INDICATORS, text: 1}),
    "facility type": lambda text: plan(indicators={**INDICATORS, "floor_area_m2": {text: 1}}),
    "number": lambda text: plan(indicators={**INDICATORS, "households": text}),
    "workbook": lambda text: plan(indicators=text),
    "layer": lambda text: plan(layers={"site": text}),
    "layer key": lambda text: plan(layers={text: "x.gpkg"}),
    "column": lambda text: plan(layers={"site": {"path": "x.gpkg", "columns": {text: text}}}),
    "crs": lambda text: plan(crs=text),
    "context": lambda text: plan(context=text),
    "facility": lambda text: plan(
        facilities=[
            {"id": text, "name": text, "facility_type": "canteen", "floor_area_m2": 3},
            {"id": f"{text}2", "facility_type": "elder_care", "floor_area_m2": 340, "phase": "1"},
        ]
    ),
    "repeated id": lambda text: plan(facilities=[{"id": text, "facility_type": "canteen"}] * 2),
    "facility key": lambda text: plan(facilities=[{"facility_type": "canteen", text: 1}]),
    "complex": lambda text: plan(
        facilities=[{"facility_type": "canteen", "complex": text, "floor_area_m2": 5}]
    ),
    "phase": lambda text: plan(
        phases=[{"name": text, "households": 700}, {"name": f"{text}2", "households": 550}]
    ),
    "phase of a facility": lambda text: plan(
        facilities=[{"facility_type": "elder_care", "phase": text}],
        phases=[{"name": "1", "households": 1250}],
    ),
    "includes": lambda text: plan(includes={text: [text]}),
    "waiver": lambda text: plan(
        waivers=[
            {"rule": rule, "reason": text, "approver": text, "expires": "2027-01-01"}
            for rule in ("wuhan-elder-care-floor-area", text)
        ]
    ),
    "waiver's subject and day": lambda text: plan(
        waivers=[{"rule": "x", "reason": "r", "approver": "a", "expires": text, "subject": text}]
    ),
    "waiver's key": lambda text: plan(waivers=[{text: 1}]),
}


@hostile
@pytest.mark.parametrize("place", PLACES)
def test_no_text_of_a_plan_writes_a_line_of_its_own(write, capsys, tmp_path, place, text):
    folder = write(PLACES[place](text))
    printed = (*FORMATS, "github") if place in ("name", "waiver", "key") else ("github",)
    check_every_format(folder, capsys, tmp_path, printed=printed)
    for command in (
        ["plan", "show", folder],
        ["plan", "show", folder, "--json"],
        ["explain", "wuhan-elder-care-floor-area", folder, *FEW],
        ["explain", text, folder, *FEW],
        ["diff", folder, folder, *FEW],
    ):
        run(command)
        told = capsys.readouterr()
        assert_harmless(told.out)
        assert_harmless(told.err)
        assert "unforeseen" not in told.err


@hostile
def test_no_yaml_key_writes_a_line_of_its_own_where_the_file_itself_is_refused(
    write, capsys, tmp_path, text
):
    key = json.dumps(text)
    for number, fault in enumerate((f"{key}: &a 1", f"{key}: !!x 1", f"{key}: 1\n{key}: 2")):
        folder = write({}, f"p{number}")
        (tmp_path / folder / "plan.yaml").write_text(fault, encoding="utf-8")
        told = check_every_format(folder, capsys, tmp_path)
        assert "1 of 1 plans could not be checked" in told


@hostile
def test_no_header_cell_or_sheet_of_a_table_writes_a_line_of_its_own(write, capsys, tmp_path, text):
    write({})
    # A workbook cannot hold some characters, so nor can a name in it.
    text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "\x7f", text)
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = re.sub(r"[\\/*?:\[\]]", "", text)[:31]
    for row in (
        ["项目", "单位", "数量", "备注"],
        ["总户数", "户", 1250, text],
        [text, "㎡", 12, text],
        [f"养老服务用房{text}", "㎡", 340, text],
        ["居住人数", text, 3400, ""],
        ["总建筑面积", "㎡", text, ""],
        [f"其中:{text}", text, text, text],
    ):
        sheet.append(row)
    workbook.save(tmp_path / "t.xlsx")
    place = ("--jurisdiction", "cn-hubei-wuhan", "--date", "2026-11-01")
    check_every_format("t.xlsx", capsys, tmp_path, *place)
    for how in ([], ["--json"]):
        assert run(["plan", "show", "t.xlsx", *how]) == 0
        told = capsys.readouterr()
        assert MARK in told.out
        assert_harmless(told.out)
        assert_harmless(told.err)


@hostile
def test_no_property_of_a_drawing_writes_a_line_of_its_own(write, capsys, tmp_path, text):
    write({})
    ring = [[114.3, 30.6], [114.301, 30.6], [114.301, 30.601], [114.3, 30.6]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    for number, properties in enumerate(
        (
            {text: text, "layer": "buildings", "households": 40},
            {"layer": text, "households": text},
            {"layer": "facilities", "facility_type": text, "id": text, "name": text},
            {"layer": "facilities", "facility_type": "canteen", "id": text, "floor_area_m2": text},
        )
    ):
        feature = {"type": "Feature", "geometry": shape, "properties": properties}
        document = {"type": "FeatureCollection", "plan": plan(), "features": [feature]}
        path = tmp_path / f"p{number}.geojson"
        path.write_text(json.dumps(document), encoding="utf-8")
        check_every_format(path.name, capsys, tmp_path)
        run(["plan", "show", path.name])
        told = capsys.readouterr()
        assert_harmless(told.out)
        assert_harmless(told.err)


@hostile
def test_no_name_of_a_file_writes_a_line_of_its_own(write, capsys, tmp_path, text):
    name = text.replace("/", "_").replace("\x00", "_")
    folder = write(plan(), name)
    check_every_format(folder, capsys, tmp_path)
    for end in ("geojson", "xlsx", "gpkg", "odd"):
        path = tmp_path / f"{name}.{end}"
        path.write_text("{", encoding="utf-8")
        check_every_format(path, capsys, tmp_path)
    check_every_format(f"{name}-is-not-there", capsys, tmp_path)
    run(["check", str(tmp_path), "--output", f"{name}/no/folder.json"])
    run(["check", str(tmp_path), "--output", f"x.{name}", "--baseline", f"{name}.odd"])
    told = capsys.readouterr()
    assert_harmless(told.out)
    assert_harmless(told.err)


PACK = {
    "document": {
        "title": {"zh": "文件", "en": "Document"},
        "issuer": "x",
        "url": "http://x.example",
    },
    "jurisdiction": "cn-hubei-wuhan",
    "rules": [
        {
            "id": "own-elder-care",
            "title": {"zh": "养老", "en": "Elder care"},
            "applies_to": {"subject": "plan"},
            "strength": "mandatory",
            "measure": "floor_area_per_100_households",
            "facility_types": ["elder_care"],
            "require": {"at_least": 30, "unit": "m2/100 households"},
            "source": {"clause": "1", "quote": "引文", "confidence": "A"},
            "interpretation": "x",
            "cases": [{"name": "n", "households": 100, "elder_care_m2": 1, "verdict": "pass"}],
        }
    ],
}


def pack_with(text, *path):
    """Return the pack with a text at a place of it."""
    data = json.loads(json.dumps(PACK))
    inner = data
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = text
    return data


@hostile
@pytest.mark.parametrize(
    "path",
    [
        ("document", "title"),
        ("document", "url"),
        ("document", "number"),
        ("jurisdiction",),
        ("key",),
        ("rules", 0, "id"),
        ("rules", 0, "title", "zh"),
        ("rules", 0, "measure"),
        ("rules", 0, "source", "clause"),
        ("rules", 0, "source", "quote"),
        ("rules", 0, "interpretation"),
        ("rules", 0, "cases", 0, "name"),
        ("rules", 0, "supersedes"),
    ],
    ids=lambda path: ".".join(map(str, path)),
)
def test_no_text_of_a_rule_pack_writes_a_line_of_its_own(write, capsys, tmp_path, path, text):
    data = pack_with(text, *path)
    if path == ("key",):
        data = {**PACK, text: 1}
    if path[-1] == "supersedes":
        data = pack_with([text], *path)
    folder = write(plan())
    (tmp_path / "pack.yaml").write_text(json.dumps(data), encoding="utf-8")
    own = ("--rules", "pack.yaml")
    check_every_format(folder, capsys, tmp_path, *own)
    for command in ("list", "lint", "test"):
        for how in ([], ["--json"] if command == "list" else ["pack.yaml"]):
            run(["rules", command, "pack.yaml", *how])
    for command in ("show", "explain"):
        run(["rules", command, "own-elder-care", "pack.yaml"])
        run(["rules", command, text, "pack.yaml"])
    run(["rules", "show", "own-elder-care", "pack.yaml", "--json"])
    told = capsys.readouterr()
    assert_harmless(told.out)
    assert_harmless(told.err)
    assert "unforeseen" not in told.err


@hostile
@pytest.mark.parametrize("key", ["plan", "title", "rule_id", "verdict"])
def test_no_text_of_an_earlier_report_writes_a_line_of_its_own(write, capsys, tmp_path, key, text):
    folder = write(plan())
    run(["check", folder, "--output", "before.json", "-q", *FEW])
    report = json.loads((tmp_path / "before.json").read_text(encoding="utf-8"))
    for finding in report["findings"]:
        finding[key] = text
    (tmp_path / "before.json").write_text(json.dumps(report), encoding="utf-8")
    check_every_format(folder, capsys, tmp_path, "--baseline", "before.json")
    for command in (["diff", "before.json", folder, *FEW], ["explain", text, "before.json"]):
        run(command)
        told = capsys.readouterr()
        assert_harmless(told.out)
        assert_harmless(told.err)
        assert "unforeseen" not in told.err
