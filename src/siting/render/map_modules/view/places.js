// Where to look: the whole town, or one thing in it.

import { byId } from "../dom.js";
import { nearestOf } from "../findings/measurements.js";
import { toLatLng } from "../geometry/mercator.js";
import { boxOfOwner } from "../geometry/shapes.js";
import { currentRule, pointsOf, store } from "../model/store.js";

export function wholeBounds() {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const widen = (other) => {
    box[0] = Math.min(box[0], other[0]);
    box[1] = Math.min(box[1], other[1]);
    box[2] = Math.max(box[2], other[2]);
    box[3] = Math.max(box[3], other[3]);
  };
  const { homes, ground } = store;
  if (homes?.n) {
    widen([homes.grid.left, homes.grid.top, homes.grid.right, homes.grid.bottom]);
  } else if (ground.areas.length) {
    const { shapes } = ground.areas[0];
    for (let row = 0; row < shapes.owners; row += 1) {
      widen(boxOfOwner(shapes, row));
    }
  }
  if (!Number.isFinite(box[0])) {
    return L.latLngBounds([
      [-60, -170],
      [70, 170],
    ]);
  }
  return L.latLngBounds(toLatLng(box[0], box[3]), toLatLng(box[2], box[1]));
}

// Where homes were judged, without the outermost hundredth on each side; null where that is nearly
// everywhere. A raster of people reaches far beyond the streets, and what is unknown would fill the
// first view.
const JUDGED_SHARE = 0.8;

export function judgedBounds(rule) {
  const { homes } = store;
  if (!homes || !rule || rule.subject !== "home" || !rule.columns) {
    return null;
  }
  const { verdict } = rule.columns;
  const rows = Int32Array.from(verdict.keys()).filter((row) => verdict[row] < 2);
  if (!rows.length || rows.length >= JUDGED_SHARE * homes.n) {
    return null;
  }
  const range = (column) => {
    const values = Float64Array.from(rows, (row) => column[row]).sort();
    const at = (share) => values[Math.round(share * (values.length - 1))];
    return [at(0.01), at(0.99)];
  };
  const [left, right] = range(homes.x);
  const [top, bottom] = range(homes.y);
  return L.latLngBounds(toLatLng(left, bottom), toLatLng(right, top));
}

// Nothing that is looked for lies under the legend or the scale.
export function fitBeside(map, bounds, maxZoom) {
  const legend = byId("legend-box").offsetWidth;
  const beside = map.getSize().x > 760 ? legend + 12 : 0;
  const room = { paddingTopLeft: [16 + beside, 16], paddingBottomRight: [16, beside ? 34 : 90] };
  map.fitBounds(bounds, { animate: false, maxZoom, ...room });
}

export function goTo(map, thing) {
  if (thing.kind === "area") {
    const box = boxOfOwner(store.ground.areas[thing.level].shapes, thing.row);
    fitBeside(map, L.latLngBounds(toLatLng(box[0], box[3]), toLatLng(box[2], box[1])), 17);
    return;
  }
  const points = pointsOf(thing.kind);
  const place = toLatLng(points.x[thing.row], points.y[thing.row]);
  map.setView(place, Math.max(map.getZoom(), 16));
  const facility = thing.kind === "home" ? nearestPlace(thing.row) : null;
  if (facility && !map.getBounds().contains(facility)) {
    showBoth(map, L.latLngBounds([place, facility]));
  }
}

// Farther out, the home that was chosen is a dot among thousands.
const LEAST_ZOOM = 14;

function showBoth(map, bounds) {
  if (map.getBoundsZoom(bounds, false, L.point(60, 140)) >= LEAST_ZOOM) {
    fitBeside(map, bounds, 16);
  }
}

// The facility to which the line from a home leads; null where there is none.
function nearestPlace(row) {
  const rule = currentRule();
  const { facilities } = store.ground;
  if (!rule?.columns || rule.subject !== "home") {
    return null;
  }
  const nearest = nearestOf(rule, row);
  return nearest < 0 ? null : toLatLng(facilities.x[nearest], facilities.y[nearest]);
}
