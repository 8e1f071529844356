// How many homes, households, people and elderly people: what findings are counted and ranked by.

import { currentLevel, store } from "../model/store.js";
import { isIndicator } from "./measurements.js";

// Totals are rows of verdicts (pass, fail, unknown, not applicable) by homes, households, people,
// elderly.
export const WEIGHT = { homes: 0, households: 1, population: 2, elderly: 3 };

export function weightOf(weight, row) {
  const column = store.homes.weights[weight];
  return column?.[row] ? (column[row] - 1) / 10 : NaN;
}

// The weights that the homes have, in the order of the figures; homes themselves where there is
// nothing better.
export function knownWeights() {
  if (!store.weights) {
    store.weights = findWeights();
  }
  return store.weights;
}

function findWeights() {
  const rules = store.rules.filter((rule) => rule.subject === "home");
  const known = (weight) => rules.some((rule) => rule.totals.some((row) => row[WEIGHT[weight]]));
  const weights = ["households", "population", "elderly"].filter(known);
  return weights.length ? weights : ["homes"];
}

// What rules and areas are ranked by: people, or what is known nearest to them.
export function rankWeight() {
  const known = knownWeights();
  return ["population", "households", "elderly", "homes"].find((weight) => known.includes(weight));
}

// The share of an area that lacks the service, of whatever areas are ranked by, so that colours and
// ranks speak of the same people; null where nothing was decided.
export function unservedShare(levelIndex, ruleIndex, row) {
  const shares = store.header.areas[levelIndex].shares[ruleIndex];
  const covered = shares?.[row] ? shares[row][WEIGHT[rankWeight()]] : undefined;
  return covered === null || covered === undefined ? null : 1 - covered;
}

// How many are without; -1 where a rule says nothing of it. Rules about areas or facilities count
// areas or facilities.
export function burden(totals) {
  if (!totals) {
    return -1;
  }
  const failed = totals[1][WEIGHT[rankWeight()]];
  return failed === null ? totals[1][WEIGHT.homes] || 0 : failed;
}

// Whether areas of the level on the map have anything to say under a rule.
export function areasTell(rule) {
  const level = currentLevel();
  if (!rule || !level) {
    return false;
  }
  if (rule.subject === "area") {
    return rule.level === level.level;
  }
  return rule.subject === "home" && !isIndicator(rule);
}
