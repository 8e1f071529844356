// The card of one home, area, facility or site, with every rule that looks at it.

import { byId, el, name, replace } from "../dom.js";
import {
  areaName,
  facilityName,
  homeName,
  levelName,
  ruleName,
  siteName,
  typeName,
} from "../findings/names.js";
import { advises, rankedRules, rulesWorstFirst } from "../findings/ranks.js";
import { burden, knownWeights, unservedShare, WEIGHT, weightOf } from "../findings/weights.js";
import { readRule, readTexts } from "../model/read.js";
import { currentLevel, state, store } from "../model/store.js";
import { number, percent, pick, word } from "../words.js";
import { factList } from "./facts.js";
import { findingGroups, findingItem } from "./finding-list.js";

export async function showDetails(select) {
  const card = byId("details");
  const { selected } = state;
  card.hidden = !selected;
  if (!selected) {
    return;
  }
  if (selected.kind === "home") {
    await Promise.all([readTexts(), ...store.rules.map((_rule, k) => readRule(k))]);
    if (state.selected !== selected) {
      return;
    }
  }
  const parts = { home: homeCard, area: areaCard, facility: facilityCard, site: siteCard }[
    selected.kind
  ](selected.row, select);
  const close = el(
    "button",
    {
      type: "button",
      class: "close",
      "aria-label": word("map.close"),
      title: word("map.close"),
      onclick: () => select(null),
    },
    "×",
  );
  replace(card, close, parts);
}

function homeCard(row, select) {
  const facts = [[word("map.id"), name(store.texts.ids[row])]];
  for (const weight of ["households", "population", "elderly"]) {
    if (store.homes.weights[weight]) {
      facts.push([word(`map.column_${weight}`), number(weightOf(weight, row), 1)]);
    }
  }
  store.header.areas.forEach((level, k) => {
    const area = store.homes.areas[k][row] - 1;
    if (area >= 0) {
      facts.push([levelName(level), name(areaName(level, area))]);
    }
  });
  return [
    el("p", { class: "kind" }, word("map.kind_home")),
    el("h2", {}, name(homeName(row))),
    factList(facts),
    findingGroups(
      rankedRules().filter((rule) => rule.subject === "home"),
      row,
      select,
    ),
  ];
}

function areaCard(row) {
  const level = currentLevel();
  const head = [
    el("p", { class: "kind" }, levelName(level)),
    el("h2", {}, name(areaName(level, row))),
    factList([[word("map.id"), name(level.ids[row])]]),
  ];
  const weights = knownWeights();
  // What fails somebody here: what binds first, and then the worst of this area.
  const here = (k) => burden(level.totals[k]?.[row]);
  const body = rulesWorstFirst()
    .filter((k) => here(k) > 0)
    .sort((a, b) => advises(store.rules[a]) - advises(store.rules[b]) || here(b) - here(a))
    .map((k) => {
      const failed = level.totals[k][row][1];
      const cells = weights.map((weight) => el("td", {}, number(failed[WEIGHT[weight]])));
      const share = el("td", {}, percent(unservedShare(state.level, k, row)));
      const current = k === state.rule ? "chosen" : "";
      return el(
        "tr",
        { class: current },
        el("th", { scope: "row" }, name(ruleName(store.rules[k]))),
        share,
        cells,
      );
    });
  const titles = [
    word("map.rule"),
    word("map.share_without"),
    ...weights.map((weight) => word(`map.column_${weight}`)),
  ];
  const table = el(
    "table",
    {},
    el("caption", {}, word("map.area_caption")),
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        titles.map((title) => el("th", { scope: "col" }, title)),
      ),
    ),
    el("tbody", {}, body),
  );
  const lacking = body.length
    ? table
    : el("p", { class: "quiet" }, word("map.nobody_without_area"));
  return [...head, lacking, areaFindings(row)];
}

// Rules that look at areas themselves, such as one facility for so many people.
function areaFindings(row) {
  const level = currentLevel().level;
  const rules = rankedRules().filter(
    (rule) => rule.subject === "area" && rule.level === level && rule.columns,
  );
  return findingGroups(rules, row, () => {});
}

// A facility with several types may have a row for each.
function typesOf(row) {
  const { ids, types } = store.header.facilities;
  const rows = types.filter((_kinds, other) => ids[other] === ids[row]);
  return [...new Set(rows.flat())];
}

function facilityCard(row) {
  const { ids } = store.header.facilities;
  const facts = [
    [word("map.id"), name(ids[row])],
    [word("map.type"), name(typesOf(row).map(typeName).join(word("mark.comma")))],
  ];
  const rules = rankedRules().filter(
    (rule) => rule.subject === "facility" && rule.columns && rule.columns.verdict[row] !== 3,
  );
  return [
    el("p", { class: "kind" }, word("map.kind_facility")),
    el("h2", {}, name(facilityName(row))),
    factList(facts),
    el(
      "ul",
      { class: "findings" },
      rules.map((rule) => findingItem(rule, row, () => {})),
    ),
  ];
}

function siteCard(row) {
  const { ids, types, notes } = store.header.sites;
  const facts = [[word("map.id"), name(ids[row])]];
  if (types[row]) {
    facts.push([word("map.type"), name(typeName(types[row]))]);
  }
  const note = notes[row] ? el("p", {}, name(pick(notes[row]))) : null;
  return [
    el("p", { class: "kind" }, word("map.kind_site")),
    el("h2", {}, name(siteName(row))),
    factList(facts),
    note,
  ];
}
