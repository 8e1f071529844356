// What was measured, what is required and what is short, in words.

import { measuredOf, requiredOf, shortfallOf } from "../findings/measurements.js";
import { groupOf } from "../findings/ranks.js";
import { rankWeight, WEIGHT } from "../findings/weights.js";
import { counted, enoughDigits, quantity, word } from "../words.js";

const SENSE_SIGNS = { at_most: "≤", at_least: "≥", below: "<", above: ">" };

export function measuredText(rule, row) {
  const measured = measuredOf(rule, row);
  return quantity(measured, rule.unit, digitsOf(rule, row));
}

// The same for what was measured and for what is short, so that a reader can add them up.
function digitsOf(rule, row) {
  const measured = measuredOf(rule, row);
  return Number.isFinite(measured)
    ? enoughDigits(measured, requiredOf(rule, row), rule.decimals)
    : 0;
}

export function shortfallText(rule, row) {
  const shortfall = shortfallOf(rule, row);
  if (shortfall === Infinity) {
    return word("map.none_in_reach");
  }
  return Number.isNaN(shortfall) ? "–" : quantity(shortfall, rule.unit, digitsOf(rule, row));
}

export function limitText(rule) {
  if (rule.required === null) {
    const own = Boolean(rule.requiredDecimals !== undefined);
    return own ? word("map.limit_each") : word("map.no_limit");
  }
  return requiredText(rule, rule.required);
}

export function requiredText(rule, required) {
  return (
    SENSE_SIGNS[rule.sense] +
    " " +
    quantity(required, rule.unit, Number.isInteger(required) ? 0 : 2)
  );
}

export function burdenText(rule) {
  const group = groupOf(rule);
  if (group === "figures" || group === "unknown") {
    return word(group === "figures" ? "strength.indicator" : "verdict.unknown");
  }
  const [, failed] = rule.totals;
  if (rule.subject !== "home") {
    return counted(`map.count_${rule.subject}`, failed[0]);
  }
  const key = rankWeight();
  return counted(`map.count_${key}`, failed[WEIGHT[key]]);
}
