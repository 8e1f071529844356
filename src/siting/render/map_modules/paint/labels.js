// Names of areas and their ranks, where they fit.

import { areasWorstFirst, RANKS_SHOWN } from "../findings/ranks.js";
import { currentLevel, state, store } from "../model/store.js";
import { FONT, meets, outlinedText, takeBox } from "./canvas-text.js";
import { paintGroupFigures } from "./clusters.js";
import { drawn } from "./drawn.js";

// How far a name moves up or down so as not to cover a facility.
const NAME_SHIFTS = [0, -16, 16];

// With more marks than that there is no place without one, and looking for it would take long.
const MOST_MARKS = 500;

export function paintNames(context, view, colour, marks) {
  const level = currentLevel();
  const taken = [];
  if (state.layers.names && level) {
    const avoided = marks.length <= MOST_MARKS ? marks : [];
    paintAreaNames({ context, view, colour, taken, marks: avoided }, level);
  }
  if (drawn.mode === "clusters") {
    paintGroupFigures(context, colour, taken);
  }
  drawn.texts = taken;
}

function paintAreaNames(sheet, level) {
  const worst = areasWorstFirst();
  sheet.context.textBaseline = "middle";
  for (const [k, row] of worst.slice(0, RANKS_SHOWN).entries()) {
    paintName(sheet, row, k + 1);
  }
  if (drawn.mode === "clusters") {
    return;
  }
  const ranked = new Set(worst);
  const others = [...level.ids.keys()].filter((row) => !ranked.has(row));
  for (const row of [...worst.slice(RANKS_SHOWN), ...others]) {
    paintName(sheet, row, 0);
  }
}

function paintName(sheet, row, rank) {
  const { context, view, colour } = sheet;
  const place = store.ground.areas[state.level].places[row];
  if (!place) {
    return;
  }
  const x = place.x * view.scale - view.left;
  const middle = place.y * view.scale - view.top;
  if (x < 0 || middle < 0 || x > view.width || middle > view.height) {
    return;
  }
  // An id is no name: a rank stands alone then, and the table says whose it is.
  const text = Array.from(currentLevel().names[row]).slice(0, 24).join("");
  if (!text && !rank) {
    return;
  }
  context.font = (rank ? "600 13px " : "12px ") + FONT;
  const width = context.measureText(text).width + (rank ? (text ? 24 : 18) : 0);
  const y = middle + shiftOfName(sheet, x, middle, width);
  const box = boxOfName(x, y, width);
  const fits = rank || width < place.width * view.scale * 1.4;
  if (!fits || !takeBox(sheet.taken, box)) {
    return;
  }
  context.textAlign = "left";
  if (text && drawn.mode === "clusters") {
    paintPlate(context, colour, box);
  }
  if (rank) {
    paintRank(context, colour, rank, box[0] + 12, y);
  }
  outlinedText(context, text, box[0] + 3 + (rank ? 22 : 0), y, colour);
}

function boxOfName(x, y, width) {
  return [x - width / 2 - 3, y - 10, x + width / 2 + 3, y + 10];
}

// Where no place is free of facilities and names, a name stands in the middle of its area.
function shiftOfName({ taken, marks }, x, y, width) {
  const free = (shift) => {
    const box = boxOfName(x, y + shift, width);
    return !meets(marks, box) && !meets(taken, box);
  };
  return NAME_SHIFTS.find(free) || 0;
}

// Over groups with figures of their own, a name needs a plate to be read.
function paintPlate(context, colour, [left, top, right, bottom]) {
  context.globalAlpha = 0.85;
  context.fillStyle = colour.halo;
  context.beginPath();
  context.roundRect(left, top, right - left, bottom - top, 6);
  context.fill();
  context.globalAlpha = 1;
}

function paintRank(context, colour, rank, x, y) {
  context.fillStyle = colour.text;
  context.strokeStyle = colour.halo;
  context.lineWidth = 2;
  context.beginPath();
  context.arc(x, y, 9, 0, 2 * Math.PI);
  context.stroke();
  context.fill();
  context.fillStyle = colour.halo;
  context.textAlign = "center";
  context.fillText(String(rank), x, y + 0.5);
  context.textAlign = "left";
}
