import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { state, store } from "../../src/siting/render/map_modules/model/store.js";
import { figureOf } from "../../src/siting/render/map_modules/panel/figures.js";
import { findThings } from "../../src/siting/render/map_modules/panel/find.js";
import {
  burdenText,
  limitText,
  measuredText,
  requiredText,
  shortfallText,
} from "../../src/siting/render/map_modules/panel/quantities.js";
import { matchesFilter } from "../../src/siting/render/map_modules/panel/rules.js";
import {
  areaTable,
  firstFailing,
  sortRows,
} from "../../src/siting/render/map_modules/panel/tables.js";
import { setLanguage } from "../../src/siting/render/map_modules/words.js";
import { openTown, ruleOf } from "./little-town.js";

let clinic;
let library;

beforeEach(() => {
  ({ clinic, library } = openTown());
});

const bare = (text) => text.replace(/[\u2068\u2069]/g, "");

test("a figure counts those without among those judged, and the unknown apart", () => {
  const expected = { failed: 20 + 50, judged: 30 + 20 + 50, unknown: 10 };
  assert.deepEqual(figureOf(clinic, "population"), expected);
});

test("a figure of a weight that the homes do not have is unknown, not zero", () => {
  assert.deepEqual(figureOf(clinic, "households"), { failed: null, judged: 0, unknown: 0 });
});

test("measurements are given in words with their unit", () => {
  assert.deepEqual(
    [0, 1, 2, 3].map((row) => measuredText(clinic, row)),
    ["200\u00a0m", "650\u00a0m", "out of reach", "–"],
  );
  assert.deepEqual(
    [0, 1, 2, 3].map((row) => shortfallText(clinic, row)),
    ["–", "150\u00a0m", "none in reach", "–"],
  );
  setLanguage("zh");
  assert.equal(measuredText(clinic, 1), "650\u00a0米");
});

test("a home just beyond the limit is never shown at the limit", () => {
  const measured = Int32Array.of((500.1 - 200) * 10 + 2);
  const rule = ruleOf({ columns: { verdict: Uint8Array.of(1), measured } });
  assert.equal(measuredText(rule, 0), "500.1\u00a0m");
  assert.equal(shortfallText(rule, 0), "0.1\u00a0m");
});

test("limits are written with their sign", () => {
  assert.equal(limitText(clinic), "≤ 500\u00a0m");
  assert.equal(requiredText(ruleOf({ sense: "above" }), 2.25), "> 2.25\u00a0m");
  assert.equal(limitText(ruleOf({ required: null })), "no limit");
  assert.equal(limitText(ruleOf({ required: null, requiredDecimals: 0 })), "each its own");
});

test("what a rule weighs is people, or what it judges, or that it judged nothing", () => {
  assert.equal(bare(burdenText(clinic)), "70 people");
  assert.equal(bare(burdenText(ruleOf({ subject: "area" }))), "2 areas");
  const one = [[1], [1], [0], [0]];
  assert.equal(bare(burdenText(ruleOf({ subject: "area", totals: one }))), "1 area");
  assert.equal(burdenText(ruleOf({ totals: [[0], [0], [4], [0]] })), "cannot tell");
  const indicator = { strength: "indicator", totals: [[0], [0], [0], [4]] };
  assert.equal(burdenText(ruleOf(indicator)), "indicator");
});

test("the worst homes come first; what is out of reach is worse than any distance", () => {
  const column = { key: "shortfall", value: (row) => [NaN, 150, Infinity, NaN][row] };
  const down = { key: "shortfall", down: true };
  assert.deepEqual(firstFailing(clinic, [column], down, 50), { rows: [2, 1], all: 2 });
  assert.deepEqual(firstFailing(clinic, [column], down, 1), { rows: [2], all: 2 });
  const up = { key: "shortfall", down: false };
  assert.deepEqual(firstFailing(clinic, [column], up, 50), { rows: [1, 2], all: 2 });
});

test("of two homes equally far away the one with more people comes first", () => {
  const column = { key: "shortfall", value: () => 100 };
  const sort = { key: "shortfall", down: true };
  assert.deepEqual(firstFailing(clinic, [column], sort, 50).rows, [2, 1]); // 50 and 20 people
  store.homes.weights.population[2] = 20 * 10 + 1;
  assert.deepEqual(firstFailing(clinic, [column], sort, 50).rows, [1, 2]);
});

test("rows sort by figures with unknown ones lowest, and by names in the reader's order", () => {
  const figures = [{ key: "name" }, { key: "share", value: (row) => [0.2, null, 0.9][row] }];
  const sorted = (columns, sort) => {
    const rows = [0, 1, 2];
    sortRows(rows, columns, sort);
    return rows;
  };
  assert.deepEqual(sorted(figures, { key: "share", down: true }), [2, 0, 1]);
  assert.deepEqual(sorted(figures, { key: "share", down: false }), [1, 0, 2]);
  const names = [{ key: "name", value: (row) => ["b", "C", "a"][row] }];
  assert.deepEqual(sorted(names, { key: "name", down: false }), [2, 0, 1]);
  setLanguage("zh");
  const chinese = [{ key: "name", value: (row) => ["中", "安", "北"][row] }]; // zhong, an, bei
  assert.deepEqual(sorted(chinese, { key: "name", down: false }), [1, 2, 0]);
});

test("the table of areas lists those that lack something, with the ranks of the map", () => {
  const table = areaTable({ key: "burden", down: true }, 50);
  assert.deepEqual([table.rows, table.all], [[1, 0], 2]);
  assert.deepEqual(table.rows.map(table.rank), [1, 2]);
  assert.deepEqual(table.rows.map(table.title), ["c-2", "North"]);
  const share = table.columns.find((column) => column.key === "share");
  assert.deepEqual(table.rows.map(share.show), ["100\u00a0%", "40\u00a0%"]);
  const short = areaTable({ key: "name", down: false }, 1);
  assert.deepEqual([short.rows, short.all], [[1], 2]); // c-2 before North
  state.rule = 1;
  assert.deepEqual(areaTable({ key: "burden", down: true }, 50).rows, [0]);
});

test("search finds names and ids of every kind", () => {
  const found = (asked) => findThings(asked).map(({ kind, row }) => [kind, row]);
  assert.deepEqual(found("h-3"), [["home", 2]]);
  assert.deepEqual(found("C-2"), [["area", 1]]);
  assert.deepEqual(found(" old mill "), [["site", 0]]);
  assert.deepEqual(found("south"), [["facility", 0]]);
  assert.deepEqual(found("no such thing"), []);
});

test("search knows no difference between full and half width, large and small", () => {
  assert.deepEqual(
    findThings("wang").map((thing) => thing.row),
    [1],
  );
  assert.deepEqual(
    findThings("ＷＡＮＧ").map((thing) => thing.row),
    [1],
  );
});

test("what is called just so comes first, then what begins so", () => {
  store.texts.names = ["Old Mill", "Mill", "Mill Lane", "Windmill"];
  assert.deepEqual(
    findThings("mill").map((thing) => thing.text),
    ["Mill", "Mill Lane", "Old Mill", "Windmill", "The old mill"],
  );
});

test("no more than twelve things are listed, and an exact name is among them", () => {
  const names = [...Array.from({ length: 40 }, (_none, k) => `Lane ${k}`), "Lane"];
  store.texts = { names, ids: names.map((_name, k) => `h-${k}`) };
  const found = findThings("lane");
  assert.equal(found.length, 12);
  assert.equal(found[0].text, "Lane");
});

test("rules are found by either name, by id and by the facilities that they count", () => {
  for (const asked of ["", "clin", "诊", "cli"]) {
    assert.equal(matchesFilter(clinic, asked), true);
  }
  assert.equal(matchesFilter(library, "图书馆"), true);
  assert.equal(matchesFilter(library, "clinic"), false);
});
