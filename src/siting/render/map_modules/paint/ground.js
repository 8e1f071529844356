// The lower canvas: water, streets, service areas, and areas coloured by what they lack.

import { el } from "../dom.js";
import { areasTell, unservedShare } from "../findings/weights.js";
import { currentLevel, currentRule, state, store } from "../model/store.js";
import { areaClass, areaStrength, colours } from "./palette.js";
import { drawShapes, tracePaths } from "./paths.js";

const WIDE_STREETS = new Set(["motorway", "trunk", "primary", "secondary"]);

export function paintGround(context, view) {
  const { ground } = store;
  if (!ground) {
    return;
  }
  const colour = colours();
  const quiet = state.layers.ground && state.basemap < 0;
  if (state.layers.areas) {
    paintAreas(context, view, colour);
  }
  if (quiet && ground.water) {
    context.fillStyle = colour.water;
    drawShapes(context, view, ground.water, () => true);
  }
  if (quiet && ground.streets) {
    context.globalAlpha = colour.streetAlpha;
    paintStreets(context, view, colour);
    context.globalAlpha = 1;
  }
  paintService(context, view, colour);
  paintBoundaries(context, view, colour);
}

function paintAreas(context, view, colour) {
  const level = store.ground.areas[state.level];
  if (!level || !areasTell(currentRule())) {
    return;
  }
  context.globalAlpha = areaStrength(view.zoom);
  const hatch = hatching(context, colour);
  for (let row = 0; row < level.shapes.owners; row += 1) {
    context.fillStyle = areaColour(row, colour) || hatch;
    if (tracePaths(context, view, level.shapes, row)) {
      context.fill("evenodd");
    }
  }
  context.globalAlpha = 1;
}

// Thin lines for "no data", which no shade of the scale can be taken for.
function hatching(context, colour) {
  const tile = el("canvas", { width: 8, height: 8 });
  const pen = tile.getContext("2d");
  pen.strokeStyle = colour.noArea;
  pen.lineWidth = 1.5;
  for (const shift of [-8, 0, 8]) {
    pen.moveTo(shift, 8);
    pen.lineTo(shift + 8, 0);
  }
  pen.stroke();
  return context.createPattern(tile, "repeat");
}

// Null where there is nothing to colour by.
function areaColour(row, colour) {
  const rule = currentRule();
  if (!rule) {
    return null;
  }
  if (rule.subject === "area") {
    const about = rule.columns && rule.level === currentLevel().level;
    return about ? colour.areaVerdicts[rule.columns.verdict[row]] : null;
  }
  const unserved = unservedShare(state.level, state.rule, row);
  return unserved === null ? null : colour.areas[areaClass(unserved)];
}

function paintStreets(context, view, colour) {
  const { streets, streetClass } = store.ground;
  const classes = store.header.streetClasses;
  context.lineJoin = "round";
  for (const wide of [false, true]) {
    context.strokeStyle = wide ? colour.mainStreet : colour.street;
    context.lineWidth = Math.max(0.6, (view.zoom - 10) * (wide ? 0.45 : 0.25));
    if (!wide && view.zoom < 12) {
      continue;
    }
    for (let owner = 0; owner < streets.owners; owner += 1) {
      if (
        WIDE_STREETS.has(classes[streetClass[owner]]) === wide &&
        tracePaths(context, view, streets, owner)
      ) {
        context.stroke();
      }
    }
  }
}

function paintService(context, view, colour) {
  const rule = currentRule();
  if (!state.layers.service || !rule?.service) {
    return;
  }
  context.fillStyle = colour.service;
  context.strokeStyle = colour.service;
  context.lineWidth = 1.2;
  for (let owner = 0; owner < rule.service.owners; owner += 1) {
    if (tracePaths(context, view, rule.service, owner)) {
      context.globalAlpha = 0.14;
      context.fill("evenodd");
      context.globalAlpha = 0.8;
      context.stroke();
    }
  }
  context.globalAlpha = 1;
}

const SMALL_AREA_PX = 24;

function typicalWidth(places) {
  const widths = places.filter(Boolean).map((place) => place.width);
  return widths.length ? widths.sort((a, b) => a - b)[widths.length >> 1] : 0;
}

function paintBoundaries(context, view, colour) {
  const level = store.ground.areas[state.level];
  if (!level || !state.layers.ground) {
    return;
  }
  // Where a thousand areas are a few pixels wide, their edges would hide what they are filled with.
  const small = typicalWidth(level.places) * view.scale < SMALL_AREA_PX;
  context.strokeStyle = colour.boundary;
  context.lineWidth = small ? 0.4 : 0.8;
  context.setLineDash(small ? [] : [5, 3]);
  for (let row = 0; row < level.shapes.owners; row += 1) {
    if (tracePaths(context, view, level.shapes, row)) {
      context.stroke();
    }
  }
  context.setLineDash([]);
  const { selected } = state;
  if (selected && selected.kind === "area" && selected.level === state.level) {
    context.strokeStyle = colour.selection;
    context.lineWidth = 2.5;
    tracePaths(context, view, level.shapes, selected.row);
    context.stroke();
  }
}
