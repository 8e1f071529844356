// Printing: the map takes the size of its place on an A3 sheet and is painted anew, in light
// colours, for the part of the town that was on the screen.

import { byId } from "../dom.js";
import { state } from "../model/store.js";

export function startPrint(map, refresh) {
  let kept = null;
  const prepare = () => {
    if (kept) {
      return;
    }
    kept = {
      centre: map.getCenter(),
      zoom: map.getZoom(),
      bounds: map.getBounds(),
      theme: document.documentElement.dataset.theme,
      scrolled: byId("panel").scrollTop,
    };
    state.printing = true;
    document.documentElement.dataset.theme = "light";
    document.documentElement.classList.add("printing");
    byId("notes-box").open = false;
    byId("legend-box").open = true;
    refresh();
    // A sheet begins with its title, however far the reader had scrolled.
    byId("panel").scrollTop = 0;
    map.invalidateSize({ animate: false, pan: false });
    map.fitBounds(kept.bounds, { animate: false });
    hideCutRows(true);
  };
  const restore = () => {
    if (!kept) {
      return;
    }
    state.printing = false;
    hideCutRows(false);
    document.documentElement.dataset.theme = kept.theme;
    document.documentElement.classList.remove("printing");
    refresh();
    map.invalidateSize({ animate: false, pan: false });
    map.setView(kept.centre, kept.zoom, { animate: false });
    byId("panel").scrollTop = kept.scrolled;
    kept = null;
  };
  window.addEventListener("beforeprint", prepare);
  window.addEventListener("afterprint", restore);
  byId("print").addEventListener("click", () => window.print());
}

// A row of which the sheet would show the upper half only is left out.
function hideCutRows(hide) {
  const panel = byId("panel");
  const { bottom } = panel.getBoundingClientRect();
  for (const row of panel.querySelectorAll("tr, .findings > li, h2, .tabs")) {
    row.classList.toggle("cut", hide && row.getBoundingClientRect().bottom > bottom);
  }
}
