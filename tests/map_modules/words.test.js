import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import {
  coded,
  counted,
  enoughDigits,
  missingWords,
  number,
  percent,
  pick,
  quantity,
  setLanguage,
  word,
} from "../../src/siting/render/map_modules/words.js";
import { openTown } from "./little-town.js";

beforeEach(openTown);

test("a value in a sentence is isolated, so that its direction of writing does not spread", () => {
  assert.equal(word("map.count_area", { n: "7" }), "\u20687\u2069 areas");
});

test("a place without a value keeps its braces, and a pattern in a value is not filled in", () => {
  assert.equal(word("map.count_area"), "{n} {n:area|areas}");
  assert.equal(word("map.count_area", { n: "{n} $& $1" }), "\u2068{n} $& $1\u2069 areas");
});

test("a word that is missing shows its key and is remembered with its language", () => {
  assert.equal(word("no.such.word"), "no.such.word");
  assert.ok(missingWords.has("en:no.such.word"));
});

test("one of something has its own word where the language has one", () => {
  assert.equal(counted("map.count_population", 1), "\u20681\u2069 person");
  assert.equal(word("map.count_area", { n: "1" }), "\u20681\u2069 area");
  assert.equal(counted("map.count_population", 0), "\u20680\u2069 people");
  assert.equal(counted("map.count_population", 1234), "\u20681,234\u2069 people");
  setLanguage("zh");
  assert.equal(counted("map.count_population", 1), "\u20681\u2069人");
});

test("a label falls back on the other language", () => {
  assert.equal(pick({ zh: "诊所", en: "Clinic" }), "Clinic");
  assert.equal(pick({ zh: "诊所", en: "" }), "诊所");
  setLanguage("zh");
  assert.equal(pick({ zh: "", en: "Clinic" }), "Clinic");
  assert.equal(pick({ zh: "", en: "" }), "");
});

test("a code that no list knows is shown as it is", () => {
  assert.equal(coded("unit", "bed"), "beds");
  assert.equal(coded("unit", "furlong"), "furlong");
});

test("numbers are grouped and rounded, and what is not known is a dash", () => {
  assert.equal(number(1234567.891), "1,234,568");
  assert.equal(number(1234.5, 2), "1,234.5");
  assert.equal(number(0), "0");
  for (const unknown of [null, undefined, NaN]) {
    assert.equal(number(unknown), "–");
  }
});

test("a share is never rounded to all or to none", () => {
  assert.equal(percent(0), "0\u00a0%");
  assert.equal(percent(0.0001), "< 0.1\u00a0%");
  assert.equal(percent(0.001), "0.1\u00a0%");
  assert.equal(percent(0.123), "12.3\u00a0%");
  assert.equal(percent(0.99901), "> 99.9\u00a0%");
  assert.equal(percent(1), "100\u00a0%");
  assert.equal(percent(null), "–");
});

test("a quantity has its unit, in the singular for one", () => {
  assert.equal(quantity(1, "bed"), "1\u00a0bed");
  assert.equal(quantity(2, "bed"), "2\u00a0beds");
  assert.equal(quantity(0.5, "share"), "50\u00a0%");
  assert.equal(quantity(Infinity, "m"), "out of reach");
  assert.equal(quantity(NaN, "m"), "–");
  assert.equal(quantity(null, "m"), "–");
});

test("a figure keeps as many decimals as show on which side of its limit it is", () => {
  assert.equal(enoughDigits(250, 500, 4), 0);
  assert.equal(enoughDigits(500, 500, 4), 0); // 500 is the limit itself
  assert.equal(enoughDigits(500.04, 500, 4), 2); // 500 and 500.0 would look like the limit
  assert.equal(enoughDigits(299.6, 300, 4), 1); // 300 would look like the limit
  assert.equal(enoughDigits(12.34, null, 4), 1);
  assert.equal(enoughDigits(1.234, null, 4), 2);
  assert.equal(enoughDigits(500.04, 500, 1), 1); // no more than there are
});
