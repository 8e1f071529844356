// The seven shades of homes: how well each is served under a rule.

import { isIndicator, loadOf } from "./measurements.js";

export const SHADES = ["near", "served", "over", "far", "worst", "unknown", "exempt"];

export const SHADE = { near: 0, served: 1, over: 2, far: 3, worst: 4, unknown: 5, exempt: 6 };

export function shadesOf(rule) {
  const { verdict } = rule.columns;
  const shades = new Uint8Array(verdict.length);
  for (let row = 0; row < verdict.length; row += 1) {
    shades[row] = shadeOf(verdict[row], loadOf(rule, row));
  }
  return shades;
}

// The verdict decides between served and not; the load only grades what was decided.
export function shadeOf(verdict, load) {
  if (verdict === 0) {
    return load <= 0.5 ? SHADE.near : SHADE.served;
  }
  if (verdict === 1) {
    return load <= 1.5 ? SHADE.over : load <= 2 ? SHADE.far : SHADE.worst;
  }
  return verdict === 2 ? SHADE.unknown : SHADE.exempt;
}

// A rule without a pass mark is graded by fifths of what was measured; null where there is a mark
// or nothing was measured.
export function gradesOf(rule) {
  if (rule.subject !== "home" || !isIndicator(rule)) {
    return null;
  }
  const codes = rule.columns.measured.filter((code) => code > 1).sort();
  const edge = (share) =>
    (codes[Math.floor(share * (codes.length - 1))] - 2) * rule.step + rule.start;
  return codes.length ? [0.2, 0.4, 0.6, 0.8].map(edge) : null;
}

export function gradedShades(rule) {
  return Uint8Array.from(rule.columns.measured, (code) => {
    if (code < 2) {
      return code === 1 ? SHADE.worst : SHADE.unknown;
    }
    const above = rule.grades.findIndex((edge) => (code - 2) * rule.step + rule.start <= edge);
    return above < 0 ? SHADE.worst : above;
  });
}
