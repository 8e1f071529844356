"""Tables of points: CSV and XLSX with titles, merged cells, odd encodings and worse."""

from __future__ import annotations

import zipfile

import numpy as np
import openpyxl
import pyproj
import pytest
import shapely

from siting.crs import wgs84_to_bd09, wgs84_to_gcj02
from siting.data_report import DataReport
from siting.errors import CRSError, LoadError
from siting.loaders.layer.columns.assigned_types import FacilityTypeRule
from siting.loaders.layer.columns.attributes import as_text
from siting.loaders.layer.columns.numbers import parse_numbers
from siting.loaders.layer.sources import FileSource, read_facilities, read_residential, read_source
from siting.loaders.layer.spreadsheet import read_points_table

METRIC = pyproj.CRS(4547)
PLAIN = "名称,经度,纬度,床位数\n甲,114.30,30.60,20\n乙,114.31,30.61,30\n"


def csv_file(folder, text, encoding="utf-8", name="a.csv"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def workbook(folder, *rows, merge=(), title="养老", more=()):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for cells in merge:
        sheet.merge_cells(cells)
    for name, others in more:
        other = book.create_sheet(name)
        for row in others:
            other.append(row)
    book.save(folder / "a.xlsx")
    return folder / "a.xlsx"


def read(path, crs="EPSG:4326", **options):
    report = DataReport()
    frame = read_points_table(path, crs=crs, report=report, **options)
    return frame, {note.code: note for note in report.notes}


def coordinates(frame):
    return shapely.get_coordinates(frame.geometry.to_numpy()).tolist()


EXPECTED = [[114.30, 30.60], [114.31, 30.61]]


# --- CSV -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_the_encoding_of_a_csv_is_found(tmp_path, encoding):
    frame, _ = read(csv_file(tmp_path, PLAIN, encoding))
    assert frame["名称"].tolist() == ["甲", "乙"]
    assert coordinates(frame) == EXPECTED


def test_a_declared_encoding_that_does_not_fit_is_an_error(tmp_path):
    with pytest.raises(LoadError, match=r"not in the declared encoding utf-8.*encoding: gb18030"):
        read(csv_file(tmp_path, PLAIN, "gbk"), encoding="utf-8")


def test_a_declared_utf8_forgives_the_byte_order_mark(tmp_path):
    path = csv_file(tmp_path, "经度,纬度\n114.3,30.6\n114.31,30.61\n", "utf-8-sig")
    assert coordinates(read(path, encoding="utf-8")[0]) == EXPECTED


def test_bytes_in_no_encoding_are_an_error(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(PLAIN.encode("gbk") + b"\xff\xff\xff")
    with pytest.raises(LoadError, match="UTF-8 nor GB18030"):
        read(path)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path, delimiter):
    frame, _ = read(csv_file(tmp_path, PLAIN.replace(",", delimiter)))
    assert coordinates(frame) == EXPECTED


def test_rows_are_labelled_as_a_spreadsheet_program_shows_them(tmp_path):
    text = "武汉市养老设施一览表\n制表日期,2026-11\n" + PLAIN
    frame, notes = read(csv_file(tmp_path, text))
    assert frame.index.tolist() == [4, 5]
    assert notes["header-found"].count == 2


def test_blank_lines_are_no_rows_but_count(tmp_path):
    frame, _ = read(csv_file(tmp_path, PLAIN.replace("甲", "\n,,,\n甲", 1)))
    assert frame.index.tolist() == [4, 5]


def test_rows_without_coordinates_are_left_out_and_listed(tmp_path):
    frame, notes = read(csv_file(tmp_path, PLAIN + "丙,,,5\n丁,东经,30,5\n合计,,,55\n"))
    assert coordinates(frame) == EXPECTED
    assert notes["coordinates-missing"].examples == ("4", "5", "6")


def test_a_table_without_any_coordinates_is_an_error(tmp_path):
    with pytest.raises(LoadError, match="none of the 1 rows has coordinates"):
        read(csv_file(tmp_path, "经度,纬度\n东,北\n"))


def test_undeclared_coordinates_are_an_error_that_explains_the_offset(tmp_path):
    with pytest.raises(CRSError, match=r"GCJ-02 or BD-09.*100 to 700 m.*Write crs:"):
        read(csv_file(tmp_path, PLAIN), crs=None)


def test_wrong_columns_are_an_error_that_names_those_it_has(tmp_path):
    path = csv_file(tmp_path, "名称,经度值域,备注\n甲,114,无\n")
    with pytest.raises(
        LoadError, match=r"lacks the columns 'longitude', 'latitude'.*名称.*备注"
    ) as e:
        read(path)
    assert "'经度值域'" in str(e.value)
    with pytest.raises(LoadError, match=r"lacks the column 'lon'"):
        read(path, longitude="lon", latitude="lat")


def test_declared_coordinate_columns_are_used(tmp_path):
    path = csv_file(tmp_path, "a,b,经度,纬度\n114.30,30.60,1,2\n114.31,30.61,3,4\n")
    assert coordinates(read(path, longitude="a", latitude="b")[0]) == EXPECTED


def test_a_map_providers_coordinates_are_shifted_back(tmp_path):
    for reading, forward in (("GCJ-02", wgs84_to_gcj02), ("BD-09", wgs84_to_bd09)):
        lon, lat = map(float, forward(114.30, 30.60))
        path = csv_file(tmp_path, f"lng,lat\n{lon!r},{lat!r}\n")
        frame, _ = read(path, crs=reading)
        assert coordinates(frame)[0] == pytest.approx(EXPECTED[0], abs=1e-9)


def test_survey_columns_with_x_to_the_north_are_turned_round(tmp_path):
    frame, notes = read(csv_file(tmp_path, "点名,X,Y\nA,3386500,528760\n"), crs="EPSG:4547")
    assert coordinates(frame) == [[528760, 3386500]]
    assert "axes-swapped" in notes


def test_cells_are_data_and_never_formulas(tmp_path):
    frame, _ = read(csv_file(tmp_path, "name,lon,lat\n=1+1,114.3,30.6\n"))
    assert frame["name"].tolist() == ["=1+1"]
    with pytest.raises(LoadError, match="none of the 1 rows has coordinates"):
        read(csv_file(tmp_path, "name,lon,lat\na,=100+14.3,30.6\n"))


def test_leading_zeros_of_identifiers_stay(tmp_path):
    path = csv_file(tmp_path, "编号,经度,纬度\n007,114.3,30.6\n")
    table = read_residential(FileSource(path=path, crs="EPSG:4326"), METRIC, report=DataReport())
    assert table["home_id"].tolist() == ["007"]


def test_an_unquoted_delimiter_in_a_cell_is_an_error_with_its_row(tmp_path):
    path = csv_file(tmp_path, "name,lon,lat\na,114.3,30.6\nb,c,114.3,30.6\nd,114.3,30.6\n")
    with pytest.raises(LoadError, match=r"row 3 has 4 cells, the header in row 1 has 3"):
        read(path)


def test_a_quoted_cell_may_hold_delimiters_and_line_breaks(tmp_path):
    frame, _ = read(csv_file(tmp_path, 'name,lon,lat\n"a,\nb",114.3,30.6\n'))
    assert frame["name"].tolist() == ["a,\nb"]


def test_a_header_alone_and_an_empty_file_are_errors(tmp_path):
    with pytest.raises(LoadError, match=r"is empty: the table has a header"):
        read(csv_file(tmp_path, "lon,lat\n"))
    with pytest.raises(LoadError, match="is empty"):
        read(csv_file(tmp_path, ""))


def test_a_column_called_geometry_does_not_get_in_the_way(tmp_path):
    frame, _ = read(csv_file(tmp_path, "geometry,lon,lat\nPOINT,114.3,30.6\n"))
    assert frame["geometry_text"].tolist() == ["POINT"]
    assert coordinates(frame) == [[114.3, 30.6]]


# --- XLSX ----------------------------------------------------------------------------------------

HEADER = ["机构名称", "经度", "纬度", "床位（张）"]


def test_a_workbook_gives_the_same_points(tmp_path):
    path = workbook(
        tmp_path, HEADER, ["甲", 114.30, 30.60, 20], ["乙", "１１４．３１", "30.61", "30张"]
    )
    frame, _ = read(path)
    assert coordinates(frame) == EXPECTED
    assert frame.index.tolist() == [2, 3]


def test_titles_above_the_header_are_skipped_even_when_merged(tmp_path):
    rows = (["武汉市养老设施一览表"], [None, "单位：张"], HEADER, ["甲", 114.3, 30.6, 20])
    frame, notes = read(workbook(tmp_path, *rows, merge=["A1:D1"]))
    assert frame["机构名称"].tolist() == ["甲"]
    assert frame.index.tolist() == [4]
    assert notes["header-found"].count == 2


def test_the_text_of_merged_cells_is_repeated_but_numbers_are_not(tmp_path):
    rows = (
        ["小区名称", "楼栋", "经度", "纬度", "户数"],
        ["江湾花园", "1", 114.30, 30.60, 60],
        [None, "2", 114.31, 30.61, None],
    )
    frame, notes = read(workbook(tmp_path, *rows, merge=["A2:A3", "E2:E3"]))
    assert frame["小区名称"].tolist() == ["江湾花园", "江湾花园"]
    assert frame["户数"].sum() == 60
    assert {"merged-text", "merged-number"} <= set(notes)


def test_a_header_in_two_rows_is_read_through_its_merged_cells(tmp_path):
    rows = (["名称", "坐标", None, "户数"], [None, "经度", "纬度", None], ["甲", 114.3, 30.6, 5])
    frame, _ = read(workbook(tmp_path, *rows, merge=["A1:A2", "B1:C1", "D1:D2"]))
    assert frame.columns.tolist() == ["名称", "经度", "纬度", "户数", "geometry"]
    assert frame["名称"].tolist() == ["甲"]


def test_a_merge_over_the_whole_sheet_costs_nothing(tmp_path):
    rows = (HEADER, ["甲", 114.3, 30.6, 20], ["备注"])
    path = workbook(tmp_path, *rows)
    edit(
        path,
        b"</sheetData>",
        b'</sheetData><mergeCells><mergeCell ref="A3:XFD1048576"/></mergeCells>',
    )
    frame, _ = read(path)
    assert frame.columns.tolist() == [*HEADER, "geometry"]
    assert len(frame) == 1


def edit(path, old, new):
    """Change the XML of the first sheet as another program might have written it."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old in parts["xl/worksheets/sheet1.xml"]
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(old, new)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def test_a_formula_without_a_stored_value_is_missing_and_listed(tmp_path):
    path = workbook(tmp_path, HEADER, ["甲", 114.30, 30.60, "=10+10"], ["乙", 114.31, 30.61, 30])
    frame, notes = read(path)
    assert frame["床位（张）"].isna().tolist() == [True, False]
    assert notes["formula-not-calculated"].examples == ("D2",)


def test_a_formula_with_a_stored_value_gives_that_value(tmp_path):
    path = workbook(tmp_path, HEADER, ["甲", 114.30, 30.60, "=10+10"])
    edit(path, b"<v /></c>", b"<v>20</v></c>")
    frame, notes = read(path)
    assert frame["床位（张）"].tolist() == [20]
    assert "formula-not-calculated" not in notes


def test_the_sheet_that_looks_like_the_table_is_chosen(tmp_path):
    row = ["甲", 114.3, 30.6, 20]
    path = workbook(tmp_path, ["说明"], ["数据来源"], more=[("养老机构", [HEADER, row])])
    assert len(read(path)[0]) == 1


def test_several_sheets_that_fit_must_be_chosen_by_name(tmp_path):
    row = ["甲", 114.3, 30.6, 20]
    path = workbook(tmp_path, HEADER, row, more=[("托育", [HEADER, row, row])])
    with pytest.raises(LoadError, match=r"2 sheets; write sheet: with one of 养老, 托育\."):
        read(path)
    assert len(read(path, sheet="托育")[0]) == 2
    with pytest.raises(LoadError, match=r"no sheet '托儿'.*has 养老, 托育\."):
        read(path, sheet="托儿")


@pytest.mark.parametrize("stated", [b"A1:XFD1048576", b"A1:A1", b"A1"])
def test_the_stated_size_of_a_sheet_is_not_believed(tmp_path, stated):
    path = workbook(tmp_path, HEADER, ["甲", 114.3, 30.6, 20])
    edit(path, b'<dimension ref="A1:D2" />', b'<dimension ref="' + stated + b'" />')
    assert len(read(path)[0]) == 1


def test_an_old_workbook_and_a_damaged_one_say_what_to_do(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    with pytest.raises(LoadError, match=r"old \.xls workbook or is protected.*Save it as \.xlsx"):
        read(path)
    path = workbook(tmp_path, HEADER, ["甲", 114.3, 30.6, 20])
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(LoadError, match="damaged"):
        read(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "x")
    with pytest.raises(LoadError, match="cannot be read as a workbook"):
        read(path)


def changed(path, change):
    """Open the workbook that `workbook` wrote, change its first sheet and save it."""
    book = openpyxl.load_workbook(path)
    change(book.worksheets[0])
    book.save(path)
    return path


def test_hidden_rows_and_columns_are_left_out_and_counted(tmp_path):
    def hide(sheet):
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["D"].hidden = True

    rows = [["甲", 114.30, 30.60, 20], ["乙", 114.31, 30.61, 30], ["丙", 114.32, 30.62, 40]]
    frame, notes = read(changed(workbook(tmp_path, HEADER, *rows), hide))
    assert frame["机构名称"].tolist() == ["甲", "丙"]
    assert frame.index.tolist() == [2, 4]
    assert HEADER[3] not in frame.columns
    # The header and two beds in column D, and the four cells of row 3.
    assert notes["hidden-cells"].count == 3 + 4
    assert notes["hidden-cells"].examples == ("D1",)


def test_a_row_that_is_struck_through_is_left_out_and_counted(tmp_path):
    def strike(sheet):
        for cell in sheet[3]:
            cell.font = openpyxl.styles.Font(strike=True)

    rows = [["甲", 114.30, 30.60, 20], ["乙", 114.31, 30.61, 30], ["丙", 114.32, 30.62, 40]]
    frame, notes = read(changed(workbook(tmp_path, HEADER, *rows), strike))
    assert frame["机构名称"].tolist() == ["甲", "丙"]
    assert (notes["struck-cells"].count, notes["struck-cells"].examples) == (4, ("A3",))


def test_a_table_of_which_all_is_hidden_says_so(tmp_path):
    def hide(sheet):
        for number in (1, 2):
            sheet.row_dimensions[number].hidden = True

    path = changed(workbook(tmp_path, HEADER, ["甲", 114.3, 30.6, 20]), hide)
    with pytest.raises(LoadError, match=r"no cell that is not hidden \(8 are\)"):
        read(path)


def test_a_strict_workbook_with_pinyin_reads_as_any_other(tmp_path):
    path = workbook(tmp_path, HEADER, ["甲", 114.30, 30.60, 20])
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    links = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    guide = b'</t><rPh sb="0" eb="1"><t>jia</t></rPh><phoneticPr fontId="1"/></si>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            strict = content.replace(main, b"http://purl.oclc.org/ooxml/spreadsheetml/main")
            strict = strict.replace(links, b"http://purl.oclc.org/ooxml/officeDocument/links")
            archive.writestr(name, strict.replace(b"</t></si>", guide))
    frame, _ = read(path)
    assert frame["机构名称"].tolist() == ["甲"]
    assert frame[HEADER[3]].tolist() == [20]


def test_a_number_that_is_shown_as_a_date_stays_a_number_where_numbers_are_read(tmp_path):
    def show_as_dates(sheet):
        for cell in ("D2", "E2"):
            sheet[cell].number_format = "yyyy-mm-dd"
        sheet["D3"].number_format = "[h]:mm"

    rows = [["甲", 114.30, 30.60, 1250, 45962], ["乙", 114.31, 30.61, 800.5, "2020年"]]
    path = changed(workbook(tmp_path, [*HEADER, "开业日期"], *rows), show_as_dates)
    frame, _ = read(path)
    assert parse_numbers(frame[HEADER[3]], "plain").number.tolist() == [1250, 800.5]
    # Day 1 is 1 January 1900, and day 60 a 29 February that never was: 45962 is 1 November 2025.
    assert as_text(frame["开业日期"]).tolist() == ["2025-11-01", "2020年"]


def test_a_unit_that_only_the_number_format_writes_is_the_unit_of_the_number(tmp_path):
    """Stored are 1.2, 3 and 800; shown are 1.2万㎡, 3坪 (no unit that is converted) and 800."""

    def show_units(sheet):
        sheet["D2"].number_format = '0.0"万㎡"'
        sheet["D3"].number_format = '0"坪"'
        sheet["B2"].number_format = '0.00"°"'
        sheet["E2"].number_format = '"¥"#,##0'
        sheet["E3"].number_format = '0.0,"千元"'

    header = ["机构名称", "经度", "纬度", "建筑面积（㎡）", "造价"]
    rows = [
        ["甲", 114.30, 30.60, 1.2, 5000],
        ["乙", 114.31, 30.61, 3, 6500],
        ["丙", 114.32, 30.62, 800, 7],
    ]
    frame, _ = read(changed(workbook(tmp_path, header, *rows), show_units))
    area = parse_numbers(frame["建筑面积（㎡）"], "area")
    assert area.number.tolist() == pytest.approx([12_000, np.nan, 800], nan_ok=True)
    assert area.unknown_units == ("坪",)
    assert parse_numbers(frame["造价"], "money").number.tolist() == [5000, 6500, 7]
    assert frame.geometry.x.tolist() == [114.30, 114.31, 114.32]


def test_the_same_number_in_two_formats_is_two_numbers(tmp_path):
    def show_units(sheet):
        sheet["D2"].number_format = '0"户"'
        sheet["D3"].number_format = '0"万户"'

    path = workbook(tmp_path, HEADER, ["甲", 114.30, 30.60, 3], ["乙", 114.31, 30.61, 3])
    frame, _ = read(changed(path, show_units))
    assert parse_numbers(frame[HEADER[3]], "households").number.tolist() == [3, 30_000]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("<html><table><tr><td>名称</td></tr></table></html>".encode(), "a web page"),
        ("\ufeff名称,经度,纬度\n甲,114.3,30.6\n".encode(), "text, such as a CSV table"),
        (b"<?xml version='1.0'?><Workbook/>", "an XML table"),
    ],
)
def test_what_was_only_named_a_workbook_is_called_what_it_is(tmp_path, content, what):
    (tmp_path / "a.xlsx").write_bytes(content)
    with pytest.raises(LoadError, match=rf"{what}.*save it as \.xlsx"):
        read(tmp_path / "a.xlsx")


def test_an_ending_of_other_spreadsheet_programs_says_what_to_do(tmp_path):
    (tmp_path / "a.et").write_bytes(b"\xd0\xcf\x11\xe0" + b"\0" * 600)
    with pytest.raises(LoadError, match=r"does not read '\.et'.*\.csv.*save it as \.xlsx"):
        read_source(FileSource(path=tmp_path / "a.et"), report=DataReport(), subject="a")


def test_xml_entities_are_refused_before_they_expand(tmp_path):
    path = workbook(tmp_path, HEADER, ["甲", 114.3, 30.6, 20])
    edit(path, b"<worksheet", b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet')
    with pytest.raises(LoadError, match="defines XML entities"):
        read(path)


def test_a_workbook_that_is_a_bomb_is_not_unpacked(tmp_path):
    path = workbook(tmp_path, HEADER, ["甲", 114.3, 30.6, 20])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("xl/media/a.xml", b" " * (90 * 1024 * 1024))
    with pytest.raises(LoadError, match=r"would unpack from"):
        read(path)


def test_a_workbook_of_services_becomes_a_facility_table(tmp_path):
    report = DataReport()
    path = workbook(tmp_path, HEADER, ["甲", 114.30, 30.60, 20], ["乙", 114.31, 30.61, "30张"])
    table = read_facilities(
        FileSource(path=path, crs="EPSG:4490"),
        METRIC,
        report=report,
        facility_type=FacilityTypeRule(code="elder_care"),
        codes=["elder_care"],
    )
    assert table["capacity"].tolist() == [20, 30]
    assert table["name"].tolist() == ["甲", "乙"]
    assert table["facility_id"].tolist() == ["a-2", "a-3"]
    assert {note.code for note in report.notes} >= {"units-in-cells", "id-made", "projected"}
