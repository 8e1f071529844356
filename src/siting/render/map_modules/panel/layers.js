// Switches of layers, level of areas and basemap.

import { byId, el, replace } from "../dom.js";
import { levelName } from "../findings/names.js";
import { state, store } from "../model/store.js";
import { pick, word } from "../words.js";

export function showLayers(change) {
  const { header } = store;
  const present = {
    homes: true,
    areas: header.areas.length > 0,
    names: header.areas.length > 0,
    facilities: header.facilities.ids.length > 0,
    service: store.rules.some((rule) =>
      header.packs[`rule-${store.rules.indexOf(rule)}`].some(([column]) => column === "service_x"),
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
    id: `layer-${layer}`,
    checked: state.layers[layer],
    onchange,
  });
  return el("label", { for: `layer-${layer}` }, box, word(`map.layer_${layer}`));
}

function choice(id, label, options, chosen, choose) {
  const list = el("select", { id, onchange: (event) => choose(Number(event.target.value)) });
  for (const [value, text] of options) {
    list.append(el("option", { value, selected: value === chosen }, text));
  }
  return el("label", { class: "choice", for: id }, `${label} `, list);
}

function levelChoice(change) {
  const { areas } = store.header;
  if (areas.length < 2) {
    return null;
  }
  const options = areas.map((level, k) => [k, levelName(level, true)]);
  return choice("level", word("map.level"), options, state.level, (k) => {
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
    [-1, word("map.no_basemap")],
    ...basemaps.map((basemap, k) => [k, pick(basemap.name)]),
  ];
  return choice("basemap", word("map.basemap"), options, state.basemap, (k) => {
    state.basemap = k;
    change();
  });
}
