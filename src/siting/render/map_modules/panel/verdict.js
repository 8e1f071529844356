// Verdicts as a reader sees them.

import { el } from "../dom.js";
import { word } from "../words.js";

export const VERDICT_NAMES = ["pass", "fail", "unknown", "not_applicable"];

export const VERDICT_SIGNS = ["✓", "✗", "?", "–"];

export function chip(verdict) {
  const code = VERDICT_NAMES[verdict];
  return el(
    "span",
    { class: `chip verdict-${code}` },
    `${VERDICT_SIGNS[verdict]} ${word(`verdict.${code}`)}`,
  );
}
