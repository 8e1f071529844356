import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { state } from "../../src/siting/render/map_modules/model/store.js";
import { meets, takeBox } from "../../src/siting/render/map_modules/paint/canvas-text.js";
import { dotMask, stampDot } from "../../src/siting/render/map_modules/paint/dots.js";
import {
  areaClass,
  areaStrength,
  colours,
  onPaper,
  rgb,
  shadeColour,
} from "../../src/siting/render/map_modules/paint/palette.js";
import { shadeText } from "../../src/siting/render/map_modules/panel/legend.js";
import { openTown, ruleOf } from "./little-town.js";

let clinic;

beforeEach(() => {
  ({ clinic } = openTown());
  state.layers.homes = true;
});

test("an edge between classes of areas belongs to the class above it", () => {
  const shares = [0, 0.0009, 0.001, 0.0999, 0.1, 0.25, 0.5, 0.75, 1];
  assert.deepEqual(shares.map(areaClass), [0, 0, 1, 1, 2, 3, 4, 5, 5]);
});

test("there is a colour for every class and every shade, in either theme", () => {
  for (const theme of ["light", "dark"]) {
    state.theme = theme;
    assert.equal(colours().areas.length, areaClass(1) + 1);
    assert.equal(colours().shades.length, 7);
    assert.equal(colours().grades.length, 5);
    assert.equal(colours().areaVerdicts.length, 4);
  }
});

test("a map is printed in light colours whatever the screen shows", () => {
  state.theme = "dark";
  const dark = colours();
  state.printing = true;
  assert.notEqual(colours(), dark);
  state.theme = "light";
  state.printing = false;
  assert.notEqual(colours(), dark);
});

test("a colour is read from its hexadecimal digits and mixed with the paper", () => {
  assert.deepEqual(rgb("#0a80ff"), [10, 128, 255]);
  const paper = rgb(colours().paper);
  assert.equal(onPaper("#000000", 0), `rgb(${paper.join(", ")})`);
  assert.equal(onPaper("#0a80ff", 1), "rgb(10, 128, 255)");
  assert.equal(onPaper("#000000", 0.5), `rgb(${paper.map((c) => Math.round(c / 2)).join(", ")})`);
});

test("areas fade from zoom 14 on while homes are shown, to about a third at the most", () => {
  const full = colours().areaAlpha;
  assert.equal(areaStrength(13), full);
  assert.equal(areaStrength(14), full);
  assert.equal(areaStrength(15), full * (1 - 0.25));
  assert.equal(areaStrength(19), full * 0.35);
  state.layers.homes = false;
  assert.equal(areaStrength(19), full);
});

test("grades have their own colours, but unknown stays grey", () => {
  const graded = ruleOf({ grades: [1, 2, 3, 4] });
  assert.equal(shadeColour(graded, 0), colours().grades[0]);
  assert.equal(shadeColour(graded, 5), colours().shades[5]);
  assert.equal(shadeColour(clinic, 0), colours().shades[0]);
});

test("the legend states the limits of a distance: half, once, one and a half times, twice", () => {
  const texts = [0, 1, 2, 3, 4, 5].map((shade) => shadeText(clinic, shade));
  assert.deepEqual(texts, [
    "≤ 250 m ✓",
    "250 – 500 m ✓",
    "500 – 750 m ✗",
    "750 – 1,000 m ✗",
    "> 1,000 m or none ✗",
    "unknown",
  ]);
});

test("of a rule that asks for at least so much the legend turns round", () => {
  const rule = ruleOf({ sense: "at_least", required: 0.3, unit: "share" });
  const texts = [0, 1, 2, 3, 4].map((shade) => shadeText(rule, shade));
  assert.deepEqual(texts, [
    "≥ 60\u00a0% ✓",
    "30\u00a0% – 60\u00a0% ✓",
    "20\u00a0% – 30\u00a0% ✗",
    "15\u00a0% – 20\u00a0% ✗",
    "< 15\u00a0% ✗",
  ]);
});

test("where each home has its own limit the legend has words in place of figures", () => {
  assert.equal(shadeText(ruleOf({ required: null }), 0), "well served");
});

test("the legend of a rule without a pass mark gives the edges of the fifths", () => {
  const rule = ruleOf({ grades: [100, 200, 300, 400] });
  assert.equal(shadeText(rule, 0), "≤ 100\u00a0m");
  assert.equal(shadeText(rule, 2), "200\u00a0m – 300\u00a0m");
  assert.equal(shadeText(rule, 4), "> 400\u00a0m");
  assert.equal(shadeText(rule, 6), "not applicable");
});

test("a dot is full in its middle and empty in its corners; a ring is empty in both", () => {
  const dot = dotMask(3, false);
  assert.deepEqual([dot.reach, dot.side], [4, 9]);
  const at = (mask, row, column) => mask.mask[row * mask.side + column];
  assert.deepEqual([at(dot, 4, 4), at(dot, 0, 0)], [255, 0]);
  const ring = dotMask(3, true);
  // The edge of the disc runs through the middle of this pixel: half of 255.
  assert.deepEqual([at(ring, 4, 4), at(ring, 4, 7), at(ring, 0, 0)], [0, 128, 0]);
});

test("a dot is stamped where it belongs, and one over the edge is left out", () => {
  const side = 11;
  const pixels = new Uint8ClampedArray(side * side * 4);
  const stamp = dotMask(3, false);
  for (const [x, y] of [
    [1, 5],
    [5, 1],
    [side - 1, 5],
    [5, side - 1],
  ]) {
    stampDot(pixels, side, side, x, y, stamp, 1, 2, 3);
  }
  assert.ok(pixels.every((part) => part === 0));
  stampDot(pixels, side, side, 5, 5, stamp, 10, 20, 30);
  const middle = (5 * side + 5) * 4;
  assert.deepEqual(Array.from(pixels.slice(middle, middle + 4)), [10, 20, 30, 255]);
});

test("a place for a name is taken once; boxes that only touch do not meet", () => {
  const taken = [];
  assert.equal(takeBox(taken, [0, 0, 10, 10]), true);
  assert.equal(takeBox(taken, [5, 5, 15, 15]), false);
  assert.equal(takeBox(taken, [10, 0, 20, 10]), true);
  assert.equal(meets(taken, [20, 0, 30, 10]), false);
  assert.equal(taken.length, 2);
});
