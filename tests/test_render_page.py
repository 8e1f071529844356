"""The map file without a browser: what it carries, what it refuses, what its words say."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from map_town import town
from siting.errors import SitingError, TableError
from siting.render import Basemap, MapHomes, MapText, draw_map, openstreetmap, tianditu, write_map
from siting.render.page import application, asset, inert_json


@pytest.fixture(scope="module")
def model():
    return town(80, 3, n_areas=4)


@pytest.fixture(scope="module")
def page(model):
    return draw_map(model).get_root().render()


@pytest.fixture(scope="module")
def modules(repository):
    """Return the text of all modules of which the page's own script is made."""
    folder = repository / "src" / "siting" / "render" / "map_modules"
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.rglob("*.js")))


def policy_of(page):
    return html.unescape(
        re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)[1]
    )


def test_nothing_in_the_page_is_loaded_from_anywhere(page):
    assert not re.findall(r"<(?:link|img|iframe|base|object|embed|source)\b", page)
    assert not re.findall(r"<script[^>]*\bsrc=", page)
    styles = "".join(re.findall(r"<style>(.*?)</style>", page, re.DOTALL))
    assert re.findall(r"url\([^)]*\)|@import", styles) == ["url(#default#VML)"]
    assert "sourceMappingURL" not in page


def test_every_script_and_style_is_admitted_by_its_own_sum(page):
    policy = policy_of(page)
    parts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    parts += re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert len(parts) == 5
    for part in parts:
        digest = base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


def test_the_page_uses_no_inline_style_and_no_inline_handler(page):
    body = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.DOTALL)
    assert not re.findall(r"\s(?:style|on\w+)\s*=", body)


def test_the_data_cannot_end_their_element(model):
    named = replace(model, title=MapText("</script><b>", "<!--"), attribution=["a\u2028b"])
    page = draw_map(named).get_root().render()
    header = re.search(r'id="siting-header">(.*?)</script>', page, re.DOTALL)[1]
    assert json.loads(header)["title"] == {"zh": "</script><b>", "en": "<!--"}
    assert "<title>&lt;/script&gt;&lt;b&gt;</title>" in page


@pytest.mark.parametrize("text", ["</script>", "<!--", "a\u2028\u2029", "&lt;", "\x00", "\ud800"])
def test_inert_json_holds_no_character_that_html_or_script_would_act_on(text):
    shown = inert_json([text])
    assert not set("<>&\u2028\u2029\x00\ud800") & set(shown)
    assert json.loads(shown) == [text.replace("\ud800", "?")]


def test_the_page_carries_the_same_words_in_both_languages(page):
    header = re.search(r'id="siting-header">(.*?)</script>', page, re.DOTALL)[1]
    words = json.loads(header)["words"]
    assert words["zh"].keys() == words["en"].keys()
    assert words["zh"]["verdict.fail"] == "不达标"
    assert words["en"]["map.count_homes"] == "{n} {n:home|homes}"


def test_data_never_enter_the_page_as_markup(modules):
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function"
    assert not re.findall(forbidden, modules)
    assert not re.findall(forbidden, application())


def test_leaflet_is_the_version_that_its_notes_name(repository):
    folder = repository / "src" / "siting" / "render" / "vendor"
    notes = (folder / "README.md").read_text(encoding="utf-8")
    for name in ("leaflet.js", "leaflet.css"):
        data = (folder / name).read_bytes()
        assert hashlib.sha256(data).hexdigest() in notes
    assert "BSD 2-Clause" in (folder / "leaflet.LICENSE").read_text(encoding="utf-8")
    assert "1.9.4" in notes


def test_a_file_is_replaced_only_by_a_whole_one(model, tmp_path):
    target = tmp_path / "deep" / "map.html"
    assert write_map(model, target, language="en") == target
    first = target.read_bytes()
    with pytest.raises(SitingError, match="language 'fr'; expected one of"):
        write_map(model, target, language="fr")
    assert target.read_bytes() == first
    assert [path.name for path in target.parent.iterdir()] == ["map.html"]
    assert b'<html lang="en">' in first


def test_the_same_model_gives_the_same_packs(model):
    pages = [draw_map(model).get_root().render() for _ in range(2)]
    packs = [re.findall(r'id="siting-pack-[^<]*<', page) for page in pages]
    assert packs[0] == packs[1]
    assert len(packs[0]) == 3 + len(model.rules)


def test_a_notebook_gets_one_frame_with_the_page_escaped(model):
    shown = draw_map(model)._repr_html_()
    assert shown.count("<iframe") == 1
    assert "<script" not in shown


def test_a_basemap_opens_the_policy_for_its_own_hosts_only(model):
    page = draw_map(model, basemaps=[openstreetmap(), tianditu("abc123")]).get_root().render()
    pictures = re.search(r"img-src ([^;]*)", policy_of(page))[1].split()
    hosts = [f"https://t{k}.tianditu.gov.cn" for k in range(8)]
    assert pictures == ["data:", "https://tile.openstreetmap.org", *hosts]


def test_tiles_in_a_shifted_datum_are_refused_with_the_reason():
    with pytest.raises(SitingError, match="GCJ-02; the map's data are in WGS 84 and would lie"):
        Basemap(
            MapText("高德", "Amap"), ("https://a.example/{z}/{x}/{y}.png",), "x", datum="GCJ-02"
        )


@pytest.mark.parametrize(
    "layer", ["http://a.example/{z}", "https://a.example/{z}; script-src *", "javascript:alert(1)"]
)
def test_a_layer_that_would_widen_the_policy_is_refused(layer):
    with pytest.raises(SitingError, match="expected an address that begins with https"):
        Basemap(MapText("x", "x"), (layer,), "x")


def test_a_key_with_other_characters_is_refused():
    with pytest.raises(SitingError, match="the Tianditu key holds something else"):
        tianditu("abc&layer=x")


def test_every_fault_of_a_model_is_told_at_once(model):
    rule = model.rules[0]
    broken = replace(
        model,
        homes=replace(model.homes, lon=model.homes.lon * 1e5, ids=["only one"]),
        rules=[
            replace(rule, verdict=rule.verdict[:5]),
            replace(rule, nearest=np.full(80, 999, dtype=np.int32)),
            replace(model.rules[1], subject="area", level="city"),
        ],
    )
    with pytest.raises(TableError) as caught:
        write_map(broken, "never-written.html")
    message = str(caught.value)
    assert "homes: 'ids' has 1 rows, expected 80" in message
    assert "80 rows are not longitude and latitude in degrees, the first is row 0" in message
    assert f"rule '{rule.id}': 'verdict' has 5 rows, expected 80" in message
    assert "nearest is outside -1 to 239 in 80 rows, the first is 999 in row 0" in message
    assert "is about areas of level 'city'; the map has ['community']" in message
    assert f"the rule '{rule.id}' is given 2 times" in message
    assert not Path("never-written.html").exists()


def test_a_map_without_homes_rules_or_areas_can_be_drawn(model):
    nothing = np.empty(0)
    empty = replace(model, homes=MapHomes(nothing, nothing, [], []), rules=[], areas=[], sites=None)
    assert "siting-header" in draw_map(empty).get_root().render()


def luminance(colour):
    channels = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_contrast_meets_wcag_aa(theme):
    css = asset("assets/map.css")
    block = re.search(r":root\s*\{(.*?)\}", css, re.DOTALL)[1]
    if theme == "dark":
        block = re.search(r':root\[data-theme="dark"\]\s*\{(.*?)\}', css, re.DOTALL)[1]
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", block))
    for text in ("ink", "quiet", "accent", "fail", "pass", "unknown"):
        for ground in ("paper", "card", "soft"):
            assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    assert contrast(colours["exempt"], colours["card"]) >= 3


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_homes_that_fail_stand_out_from_the_paper_and_from_each_other(theme):
    block = re.search(theme + r": \{(.*?)\n    \}", application(), re.DOTALL)[1]
    paper = re.search(r'paper: "(#\w+)"', block)[1]
    shades = re.findall(r'"(#\w+)"', re.search(r"shades: \[(.*?)\]", block, re.DOTALL)[1])
    over, far, worst = (contrast(shade, paper) for shade in shades[2:5])
    # The lightest failing shade also differs from served homes by hue and size.
    assert over >= 2.4
    assert min(far, worst) >= 4.5
    assert over < far < worst
