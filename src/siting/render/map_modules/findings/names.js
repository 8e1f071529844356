// Names of rules, subjects, levels, types and measures.

import { currentLevel, store } from "../model/store.js";
import { coded, pick, word } from "../words.js";

// The name of a rule. A rule about areas may be listed once for each level, so its level is added.
export function ruleName(rule) {
  const about = rule.subject === "area" && store.header.areas.length > 1;
  const level = about && store.header.areas.find((one) => one.level === rule.level);
  return pick(rule.title) + (level ? ` · ${levelName(level)}` : "");
}

export function subjectName(rule, row) {
  if (rule.subject === "home") {
    return homeName(row);
  }
  if (rule.subject === "area") {
    return areaName(currentLevel(), row);
  }
  return rule.subject === "city" ? word("map.kind_city") : facilityName(row);
}

export function homeName(row) {
  return store.texts ? store.texts.names[row] || store.texts.ids[row] : "";
}

export function areaName(level, row) {
  return level.names[row] || level.ids[row];
}

export function facilityName(row) {
  const { names, ids } = store.header.facilities;
  return names[row] || ids[row];
}

export function siteName(row) {
  const { names, ids } = store.header.sites;
  return names[row] || ids[row];
}

export function typeName(code) {
  return store.header.facilityTypes[code] ? pick(store.header.facilityTypes[code]) : code;
}

export function levelName(level, several) {
  return pick(level.title) || coded(several ? "levels" : "level", level.level);
}

export function measureName(rule) {
  return pick(rule.measureTitle) || coded("measure", rule.measure);
}
