// The list of rules: the worst few, or all in groups by what they judge, with a filter.

import { byId, el, name, replace } from "../dom.js";
import { ruleName, typeName } from "../findings/names.js";
import {
  fewWorst,
  groupOf,
  JUDGED_GROUPS,
  RULE_GROUPS,
  rulesWorstFirst,
} from "../findings/ranks.js";
import { burden } from "../findings/weights.js";
import { state, store } from "../model/store.js";
import { number, word } from "../words.js";
import { burdenText } from "./quantities.js";

const RULES_SHOWN = 6;

// Groups without any judgement are closed until the reader opens them.
const QUIET_GROUPS = new Set(["unknown", "none"]);

export function showRules(choose) {
  const order = rulesWorstFirst();
  const most = Math.max(1, ...order.map((k) => burden(store.rules[k].totals)));
  const row = (k) => ruleRow(k, most, choose);
  const rows = state.allRules ? groupedRows(order, row) : worstRows().map(row);
  replace(byId("rules"), el("legend", { class: "unseen" }, word("map.rules")), rows);
  const more = byId("rules-more");
  more.hidden = order.length <= RULES_SHOWN;
  more.textContent = state.allRules
    ? word("map.fewer_rules")
    : word("map.all_rules", { n: order.length });
  more.setAttribute("aria-expanded", String(Boolean(state.allRules)));
  byId("rules-filter").hidden = more.hidden || !state.allRules;
}

function worstRows() {
  const shown = fewWorst(RULES_SHOWN);
  return shown.includes(state.rule) || !shown.length ? shown : [...shown, state.rule];
}

function groupedRows(order, row) {
  const asked = (state.filter || "").trim().toLowerCase();
  const wanted = order.filter((k) => matchesFilter(store.rules[k], asked));
  if (!wanted.length) {
    return el("p", { class: "quiet" }, word("map.nothing_found"));
  }
  return RULE_GROUPS.map((group) => {
    const inside = wanted.filter((k) => groupOf(store.rules[k]) === group);
    return inside.length ? ruleGroup(group, inside, row, asked) : null;
  });
}

function ruleGroup(group, inside, row, asked) {
  const title = `${word(`map.group_${group}`)} (${number(inside.length)})`;
  if (!QUIET_GROUPS.has(group)) {
    return [el("h3", { class: "rule-group" }, title), inside.map(row)];
  }
  const open = Boolean(asked) || inside.includes(state.rule);
  return el("details", { open }, el("summary", { class: "rule-group" }, title), inside.map(row));
}

// By name in either language, by id, and by the facilities that a rule counts.
export function matchesFilter(rule, asked) {
  const texts = [rule.title.zh, rule.title.en, ruleName(rule), rule.id];
  const all = [...texts, ...rule.facilityTypes, ...rule.facilityTypes.map(typeName)];
  return !asked || all.some((text) => text.toLowerCase().includes(asked));
}

function ruleRow(k, most, choose) {
  const rule = store.rules[k];
  const id = `rule-${k}`;
  const group = groupOf(rule);
  return el(
    "label",
    { class: `rule${k === state.rule ? " chosen" : ""}`, for: id },
    el("input", {
      type: "radio",
      name: "rule",
      id,
      checked: k === state.rule,
      onchange: () => choose(k),
    }),
    el("span", { class: "rule-name" }, name(ruleName(rule)), dutyMark(rule)),
    el("span", { class: "rule-figure" }, group === "none" ? "" : burdenText(rule)),
    JUDGED_GROUPS.has(group) ? ruleBar(rule, most) : null,
  );
}

// Marks a duty, so that it is not mistaken for advice.
function dutyMark(rule) {
  return rule.strength === "mandatory" ? el("span", { class: "duty" }, word("map.duty")) : null;
}

// Of homes: people without, against the worst rule. Of others: the share that fails.
function ruleBar(rule, most) {
  const [passed, failed] = rule.totals.map((row) => row[0] || 0);
  const length = rule.subject === "home" ? burden(rule.totals) / most : failed / (passed + failed);
  const bar = el("span", { class: "bar" });
  bar.style.setProperty("--length", String(Math.max(0, length)));
  return bar;
}
