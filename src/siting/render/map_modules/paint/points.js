// The upper canvas: homes, facilities, sites, names, and what is selected.

import { nearestOf } from "../findings/measurements.js";
import { currentRule, pointsOf, state, store } from "../model/store.js";
import { drawn, noticeMode } from "./drawn.js";
import { paintHomes } from "./homes.js";
import { paintNames } from "./labels.js";
import { diamond, starPath } from "./marks.js";
import { colours } from "./palette.js";
import { toCanvas } from "./paths.js";

export function paintPoints(context, view) {
  const began = performance.now();
  const nothing = {
    mode: "none",
    verdicts: [0, 0, 0, 0],
    people: 0,
    facilities: 0,
    sites: 0,
    texts: [],
  };
  Object.assign(drawn, nothing);
  const colour = colours();
  const rule = currentRule();
  if (store.homes && rule?.shades && rule.subject === "home" && state.layers.homes) {
    paintHomes(context, view, colour, rule);
  }
  if (store.ground) {
    paintTie(context, view, colour, rule);
    const marks = paintFacilities(context, view, colour, rule);
    paintSites(context, view, colour);
    paintNames(context, view, colour, marks);
    paintSelection(context, view, colour);
  }
  drawn.ms = performance.now() - began;
  noticeMode();
}

// A line from the selected home to the facility that the verdict looked at.
function paintTie(context, view, colour, rule) {
  const { selected } = state;
  if (selected?.kind !== "home" || !rule || !rule.columns || rule.subject !== "home") {
    return;
  }
  const nearest = nearestOf(rule, selected.row);
  if (nearest < 0) {
    return;
  }
  context.strokeStyle = colour.selection;
  context.lineWidth = 1.5;
  context.setLineDash([4, 4]);
  context.beginPath();
  context.moveTo(...toCanvas(view, store.homes, selected.row));
  context.lineTo(...toCanvas(view, store.ground.facilities, nearest));
  context.stroke();
  context.setLineDash([]);
}

// Returns where on the canvas they stand, as boxes.
function paintFacilities(context, view, colour, rule) {
  const marks = [];
  if (!state.layers.facilities || !rule?.counted) {
    return marks;
  }
  const side = Math.max(3, Math.min(7, 3 + (view.zoom - 11) * 0.9));
  context.lineWidth = 1.5;
  for (const row of rule.counted) {
    const [x, y] = toCanvas(view, store.ground.facilities, row);
    drawn.facilities += 1;
    if (x < -side || y < -side || x > view.width + side || y > view.height + side) {
      continue;
    }
    const judged = rule.subject === "facility";
    context.fillStyle = judged ? colour.verdicts[rule.columns.verdict[row]] : colour.facilityFill;
    context.strokeStyle = judged ? colour.text : colour.facility;
    diamond(context, x, y, side);
    marks.push([x - side, y - side, x + side, y + side]);
  }
  return marks;
}

function paintSites(context, view, colour) {
  const { sites } = store.ground;
  if (!state.layers.sites) {
    return;
  }
  context.fillStyle = colour.site;
  context.strokeStyle = colour.halo;
  context.lineWidth = 1.5;
  for (let row = 0; row < sites.x.length; row += 1) {
    const [x, y] = toCanvas(view, sites, row);
    drawn.sites += 1;
    starPath(context, x, y, 9);
    context.fill();
    context.stroke();
  }
}

function paintSelection(context, view, colour) {
  const { selected } = state;
  const points = selected && pointsOf(selected.kind);
  if (!points) {
    return;
  }
  const [x, y] = toCanvas(view, points, selected.row);
  if (selected.kind === "facility") {
    // It may be one that the rule on the map does not count, and then nothing stands there yet.
    context.fillStyle = colour.facilityFill;
    context.strokeStyle = colour.facility;
    context.lineWidth = 1.5;
    diamond(context, x, y, 6);
  }
  for (const [width, stroke] of [
    [5, colour.halo],
    [2.5, colour.selection],
  ]) {
    context.lineWidth = width;
    context.strokeStyle = stroke;
    context.beginPath();
    context.arc(x, y, 11, 0, 2 * Math.PI);
    context.stroke();
  }
}
