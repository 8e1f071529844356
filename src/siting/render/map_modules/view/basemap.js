// The online basemap that the reader may turn on, and the attribution.

import { byId, el, name, replace } from "../dom.js";
import { state, store } from "../model/store.js";

let tiles = null;

export function showBasemap(map) {
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
