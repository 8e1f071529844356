// What lies under the pointer.

import { nearestPoint } from "../geometry/grid.js";
import { insideOwner } from "../geometry/shapes.js";
import { currentRule, state, store } from "../model/store.js";
import { drawn } from "../paint/drawn.js";

// What lies under a place on the map, the smallest thing first; null for nothing.
export function thingAt(map, containerPoint) {
  const { ground, homes } = store;
  const rule = currentRule();
  const scale = 256 * 2 ** map.getZoom();
  const at = map.getPixelOrigin().add(map.containerPointToLayerPoint(containerPoint));
  const [x, y, reach] = [at.x / scale, at.y / scale, 10 / scale];
  const find = (kind, grid, points, wanted) => {
    const row = nearestPoint(grid, points.x, points.y, x, y, reach, wanted);
    return row < 0 ? null : { kind, row };
  };
  if (!ground) {
    return null;
  }
  const counted = new Set(state.layers.facilities && rule?.counted ? rule.counted : []);
  const shown = (row) => !state.hiddenShades.has(rule.shades[row]);
  const dots =
    homes && rule?.shades && rule.subject === "home" && state.layers.homes && drawn.mode === "dots";
  return (
    (state.layers.sites && find("site", ground.siteGrid, ground.sites, () => true)) ||
    find("facility", ground.facilityGrid, ground.facilities, (row) => counted.has(row)) ||
    (dots && find("home", homes.grid, homes, shown)) ||
    areaAt(x, y)
  );
}

function areaAt(x, y) {
  const level = store.ground.areas[state.level];
  for (let row = 0; level && row < level.shapes.owners; row += 1) {
    if (insideOwner(level.shapes, row, x, y)) {
      return { kind: "area", row, level: state.level };
    }
  }
  return null;
}
