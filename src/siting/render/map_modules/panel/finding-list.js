// The findings of one subject, a list item each.

import { el, name } from "../dom.js";
import { nearestOf, requiredOf } from "../findings/measurements.js";
import { facilityName, measureName, ruleName } from "../findings/names.js";
import { currentRule } from "../model/store.js";
import { number, word } from "../words.js";
import { citation, factList } from "./facts.js";
import { measuredText, requiredText, shortfallText } from "./quantities.js";
import { chip, VERDICT_NAMES } from "./verdict.js";

const MANY_RULES = 12;

const GROUP_ORDER = [1, 2, 0, 3]; // what fails first, then unknown, passed, not applicable

// The rule on the map first, then the others by verdict; with many rules only what fails is open.
export function findingGroups(rules, row, select) {
  const current = rules.filter((rule) => rule === currentRule());
  const list = (some) =>
    el(
      "ul",
      { class: "findings" },
      some.map((rule) => findingItem(rule, row, select)),
    );
  const groups = GROUP_ORDER.map((verdict) => {
    const some = rules.filter(
      (rule) => rule.columns.verdict[row] === verdict && !current.includes(rule),
    );
    const open = verdict === 1 || rules.length <= MANY_RULES;
    const title = `${word(`verdict.${VERDICT_NAMES[verdict]}`)} · ${number(some.length)}`;
    return some.length
      ? el("details", { class: "group", open }, el("summary", {}, title), list(some))
      : null;
  });
  return [list(current), groups];
}

export function findingItem(rule, row, select) {
  const verdict = rule.columns.verdict[row];
  const required = requiredOf(rule, row);
  const nearest = nearestOf(rule, row);
  const facts = [[word("map.measured"), measuredText(rule, row)]];
  if (required !== null) {
    facts.push([word("map.required"), requiredText(rule, required)]);
  }
  if (verdict === 1) {
    facts.push([word("map.shortfall"), shortfallText(rule, row)]);
  }
  if (nearest >= 0) {
    const go = el(
      "button",
      {
        type: "button",
        class: "inline",
        onclick: () => select({ kind: "facility", row: nearest }),
      },
      name(facilityName(nearest)),
    );
    facts.push([word("map.nearest"), go]);
  }
  facts.push([word("map.measure"), measureName(rule)]);
  return el(
    "li",
    { class: rule === currentRule() ? "current" : "" },
    el("h3", {}, chip(verdict), " ", name(ruleName(rule))),
    factList(facts),
    citation(rule.citation),
  );
}
