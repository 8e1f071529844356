// Puts the page together: reads the model, draws, and answers to every control.

import { byId } from "./dom.js";
import { worstRule } from "./findings/ranks.js";
import { readGround, readHeader, readHomes, readRule, readTexts } from "./model/read.js";
import { currentRule, state, store } from "./model/store.js";
import { Page, showLevelOf } from "./page.js";
import { CanvasLayer } from "./paint/canvas-layer.js";
import { drawn, onModeChange } from "./paint/drawn.js";
import { paintGround } from "./paint/ground.js";
import { paintPoints } from "./paint/points.js";
import { showLegend, tintLegend } from "./panel/legend.js";
import { showRules } from "./panel/rules.js";
import { startSearch } from "./panel/search.js";
import { share } from "./panel/share.js";
import { showBasemap } from "./view/basemap.js";
import { startKeys, startZoom } from "./view/keys.js";
import { findSelected, readLink, writeLink } from "./view/link.js";
import { thingAt } from "./view/pick.js";
import { startPrint } from "./view/print.js";
import { showScale } from "./view/scale.js";
import { startTip } from "./view/tip.js";
import { language, missingWords, setLanguage, word } from "./words.js";

// What the rest of the document may call: the script that starts the map, and the tests.
const siting = {
  start,
  ready: null,
  drawn: () => ({ ...drawn }),
  missingWords: () => [...missingWords],
  state,
  store,
};

function start(id) {
  readHeader();
  setLanguage(store.header.language);
  state.theme = window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  state.rule = worstRule() || 0;
  // Communities are what people know; compounds and the like are one choice away.
  state.level = Math.max(
    0,
    store.header.areas.findIndex((level) => level.level === "community"),
  );
  const asked = readLink();
  takeLink(asked);
  const map = L.map(id, {
    attributionControl: false,
    zoomControl: false,
    zoomSnap: store.header.basemaps.length ? 1 : 0.25,
    wheelPxPerZoomLevel: 90,
    minZoom: 3,
    maxZoom: 19,
    fadeAnimation: false,
    zoomAnimation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
  });
  map.setView([0, 0], 3);
  siting.map = map;
  siting.ready = open(map, asked).catch((error) => {
    byId("busy").textContent = word(window.DecompressionStream ? "map.broken" : "map.old_browser");
    byId("busy").hidden = false;
    throw error;
  });
  return map;
}

function takeLink(asked) {
  setLanguage(asked.language || language);
  state.theme = asked.theme || state.theme;
  state.rule = asked.rule >= 0 ? asked.rule : state.rule;
  state.level = asked.level >= 0 ? asked.level : state.level;
  showLevelOf(currentRule());
}

async function open(map, asked) {
  document.documentElement.dataset.theme = state.theme;
  map.createPane("ground").style.zIndex = 350;
  map.createPane("points").style.zIndex = 450;
  const layers = {
    ground: new CanvasLayer(paintGround, { pane: "ground" }),
    points: new CanvasLayer(paintPoints, { pane: "points", context: { willReadFrequently: true } }),
  };
  const page = new Page(map, layers);
  // On a phone the map comes first; the legend is one touch away.
  byId("legend-box").open = window.matchMedia("(min-width: 801px)").matches;
  page.texts();
  map.invalidateSize({ animate: false, pan: false });
  new ResizeObserver(() => map.invalidateSize({ animate: false, pan: false })).observe(
    map.getContainer(),
  );
  onModeChange(() => showLegend(map, page.shade));
  await readGround();
  layers.ground.addTo(map);
  layers.points.addTo(map);
  page.look(asked);
  page.rule();
  showBasemap(map);
  startControls(map, page);
  await readHomes();
  page.look(asked);
  if (currentRule()) {
    await readRule(state.rule);
    page.look(asked);
  }
  page.rule();
  byId("busy").hidden = true;
  if (asked.selected) {
    page.select(await findSelected(asked.selected), { stay: true });
  }
  siting.select = page.select;
  readTheRest(page);
}

// Names first, for the tables; then the other rules one by one, so that switching waits for
// nothing and the page never stops answering.
async function readTheRest(page) {
  await readTexts();
  page.lists();
  for (let k = 0; k < store.rules.length; k += 1) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    await readRule(k);
  }
  siting.complete = true;
}

function startControls(map, page) {
  startZoom(map, page.whole);
  startTip(map);
  startKeys(map, page.select);
  startSearch(page.select);
  startPrint(map, () => {
    page.rule();
    page.redrawNow();
  });
  map.on("click", (event) =>
    page.select(thingAt(map, event.containerPoint), { stay: true, quiet: true }),
  );
  map.on("moveend zoomend", () => {
    showScale(map);
    tintLegend(map);
    writeLink(map);
  });
  showScale(map);
  byId("language").addEventListener("click", () => page.speak(language === "zh" ? "en" : "zh"));
  byId("theme").addEventListener("click", () =>
    page.theme(state.theme === "light" ? "dark" : "light"),
  );
  byId("share").addEventListener("click", share);
  byId("skip").addEventListener("click", () => byId("panel").focus());
  byId("rules-more").addEventListener("click", () => {
    state.allRules = !state.allRules;
    showRules(page.choose);
  });
  byId("rules-filter").addEventListener("input", (event) => {
    state.filter = event.target.value;
    showRules(page.choose);
  });
  window.addEventListener("hashchange", () => {
    const asked = readLink();
    takeLink(asked);
    page.theme(state.theme);
    page.speak(language);
    if (asked.view) {
      map.setView([asked.view[0], asked.view[1]], asked.view[2], { animate: false });
    }
    page.choose(state.rule);
  });
}

window.siting = siting;
