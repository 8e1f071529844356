// Switches of layers, level, basemap; zoom buttons, scale bar, attribution, and the pointer's tip.

function showLayers(change) {
  const { header } = store;
  const present = {
    homes: true,
    areas: header.areas.length > 0,
    names: header.areas.length > 0,
    facilities: header.facilities.ids.length > 0,
    service: store.rules.some((rule) =>
      header.packs["rule-" + store.rules.indexOf(rule)].some(([column]) => column === "service_x"),
    ),
    sites: header.sites.ids.length > 0,
    ground: true,
  };
  const boxes = Object.keys(present)
    .filter((layer) => present[layer])
    .map((layer) => layerBox(layer, change));
  replace(byId("layers"), boxes, levelChoice(change), basemapChoice(change));
}

function layerBox(layer, change) {
  const onchange = (event) => {
    state.layers[layer] = event.target.checked;
    change();
  };
  const box = el("input", {
    type: "checkbox",
    id: "layer-" + layer,
    checked: state.layers[layer],
    onchange,
  });
  return el("label", { for: "layer-" + layer }, box, word("layer." + layer));
}

function choice(id, label, options, chosen, choose) {
  const list = el("select", { id, onchange: (event) => choose(Number(event.target.value)) });
  options.forEach(([value, text]) =>
    list.append(el("option", { value, selected: value === chosen }, text)),
  );
  return el("label", { class: "choice", for: id }, label + " ", list);
}

function levelChoice(change) {
  const { areas } = store.header;
  if (areas.length < 2) {
    return null;
  }
  const options = areas.map((level, k) => [k, levelName(level, true)]);
  return choice("level", word("level"), options, state.level, (k) => {
    state.level = k;
    state.selected = state.selected && state.selected.kind === "area" ? null : state.selected;
    change();
  });
}

function basemapChoice(change) {
  const { basemaps } = store.header;
  if (!basemaps.length) {
    return null;
  }
  const options = [
    [-1, word("noBasemap")],
    ...basemaps.map((basemap, k) => [k, pick(basemap.name)]),
  ];
  return choice("basemap", word("basemap"), options, state.basemap, (k) => {
    state.basemap = k;
    change();
  });
}

let tiles = null;

function showBasemap(map) {
  const { basemaps } = store.header;
  if (tiles) {
    tiles.remove();
    tiles = null;
  }
  const basemap = basemaps[state.basemap];
  if (basemap) {
    const options = { subdomains: basemap.subdomains, maxNativeZoom: basemap.maxZoom, maxZoom: 19 };
    tiles = L.layerGroup(basemap.layers.map((layer) => L.tileLayer(layer, options))).addTo(map);
  }
  const texts = [...store.header.attribution, ...(basemap ? [basemap.attribution] : [])];
  replace(
    byId("attribution"),
    texts.map((text) => el("span", {}, name(text))),
    el("span", {}, "Leaflet"),
  );
}

// The scale holds in the middle of the map; Mercator stretches towards the poles.
function showScale(map) {
  const middle = map.getSize().y / 2;
  const metres = map.distance(
    map.containerPointToLatLng([0, middle]),
    map.containerPointToLatLng([110, middle]),
  );
  const power = 10 ** Math.floor(Math.log10(metres));
  const length = [5, 2, 1].map((k) => k * power).find((value) => value <= metres) || power;
  const text =
    length >= 1000
      ? number(length / 1000) + " " + unitName("km")
      : number(length, 1) + " " + unitName("m");
  const node = byId("scale");
  node.style.width = Math.round((110 * length) / metres) + "px";
  node.textContent = text;
  node.setAttribute("aria-label", word("scale", { length: text }));
}

function startZoom(map, all) {
  byId("zoom-in").addEventListener("click", () => map.zoomIn());
  byId("zoom-out").addEventListener("click", () => map.zoomOut());
  byId("zoom-all").addEventListener("click", all);
}

function startTip(map) {
  const tip = byId("tip");
  let last = null;
  const look = oncePerFrame(() => {
    const thing = last && !map.dragging.moving() ? thingAt(map, last) : null;
    map.getContainer().classList.toggle("over-thing", Boolean(thing));
    tip.hidden = !thing;
    if (thing) {
      const [title, text] = tipText(thing);
      replace(tip, el("strong", {}, name(title)), el("span", {}, text));
      const width = map.getSize().x;
      tip.style.left = Math.min(last.x + 14, width - tip.offsetWidth - 8) + "px";
      tip.style.top = Math.max(8, last.y - tip.offsetHeight - 12) + "px";
    }
  });
  map.on("mousemove", (event) => {
    last = event.containerPoint;
    look();
  });
  map.on("mouseout movestart", () => {
    last = null;
    look();
  });
}

// Enter on the map takes what lies at its middle, for those who move it with the keys.
function startKeys(map, select) {
  const container = map.getContainer();
  container.addEventListener("pointerdown", () => container.classList.remove("keys"));
  container.addEventListener("keydown", (event) => {
    container.classList.add("keys");
    if (event.key === "Enter" && event.target === container) {
      select(thingAt(map, map.getSize().divideBy(2)), { stay: true });
    }
    if (event.key === "Escape") {
      select(null);
    }
  });
}

async function share() {
  const box = byId("shared");
  let copied = true;
  try {
    await navigator.clipboard.writeText(location.href);
  } catch (error) {
    copied = false;
  }
  const field = el("input", {
    type: "text",
    readonly: true,
    value: location.href,
    "aria-label": word("share"),
  });
  replace(box, word(copied ? "copied" : "copyThis"), " ", field);
  box.hidden = false;
  if (!copied) {
    field.select();
  }
}
