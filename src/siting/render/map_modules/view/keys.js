// The map without a mouse: zoom buttons and keys.

import { byId } from "../dom.js";
import { thingAt } from "./pick.js";

export function startZoom(map, all) {
  byId("zoom-in").addEventListener("click", () => map.zoomIn());
  byId("zoom-out").addEventListener("click", () => map.zoomOut());
  byId("zoom-all").addEventListener("click", all);
}

// Enter on the map takes what lies at its middle, for those who move it with the keys.
export function startKeys(map, select) {
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
