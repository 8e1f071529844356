// What the panel says of the chosen rule: its figures, its verdicts, its source.

import { byId, el, name, replace } from "../dom.js";
import { isIndicator, requiredOf } from "../findings/measurements.js";
import { measureName, ruleName, typeName } from "../findings/names.js";
import { knownWeights, WEIGHT } from "../findings/weights.js";
import { currentRule } from "../model/store.js";
import { coded, number, percent, pick, word } from "../words.js";
import { citation } from "./facts.js";
import { limitText, measuredText, requiredText } from "./quantities.js";
import { chip, VERDICT_NAMES, VERDICT_SIGNS } from "./verdict.js";

export function showFigures() {
  const rule = currentRule();
  if (!rule) {
    byId("rule-title").textContent = word("map.no_rules");
    return;
  }
  replace(byId("rule-title"), name(ruleName(rule)));
  const weights = rule.subject === "home" && !isIndicator(rule) ? knownWeights() : [];
  const single = rule.subject === "city" && rule.columns ? [cityFigure(rule)] : [];
  replace(byId("figures"), [...weights.map((weight) => figure(rule, weight)), ...single]);
  showVerdicts(rule);
  replace(byId("rule-facts"), ruleFacts(rule));
}

// How many are without, of how many that were judged, and beside them how many could not be;
// failed is null where the homes do not have this weight.
export function figureOf(rule, weight) {
  const [passed, failed, unknown] = rule.totals.map((row) => row[WEIGHT[weight]]);
  return { failed, judged: (passed || 0) + (failed || 0), unknown: unknown || 0 };
}

function figure(rule, weight) {
  const { failed, judged, unknown } = figureOf(rule, weight);
  return el(
    "div",
    { class: "figure" },
    el("span", { class: "figure-name" }, word(`map.without_${weight}`)),
    el(
      "strong",
      {
        class: `figure-value${failed >= 1e7 ? " longest" : failed >= 1e6 ? " long" : ""}`,
        "data-figure": weight,
        "data-value": failed,
      },
      number(failed),
    ),
    el(
      "span",
      { class: "figure-share" },
      failed === null
        ? word("map.no_data")
        : word("map.of_all", {
            share: percent(judged ? failed / judged : null),
            all: number(judged),
          }),
    ),
    unknown
      ? el("span", { class: "figure-share" }, word("map.not_known", { n: number(unknown) }))
      : null,
  );
}

// A rule about the whole city has one figure, shown with its limit.
function cityFigure(rule) {
  const required = requiredOf(rule, 0);
  return el(
    "div",
    { class: "figure" },
    el("span", { class: "figure-name" }, word("map.measured")),
    el(
      "strong",
      { class: `figure-value verdict-${VERDICT_NAMES[rule.columns.verdict[0]]}` },
      measuredText(rule, 0),
    ),
    el(
      "span",
      { class: "figure-share" },
      chip(rule.columns.verdict[0]),
      " ",
      required === null ? "" : requiredText(rule, required),
    ),
  );
}

function showVerdicts(rule) {
  const counts = rule.totals.map((row) => row[0] || 0);
  const all = counts.reduce((sum, value) => sum + value, 0) || 1;
  const bar = el("div", { class: "stack", "aria-hidden": "true" });
  const list = el("ul", { class: "verdict-list" });
  counts.forEach((count, k) => {
    const part = el("span", { class: `part verdict-${VERDICT_NAMES[k]}` });
    part.style.setProperty("--length", String(count / all));
    bar.append(part);
    const label = word(`verdict.${VERDICT_NAMES[k]}`);
    list.append(
      el(
        "li",
        { "data-verdict": VERDICT_NAMES[k], "data-value": count },
        el(
          "span",
          { class: `sign verdict-${VERDICT_NAMES[k]}`, "aria-hidden": "true" },
          VERDICT_SIGNS[k],
        ),
        `${label} ${number(count)}`,
      ),
    );
  });
  replace(
    byId("verdicts"),
    el("p", { class: "quiet" }, word(`map.subjects_${rule.subject}`)),
    bar,
    list,
  );
}

function ruleFacts(rule) {
  const rows = [
    [word("map.required"), limitText(rule)],
    [word("map.measure"), measureName(rule)],
    [word("map.strength"), coded("strength", rule.strength)],
  ];
  if (rule.facilityTypes.length) {
    rows.push([word("map.counts"), rule.facilityTypes.map(typeName).join(word("mark.comma"))]);
  }
  for (const [k, [reason, n]] of rule.unknownReasons.entries()) {
    const count = rule.subject === "city" ? "" : ` · ${number(n)}`;
    rows.push([k ? "" : word("map.why_unknown"), pick(reason) + count]);
  }
  const list = el("dl", { class: "facts" });
  for (const [term, text] of rows) {
    list.append(el("dt", {}, term), el("dd", {}, name(text)));
  }
  return [list, citation(rule.citation)];
}
