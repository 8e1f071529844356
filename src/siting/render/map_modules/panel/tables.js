// The columns and the rows of the tables: areas, subjects of a rule, proposed sites.

import { name } from "../dom.js";
import { measuredOf, shortfallOf } from "../findings/measurements.js";
import { areaName, siteName, subjectName } from "../findings/names.js";
import { areasWorstFirst, RANKS_SHOWN } from "../findings/ranks.js";
import {
  burden,
  knownWeights,
  rankWeight,
  unservedShare,
  WEIGHT,
  weightOf,
} from "../findings/weights.js";
import { currentLevel, currentRule, state, store } from "../model/store.js";
import { language, number, percent, pick, word } from "../words.js";
import { measuredText, shortfallText } from "./quantities.js";

// Each table takes how it is sorted, {key, down}, and how many rows are shown at most.
export function areaTable(sort, most) {
  const level = currentLevel();
  const totals = level.totals[state.rule];
  if (!totals) {
    return { columns: [], rows: [], all: 0 };
  }
  const failed = (weight) => (row) => totals[row][1][WEIGHT[weight]];
  const share = (row) => unservedShare(state.level, state.rule, row);
  const columns = [
    { key: "name", text: word("map.name"), sortable: true, value: (row) => areaName(level, row) },
    {
      key: "share",
      text: word("map.share_without"),
      sortable: true,
      value: share,
      show: (row) => percent(share(row)),
    },
    ...knownWeights().map((weight) => ({
      key: weight === rankWeight() ? "burden" : weight,
      text: word(`map.column_${weight}`),
      sortable: true,
      value: failed(weight),
      show: (row) => number(failed(weight)(row)),
    })),
  ];
  const rows = [...level.ids.keys()].filter((row) => burden(totals[row]) > 0);
  const ranked = areasWorstFirst().slice(0, RANKS_SHOWN);
  sortRows(rows, columns, sort);
  return {
    columns,
    rows: rows.slice(0, most),
    all: rows.length,
    title: (row) => areaName(level, row),
    thing: (row) => ({ kind: "area", row, level: state.level }),
    rank: (row) => ranked.indexOf(row) + 1,
  };
}

export function sortRows(rows, columns, sort) {
  const column = columns.find((one) => one.key === sort.key) || columns[1];
  const way = sort.down ? -1 : 1;
  const collator = new Intl.Collator(language === "zh" ? "zh-CN" : "en");
  rows.sort((a, b) => {
    const [left, right] = [column.value(a), column.value(b)];
    if (typeof left === "string") {
      return way * collator.compare(left, right);
    }
    return way * (orLowest(left) - orLowest(right)) || a - b;
  });
}

function orLowest(value) {
  return value === null || value === undefined || Number.isNaN(value) ? -1 : Math.min(value, 1e15);
}

// Proposed sites in the order in which they were given, with what each adds.
export function siteTable(_sort, most) {
  const { ids, notes } = store.header.sites;
  const rows = [...ids.keys()];
  const columns = [
    { key: "name", text: word("map.name"), sortable: false },
    {
      key: "note",
      text: word("map.site_note"),
      sortable: false,
      show: (row) => (notes[row] ? name(pick(notes[row])) : "–"),
    },
  ];
  const thing = (row) => ({ kind: "site", row });
  return { columns, rows: rows.slice(0, most), all: rows.length, title: siteName, thing };
}

// The homes, areas or facilities that a rule fails; null while they are being read.
export function subjectTable(sort, most) {
  const rule = currentRule();
  if (!rule || (rule.subject === "area" && rule.level !== currentLevel().level)) {
    return { columns: [], rows: [], all: 0 };
  }
  if (!rule.columns || !store.homes || !store.texts) {
    return null;
  }
  const known = ["households", "population", "elderly"].filter((key) => store.homes.weights[key]);
  const weights = rule.subject === "home" ? known.slice(0, 2) : [];
  const weight = (key) => (row) => weightOf(key, row);
  const columns = [
    { key: "name", text: word("map.name"), sortable: false },
    {
      key: "measured",
      text: word("map.measured"),
      sortable: true,
      value: (row) => measuredOf(rule, row),
      show: (row) => measuredText(rule, row),
    },
    {
      key: "shortfall",
      text: word("map.shortfall"),
      sortable: true,
      value: (row) => shortfallOf(rule, row),
      show: (row) => shortfallText(rule, row),
    },
    ...weights.map((key) => ({
      key,
      text: word(`map.column_${key}`),
      sortable: true,
      value: weight(key),
      show: (row) => number(weightOf(key, row), 1),
    })),
  ];
  const { rows, all } = firstFailing(rule, columns, sort, most);
  const thing = (row) =>
    rule.subject === "area"
      ? { kind: "area", row, level: state.level }
      : { kind: rule.subject, row };
  return { columns, rows, all, title: (row) => subjectName(rule, row), thing };
}

// The first failing subjects in the order asked for, without sorting all of them by a comparison:
// the key of the last one wanted is found first. Ties go to more people, then to the first row.
export function firstFailing(rule, columns, sort, most) {
  const column = columns.find((one) => one.key === sort.key) || columns[2];
  const way = sort.down ? -1 : 1;
  const { verdict } = rule.columns;
  const failing = [];
  for (let row = 0; row < verdict.length; row += 1) {
    if (verdict[row] === 1) {
      failing.push(row);
    }
  }
  const keys = Float64Array.from(failing, (row) => way * orLowest(column.value(row)));
  const last = keys.slice().sort()[Math.min(most, failing.length) - 1];
  const people = (row) => (rule.subject === "home" ? orLowest(weightOf("population", row)) : 0);
  const rows = failing.map((row, k) => [keys[k], row]).filter(([key]) => key <= last);
  rows.sort((a, b) => a[0] - b[0] || people(b[1]) - people(a[1]) || a[1] - b[1]);
  return { rows: rows.slice(0, most).map(([, row]) => row), all: failing.length };
}
