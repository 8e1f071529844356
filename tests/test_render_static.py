"""The static map: what is on the sheet, in which language, and that nothing becomes a box."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
import shapely
from PIL import Image

from map_town import town, varied_town
from siting.errors import SitingError
from siting.render import MapHomes, MapModel, MapText, draw_static_map, write_static_map
from siting.render.page import application
from siting.render.static.fonts import find_typeface
from siting.render.static.layers import SHADE_COLOURS, extent, plane_of, shade_of
from siting.render.static.picture import Picture

no_chinese = find_typeface(())


@pytest.fixture(scope="module")
def model():
    return town(300, 3, n_areas=6)


def texts(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts] + [
        text.get_text() for text in figure.texts
    ]


def dots(figure):
    """Return how many homes stand on the map."""
    from matplotlib.collections import PathCollection

    scatters = [each for each in figure.axes[0].collections if isinstance(each, PathCollection)]
    return sum(len(each.get_offsets()) for each in scatters if each.get_zorder() == 5)


@pytest.mark.skipif(not find_typeface().has_chinese, reason="no font with Chinese is here")
def test_a_chinese_sheet_names_level_measure_and_unit_in_chinese(model):
    shown = " ".join(texts(draw_static_map(model, rule_id=model.rules[0].id, language="zh")))
    assert "社区：缺服务者占比" in shown
    assert re.search(r"步行距离 ≤ \d+ m", shown)
    assert "community" not in shown


@pytest.mark.parametrize(
    ("ending", "begins"), [("png", b"\x89PNG"), ("pdf", b"%PDF"), ("svg", b"<?xml")]
)
def test_the_ending_chooses_the_format(model, tmp_path, ending, begins):
    path = write_static_map(model, tmp_path / f"map.{ending}")
    assert path.read_bytes().startswith(begins)
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_the_same_map_is_the_same_file(model, tmp_path):
    first = write_static_map(model, tmp_path / "a.png").read_bytes()
    assert write_static_map(model, tmp_path / "b.png").read_bytes() == first


def test_every_home_is_drawn_and_counted_in_the_legend(model):
    figure = draw_static_map(model, rule_id=model.rules[1].id, language="en")
    assert dots(figure) == 300
    legend = [
        re.search(r"^(pass|fail|unknown|not).* \(([\d,]+)\)$", text) for text in texts(figure)
    ]
    assert sum(int(each[2].replace(",", "")) for each in legend if each) == 300


def test_the_sheet_names_rule_source_date_and_that_data_are_made_up(model):
    rule = model.rules[0]
    shown = "\n".join(texts(draw_static_map(model, rule_id=rule.id, language="en")))
    for expected in (
        rule.title.en,
        rule.citation.clause,
        model.date,
        "Made-up data",
        "N",
        "siting",
    ):
        assert expected in shown
    real = "\n".join(texts(draw_static_map(replace(model, made_up=False), language="en")))
    assert "Made-up" not in real


def test_the_people_who_fail_are_those_of_the_findings(model):
    rule = model.rules[0]
    failed = model.homes.population[rule.verdict == 1].sum()
    shown = texts(draw_static_map(model, rule_id=rule.id, language="en"))
    assert any(f"{failed:,.0f} people without" in text for text in shown)


def test_without_a_chinese_font_the_sheet_speaks_english_and_says_what_is_missing(model):
    figure = draw_static_map(model, language="zh", typeface=no_chinese)
    shown = "\n".join(texts(figure))
    assert not re.search("[\u4e00-\u9fff]", shown)
    assert "Install Noto Sans CJK" in shown
    assert any(re.fullmatch(r"1 c-\d+", text) for text in texts(figure))


def test_no_character_is_drawn_that_the_font_lacks_and_no_dollar_starts_a_formula(model, tmp_path):
    hostile = "a$\\frac{b}$ \x1b[31m\u202e👩‍👧 \u2028<b>"
    bad = replace(
        model,
        title=MapText(hostile, hostile),
        areas=[replace(model.areas[0], names=[hostile] * len(model.areas[0].ids))],
        attribution=[hostile],
    )
    # Warnings are errors here, and matplotlib warns of every glyph that it lacks.
    write_static_map(bad, tmp_path / "bad.png")
    write_static_map(bad, tmp_path / "bad.svg", language="en")
    assert "a$\\frac{b}$" in "\n".join(texts(draw_static_map(bad, language="en")))


def test_rules_about_areas_facilities_and_the_city_are_drawn_too(tmp_path):
    varied = varied_town()
    for rule in varied.rules:
        shown = texts(draw_static_map(varied, rule_id=rule.id, language="en"))
        assert rule.title.en in shown
        if rule.subject == "facility":
            failed = int((rule.verdict == 1).sum())
            assert f"fail ({failed:,})" in shown


def test_shades_follow_the_verdict_and_grade_it_by_the_limit(model):
    rule = replace(
        model.rules[0],
        required=100.0,
        sense="at_most",
        verdict=np.array([0, 0, 1, 1, 1, 1, 2, 3], dtype=np.int8),
        measured=np.array([50, 51, 150, 200, 201, np.inf, np.nan, np.nan]),
    )
    assert shade_of(rule).tolist() == [0, 1, 2, 3, 4, 4, 5, 6]


def test_the_colours_are_those_of_the_page():
    light = application().split("light: {")[1].split("dark: {")[0]
    shades = re.search(r"shades: \[(.*?)\]", light, re.DOTALL)[1]
    assert tuple(re.findall(r"#[0-9a-f]{6}", shades)) == SHADE_COLOURS


def test_a_degree_is_as_long_as_it_is():
    nothing = np.empty(0)
    homes = MapHomes(np.array([114.0, 114.0]), np.array([30.0, 31.0]), ["a", "b"], ["", ""])
    facilities = town(5, 1, n_areas=1).facilities
    plane = plane_of(MapModel(MapText(), homes, replace(facilities, lon=nothing, lat=nothing), ()))
    (_, south), (_, north) = plane.xy(homes.lon, homes.lat)
    # 40,030 km around, in 360 degrees.
    assert north - south == pytest.approx(40_030_230 / 360, rel=1e-4)


@pytest.mark.parametrize(
    ("options", "help_text"),
    [
        ({"rule_id": "nothing"}, "has no rule 'nothing'"),
        ({"level": "planet"}, "no areas of level 'planet'"),
        ({"language": "fr"}, "expected zh or en"),
    ],
)
def test_what_there_is_not_is_refused_with_what_there_is(model, options, help_text):
    with pytest.raises(SitingError, match=help_text):
        draw_static_map(model, **options)


def test_an_unknown_ending_is_refused(model, tmp_path):
    with pytest.raises(SitingError, match=r"'\.bmp'; expected one of"):
        write_static_map(model, tmp_path / "map.bmp")


def test_the_legend_gives_shades_in_the_unit_of_the_limit_and_names_what_is_counted(model):
    rule = model.rules[0]
    assert (rule.required, rule.unit) == (500.0, "m")
    shown = texts(draw_static_map(model, rule_id=rule.id, language="en"))
    legend = [re.sub(r" \(.*", "", text) for text in shown if re.search(r"\([\d,]+\)$", text)]
    for expected in ("pass · ≤ 250 m", "pass · 250–500 m", "fail · 500–750 m"):
        assert expected in legend
    assert model.facility_types[rule.facility_types[0]].en in shown


def test_one_of_a_thing_is_told_in_the_singular():
    varied = varied_town()
    rule = next(rule for rule in varied.rules if rule.subject == "area")
    only = np.where(np.arange(len(rule.verdict)) == 3, 1, 0).astype(np.int8)
    one = replace(rule, verdict=only, required=1.0, unit="facilities")
    shown = "\n".join(texts(draw_static_map(replace(varied, rules=[one]), language="en")))
    assert "≥ 1 facility ·" in shown
    assert "1 area fails" in shown


def test_a_picture_in_a_notebook_keeps_the_colours_that_the_legend_explains(model):
    figure = draw_static_map(model, language="en")
    shown = Image.open(BytesIO(Picture(figure)._repr_png_())).convert("RGB")
    exact = BytesIO()
    figure.savefig(exact, format="png", dpi=75)
    true = np.asarray(Image.open(exact).convert("RGB")).reshape(-1, 3)
    colours, counts = np.unique(true, axis=0, return_counts=True)
    same = (np.asarray(shown).reshape(-1, 3) == true).all(axis=1)
    for colour in colours[np.argsort(-counts)[:12]]:
        assert same[(true == colour).all(axis=1)].all()


def test_on_half_a_page_the_legend_stands_below_and_says_the_same(model):
    wide = draw_static_map(model, language="en")
    half = draw_static_map(model, language="en", size_in=(4.6, 5.5), legend="below")
    assert {text for text in texts(wide) if "\n" not in text} <= set(texts(half))
    lines = " ".join(texts(half)[-2].split())
    assert lines in {" ".join(text.split()) for text in texts(wide)}
    frame, *legends = (axes.get_position() for axes in half.axes)
    assert all(legend.y1 < frame.y0 for legend in legends)


def test_a_picture_of_a_rule_about_areas_shows_the_areas_and_not_far_homes():
    varied = varied_town()
    rule = next(each for each in varied.rules if each.subject == "area")
    far = replace(varied.homes, lon=varied.homes.lon + np.linspace(0, 5, len(varied.homes.lon)))
    plane = plane_of(varied)
    left, _, right, _ = extent(replace(varied, homes=far), rule, plane)
    areas = next(each for each in varied.areas if each.level == rule.level)
    low, _, high, _ = shapely.total_bounds(plane.shapes(areas.geometry))
    assert left < low < high < right
    assert right - left < 1.2 * (high - low) + 500


def test_areas_that_fail_a_rule_of_their_own_are_named_and_not_ranked():
    varied = varied_town()
    rule = next(each for each in varied.rules if each.subject == "area")
    names = next(each for each in varied.areas if each.level == rule.level).names
    shown = texts(draw_static_map(varied, rule_id=rule.id, language="zh"))
    failing = {names[row] for row in np.flatnonzero(rule.verdict == 1)}
    assert failing & set(shown)
    assert not any(re.match(r"1 (?!k?m$)", text) for text in shown)
