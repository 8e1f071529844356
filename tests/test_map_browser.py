"""The map in a real browser, with every way to the network cut."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import replace

import numpy as np
import pytest

from map_town import town, varied_town
from siting.render import MapCitation, MapNote, MapText, openstreetmap, write_map
from siting.render.static.layers import shade_of

pytestmark = pytest.mark.browser

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HOSTILE = (
    "<img src=x onerror=window.hacked=1>",
    "</script><script>window.hacked=1</script>",
    "<!--<script>",
    "\"'`${window.hacked=1}{{7*7}}",
    "a\u2028b\u2029c\x00d\x7f",
    "\u202eevil\u202c\u200f\u05d0\u05d1 42",
    "👩‍👩‍👧‍👦 𠮷 🏳️‍🌈",
    "javascript:window.hacked=1",
    "$& $1 \\u003c ]]> &lt;b&gt;",
    "lone \ud800 surrogate",
    "__proto__",
    "x" * 400,
)


@pytest.fixture(scope="module")
def browser():
    """Start the system's Chromium without any network services of its own."""
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        if os.environ.get("SITING_REQUIRE_BROWSER") == "1":
            pytest.fail("no Chromium was found and SITING_REQUIRE_BROWSER is 1")
        pytest.skip("no Chromium was found: install chromium to run the tests of the map")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def model():
    return town()


@pytest.fixture(scope="module")
def map_file(model, tmp_path_factory):
    return write_map(model, tmp_path_factory.mktemp("map") / "map.html")


class Visit:
    """A page with all that went wrong on it."""

    def __init__(self, browser, size=(1440, 900), *, offline=True):
        self.context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce"
        )
        self.context.set_offline(offline)
        self.page = self.context.new_page()
        self.complaints, self.requests = [], []
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", lambda request: self.complaints.append(request.url))
        self.page.on("request", lambda request: self.requests.append(request.url))

    def open(self, path, link=""):
        self.page.goto(path.as_uri() + ("#" + link if link else ""))
        self.page.evaluate("siting.ready")
        self.wait("siting.complete === true")
        self.settle()
        return self

    def wait(self, condition):
        # The page's policy forbids eval, so the waiting is done from outside.
        for _ in range(300):
            if self.page.evaluate(condition):
                return
            self.page.wait_for_timeout(20)
        pytest.fail(f"waited in vain for {condition}")

    def settle(self):
        frames = "new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)))"
        self.page.evaluate(frames)

    def choose_rule(self, k):
        more = self.page.locator("#rules-more")
        if not self.page.locator(f"#rule-{k}").count() and more.is_visible():
            more.click()
        # Groups that say nothing at once are closed.
        self.page.evaluate(
            "document.querySelectorAll('#rules details').forEach(d => d.open = true)"
        )
        self.page.locator(f"#rule-{k}").check()
        self.wait(f"siting.state.rule === {k} && !!siting.store.rules[{k}].shades")
        self.settle()


def bare(text):
    """Return a text without the marks that isolate what comes from data."""
    return text.translate({0x2068: "", 0x2069: ""})


@pytest.fixture
def visit(browser):
    visits = []

    def start(path, link="", **options):
        visits.append(Visit(browser, **options).open(path, link))
        return visits[-1]

    yield start
    for one in visits:
        one.context.close()


def home_on_screen(visit, k):
    """Return where a home of that row in the page's order is on the screen."""
    script = """(k) => {
      const {x, y} = siting.store.homes; const size = 256 * 2 ** siting.map.getZoom();
      const at = siting.map.layerPointToContainerPoint(
        L.point(x[k] * size, y[k] * size).subtract(siting.map.getPixelOrigin()));
      const box = siting.map.getContainer().getBoundingClientRect();
      return [at.x + box.left, at.y + box.top];
    }"""
    return visit.page.evaluate(script, k)


def test_the_page_opens_without_a_complaint_and_without_any_request(visit, map_file):
    seen = visit(map_file)
    assert seen.complaints == []
    assert [url.split("#")[0] for url in seen.requests] == [map_file.as_uri()]


def test_the_policy_blocks_requests_that_a_script_tries(visit, map_file):
    seen = visit(map_file)
    script = """async () => {
      const blocked = [];
      document.addEventListener("securitypolicyviolation",
        (e) => blocked.push(e.effectiveDirective));
      await fetch("https://example.org/a").catch(() => 0);
      const image = new Image();
      image.src = "https://example.org/b.png";
      await new Promise((resolve) => setTimeout(resolve, 50));
      return blocked.sort();
    }"""
    assert seen.page.evaluate(script) == ["connect-src", "img-src"]


def test_the_policy_lets_no_text_be_parsed_as_html(visit, map_file):
    seen = visit(map_file)
    script = """() => { try { document.body.innerHTML = "<b>x</b>"; return "parsed"; }
      catch (error) { return error.name; } }"""
    assert seen.page.evaluate(script) == "TypeError"


def test_the_start_shows_the_worst_rule(visit, map_file, model):
    seen = visit(map_file)
    people = [model.homes.population[rule.verdict == 1].sum() for rule in model.rules]
    assert seen.page.evaluate("siting.state.rule") == int(np.argmax(people))
    assert model.rules[int(np.argmax(people))].title.zh in seen.page.inner_text("#headline")


def test_counts_drawn_and_figures_shown_equal_the_findings_for_each_rule(visit, map_file, model):
    seen = visit(map_file)
    for k, rule in enumerate(model.rules):
        seen.choose_rule(k)
        counts = np.bincount(rule.verdict, minlength=4).tolist()
        assert seen.page.evaluate("siting.drawn().verdicts") == counts
        listed = seen.page.eval_on_selector_all(
            "[data-verdict]", "nodes => nodes.map(n => Number(n.dataset.value))"
        )
        assert listed == counts
        failed = rule.verdict == 1
        for name in ("households", "population", "elderly"):
            shown = seen.page.get_attribute(f"[data-figure={name}]", "data-value")
            assert float(shown) == pytest.approx(getattr(model.homes, name)[failed].sum())
    assert seen.complaints == []


def test_the_shades_of_homes_follow_their_verdicts_and_their_limits(visit, map_file, model):
    seen = visit(map_file)
    for k, rule in enumerate(model.rules):
        counts = seen.page.evaluate(
            """(k) => { const n = [0, 0, 0, 0, 0, 0, 0];
            siting.store.rules[k].shades.forEach((shade) => { n[shade] += 1; }); return n; }""",
            k,
        )
        verdicts = [sum(counts[:2]), sum(counts[2:5]), *counts[5:]]
        assert verdicts == np.bincount(rule.verdict, minlength=4).tolist()
        # Figures on the page are rounded, so that one home may fall beside an edge between shades.
        expected = np.bincount(shade_of(rule), minlength=7)
        assert np.abs(expected - counts).max() <= 1


def test_arrow_keys_walk_through_the_rules(visit, map_file):
    seen = visit(map_file)
    first = seen.page.evaluate("siting.state.rule")
    seen.page.locator(f"#rule-{first}").focus()
    seen.page.keyboard.press("ArrowDown")
    seen.wait(f"siting.state.rule !== {first}")
    second = seen.page.evaluate("siting.state.rule")
    seen.page.keyboard.press("ArrowDown")
    seen.wait(f"siting.state.rule !== {second}")
    assert seen.page.evaluate("siting.state.rule") not in {first, second}


def test_a_click_on_a_home_shows_every_rule_with_its_figures(visit, map_file, model):
    seen = visit(map_file)
    worst = seen.page.evaluate("siting.state.rule")
    row = int(np.flatnonzero(model.rules[worst].verdict == 1)[0])
    k = seen.page.evaluate(f"siting.store.texts.ids.indexOf('{model.homes.ids[row]}')")
    seen.page.evaluate("k => { siting.select({kind: 'home', row: k}); siting.select(null); }", k)
    seen.settle()
    seen.page.mouse.click(*home_on_screen(seen, k))
    seen.wait("siting.state.selected && siting.state.selected.kind === 'home'")
    seen.settle()
    card = seen.page.inner_text("#details")
    # Another home may stand in the same place; what is shown has to be true of the one shown.
    shown = model.homes.ids.index(
        seen.page.evaluate("siting.store.texts.ids[siting.state.selected.row]")
    )
    assert model.homes.ids[shown] in card
    for rule in model.rules:
        assert rule.title.zh in card
        assert rule.citation.clause in card
        if rule.verdict[shown] == 1 and np.isfinite(rule.measured[shown]):
            assert f"{rule.measured[shown] - rule.required:,.0f} m" in card.replace(
                "\xa0", " "
            ) or (rule.measured[shown] - rule.required < 100)
            assert model.facilities.names[rule.nearest[shown]] in card


def test_enter_takes_what_lies_in_the_middle_of_the_map(visit, map_file):
    seen = visit(map_file)
    seen.page.locator(".map").focus()
    seen.page.keyboard.press("Enter")
    seen.wait("siting.state.selected !== null")
    seen.page.locator(".map").focus()
    seen.page.keyboard.press("Escape")
    seen.wait("siting.state.selected === null")


def test_the_page_itself_never_scrolls_on_a_desktop(visit, map_file):
    seen = visit(map_file, "at=home:b-0042")
    seen.page.evaluate("siting.select({kind: 'home', row: 5})")
    seen.settle()
    assert seen.page.evaluate("[scrollY, document.documentElement.scrollHeight]") == [0, 900]


def test_search_finds_by_name_and_by_id_and_goes_there(visit, map_file, model):
    seen = visit(map_file)
    for asked, kind in (
        ("b-0042", "home"),
        ("f-003", "facility"),
        ("c-005", "area"),
        ("s-1", "site"),
    ):
        seen.page.fill("#search", asked)
        seen.page.wait_for_selector("#found li[role=option]")
        seen.page.keyboard.press("ArrowDown")
        seen.page.keyboard.press("Enter")
        seen.wait(f"siting.state.selected && siting.state.selected.kind === '{kind}'")
        seen.settle()
        assert asked in seen.page.inner_text("#details")
    seen.page.fill("#search", model.areas[0].names[3])
    seen.page.wait_for_selector("#found li[role=option]")
    assert model.areas[0].names[3] in seen.page.inner_text("#found")
    seen.page.fill("#search", "nothing is called so")
    seen.page.wait_for_selector("#found .quiet")


def test_the_tables_sort_and_lead_to_their_places(visit, map_file, model):
    seen = visit(map_file)
    rule = model.rules[seen.page.evaluate("siting.state.rule")]
    areas = model.areas[0]
    failed = rule.verdict == 1
    people = np.bincount(
        areas.home_area[failed], weights=model.homes.population[failed], minlength=len(areas.ids)
    )
    rows = seen.page.locator("#list tbody tr")
    assert areas.names[int(np.argmax(people))] in rows.first.inner_text()
    seen.page.click("#sort-share")
    shares = [
        float(text.split()[0])
        for text in seen.page.locator("#list tbody td:nth-child(2)").all_inner_texts()
    ]
    assert shares == sorted(shares, reverse=True)
    before = seen.page.evaluate("siting.map.getZoom()")
    rows.first.locator("button").click()
    seen.settle()
    assert seen.page.evaluate("siting.map.getZoom()") > before
    assert seen.page.evaluate("siting.state.selected.kind") == "area"
    seen.page.click("#tab-homes")
    seen.page.click("#sort-measured")
    measured = np.where(failed, rule.measured, -1)
    worst = float(measured[np.isfinite(measured)].max())
    texts = seen.page.locator("#list tbody tr").all_inner_texts()
    assert any(f"{worst:,.0f}" in text or "无法到达" in text for text in texts[:1])


def test_a_link_shows_the_same_picture(visit, map_file, model):
    first = visit(map_file)
    first.choose_rule(3)
    first.page.click("#language")
    first.page.click("#theme")
    first.page.evaluate("siting.map.setView([30.585, 114.285], 15, {animate: false})")
    first.page.fill("#search", "b-0100")
    first.page.wait_for_selector("#found li[role=option]")
    first.page.keyboard.press("Enter")
    first.wait("location.hash.includes('at=home')")
    first.settle()
    address = first.page.evaluate("location.hash")
    theme = first.page.evaluate("siting.state.theme")
    second = visit(map_file, address[1:])
    assert second.page.evaluate("siting.state.rule") == 3
    assert second.page.evaluate("document.documentElement.lang") == "en"
    assert second.page.evaluate("siting.state.theme") == theme
    assert "b-0100" in second.page.inner_text("#details")
    assert second.page.evaluate("location.hash") == address
    places = [
        one.page.evaluate("[siting.map.getCenter().lat, siting.map.getZoom()]")
        for one in (first, second)
    ]
    assert places[0] == pytest.approx(places[1], abs=1e-4)


def test_both_languages_are_complete_wherever_one_looks(visit, map_file):
    seen = visit(map_file)
    for _ in ("zh", "en"):
        for kind in ("home", "area", "facility", "site"):
            seen.page.evaluate(f"siting.select({{kind: '{kind}', row: 1, level: 0}})")
            seen.settle()
        seen.page.click("#tab-homes")
        seen.page.click("#share")
        seen.page.click("#language")
    assert seen.page.evaluate("siting.missingWords()") == []
    assert seen.page.inner_text("#title") == "江湾示例区:社区服务缺口"
    seen.page.click("#language")
    english = seen.page.evaluate("document.getElementById('panel').innerText")
    for word in ("Where is it worst", "Households without", "Layers", "Data and notes"):
        assert word in english


def test_the_legend_hides_and_shows_homes(visit, map_file):
    seen = visit(map_file)
    before = seen.page.evaluate("siting.drawn().verdicts")
    seen.page.uncheck("#shade-near")
    seen.page.uncheck("#shade-served")
    seen.settle()
    assert seen.page.evaluate("siting.drawn().verdicts") == [0, *before[1:]]
    seen.page.uncheck("#layer-homes")
    seen.settle()
    assert seen.page.evaluate("siting.drawn().mode") == "none"
    seen.page.uncheck("#layer-sites")
    seen.settle()
    assert seen.page.evaluate("siting.drawn().sites") == 0


def test_switches_of_theme_and_layers_change_the_picture(visit, map_file):
    seen = visit(map_file, "theme=light")
    stage = seen.page.locator(".stage")
    pictures = [stage.screenshot()]
    for control in ("#layer-service", "#layer-areas", "#layer-names", "#layer-ground", "#theme"):
        seen.page.click(control)
        seen.settle()
        pictures.append(stage.screenshot())
    assert len(set(pictures)) == len(pictures)


def test_printing_gives_pages_of_a3_with_the_map_on_them(visit, map_file):
    seen = visit(map_file)
    before = seen.page.evaluate("siting.map.getBounds().toBBoxString()")
    sheet = seen.page.pdf(prefer_css_page_size=True, print_background=True)
    boxes = re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", sheet)
    assert 1 <= len(boxes) <= 2
    # A3 across: 420 mm by 297 mm, in points.
    assert [float(side) for side in boxes[0]] == pytest.approx(
        [420 / 25.4 * 72, 297 / 25.4 * 72], abs=2
    )
    assert len(sheet) > 30_000
    seen.settle()
    assert seen.page.evaluate("siting.state.printing") is False
    assert seen.page.evaluate("siting.map.getBounds().toBBoxString()") == before


def test_a_sheet_begins_with_its_title_however_far_the_panel_was_scrolled(visit, map_file):
    seen = visit(map_file)
    seen.page.evaluate("siting.select({kind: 'home', row: 5})")
    seen.wait("document.getElementById('panel').scrollTop > 0")
    before = seen.page.evaluate("document.getElementById('panel').scrollTop")
    seen.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    title = seen.page.locator("#title").bounding_box()
    panel = seen.page.locator("#panel").bounding_box()
    assert title["y"] > panel["y"]
    seen.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert seen.page.evaluate("document.getElementById('panel').scrollTop") == before


def test_what_is_printed_of_a_map_without_dots_keeps_its_areas(visit, tmp_path):
    varied = varied_town()
    seen = visit(write_map(varied, tmp_path / "map.html"))
    seen.choose_rule(next(k for k, rule in enumerate(varied.rules) if rule.subject == "area"))
    sheet = seen.page.pdf(prefer_css_page_size=True, print_background=True)
    # Strokes on the upper canvas begin with a clearing, which a sheet repeats over the lower one
    # too; so the upper one has to be printed as a picture.
    assert re.search(rb"/Subtype\s*/Image\s*/Width \d{4}", sheet)
    seen.settle()
    assert seen.page.locator(".cut").count() == 0
    assert seen.complaints == []


def test_measured_less_the_limit_is_the_shortfall_as_they_are_shown(visit, map_file, model):
    seen = visit(map_file)
    rows = seen.page.evaluate("""() => {
      const {verdict} = siting.store.rules[siting.state.rule].columns;
      return [...verdict.keys()].filter((row) => verdict[row] === 1).slice(0, 12);
    }""")
    tried = 0
    for row in rows:
        seen.page.evaluate(f"siting.select({{kind: 'home', row: {row}}})")
        seen.settle()
        for text in seen.page.locator("#details .findings li").all_inner_texts():
            figures = re.findall(r"(?:实测|要求|缺口)\n(?:[≤≥] )?([\d,.]+)\u00a0", text)
            if len(figures) == 3:
                measured, required, shortfall = (float(each.replace(",", "")) for each in figures)
                assert abs(measured - required) == pytest.approx(shortfall, abs=1e-9), text
                tried += 1
    assert tried >= 12


def test_one_of_a_thing_is_not_told_in_the_plural(visit, tmp_path):
    varied = varied_town()
    k = next(k for k, rule in enumerate(varied.rules) if rule.subject == "area")
    only = replace(varied.rules[k], verdict=np.where(np.arange(24) == 3, 1, 0).astype(np.int8))
    rules = (*varied.rules[:k], only, *varied.rules[k + 1 :])
    seen = visit(write_map(replace(varied, rules=rules), tmp_path / "map.html"), "language=en")
    seen.choose_rule(k)
    assert bare(seen.page.inner_text(".rule.chosen .rule-figure")) == "1 area"
    assert "1,500 homes" in bare(seen.page.inner_text("#subtitle"))


def test_why_findings_are_unknown_stands_beside_the_rule(visit, model, tmp_path):
    why = ((MapText("距任何道路超过 200 米", "more than 200 m from any street"), 7),)
    rules = (replace(model.rules[0], unknown_reasons=why), *model.rules[1:])
    seen = visit(write_map(replace(model, rules=rules), tmp_path / "map.html"))
    seen.choose_rule(0)
    facts = seen.page.inner_text("#rule-facts")
    assert "未知原因\n距任何道路超过 200 米 · 7" in facts
    seen.page.click("#language")
    assert "more than 200 m from any street · 7" in seen.page.inner_text("#rule-facts")


def test_figures_of_groups_ranks_and_names_leave_each_other_room(visit, tmp_path):
    seen = visit(write_map(town(160_000, 1), tmp_path / "map.html"), size=(390, 844))
    assert seen.page.evaluate("siting.drawn().mode") == "clusters"
    boxes = seen.page.evaluate("siting.drawn().texts")
    assert len(boxes) > 8
    for k, (left, top, right, bottom) in enumerate(boxes):
        for other in boxes[:k]:
            apart = other[2] <= left or other[0] >= right or other[3] <= top or other[1] >= bottom
            assert apart


def test_the_name_of_an_area_makes_way_for_a_facility(visit, map_file):
    seen = visit(map_file)
    redraw = "siting.map.fire('viewreset')"
    everywhere = "const {facilities} = siting.store.ground; facilities.x.fill(0);"
    seen.page.evaluate(f"() => {{ {everywhere} {redraw}; }}")
    left, top, right, bottom = seen.page.evaluate("siting.drawn().texts[0]")
    middle = [(left + right) / 2, (top + bottom) / 2]
    seen.page.evaluate(
        """([x, y]) => {
          const {map, store, state} = siting;
          const margin = map.getSize().multiplyBy(0.25).round().multiplyBy(-1);
          const corner = map.getPixelOrigin().add(map.containerPointToLayerPoint(margin).round());
          const scale = 256 * 2 ** map.getZoom();
          const row = store.rules[state.rule].counted[0];
          store.ground.facilities.x[row] = (x + corner.x) / scale;
          store.ground.facilities.y[row] = (y + corner.y) / scale;
          map.fire("viewreset");
        }""",
        middle,
    )
    moved = seen.page.evaluate("siting.drawn().texts[0]")
    assert moved == [left, top - 16, right, bottom - 16]


def test_no_line_of_the_headline_begins_with_a_mark(visit, map_file):
    seen = visit(map_file, size=(390, 844))
    named = [bare(text) for text in seen.page.locator("#headline .ranked").all_inner_texts()]
    assert [text[-1] for text in named] == ["、", "、", "。"]
    seen.page.click("#language")
    sentence = " ".join(bare(seen.page.inner_text("#headline")).split())
    assert " Worst: " in sentence
    assert sentence.endswith(".")


def test_on_a_phone_a_home_is_shown_with_its_facility(visit, map_file, model):
    seen = visit(map_file, size=(390, 844))
    rule = model.rules[seen.page.evaluate("siting.state.rule")]
    near = np.flatnonzero((rule.measured > 500) & (rule.measured < 1500) & (rule.nearest >= 0))
    assert len(near) > 5
    for row in near[:5].tolist():
        facility = int(rule.nearest[row])
        place = [float(model.facilities.lat[facility]), float(model.facilities.lon[facility])]
        # The page has the homes in another order.
        k = seen.page.evaluate(f"siting.store.texts.ids.indexOf('{model.homes.ids[row]}')")
        seen.page.evaluate(f"siting.select({{kind: 'home', row: {k}}})")
        seen.settle()
        for latlng in (place, [float(model.homes.lat[row]), float(model.homes.lon[row])]):
            assert seen.page.evaluate(f"siting.map.getBounds().contains({latlng})")


def test_on_a_phone_nothing_lies_over_the_town_at_first(visit, map_file):
    seen = visit(map_file, size=(390, 844))
    tools = seen.page.locator(".map-tools").bounding_box()
    lowest = seen.page.evaluate("""() => {
      const {y} = siting.store.homes; const size = 256 * 2 ** siting.map.getZoom();
      const box = siting.map.getContainer().getBoundingClientRect();
      return box.top + siting.map.layerPointToContainerPoint(
        L.point(0, Math.max(...y) * size).subtract(siting.map.getPixelOrigin())).y;
    }""")
    assert lowest <= tools["y"]


def test_a_phone_sees_no_sideways_scrolling_and_large_enough_buttons(visit, map_file):
    seen = visit(map_file, size=(390, 844))
    assert seen.page.evaluate("document.documentElement.scrollWidth") == 390
    seen.page.evaluate("siting.select({kind: 'home', row: 5})")
    seen.settle()
    assert seen.page.evaluate("document.documentElement.scrollWidth") == 390
    box = seen.page.locator("#zoom-in").bounding_box()
    assert min(box["width"], box["height"]) >= 40


def test_every_control_has_a_name_and_can_be_focused(visit, map_file):
    seen = visit(map_file)
    script = """() => [...document.querySelectorAll("button, input, select, a, summary")]
      .filter((n) => n.offsetParent !== null)
      .filter((n) => !(n.innerText || n.getAttribute("aria-label") || n.placeholder
        || (n.labels && [...n.labels].some((l) => l.innerText))))
      .map((n) => n.outerHTML)"""
    assert seen.page.evaluate(script) == []
    seen.page.keyboard.press("Tab")
    assert seen.page.evaluate("document.activeElement.id") == "skip"


def test_a_basemap_asks_for_tiles_only_once_it_is_chosen(visit, model, tmp_path):
    path = write_map(model, tmp_path / "map.html", basemaps=[openstreetmap()])
    seen = visit(path)
    assert len(seen.requests) == 1
    seen.page.select_option("#basemap", "0")
    seen.settle()
    asked = [url for url in seen.requests if url.startswith("https:")]
    assert asked
    assert all(url.startswith("https://tile.openstreetmap.org/") for url in asked)
    assert "OpenStreetMap" in seen.page.inner_text("#attribution")


def test_a_notebook_shows_the_map_in_its_own_frame(browser, model, tmp_path):
    from siting.render import draw_map

    frame = draw_map(model)._repr_html_()
    path = tmp_path / "notebook.html"
    path.write_text(f"<!DOCTYPE html><meta charset=utf-8><body>{frame}", encoding="utf-8")
    seen = Visit(browser)
    seen.page.goto(path.as_uri())
    inside = seen.page.frames[1]
    inside.evaluate("siting.ready")
    assert inside.evaluate("siting.drawn().mode") == "dots"
    assert seen.complaints == []
    seen.context.close()


def test_rules_about_areas_facilities_and_indicators_show_what_they_found(visit, tmp_path):
    varied = varied_town()
    seen = visit(write_map(varied, tmp_path / "map.html"))
    for k, rule in enumerate(varied.rules):
        seen.choose_rule(k)
        counts = np.bincount(rule.verdict, minlength=4).tolist()
        listed = seen.page.eval_on_selector_all(
            "[data-verdict]", "nodes => nodes.map(n => Number(n.dataset.value))"
        )
        assert listed == counts
        if rule.subject == "home":
            assert seen.page.evaluate("siting.drawn().verdicts") == counts
        elif rule.subject == "city":
            assert "62.5\u00a0%" in seen.page.inner_text("#figures")
            tabs = seen.page.eval_on_selector_all("#tabs button", "nodes => nodes.map(n => n.id)")
            assert tabs == ["tab-sites"]  # nothing else can be listed of a whole city
        else:
            rows = seen.page.locator("#list tbody tr")
            assert rows.count() == counts[1]
            rows.first.locator("button").click()
            seen.settle()
            assert seen.page.evaluate("siting.state.selected.kind") == rule.subject
    # The rule about areas is told on the card of an area too, with its figures.
    area = next(rule for rule in varied.rules if rule.subject == "area")
    seen.page.evaluate("siting.select({kind: 'area', row: 3, level: 0})")
    seen.settle()
    card = seen.page.inner_text("#details")
    assert area.title.zh in card
    figure = f"{area.measured[3]:.2f}".rstrip("0")
    assert f"实测\n{figure}\u00a0m²/千人" in card
    seen.page.select_option("#level", "1")
    seen.choose_rule(0)
    assert "江北区" in seen.page.inner_text("#list")
    assert seen.complaints == []


def test_a_crowd_is_shown_as_groups_whose_counts_add_up(visit, tmp_path):
    crowd = town(160_000, 1)
    seen = visit(write_map(crowd, tmp_path / "map.html"))
    assert seen.page.evaluate("siting.drawn().mode") == "clusters"
    counts = np.bincount(crowd.rules[0].verdict, minlength=4).tolist()
    assert seen.page.evaluate("siting.drawn().verdicts") == counts
    # The figures in the groups are people, of whom each is in one group.
    people = seen.page.evaluate("siting.drawn().people")
    assert people == pytest.approx(crowd.homes.population.sum(), rel=1e-6)
    assert "人数" in seen.page.inner_text("#legend")
    seen.page.evaluate("siting.map.setZoom(16, {animate: false})")
    seen.settle()
    assert seen.page.evaluate("siting.drawn().mode") == "dots"


def test_areas_are_coloured_by_the_share_of_those_by_whom_they_are_ranked(visit, model, tmp_path):
    homes = model.homes
    cases = {
        "population": homes,
        "households": replace(homes, population=None),
        "elderly": replace(homes, population=None, households=None),
        "homes": replace(homes, population=None, households=None, elderly=None),
    }
    words = {"population": "人口", "households": "户数", "elderly": "老年人", "homes": "住宅"}
    for weight, known in cases.items():
        seen = visit(write_map(replace(model, homes=known), tmp_path / f"{weight}.html"))
        rule = model.rules[seen.page.evaluate("siting.state.rule")]
        areas, worth = model.areas[0], getattr(homes, weight, np.ones(len(homes.ids)))
        failed, passed = (
            np.bincount(
                areas.home_area[rule.verdict == verdict],
                weights=worth[rule.verdict == verdict],
                minlength=len(areas.ids),
            )
            for verdict in (1, 0)
        )
        assert f"缺服务的{words[weight]}占比" in seen.page.inner_text("#legend")
        first = int(np.argmax(failed))
        row = seen.page.locator("#list tbody tr").first
        assert areas.names[first] in row.inner_text()
        assert row.locator(".rank").inner_text() == "1"
        share = float(row.locator("td").first.inner_text().split()[0])
        assert share == pytest.approx(100 * failed[first] / (failed + passed)[first], abs=0.051)


def test_what_cannot_be_judged_stands_beside_what_fails(visit, map_file, model):
    seen = visit(map_file)
    k = next(k for k, rule in enumerate(model.rules) if (rule.verdict == 2).any())
    seen.choose_rule(k)
    unknown = model.homes.population[model.rules[k].verdict == 2].sum()
    figure = seen.page.locator(".figure", has=seen.page.locator("[data-figure=population]"))
    assert f"另有 \u2068{unknown:,.0f}\u2069 无法判断" in figure.inner_text()


def test_the_legend_of_areas_is_as_pale_as_the_areas(visit, map_file):
    seen = visit(map_file)
    seen.page.click("#layer-ground")
    seen.page.evaluate("siting.select({kind: 'area', row: 3, level: 0})")
    script = """() => {
      const patches = [...document.querySelectorAll("#legend .patch[data-fill]")];
      const shades = patches.map((n) =>
        getComputedStyle(n).backgroundColor.match(/\\d+/g).map(Number));
      const place = siting.store.ground.areas[0].places[3];
      siting.map.setView(siting.map.unproject(
        L.point(place.x, place.y).multiplyBy(256), 0), siting.map.getZoom(), {animate: false});
      const canvas = document.querySelector(".leaflet-ground-pane canvas");
      const pixel = canvas.getContext("2d").getImageData(canvas.width / 2, canvas.height / 2, 1, 1);
      const [r, g, b, a] = pixel.data;
      const paper = [0xf7, 0xf7, 0xf5];
      const seen = [r, g, b].map((part, k) => part * a / 255 + paper[k] * (1 - a / 255));
      return shades.map((shade) => Math.max(...shade.map((part, k) => Math.abs(part - seen[k]))));
    }"""
    for zoom in (13, 16, 18):
        seen.page.evaluate(f"siting.map.setZoom({zoom}, {{animate: false}})")
        seen.settle()
        assert min(seen.page.evaluate(script)) <= 3


def test_areas_that_are_judged_keep_their_colours_when_zoomed_in(visit, tmp_path):
    varied = varied_town()
    seen = visit(write_map(varied, tmp_path / "map.html"))
    seen.choose_rule(next(k for k, rule in enumerate(varied.rules) if rule.subject == "area"))
    shades = set()
    for zoom in (13, 18):
        seen.page.evaluate(f"siting.map.setZoom({zoom}, {{animate: false}})")
        seen.settle()
        shades.add(
            seen.page.eval_on_selector(
                "#legend .patch[data-fill]", "node => getComputedStyle(node).backgroundColor"
            )
        )
    assert len(shades) == 1


def test_a_selected_facility_is_drawn_though_the_rule_does_not_count_it(visit, map_file):
    seen = visit(map_file)
    row = seen.page.evaluate("""() => {
      const counted = new Set(siting.store.rules[siting.state.rule].counted);
      return siting.store.header.facilities.ids.findIndex((id, k) => !counted.has(k));
    }""")
    seen.page.evaluate(f"siting.select({{kind: 'facility', row: {row}}})")
    seen.settle()
    middle = seen.page.evaluate("""() => {
      const canvas = document.querySelector(".leaflet-points-pane canvas");
      return [...canvas.getContext("2d").getImageData(
        canvas.width / 2, canvas.height / 2, 1, 1).data];
    }""")
    assert middle == [0x1B, 0x9E, 0x77, 255]


def test_a_selected_area_lies_beside_the_legend_and_tells_what_fails_first(visit, tmp_path):
    varied = varied_town()
    seen = visit(write_map(varied, tmp_path / "map.html"))
    seen.page.evaluate("siting.select({kind: 'area', row: 3, level: 0})")
    seen.settle()
    left = seen.page.evaluate("""() => {
      const box = siting.store.ground.areas[0].shapes.box;
      const first = siting.store.ground.areas[0].shapes.first[3];
      const size = 256 * 2 ** siting.map.getZoom();
      return siting.map.layerPointToContainerPoint(
        L.point(box[first * 4] * size, 0).subtract(siting.map.getPixelOrigin())).x;
    }""")
    legend = seen.page.locator("#legend-box").bounding_box()
    assert left >= legend["x"] + legend["width"]
    chips = seen.page.locator("#details .findings .chip").all_inner_texts()
    assert chips
    order = [("不达标", "未知", "达标", "不适用").index(text[2:]) for text in chips if text]
    assert order[1:] == sorted(order[1:]) or order == sorted(order)


def test_proposed_sites_are_listed_with_what_they_add_and_lead_there(visit, map_file, model):
    seen = visit(map_file)
    seen.page.locator("#tab-areas").focus()
    seen.page.keyboard.press("ArrowLeft")
    rows = seen.page.locator("#list tbody tr")
    assert rows.count() == len(model.sites.ids)
    for k, note in enumerate(model.sites.notes):
        assert model.sites.names[k] in rows.nth(k).inner_text()
        assert note.zh in rows.nth(k).inner_text()
    rows.nth(1).locator("button").click()
    seen.settle()
    assert seen.page.evaluate("siting.state.selected") == {"kind": "site", "row": 1}
    seen.page.locator("#tab-sites").focus()
    seen.page.keyboard.press("ArrowRight")
    assert seen.page.evaluate("document.activeElement.id") == "tab-areas"
    assert seen.page.evaluate("siting.missingWords()") == []


def test_a_file_cut_short_says_so(browser, map_file, tmp_path):
    text = map_file.read_text(encoding="utf-8")
    cut = re.sub(r'(id="siting-pack-homes">.{40})[^<]*', r"\1", text)
    path = tmp_path / "cut.html"
    path.write_text(cut, encoding="utf-8", newline="\n")
    seen = Visit(browser)
    seen.page.goto(path.as_uri())
    seen.page.wait_for_selector("#busy:visible")
    seen.wait("document.getElementById('busy').textContent.includes('数据读取失败')")
    seen.context.close()


def hostile_model():
    """Put a hostile string into every text there is, each place another one."""
    model = town(60, 3, n_areas=4)
    turn = iter(range(10**6))

    def bad(*_):
        return HOSTILE[next(turn) % len(HOSTILE)]

    def texts(n):
        return [f"{k} {bad()}" for k in range(n)]

    def label(*_):
        return MapText(bad(), bad())

    kind = HOSTILE[0]
    rules = [
        replace(
            rule,
            id=f"{k}{bad()}",
            title=label(),
            measure=bad(),
            measure_title=label(),
            unit=bad(),
            strength=bad(),
            facility_types=(kind, HOSTILE[1]),
            citation=MapCitation(
                bad(), bad(), bad(), bad(), HOSTILE[7] if k else 'https://x.org/"><b>'
            ),
        )
        for k, rule in enumerate(model.rules)
    ]
    homes = replace(model.homes, ids=texts(60), names=texts(60))
    n = len(model.facilities.ids)
    facilities = replace(model.facilities, ids=texts(n), names=texts(n), types=[kind] * n)
    areas = [replace(model.areas[0], ids=texts(4), names=texts(4), level=bad(), title=label())]
    sites = replace(
        model.sites,
        ids=texts(4),
        names=texts(4),
        types=[kind] * 4,
        notes=[label() for _ in range(4)],
    )
    streets = replace(model.context, street_classes=[bad() for _ in model.context.street_classes])
    return replace(
        model,
        title=label(),
        rules=rules,
        homes=homes,
        facilities=facilities,
        areas=areas,
        sites=sites,
        context=streets,
        facility_types={kind: label(), "__proto__": label()},
        date=bad(),
        versions={bad(): bad(), bad(): bad()},
        notes=[MapNote(bad(), bad(), bad()) for _ in range(12)],
        attribution=list(HOSTILE),
    )


def test_hostile_texts_are_shown_and_never_run(visit, tmp_path):
    seen = visit(write_map(hostile_model(), tmp_path / "map.html"))
    page = seen.page
    elements = page.evaluate("document.querySelectorAll('script, img, b').length")
    page.click("#notes-box summary")
    for k in range(3):
        seen.choose_rule(k)
        for kind in ("area", "facility", "site", "home"):
            page.evaluate(f"siting.select({{kind: '{kind}', row: {k}, level: 0}})")
            seen.settle()
        page.click("#tab-areas")
        page.click("#sort-name")
        page.click("#tab-homes")
    for asked in HOSTILE[:9]:
        page.fill("#search", asked.replace("\x00", "")[:20])
        page.wait_for_selector("#found li")
    page.keyboard.press("Enter")
    page.mouse.move(500, 400)
    page.mouse.move(520, 420)
    page.click("#language")
    page.click("#share")
    page.wait_for_timeout(100)
    page.reload()
    page.evaluate("siting.ready")
    seen.wait("siting.complete === true")
    assert page.evaluate("window.hacked") is None
    assert page.evaluate("document.querySelectorAll('script, img, b').length") == elements
    assert page.evaluate("document.querySelectorAll('a[href^=\"javascript\"]').length") == 0
    assert seen.complaints == []
    assert {url.split("#")[0] for url in seen.requests} == {(tmp_path / "map.html").as_uri()}
    assert "onerror=window.hacked=1" in page.inner_text("body")


def test_what_the_homes_do_not_have_is_left_out_and_the_next_best_ranks(visit, model, tmp_path):
    elderly = replace(model, homes=replace(model.homes, households=None, population=None))
    seen = visit(write_map(elderly, tmp_path / "elderly.html"))
    assert seen.page.locator(".figure").count() == 1
    assert seen.page.locator("[data-figure=elderly]").count() == 1
    failed = [model.homes.elderly[rule.verdict == 1].sum() for rule in model.rules]
    assert seen.page.evaluate("siting.state.rule") == int(np.argmax(failed))
    assert "名老年人" in seen.page.inner_text("#headline")
    bare = replace(model, homes=replace(elderly.homes, elderly=None), date="")
    seen = visit(write_map(bare, tmp_path / "bare.html"))
    rule = model.rules[seen.page.evaluate("siting.state.rule")]
    shown = seen.page.get_attribute("[data-figure=homes]", "data-value")
    assert float(shown) == (rule.verdict == 1).sum()
    assert seen.page.evaluate("siting.missingWords()") == []
