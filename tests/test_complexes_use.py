"""Complexes from rules to files: the street of `locate_town`, its answers worked out by hand."""

from __future__ import annotations

import json
from itertools import product

import geopandas as gpd
import openpyxl
import pytest

import siting
from analysis_town import CRS, place
from locate_town import HOMES, on_street, write_street
from siting import FunctionAsked
from siting.cli.app import run
from siting.errors import SitingError
from siting.loaders.library.store import change_projects, create_library, read_library
from siting.pipeline.sites.problem import Decisions
from siting.words import say

LIBRARY, PHARMACY = "town-library", "town-pharmacy"
# A library within 500 m; a pharmacy within ten minutes at 80 m/min, 800 m.
REACH = {"reading_room": 500, "pharmacy": 800}
FAILING = {
    "reading_room": {name: row[:2] for name, row in HOMES.items() if name != "c"},
    "pharmacy": {name: row[:2] for name, row in HOMES.items()},
}
PLACES = {"x200": 200, "x1500": 1500, "x2400": 2400}


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return siting.analyze(write_street(tmp_path_factory.mktemp("street")))


def sites(places=PLACES, **columns):
    table = {"site_id": list(places), "floor_area_m2": 700.0, "cost": 100.0, **columns}
    geometry = [place(on_street(x)) for x in places.values()]
    return gpd.GeoDataFrame(table, geometry=geometry, crs=CRS)


def functions(library=None, pharmacy=None):
    return (
        FunctionAsked(LIBRARY, minimum_area_m2=300, **(library or {})),
        FunctionAsked(PHARMACY, minimum_area_m2=200, **(pharmacy or {})),
    )


def propose(town, *, asked=None, **more):
    return siting.propose_complexes(
        town, functions=asked or functions(), assume_none=True,
        **{"sites": sites(), "minimum_functions": 2, **more},
    )  # fmt: skip


def people(kind, xs):
    return sum(
        count for x, count in FAILING[kind].values() if any(abs(x - at) <= REACH[kind] for at in xs)
    )


@pytest.mark.parametrize("p", [0, 1, 2, 3])
def test_no_choice_of_complexes_serves_more(town, p):
    best = max(
        sum(people(kind, [x for x, chosen in zip(PLACES.values(), held, strict=True) if chosen])
            for kind in REACH)
        for held in product([False, True], repeat=3) if sum(held) <= p
    )  # fmt: skip
    found = propose(town, p=p)
    assert (found.solution.status, found.solution.objective) == ("optimal", best)
    assert found.solution.bound == best
    assert found.served["newly_served"].sum() == best


def test_a_budget_is_shared_by_sites_functions_and_square_metres(town):
    # A site costs 100, a library 10, a square metre of pharmacy 1 and the pharmacy is to have 300
    # of the 600 that make a complex; so one complex costs 100 + 10 + 300 at least.
    asked = (
        FunctionAsked(LIBRARY, minimum_area_m2=300, cost=10),
        FunctionAsked(PHARMACY, minimum_area_m2=300, cost_per_m2=1),
    )
    assert propose(town, asked=asked, budget=409).opened.empty
    found = propose(town, asked=asked, budget=410)
    assert found.opened["cost"].tolist() == pytest.approx([100 + 10 + 300])
    assert found.solution.cost == pytest.approx(410)


def test_importance_weighs_a_function_against_the_others(town):
    # At x = 200 a library serves a and b; at 1500 d. A pharmacy at 200 a, b and c; at 1500 c and d.
    far = propose(town, p=1, asked=functions({"importance": 0.0}))
    near = people("pharmacy", [200]), people("pharmacy", [1500]), people("pharmacy", [2400])
    assert far.solution.objective == max(near)


def test_who_is_counted_as_served_passes_each_rule_afterwards(town):
    found = propose(town, p=2)
    after = {block.rule.id: block for block in found.after().blocks if block.subject_kind == "home"}
    weights = town.city.homes["population"].to_numpy()
    today = {
        block.rule.id: block for block in found.analysis.blocks if block.subject_kind == "home"
    }
    for row in found.served.to_dict("records"):
        passing = [weights[of[row["rule_id"]].verdict == 0].sum() for of in (today, after)]
        assert passing[1] - passing[0] == row["newly_served"]
        assert weights[after[row["rule_id"]].verdict == 1].sum() == row["still_without"]


def test_a_site_that_names_functions_holds_only_these(town):
    named = sites(functions=["reading_room", "reading_room; pharmacy", None])
    found = propose(town, p=3, sites=named)
    assert set(found.opened["site_id"]) <= {"x1500", "x2400"}
    assert found.solution.objective == sum(people(kind, [1500, 2400]) for kind in REACH)


def test_what_is_committed_serves_by_its_own_functions_and_holds_no_complex(town):
    named = sites(functions=["reading_room", None, None])
    found = propose(town, p=3, sites=named, decisions=Decisions(committed=["x200"]))
    assert "x200" not in found.opened["site_id"].tolist()
    served = found.served.set_index("facility_type")
    new = people("reading_room", [200, 1500, 2400]) - people("reading_room", [200])
    assert served.loc["reading_room", "newly_served"] == new
    assert served.loc["pharmacy", "newly_served"] == people("pharmacy", [1500, 2400])


def best_of(p):
    """The most that any p of the three places serve, by both functions."""
    return max(
        sum(people(kind, [x for x, chosen in zip(PLACES.values(), held, strict=True) if chosen])
            for kind in REACH)
        for held in product([False, True], repeat=3) if sum(held) <= p
    )  # fmt: skip


def test_the_curve_has_the_best_of_every_number_and_the_answer_is_on_it(town):
    curve = propose(town, p=2, curve=[1, 2, 3]).curve
    assert curve["served"].tolist() == [best_of(1), best_of(2), best_of(3)]
    assert curve["bound"].tolist() == curve["served"].tolist()
    assert curve["added"].tolist()[1:] == [best_of(2) - best_of(1), best_of(3) - best_of(2)]
    assert propose(town, p=2).curve is None
    usual = propose(town, p=1, curve=True).curve
    assert usual["value"].tolist() == [1, 2]


def test_a_plan_by_hand_stands_beside_the_proposal_with_its_bound(town, tmp_path):
    found = propose(town, p=1)
    other = found.with_sites(["x2400"])
    assert other.opened["site_id"].tolist() == ["x2400"]
    assert other.solution.objective == sum(people(kind, [2400]) for kind in REACH)
    assert other.solution.bound == found.solution.bound == best_of(1)
    (chosen,) = found.opened["site_id"]
    assert found.swap({chosen: "x2400"}).opened_ids == ["x2400"]
    with pytest.raises(SitingError, match="x2400"):
        found.swap({"x2400": "x200"})
    with pytest.raises(SitingError, match="nowhere"):
        found.with_sites(["nowhere"])
    out = found.write(tmp_path / "out", by_hand=other)
    told = json.loads((out / "locate.json").read_text(encoding="utf-8"))["by_hand"]
    assert told["only_in_proposal"] == [chosen]
    assert told["only_by_hand"] == ["x2400"]
    assert gpd.read_file(out / "sites.gpkg", layer="by_hand")["site_id"].tolist() == ["x2400"]
    # More sites than were asked for: by hand a person may build them all.
    assert found.with_sites(list(PLACES)).solution.objective == best_of(3)


def test_sites_without_floor_area_hold_nothing_and_are_told(town):
    found = propose(town, p=3, sites=sites(floor_area_m2=[700.0, float("nan"), 599.0]))
    assert found.opened["site_id"].tolist() == ["x200"]
    assert any("1 of 3 sites state no floor area" in say(note, "en") for note in found.notes)


def test_a_square_metre_serves_so_many_where_a_function_says_so(town):
    # 700 m2, of which the pharmacy takes 200 at least: 500 m2 of library for 4 m2 each.
    found = propose(town, p=1, asked=functions({"m2_per_person": 4}))
    assert found.solution.status == "optimal"
    library = found.served.set_index("facility_type").loc["reading_room"]
    assert library["newly_served"] <= library["floor_area_m2"] / 4 + 1e-6


def test_without_a_plan_the_status_says_why(town, tmp_path):
    found = propose(town, p=1, decisions=Decisions(forced_in=["x200", "x1500"]))
    assert found.solution.status == "infeasible"
    out = found.write(tmp_path / "out")
    answer = json.loads((out / "locate.json").read_text(encoding="utf-8"))["answer"]
    assert (answer["status"], answer["complexes"]) == ("infeasible", 0)
    assert not (out / "map.html").exists()


def test_every_file_tells_the_same(town, tmp_path):
    found = propose(town, p=2)
    out = found.write(tmp_path / "out")
    assert {path.name for path in out.iterdir()} == {
        "locate.json", "manifest.json", "map.html", "sites.xlsx", "sites.gpkg", "complexes.geojson",
    }  # fmt: skip
    told = json.loads((out / "locate.json").read_text(encoding="utf-8"))
    ids = found.opened["site_id"].tolist()
    assert [row["site_id"] for row in told["opened"]] == ids
    assert told["answer"]["status"] == "optimal"
    assert (told["answer"]["bound"], told["answer"]["gap"]) == (found.solution.bound, 0)
    assert len(told["functions"]) == 2 * len(ids)
    points = gpd.read_file(out / "complexes.geojson")
    assert points["site_id"].tolist() == ids
    assert points["functions"].tolist() == ["reading_room; pharmacy"] * len(ids)
    layer = gpd.read_file(out / "sites.gpkg", layer="functions")
    assert sorted(layer["facility_type"]) == sorted(["reading_room", "pharmacy"] * len(ids))
    book = openpyxl.load_workbook(out / "sites.xlsx")
    assert [row[0].value for row in book["Complexes"].iter_rows(min_row=3)] == ids
    page = (out / "map.html").read_text(encoding="utf-8")
    assert all(each in page for each in ids)


def test_questions_that_make_no_sense_are_refused_whole(town):
    with pytest.raises(SitingError, match=r"must be told how much.*holds 3 functions at least"):
        propose(town, minimum_functions=3)
    with pytest.raises(SitingError, match="town-library: cost is -1"):
        propose(town, p=1, asked=functions({"cost": -1}))
    with pytest.raises(SitingError, match="limits how many a facility serves"):
        propose(town, p=1, asked=(FunctionAsked("town-load"), FunctionAsked(PHARMACY)))
    with pytest.raises(SitingError, match="2 of 3 sites do not say what they cost"):
        propose(town, budget=9, sites=sites(cost=[1.0, float("nan"), float("nan")]))


@pytest.fixture
def project(tmp_path):
    path = write_street(tmp_path / "street")
    sites(floor_area_m2=[700.0] * 3).to_file(path.parent / "sites.gpkg")
    return path


def locate(project, *more):
    out = project.parent.parent / "out"
    return run(["locate", str(project), "--assume-none", "--out", str(out), "--quiet",
                "--minimum-functions", "2", *more])  # fmt: skip


ASKED = ("--function", f"{LIBRARY}:minimum_area_m2=300",
         "--function", f"{PHARMACY}:minimum_area_m2=200")  # fmt: skip


def test_the_command_answers_and_prints(project, capsys):
    assert locate(project, *ASKED, "--p", "1", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    best = max(sum(people(kind, [x]) for kind in REACH) for x in PLACES.values())
    assert told["answer"]["objective"] == best
    out = project.parent.parent / "text"
    assert run(["locate", str(project), *ASKED, "--assume-none", "--minimum-functions", "2",
                "--p", "1", "--out", str(out)]) == 0  # fmt: skip
    text = capsys.readouterr().out
    assert "Proven optimal" in text
    assert "1 complexes for CNY 100" in text
    assert text.strip().endswith("map.html")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ((*ASKED, "--p", "1", "--rule", LIBRARY), "--function has no use for --rule"),
        ((*ASKED, "--p", "1", "--cover-all"), "--function has no use for --cover-all"),
        (("--function", f"{LIBRARY}:area=3", "--p", "1"), "--function has no key 'area'"),
        (("--function", f"{LIBRARY}:cost=much", "--p", "1"), "cost is 'much'"),
        (("--p", "1"), "--rule ID, or --function"),
    ],
)
def test_the_command_refuses_what_it_cannot_use(project, capsys, more, said):
    assert locate(project, *more) == 2
    assert said in capsys.readouterr().err


def test_the_project_library_gives_sites_and_takes_proposals(project, capsys):
    library = project.parent / "library.gpkg"
    create_library(library)
    frame = gpd.GeoSeries([place(on_street(x)) for x in PLACES.values()], crs=CRS).to_crs(4326)
    states = ("reserve", "candidate", "dropped")
    rows = {
        name: {"state": state, "floor_area_m2": 700.0, "investment_cny": 100.0,
               "longitude": point.x, "latitude": point.y}
        for name, state, point in zip(PLACES, states, frame, strict=True)
    }  # fmt: skip
    change_projects(library, rows, may_add=True)
    source = ("--sites", f"projects:{library}", "--write-back", str(library))
    assert locate(project, *ASKED, "--budget", "200", *source) == 0
    assert "2 complexes were written" in capsys.readouterr().err
    table = read_library(library).set_index("project_id")
    told = table["proposal"]
    assert told["x200"].startswith("complex: reading_room ")
    assert "pharmacy" in told["x1500"]
    assert told.isna()["x2400"]
    assert table["state"].tolist() == ["candidate", "reserve", "dropped"]
    assert locate(project, *ASKED, "--p", "0", *source) == 0
    assert read_library(library)["proposal"].isna().all()
