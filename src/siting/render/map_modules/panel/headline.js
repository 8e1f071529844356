// The sentence at the top of the panel: which rule is worst, and where.

import { byId, el, name, replace } from "../dom.js";
import { areaName, ruleName } from "../findings/names.js";
import { failsAnybody, worstRule } from "../findings/ranks.js";
import { burden } from "../findings/weights.js";
import { currentLevel, state, store } from "../model/store.js";
import { word } from "../words.js";
import { burdenText } from "./quantities.js";

export function showHeadline(select) {
  const node = byId("headline");
  if (!store.rules.length) {
    return replace(node, word("map.no_rules"));
  }
  const worst = worstRule();
  const rule = store.rules[worst];
  if (!failsAnybody(rule)) {
    return replace(node, word("map.nothing_fails"));
  }
  const level = currentLevel();
  const totals = level?.totals[worst];
  const sentence = word("map.headline", { rule: ruleName(rule), failed: burdenText(rule) });
  if (!totals) {
    return replace(node, sentence);
  }
  const rows = [...level.ids.keys()].filter((row) => burden(totals[row]) > 0);
  rows.sort((a, b) => burden(totals[b]) - burden(totals[a]));
  // The same numbers stand on the map while it shows this rule.
  const rank = (k) => (worst === state.rule ? el("span", { class: "rank" }, String(k + 1)) : null);
  const shown = rows.slice(0, 3);
  // A mark stays with the name before it, or a line could begin with it.
  const mark = (k) => word(k === shown.length - 1 ? "mark.stop" : "mark.comma");
  const named = shown.map((row, k) => [
    el(
      "span",
      { class: "ranked" },
      rank(k),
      el(
        "button",
        {
          type: "button",
          class: "inline",
          onclick: () => select({ kind: "area", row, level: state.level }),
        },
        name(areaName(level, row)),
      ),
      mark(k).trimEnd(),
    ),
    mark(k).endsWith(" ") ? " " : "",
  ]);
  return replace(node, sentence, word("map.headline_areas"), named.flat());
}
