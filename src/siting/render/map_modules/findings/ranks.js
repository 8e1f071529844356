// Which rules and which areas are worst.

import { currentLevel, state, store } from "../model/store.js";
import { burden } from "./weights.js";

// What rules judge, in the order in which they are listed; then those that stand beside another
// rule (measured in another way, or governed by it), those that only tell, those that
// could not be judged, and those that nothing falls under.
export const RULE_GROUPS = [
  "home",
  "area",
  "facility",
  "city",
  "compared",
  "figures",
  "unknown",
  "none",
];

export const JUDGED_GROUPS = new Set(["home", "area", "facility", "city", "compared"]);

export function groupOf(rule) {
  const [passed, failed, unknown, exempt] = rule.totals.map((row) => row[0] || 0);
  if (passed + failed) {
    return rule.compared ? "compared" : rule.subject;
  }
  if (rule.strength === "indicator" && exempt) {
    return "figures";
  }
  return unknown ? "unknown" : "none";
}

export function rankedRules() {
  return rulesWorstFirst().map((k) => store.rules[k]);
}

// By group; within it what binds before what recommends, and each by who goes without.
export function rulesWorstFirst() {
  const place = (k) => RULE_GROUPS.indexOf(groupOf(store.rules[k]));
  return [...store.rules.keys()].sort((a, b) => place(a) - place(b) || byDuty(a, b));
}

function byDuty(a, b) {
  const [one, other] = [store.rules[a], store.rules[b]];
  const fails = (rule) => rule.totals[1][0] || 0;
  return (
    advises(one) - advises(other) ||
    burden(other.totals) - burden(one.totals) ||
    fails(other) - fails(one)
  );
}

export function advises(rule) {
  return rule.strength === "mandatory" ? 0 : 1;
}

// The rule that the map opens with and the headline is about; undefined without any rule.
export function worstRule() {
  const order = rulesWorstFirst();
  return order.find((k) => failsAnybody(store.rules[k])) ?? order[0];
}

export function failsAnybody(rule) {
  return burden(rule.totals) > 0;
}

// The few rules of the short list: those that fail anybody first, and of all groups what binds
// before what recommends.
export function fewWorst(most) {
  const leads = (k) => store.rules[k].subject === groupOf(store.rules[k]);
  const order = rulesWorstFirst().sort(
    (a, b) => leads(b) - leads(a) || advises(store.rules[a]) - advises(store.rules[b]),
  );
  const failed = order.filter((k) => leads(k) && failsAnybody(store.rules[k]));
  const others = order.filter((k) => !failed.includes(k));
  return [...failed, ...others].slice(0, most).sort((a, b) => order.indexOf(a) - order.indexOf(b));
}

// Names go where they fit, the worst areas first; these carry their rank, which the table repeats.
export const RANKS_SHOWN = 5;

// The areas that lack something under the current rule, worst first; kept until rule or level change.
export function areasWorstFirst() {
  const level = currentLevel();
  const totals = level?.totals[state.rule];
  if (!totals) {
    return [];
  }
  const { kept } = level;
  if (kept && kept.rule === state.rule) {
    return kept.rows;
  }
  const rows = [...level.ids.keys()].filter((row) => burden(totals[row]) > 0);
  rows.sort((a, b) => burden(totals[b]) - burden(totals[a]) || a - b);
  level.kept = { rule: state.rule, rows };
  return rows;
}
