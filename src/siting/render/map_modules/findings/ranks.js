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

export function rulesWorstFirst() {
  const order = [...store.rules.keys()];
  const place = (k) => RULE_GROUPS.indexOf(groupOf(store.rules[k]));
  order.sort(
    (a, b) => place(a) - place(b) || burden(store.rules[b].totals) - burden(store.rules[a].totals),
  );
  return order;
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
