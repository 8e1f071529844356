"""The project library: what is kept, what is remembered, and what siting makes of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import openpyxl
import pyogrio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import siting
from locate_town import SITES, write_street
from siting.data_report import DataReport
from siting.loaders.library.store import (
    STATES,
    change_projects,
    create_library,
    read_budgets,
    read_history,
    read_library,
    set_budget,
)
from siting.locate import Limits
from siting.pipeline.sites.library import (
    export_projects,
    import_projects,
    library_sites,
    replan,
    write_proposal,
)
from siting.words import say, speaking

RULE = "town-library"


@pytest.fixture
def library(tmp_path):
    path = tmp_path / "library.gpkg"
    create_library(path)
    return path


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return siting.analyze(write_street(tmp_path_factory.mktemp("street")))


@pytest.fixture
def stocked(library, town):
    """A library with the sites of the street as reserve projects."""
    table = town.layers.sites.to_crs("EPSG:4326").set_index("site_id")
    rows = {
        name: {
            "name": name, "state": "reserve", "functions": "reading_room", "investment_cny": cost,
            "longitude": table.geometry[name].x, "latitude": table.geometry[name].y,
        }
        for name, (_, cost) in SITES.items()
    }  # fmt: skip
    change_projects(library, rows, may_add=True)
    return library


def one(library, key):
    return read_library(library).set_index("project_id").loc[key]


def test_a_library_opens_in_any_program_that_reads_geopackages(stocked):
    layers = dict(pyogrio.list_layers(stocked).tolist())
    assert layers == {"projects": "Point", "project_history": None, "budgets": None}
    frame = pyogrio.read_dataframe(stocked, layer="projects")
    assert frame.crs.to_epsg() == 4326
    assert frame.geometry.x.tolist() == frame["longitude"].tolist()


def test_every_change_is_kept_with_what_it_was_before(library):
    change_projects(library, {"P1": {"name": "a"}}, may_add=True, by="li")
    change_projects(library, {"P1": {"state": "planned", "year": 2027}}, by="wang")
    rows = read_history(library, "P1")[["changed_by", "field", "before", "after"]].values.tolist()
    assert rows == [
        ["li", "state", None, "candidate"], ["li", "name", None, "a"],
        ["wang", "state", "candidate", "planned"], ["wang", "year", None, "2027"],
    ]  # fmt: skip


def test_saying_the_same_again_changes_nothing(library):
    change_projects(library, {"P1": {"name": "a", "year": 2027}}, may_add=True)
    before = len(read_history(library))
    assert change_projects(library, {"P1": {"name": "a", "year": 2027}}) == 0
    assert len(read_history(library)) == before


def test_one_fault_leaves_the_library_as_it_was(library):
    change_projects(library, {"P1": {}}, may_add=True)
    with pytest.raises(siting.SitingError, match="expected one of candidate, reserve"):
        change_projects(library, {"P1": {"name": "new"}, "P2": {"state": "ready"}}, may_add=True)
    assert read_library(library)["project_id"].tolist() == ["P1"]
    assert one(library, "P1")["name"] is None


def test_all_faults_are_told_at_once(library):
    rows = {"P1": {"functions": "elder_car", "floor_area_m2": -1.0, "year": 27, "colour": "red"}}
    with pytest.raises(siting.SitingError) as raised:
        change_projects(library, rows, may_add=True)
    for part in ("'elder_care'", "floor_area_m2 is -1.0", "year is 27", "no field 'colour'"):
        assert part in str(raised.value)


@settings(max_examples=10)
@given(
    st.text(min_size=1, max_size=20).filter(lambda text: text.strip() and "\x00" not in text),
    st.text(max_size=30).filter(lambda text: "\x00" not in text),
)
def test_any_text_is_a_value_and_never_a_statement(tmp_path_factory, key, name):
    path = tmp_path_factory.mktemp("library") / "library.gpkg"
    create_library(path)
    for text in (name, "'); DROP TABLE projects; --"):
        change_projects(path, {key: {"name": text}}, may_add=True)
        assert read_library(path)[["project_id", "name"]].values.tolist() == [[key, text]]


def test_a_file_that_is_no_library_is_refused(tmp_path):
    with sqlite3.connect(tmp_path / "other.gpkg") as base:
        base.execute("CREATE TABLE x (y)")
    base.close()
    (tmp_path / "text.gpkg").write_text("no database at all, but long enough to be read" * 9)
    for name in ("other.gpkg", "text.gpkg", "absent.gpkg"):
        with pytest.raises(siting.SitingError, match=name):
            read_library(tmp_path / name)


def test_a_workbook_goes_out_and_comes_back_the_same(stocked, tmp_path):
    change_projects(stocked, {"west": {"note": "=1+1", "floor_area_m2": 312.5, "year": 2027}})
    change_projects(stocked, {"east": {"state": "dropped"}})
    export_projects(stocked, tmp_path / "out.xlsx")
    again = tmp_path / "again.gpkg"
    import_projects(again, tmp_path / "out.xlsx", report=DataReport())
    columns = ["project_id", "name", "state", "functions", "floor_area_m2", "investment_cny",
               "year", "note", "longitude"]  # fmt: skip
    first, second = (read_library(path)[columns].astype(str) for path in (stocked, again))
    assert first.values.tolist() == second.values.tolist()


def test_cells_of_a_workbook_are_text_and_never_formulas(stocked, tmp_path):
    change_projects(stocked, {"west": {"name": '=HYPERLINK("http://x")'}})
    export_projects(stocked, tmp_path / "out.xlsx")
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    kinds = {cell.data_type for page in book for row in page.iter_rows() for cell in row}
    assert "f" not in kinds


def write_workbook(path, rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_a_chinese_table_is_understood(library, tmp_path):
    rows = [
        [
            "项目编号",
            "项目名称",
            "项目状态",
            "功能",
            "建筑面积(㎡)",
            "总投资(万元)",
            "年度",
            "经度",
            "纬度",
        ],
        ["P-1", "江湾综合体", "储备库", "养老服务、图书馆", 650, 480, 2027, 114.31, 30.62],
    ]
    path = write_workbook(tmp_path / "projects.xlsx", rows)
    assert import_projects(library, path, report=DataReport()) == 1
    row = one(library, "P-1")
    assert (row["state"], row["investment_cny"], row["year"]) == ("reserve", 480 * 10_000, 2027)
    assert row["functions"].split(";")[1] == "reading_room"
    assert (row.geometry.x, row.geometry.y) == (114.31, 30.62)


def test_empty_cells_change_nothing(library, tmp_path):
    change_projects(library, {"P-1": {"name": "kept", "year": 2027}}, may_add=True)
    path = write_workbook(tmp_path / "p.xlsx", [["编号", "名称", "年度"], ["P-1", None, 2028]])
    import_projects(library, path, report=DataReport())
    assert one(library, "P-1")[["name", "year"]].tolist() == ["kept", 2028]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([["编号", "状态"], ["P-1", "快了"]], r"reserve \(储备\)"),
        ([["编号", "名称"], ["P-1", "a"], ["P-1", "b"]], "'P-1' occurs twice"),
        ([["编号", "名称"], [None, "a"]], "have no project id"),
        ([["编号", "投资"], ["P-1", "many"]], "holds no number"),
        ([["编号", "功能"], ["P-1", "城堡"]], "'城堡' is no facility type"),
    ],
)
def test_a_table_that_cannot_be_understood_says_where(library, tmp_path, rows, told):
    path = write_workbook(tmp_path / "p.xlsx", rows)
    with pytest.raises(siting.SitingError, match=told):
        import_projects(library, path, report=DataReport())
    assert read_library(library).empty


def test_states_decide_what_siting_may_choose(stocked):
    change_projects(stocked, {"west": {"state": "dropped"}, "end": {"state": "planned"}})
    change_projects(stocked, {"half": {"state": "building"}, "east": {"functions": "canteen"}})
    sites, decisions, notes = library_sites(stocked, ["reading_room"])
    assert sorted(sites["site_id"]) == ["end", "half", "middle"]
    assert (decisions.forced_in, decisions.committed, notes) == (("end",), ("half",), ())


def test_projects_without_a_place_are_told(stocked):
    change_projects(stocked, {"idea": {"functions": "reading_room"}}, may_add=True)
    _, _, notes = library_sites(stocked, ["reading_room"])
    told = [say(note, "en") for note in notes]
    assert told == [f"1 project of {stocked.name} has no place and is no site."]


def proposed(library):
    table = read_library(library)
    return set(table.loc[table["proposal"].notna(), "project_id"])


def test_an_answer_is_written_back_as_a_proposal_that_changes_no_state(stocked, town):
    sites, decisions, _ = library_sites(stocked, ["reading_room"])
    for p, opened in ((2, {"west", "east"}), (1, {"west"})):
        found = siting.propose_sites(
            town, rule=RULE, sites=sites, decisions=decisions, p=p, curve=False
        )
        assert write_proposal(stocked, found) == p
        assert proposed(stocked) == opened
    assert set(read_library(stocked)["state"]) == {"reserve"}


def test_a_proposal_is_worded_for_people_and_names_its_rule_in_a_field(stocked, town):
    with speaking("zh"):
        write_proposal(stocked, siting.propose_sites(town, rule=RULE, p=1, curve=False))
    row = one(stocked, "west")
    assert row["proposed_for"] == RULE
    assert row["proposal"].startswith(f"{RULE}：第 1 位，新增服务")


def test_a_library_of_an_earlier_version_gets_the_rule_of_its_proposals(stocked, town):
    with closing(sqlite3.connect(stocked)) as base, base:
        base.execute("ALTER TABLE projects DROP COLUMN proposed_for")
        told = "UPDATE projects SET proposal = ? WHERE project_id = ?"
        base.execute(told, (f"{RULE}: rank 1, +5 people", "east"))
        base.execute(told, ("complex: reading_room 100 m2; +5", "half"))
    table = read_library(stocked).set_index("project_id")["proposed_for"]
    assert table[["east", "half"]].tolist() == [RULE, "complexes"]
    assert table.drop(["east", "half"]).isna().all()
    write_proposal(stocked, siting.propose_sites(town, rule=RULE, p=1, curve=False))
    assert proposed(stocked) == {"west", "half"}


def test_proposed_sites_that_the_library_lacks_are_added_as_candidates(library, town):
    write_proposal(library, siting.propose_sites(town, rule=RULE, p=1, curve=False))
    row = one(library, "west")
    assert (row["state"], row["functions"]) == ("candidate", "reading_room")
    assert (row["community"], row["investment_cny"]) == ("西社区", 3e6)


def test_a_plan_is_made_anew_each_year_from_what_stands(stocked, town):
    for year, money in ((2027, 3e6), (2028, 4e6), (2029, 0.0)):
        set_budget(stocked, year, money)
    first = replan(stocked, town, RULE, first_year=2027, years=2, limits=Limits(10.0))
    write_proposal(stocked, first, first_year=2027)
    assert one(stocked, "west")["proposed_year"] == 2027
    change_projects(stocked, {"west": {"state": "building"}, "half": {"state": "dropped"}})
    second = replan(stocked, town, RULE, first_year=2028, years=2, limits=Limits(10.0))
    assert second.opened["site_id"].tolist() == ["east"]
    # The project under construction serves 160 and costs nothing more.
    assert second.to_dict()["answer"]["newly_served"] == 160 + 130
    assert second.solution.cost == 4e6


def test_planned_projects_keep_their_year(stocked, town):
    for year in (2027, 2028):
        set_budget(stocked, year, 4e6)
    # Left to itself the search builds west, which serves most, first.
    change_projects(stocked, {"west": {"state": "planned", "year": 2028}})
    found = replan(stocked, town, RULE, first_year=2027, years=2, limits=Limits(10.0))
    years = dict(zip(found.opened["site_id"], found.opened["year"], strict=True))
    assert years["west"] == 1
    assert years["east"] == 0
    change_projects(stocked, {"west": {"year": 2025}, "east": {"state": "planned", "year": 2031}})
    found = replan(stocked, town, RULE, first_year=2027, years=2, limits=Limits(10.0))
    years = dict(zip(found.opened["site_id"], found.opened["year"], strict=True))
    assert years["west"] == 0
    assert "east" not in years
    assert any(
        say(note, "en").startswith("1 planned projects are of years after 2028")
        for note in found.notes
    )


def test_a_year_without_money_in_the_library_is_named(stocked, town):
    set_budget(stocked, 2027, 1e6)
    with pytest.raises(siting.SitingError, match="no budget for 2028"):
        replan(stocked, town, RULE, first_year=2027, years=2, limits=Limits(1.0))


def test_budgets_keep_their_history(library):
    set_budget(library, 2027, 1e8, by="li")
    set_budget(library, 2027, 2e8, by="li")
    assert read_budgets(library) == {2027: 2e8}
    assert read_history(library, "budget")["before"].tolist() == [None, "100000000"]
    with pytest.raises(siting.SitingError, match="expected a number from 0"):
        set_budget(library, 2027, -1.0)


def test_the_states_are_those_that_the_help_names():
    assert STATES == ("candidate", "reserve", "planned", "building", "open", "dropped")
