"""Files made to exhaust, run or fake something are refused with a clear error."""

from __future__ import annotations

import json
import re
import tracemalloc
import zipfile

import pytest
from openpyxl import Workbook, load_workbook

from siting.errors import LoadError, ProjectError, SitingError
from siting.loaders.formats import workbook as workbook_reader
from siting.loaders.formats.workbook import read_workbook
from siting.loaders.plan.read import read_plan
from siting.words import say

HEAD = "name: 甲\njurisdiction: cn-hubei-wuhan\ndate: 2026-11-01\n"


@pytest.fixture
def book(tmp_path):
    """Return a function that saves rows as a workbook."""

    def save(*rows):
        workbook = Workbook()
        for row in rows:
            workbook.active.append(row)
        workbook.save(tmp_path / "t.xlsx")
        return tmp_path / "t.xlsx"

    return save


def replace_part(path, part, change):
    """Rewrite one part of a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts.get(part, b""))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def test_a_zip_bomb_is_refused_before_it_is_unpacked(book):
    path = book(["总户数", 1250])
    bomb = b"<sst>" + b" " * (workbook_reader.MAX_UNCOMPRESSED_BYTES + 1) + b"</sst>"
    replace_part(path, "xl/sharedStrings.xml", lambda _: bomb)
    tracemalloc.start()
    with pytest.raises(LoadError, match=r"unpacks to [0-9,]+ bytes"):
        read_plan(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5 * 1024 * 1024


def test_a_small_workbook_that_unpacks_a_thousandfold_is_refused(book):
    path = book(["总户数", 1250])
    replace_part(path, "xl/extra.xml", lambda _: b" " * 8 * 1024 * 1024)
    with pytest.raises(LoadError, match="times its size"):
        read_plan(path)


def test_entities_in_a_workbook_are_refused(book):
    laughs = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ha">]><worksheet>&b;</worksheet>'
    path = replace_part(book(["总户数", 1250]), "xl/worksheets/sheet1.xml", lambda _: laughs)
    with pytest.raises(LoadError, match="entities or a DTD"):
        read_plan(path)


def test_a_merge_over_the_whole_sheet_costs_nothing(book):
    def merge(xml):
        ranges = b'<mergeCells count="1"><mergeCell ref="C1:XFD1048576"/></mergeCells>'
        return xml.replace(b"</sheetData>", b"</sheetData>" + ranges)

    path = replace_part(book(["总户数", 1250]), "xl/worksheets/sheet1.xml", merge)
    assert read_plan(path).value("households") == 1250


def test_more_cells_than_any_table_has_are_refused(book, monkeypatch):
    monkeypatch.setattr(workbook_reader, "MAX_CELLS", 5)
    with pytest.raises(LoadError, match="more than 5 filled cells"):
        read_workbook(book(*[["总户数", 1]] * 4))


def test_more_elements_than_any_table_has_are_refused(book, monkeypatch):
    monkeypatch.setattr(workbook_reader, "MAX_ELEMENTS", 20)
    with pytest.raises(LoadError, match="more than 20 XML elements"):
        read_workbook(book(*[["总户数", 1]] * 20))


def test_a_formula_is_never_computed_and_its_stored_value_is_said_to_be_one(book):
    def with_value(xml):
        return re.sub(rb"<f>2\*625</f><v ?/?>(</v>)?", b"<f>2*625</f><v>1250</v>", xml)

    path = book(["总户数", "=2*625"], ["养老服务用房", '=WEBSERVICE("http://x/")'])
    replace_part(path, "xl/worksheets/sheet1.xml", with_value)
    plan = read_plan(path)
    assert plan.value("households") == 1250
    assert plan.value("floor_area_m2.elder_care") is None
    (row,) = [row for row in plan.rows if row.key == "households"]
    assert "formula's stored value" in say(row.note, "en")
    assert any("B2 is a formula without a value" in say(note, "en") for note in plan.notes)


def test_links_to_other_workbooks_are_not_followed(book):
    def link(xml):
        tag = b'<Relationship Id="rId9" Type="externalLink" TargetMode="External" Target="'
        return xml.replace(b"</Relationships>", tag + b'file:///etc/passwd"/></Relationships>')

    path = replace_part(book(["总户数", 1250]), "xl/_rels/workbook.xml.rels", link)
    assert read_plan(path).value("households") == 1250


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"PK\x03\x04" + b"\0" * 40, "not a readable XLSX"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 40, "old XLS or an encrypted"),
        (b"hello", "is not an XLSX"),
    ],
)
def test_what_is_no_workbook_says_so(tmp_path, content, what):
    (tmp_path / "t.xlsx").write_bytes(content)
    with pytest.raises(LoadError, match=what):
        read_plan(tmp_path / "t.xlsx")


@pytest.mark.parametrize("name", ["t.xls", "t.et", "t.csv", "t.html"])
def test_tables_in_other_formats_are_to_be_saved_as_xlsx(tmp_path, name):
    (tmp_path / name).write_text("总户数,1250\n", encoding="utf-8")
    with pytest.raises(LoadError, match=r"save it as \.xlsx"):
        read_plan(tmp_path / name)


@pytest.mark.parametrize("content", ["<html><table></table></html>", "总户数,1250\n"])
def test_a_page_or_a_text_that_is_named_xlsx_is_called_what_it_is(tmp_path, content):
    (tmp_path / "t.xlsx").write_text(content, encoding="utf-8")
    with pytest.raises(LoadError, match=r"(a web page|text, such as).*save it as \.xlsx"):
        read_plan(tmp_path / "t.xlsx")


def test_what_is_no_plan_hears_the_endings_of_plans(tmp_path):
    (tmp_path / "t.docx").write_bytes(b"PK")
    with pytest.raises(LoadError, match=r"one file: \.yaml \.yml \.gpkg"):
        read_plan(tmp_path / "t.docx")


def test_a_damaged_workbook_is_an_error_and_no_traceback(book):
    path = replace_part(book(["总户数", 1250]), "xl/worksheets/sheet1.xml", lambda x: x[:-40])
    with pytest.raises(LoadError, match="damaged"):
        read_plan(path)


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x, x]\nb: *a\n",
        "a: !!python/object/apply:os.system [echo]\n",
        "[" * 5000,
    ],
)
def test_a_plan_file_with_anchors_tags_or_depth_is_refused(tmp_path, text):
    (tmp_path / "plan.yaml").write_text(HEAD + text, encoding="utf-8")
    with pytest.raises(ProjectError):
        read_plan(tmp_path)


@pytest.mark.parametrize("name", ["p.geojson", "p.gpkg", "p.xlsx", "plan.yaml"])
def test_a_gigabyte_is_refused_by_its_size_alone(tmp_path, name):
    path = tmp_path / name
    with path.open("wb") as file:
        file.truncate(1024**3)
    with pytest.raises(LoadError, match="1,073,741,824 bytes; at most"):
        read_plan(path)


def test_a_gigabyte_that_a_plan_names_as_its_layer_is_refused_too(tmp_path):
    with (tmp_path / "big.geojson").open("wb") as file:
        file.truncate(1024**3)
    text = HEAD + "layers: {buildings: big.geojson}\n"
    (tmp_path / "plan.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(LoadError, match=r"big.geojson has 1,073,741,824 bytes"):
        read_plan(tmp_path)


@pytest.mark.parametrize(
    "text",
    ["[" * 200_000, '{"type": "FeatureCollection", "plan": NaN}', "{", "[]", '{"type": 3}'],
)
def test_geojson_that_is_none_is_an_error_and_no_crash(tmp_path, text):
    (tmp_path / "p.geojson").write_text(text, encoding="utf-8")
    with pytest.raises(LoadError):
        read_plan(tmp_path / "p.geojson")


def test_json_in_a_plan_is_checked_like_the_plan_file(tmp_path):
    document = {"type": "FeatureCollection", "features": [], "plan": {"name": "甲", "nam": 1}}
    (tmp_path / "p.geojson").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(ProjectError, match="did you mean 'name'"):
        read_plan(tmp_path / "p.geojson")


def test_what_is_no_geopackage_says_so(tmp_path):
    (tmp_path / "p.gpkg").write_bytes(b"SQLite format 3\0" + b"\0" * 100)
    with pytest.raises(SitingError, match=r"p\.gpkg"):
        read_plan(tmp_path / "p.gpkg")


def test_a_workbook_written_by_others_reads_the_same(book):
    path = book(["总户数", 0.1 + 0.2], ["养老服务用房", 299.99])
    assert load_workbook(path).active["B2"].value == 299.99
    assert str(read_plan(path).value("floor_area_m2.elder_care")) == "299.99"
