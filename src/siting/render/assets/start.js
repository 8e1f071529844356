// Puts the page together: reads the model, draws, and answers to every control.

const siting = { start, ready: null, drawn: () => ({ ...drawn }), missingWords: () => [...missingWords], state, store };

function start(id) {
  readHeader();
  language = store.header.language;
  state.theme = window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  state.rule = rulesWorstFirst()[0] || 0;
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
    byId("busy").textContent = word(window.DecompressionStream ? "broken" : "oldBrowser");
    byId("busy").hidden = false;
    throw error;
  });
  return map;
}

// A rule about areas is seen on the areas of its own level.
function showLevelOf(rule) {
  const level = store.header.areas.findIndex((one) => rule && rule.subject === "area" && one.level === rule.level);
  if (level >= 0 && level !== state.level) {
    state.level = level;
    state.selected = state.selected && state.selected.kind === "area" ? null : state.selected;
  }
}

function takeLink(asked) {
  language = asked.language || language;
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
  const page = pageOf(map, layers);
  // On a phone the map comes first; the legend is one touch away.
  byId("legend-box").open = window.matchMedia("(min-width: 801px)").matches;
  page.texts();
  map.invalidateSize({ animate: false, pan: false });
  new ResizeObserver(() => map.invalidateSize({ animate: false, pan: false })).observe(map.getContainer());
  whenModeChanges = () => showLegend(page.shade);
  await readGround();
  layers.ground.addTo(map);
  layers.points.addTo(map);
  page.first(asked);
  await readHomes();
  page.all(asked);
  if (currentRule()) {
    await readRule(state.rule);
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

// Everything that changes the page, in one place.
function pageOf(map, layers) {
  const page = {
    redraw() {
      layers.ground.redraw();
      layers.points.redraw();
    },
    redrawNow() {
      layers.ground.redrawNow();
      layers.points.redrawNow();
    },
    lists() {
      showLists(page.select);
    },
    rule() {
      showRules(page.choose);
      showHeadline(page.select);
      showFigures();
      page.lists();
      page.layers();
    },
    layers() {
      showLayers(page.changed);
      showLegend(page.shade);
      page.redraw();
    },
    changed() {
      showBasemap(map);
      page.rule();
      writeLink(map);
    },
    shade(shade, shown) {
      state.hiddenShades[shown ? "delete" : "add"](shade);
      page.redraw();
    },
    async choose(rule) {
      state.rule = rule;
      showLevelOf(store.rules[rule]);
      const focused = document.activeElement && document.activeElement.id;
      await readRule(rule);
      if (state.rule !== rule) {
        return;
      }
      page.rule();
      if (focused && byId(focused)) {
        byId(focused).focus();
      }
      showDetails(page.select);
      writeLink(map);
    },
    select(thing, options) {
      state.selected = thing;
      if (thing && thing.level !== undefined) {
        state.level = thing.level;
      }
      if (thing && !(options && options.stay)) {
        goTo(map, thing);
      }
      showDetails(page.select).then(() => {
        if (thing) {
          byId("details").scrollIntoView({ block: "start" });
        }
        if (thing && !(options && options.quiet)) {
          byId("details").focus({ preventScroll: true });
        }
        writeLink(map);
      });
      page.lists();
      page.layers();
    },
    theme(theme) {
      state.theme = theme;
      document.documentElement.dataset.theme = theme;
      page.texts();
      page.rule();
      writeLink(map);
    },
    texts() {
      showTexts(map);
    },
    speak(next) {
      language = next;
      page.texts();
      page.rule();
      showBasemap(map);
      showScale(map);
      showDetails(page.select);
      writeLink(map);
    },
    whole() {
      const legend = byId("legend-box").offsetWidth;
      const beside = map.getSize().x > 760 ? legend + 12 : 0;
      const room = { paddingTopLeft: [16 + beside, 16], paddingBottomRight: [16, 34] };
      map.fitBounds(wholeBounds(), { animate: false, ...room });
    },
    first(asked) {
      if (asked.view) {
        map.setView([asked.view[0], asked.view[1]], asked.view[2], { animate: false });
      } else if (store.header.areas.length) {
        page.whole();
      }
      page.rule();
      showBasemap(map);
      startControls(map, page);
    },
    all(asked) {
      if (!asked.view) {
        page.whole();
      }
    },
  };
  return page;
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
  map.on("click", (event) => page.select(thingAt(map, event.containerPoint), { stay: true, quiet: true }));
  map.on("moveend zoomend", () => {
    showScale(map);
    writeLink(map);
  });
  showScale(map);
  byId("language").addEventListener("click", () => page.speak(language === "zh" ? "en" : "zh"));
  byId("theme").addEventListener("click", () => page.theme(state.theme === "light" ? "dark" : "light"));
  byId("share").addEventListener("click", share);
  byId("skip").addEventListener("click", () => byId("panel").focus());
  byId("rules-more").addEventListener("click", () => {
    state.allRules = !state.allRules;
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

function showTexts(map) {
  const { header } = store;
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.title = pick(header.title);
  replace(byId("title"), name(pick(header.title)));
  fillStaticWords(document.body);
  const about = word("subtitle", { n: number(header.homes), date: header.date || "–" });
  byId("subtitle").textContent = about;
  byId("made-up").hidden = !header.madeUp;
  byId("language").textContent = language === "zh" ? "English" : "中文";
  byId("language").lang = language === "zh" ? "en" : "zh-CN";
  byId("theme").textContent = state.theme === "light" ? "☾" : "☀";
  byId("busy").textContent = word("reading");
  showNotes();
}

function showNotes() {
  const { header } = store;
  const versions = Object.entries(header.versions).map(([what, version]) => what + " " + version);
  const facts = [[word("date"), header.date || "–"], [word("homes"), number(header.homes)], [word("madeWith"), name(versions.join(word("comma")))]];
  const notes = header.notes.map((note) =>
    el("li", {}, el("strong", {}, name(note.layer)), " · " + coded("severity", note.severity) + " · ", name(note.message))
  );
  replace(byId("notes"), factList(facts), el("h3", {}, word("notes")), notes.length ? el("ul", {}, notes) : el("p", {}, word("noNotes")), el("p", { class: "quiet" }, word("accuracy")));
}

function wholeBounds() {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const widen = (other) => {
    box[0] = Math.min(box[0], other[0]);
    box[1] = Math.min(box[1], other[1]);
    box[2] = Math.max(box[2], other[2]);
    box[3] = Math.max(box[3], other[3]);
  };
  const { homes, ground } = store;
  if (homes && homes.n) {
    widen([homes.grid.left, homes.grid.top, homes.grid.right, homes.grid.bottom]);
  } else if (ground.areas.length) {
    const { shapes } = ground.areas[0];
    for (let row = 0; row < shapes.owners; row += 1) {
      widen(boxOfOwner(shapes, row));
    }
  }
  if (!Number.isFinite(box[0])) {
    return L.latLngBounds([[-60, -170], [70, 170]]);
  }
  return L.latLngBounds(toLatLng(box[0], box[3]), toLatLng(box[2], box[1]));
}

function goTo(map, thing) {
  if (thing.kind === "area") {
    const box = boxOfOwner(store.ground.areas[thing.level].shapes, thing.row);
    map.fitBounds(L.latLngBounds(toLatLng(box[0], box[3]), toLatLng(box[2], box[1])), { maxZoom: 17, padding: [24, 24] });
    return;
  }
  const points = pointsOf(thing.kind);
  map.setView(toLatLng(points.x[thing.row], points.y[thing.row]), Math.max(map.getZoom(), 16));
}
