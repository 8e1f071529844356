// Questions about the findings: one subject under one rule, and which rules and areas are worst.

function readMeasurement(code, decimals, start) {
  if (code === 0) {
    return NaN;
  }
  return code === 1
    ? Infinity
    : Number(((code - 2) / 10 ** decimals + start).toFixed(Math.max(0, decimals)));
}

function measuredOf(rule, row) {
  return readMeasurement(rule.columns.measured[row], rule.decimals, rule.start);
}

function requiredOf(rule, row) {
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

function shortfallOf(rule, row) {
  const required = requiredOf(rule, row);
  if (rule.columns.verdict[row] !== 1 || required === null) {
    return NaN;
  }
  const measured = measuredOf(rule, row);
  return isUpper(rule) ? measured - required : required - measured;
}

function nearestOf(rule, row) {
  return rule.columns.nearest ? rule.columns.nearest[row] - 1 : -1;
}

// Whether less is better.
function isUpper(rule) {
  return rule.sense === "at_most" || rule.sense === "below";
}

// The name of a rule; one about areas tells of which, for it may stand there once for each level.
function ruleName(rule) {
  const about = rule.subject === "area" && store.header.areas.length > 1;
  const level = about && store.header.areas.find((one) => one.level === rule.level);
  return pick(rule.title) + (level ? " · " + levelName(level) : "");
}

// How many times the limit: above 1 is too far, or too little. Written without the rounding of
// figures that are shown, for it is asked of every home.
function loadOf(rule, row) {
  const code = rule.columns.measured[row];
  const measured = code > 1 ? (code - 2) * rule.step + rule.start : code === 1 ? Infinity : NaN;
  const required = rule.columns.required ? requiredOf(rule, row) : rule.required;
  if (required === null) {
    return NaN;
  }
  return isUpper(rule) ? measured / required : required / measured;
}

function shadesOf(rule) {
  const { verdict } = rule.columns;
  const shades = new Uint8Array(verdict.length);
  for (let row = 0; row < verdict.length; row += 1) {
    shades[row] = shadeOf(verdict[row], loadOf(rule, row));
  }
  return shades;
}

// The verdict decides between served and not; the load only grades what was decided.
function shadeOf(verdict, load) {
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
function gradesOf(rule) {
  if (rule.subject !== "home" || !isIndicator(rule)) {
    return null;
  }
  const codes = rule.columns.measured.filter((code) => code > 1).sort();
  const edge = (share) =>
    (codes[Math.floor(share * (codes.length - 1))] - 2) * rule.step + rule.start;
  return codes.length ? [0.2, 0.4, 0.6, 0.8].map(edge) : null;
}

function gradedShades(rule) {
  return Uint8Array.from(rule.columns.measured, (code) => {
    if (code < 2) {
      return code === 1 ? SHADE.worst : SHADE.unknown;
    }
    const above = rule.grades.findIndex((edge) => (code - 2) * rule.step + rule.start <= edge);
    return above < 0 ? SHADE.worst : above;
  });
}

// Nothing passed and nothing failed: the rule only tells.
function isIndicator(rule) {
  return !rule.totals[0][0] && !rule.totals[1][0];
}

// Whether areas of the level on the map have anything to say under a rule.
function areasTell(rule) {
  const level = currentLevel();
  if (!rule || !level) {
    return false;
  }
  if (rule.subject === "area") {
    return rule.level === level.level;
  }
  return rule.subject === "home" && !isIndicator(rule);
}

function subjectName(rule, row) {
  if (rule.subject === "home") {
    return homeName(row);
  }
  if (rule.subject === "area") {
    return areaName(currentLevel(), row);
  }
  return rule.subject === "city" ? word("kind.city") : facilityName(row);
}

function countedFacilities(rule) {
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

function weightOf(weight, row) {
  const column = store.homes.weights[weight];
  return column && column[row] ? (column[row] - 1) / 10 : NaN;
}

function currentRule() {
  return store.rules[state.rule];
}

function currentLevel() {
  return store.header.areas[state.level];
}

function homeName(row) {
  return store.texts ? store.texts.names[row] || store.texts.ids[row] : "";
}

function areaName(level, row) {
  return level.names[row] || level.ids[row];
}

function facilityName(row) {
  const { names, ids } = store.header.facilities;
  return names[row] || ids[row];
}

function siteName(row) {
  const { names, ids } = store.header.sites;
  return names[row] || ids[row];
}

function typeName(code) {
  return store.header.facilityTypes[code]
    ? pick(store.header.facilityTypes[code])
    : coded("type", code);
}

function levelName(level, several) {
  return pick(level.title) || coded(several ? "levels" : "level", level.level);
}

function measureName(rule) {
  return pick(rule.measureTitle) || coded("measure", rule.measure);
}

// Totals are rows of verdicts (pass, fail, unknown, not applicable) by homes, households, people,
// elderly.
const WEIGHT = { homes: 0, households: 1, population: 2, elderly: 3 };

function failedOf(totals, weight) {
  return totals ? totals[1][WEIGHT[weight]] : null;
}

// The weights that the homes have, in the order of the figures; homes themselves where there is
// nothing better.
function knownWeights() {
  if (!store.weights) {
    store.weights = findWeights();
  }
  return store.weights;
}

function findWeights() {
  const rules = store.rules.filter((rule) => rule.subject === "home");
  const known = (weight) =>
    rules.some((rule) => rule.totals.some((row) => row[WEIGHT[weight]] !== null));
  const weights = ["households", "population", "elderly"].filter(known);
  return weights.length ? weights : ["homes"];
}

// What rules and areas are ranked by: people, or what is known nearest to them.
function rankWeight() {
  const known = knownWeights();
  return ["population", "households", "elderly", "homes"].find((weight) => known.includes(weight));
}

// The share of an area that lacks the service, of whatever areas are ranked by, so that colours and
// ranks speak of the same people; null where nothing was decided.
function unservedShare(levelIndex, ruleIndex, row) {
  const shares = store.header.areas[levelIndex].shares[ruleIndex];
  const covered = shares && shares[row] ? shares[row][WEIGHT[rankWeight()]] : undefined;
  return covered === null || covered === undefined ? null : 1 - covered;
}

// How many are without; -1 where a rule says nothing of it. Rules about areas or facilities count
// those.
function burden(totals) {
  if (!totals) {
    return -1;
  }
  const failed = totals[1][WEIGHT[rankWeight()]];
  return failed === null ? totals[1][WEIGHT.homes] || 0 : failed;
}

// What rules judge, in the order in which they are listed; then those that stand beside another
// rule (measured in another way, or governed by it), those that only tell, those that
// could not be judged, and those that nothing falls under.
const RULE_GROUPS = [
  "home",
  "area",
  "facility",
  "city",
  "compared",
  "figures",
  "unknown",
  "none",
];
const JUDGED_GROUPS = new Set(["home", "area", "facility", "city", "compared"]);

function groupOf(rule) {
  const [passed, failed, unknown, exempt] = rule.totals.map((row) => row[0] || 0);
  if (passed + failed) {
    return rule.compared ? "compared" : rule.subject;
  }
  if (rule.strength === "indicator" && exempt) {
    return "figures";
  }
  return unknown ? "unknown" : "none";
}

function rulesWorstFirst() {
  const order = store.rules.map((rule, k) => k);
  const place = (k) => RULE_GROUPS.indexOf(groupOf(store.rules[k]));
  order.sort(
    (a, b) => place(a) - place(b) || burden(store.rules[b].totals) - burden(store.rules[a].totals),
  );
  return order;
}

// The areas that lack something under the current rule, worst first; kept until rule or level change.
function areasWorstFirst() {
  const level = currentLevel();
  const totals = level && level.totals[state.rule];
  if (!totals) {
    return [];
  }
  const { kept } = level;
  if (kept && kept.rule === state.rule) {
    return kept.rows;
  }
  const rows = level.ids.map((id, row) => row).filter((row) => burden(totals[row]) > 0);
  rows.sort((a, b) => burden(totals[b]) - burden(totals[a]) || a - b);
  level.kept = { rule: state.rule, rows };
  return rows;
}
