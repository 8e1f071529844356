// What was measured and required of one subject under one rule.

import { store } from "../model/store.js";

// The number behind a code: 0 is missing, 1 is out of reach, 2 is the first number.
export function readMeasurement(code, decimals, start) {
  if (code === 0) {
    return NaN;
  }
  return code === 1
    ? Infinity
    : Number(((code - 2) / 10 ** decimals + start).toFixed(Math.max(0, decimals)));
}

export function measuredOf(rule, row) {
  return readMeasurement(rule.columns.measured[row], rule.decimals, rule.start);
}

export function requiredOf(rule, row) {
  if (!rule.columns.required) {
    return rule.required;
  }
  const value = readMeasurement(
    rule.columns.required[row],
    rule.requiredDecimals,
    rule.requiredStart,
  );
  return Number.isNaN(value) ? null : value;
}

export function shortfallOf(rule, row) {
  const required = requiredOf(rule, row);
  if (rule.columns.verdict[row] !== 1 || required === null) {
    return NaN;
  }
  const measured = measuredOf(rule, row);
  return isUpper(rule) ? measured - required : required - measured;
}

export function nearestOf(rule, row) {
  return rule.columns.nearest ? rule.columns.nearest[row] - 1 : -1;
}

// Whether less is better.
export function isUpper(rule) {
  return rule.sense === "at_most" || rule.sense === "below";
}

// Nothing passed and nothing failed: the rule only tells.
export function isIndicator(rule) {
  return !rule.totals[0][0] && !rule.totals[1][0];
}

// How many times the limit: above 1 is too far, or too little. It is computed for every home, so
// without the rounding of the figures that are shown.
export function loadOf(rule, row) {
  const code = rule.columns.measured[row];
  const measured = code > 1 ? (code - 2) * rule.step + rule.start : code === 1 ? Infinity : NaN;
  const required = rule.columns.required ? requiredOf(rule, row) : rule.required;
  if (required === null) {
    return NaN;
  }
  return isUpper(rule) ? measured / required : required / measured;
}

export function countedFacilities(rule) {
  const rows = [];
  store.typesOfFacilities.forEach((types, row) => {
    const counts = rule.columns.counted
      ? rule.columns.counted[row] === 1
      : rule.facilityTypes.some((type) => types.has(type));
    if (counts) {
      rows.push(row);
    }
  });
  return rows;
}
