import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import {
  countedFacilities,
  isIndicator,
  loadOf,
  measuredOf,
  nearestOf,
  readMeasurement,
  requiredOf,
  shortfallOf,
} from "../../src/siting/render/map_modules/findings/measurements.js";
import {
  areaName,
  homeName,
  ruleName,
  subjectName,
} from "../../src/siting/render/map_modules/findings/names.js";
import {
  areasWorstFirst,
  fewWorst,
  groupOf,
  rulesWorstFirst,
  worstRule,
} from "../../src/siting/render/map_modules/findings/ranks.js";
import {
  gradedShades,
  gradesOf,
  SHADE,
  shadeOf,
  shadesOf,
} from "../../src/siting/render/map_modules/findings/shades.js";
import {
  areasTell,
  burden,
  knownWeights,
  rankWeight,
  unservedShare,
  weightOf,
} from "../../src/siting/render/map_modules/findings/weights.js";
import { state, store } from "../../src/siting/render/map_modules/model/store.js";
import { openTown, ruleOf } from "./little-town.js";

let clinic;
let library;
let community;

beforeEach(() => {
  ({ clinic, library, community } = openTown());
});

test("codes of measurements: 0 is missing, 1 is out of reach, 2 is the first number", () => {
  assert.ok(Number.isNaN(readMeasurement(0, 1, 200)));
  assert.equal(readMeasurement(1, 1, 200), Infinity);
  assert.equal(readMeasurement(2, 1, 200), 200);
  assert.equal(readMeasurement(12, 1, 300), 300 + 10 / 10);
  assert.equal(readMeasurement(5, -2, 1000), 1000 + 3 * 100);
});

test("what is short is the distance beyond the limit, and only where a rule fails", () => {
  assert.deepEqual([measuredOf(clinic, 1), requiredOf(clinic, 1)], [650, 500]);
  assert.equal(shortfallOf(clinic, 1), 650 - 500);
  assert.equal(shortfallOf(clinic, 2), Infinity);
  assert.ok(Number.isNaN(shortfallOf(clinic, 0)));
  assert.ok(Number.isNaN(shortfallOf(clinic, 3)));
});

test("of a rule that asks for at least so much, what is short is what is lacking", () => {
  const beds = ruleOf({ sense: "at_least", required: 700 });
  assert.equal(shortfallOf(beds, 1), 700 - 650);
  assert.equal(loadOf(beds, 1), 700 / 650);
});

test("a limit of its own for each home counts before the common one, and may be missing", () => {
  const own = ruleOf({
    columns: { ...clinic.columns, required: Int32Array.of(0, 402, 402, 402) },
    requiredDecimals: 0,
    requiredStart: 200,
  });
  assert.equal(requiredOf(own, 1), 200 + 400);
  assert.equal(requiredOf(own, 0), null);
  assert.ok(Number.isNaN(loadOf(own, 0)));
});

test("the nearest facility is stored one up, 0 is none", () => {
  assert.deepEqual(
    [0, 1, 2].map((row) => nearestOf(clinic, row)),
    [0, 1, -1],
  );
  assert.equal(nearestOf(library, 0), -1);
});

test("facilities count by any of their types, or as the rule itself says", () => {
  assert.deepEqual(countedFacilities(clinic), [0, 1]);
  assert.deepEqual(countedFacilities(library), [1, 2]);
  const own = ruleOf({ columns: { ...clinic.columns, counted: Uint8Array.of(0, 1, 0) } });
  assert.deepEqual(countedFacilities(own), [1]);
});

test("the verdict decides between served and not, whatever the load says", () => {
  assert.equal(shadeOf(0, 0.5), SHADE.near);
  assert.equal(shadeOf(0, 0.51), SHADE.served);
  assert.equal(shadeOf(0, 3), SHADE.served);
  assert.equal(shadeOf(1, 0.2), SHADE.over);
  assert.equal(shadeOf(1, 1.5), SHADE.over);
  assert.equal(shadeOf(1, 2), SHADE.far);
  assert.equal(shadeOf(1, 2.01), SHADE.worst);
  assert.equal(shadeOf(1, Infinity), SHADE.worst);
  assert.equal(shadeOf(1, NaN), SHADE.worst);
  assert.equal(shadeOf(0, NaN), SHADE.served);
  assert.equal(shadeOf(2, 0.2), SHADE.unknown);
  assert.equal(shadeOf(3, 0.2), SHADE.exempt);
});

test("homes are shaded by how many times the limit they are away", () => {
  // 200 / 500 = 0.4, 650 / 500 = 1.3, no way, unknown
  const expected = [SHADE.near, SHADE.over, SHADE.worst, SHADE.unknown];
  assert.deepEqual(Array.from(shadesOf(clinic)), expected);
});

test("a rule without a pass mark is cut into fifths of what was measured", () => {
  const none = [[0], [0], [6], [0]];
  const measured = Int32Array.of(7, 2, 0, 3, 4, 5, 6, 1); // 5, 0, unknown, 1, 2, 3, 4, no way
  const rule = ruleOf({ totals: none, step: 1, start: 0, columns: { measured } });
  rule.grades = gradesOf(rule);
  assert.deepEqual(rule.grades, [1, 2, 3, 4]);
  assert.deepEqual(Array.from(gradedShades(rule)), [4, 0, SHADE.unknown, 0, 1, 2, 3, SHADE.worst]);
  assert.equal(gradesOf(clinic), null);
  assert.equal(
    gradesOf(ruleOf({ totals: none, columns: { measured: Int32Array.of(0, 1) } })),
    null,
  );
});

test("people rank before households and the elderly; homes where nothing else is known", () => {
  assert.deepEqual([knownWeights(), rankWeight()], [["population"], "population"]);
  store.weights = undefined;
  store.rules = [ruleOf({ totals: [[3, null, null, 2], ...clinic.totals.slice(1)] })];
  assert.deepEqual(knownWeights(), ["population", "elderly"]);
  store.weights = undefined;
  const homesOnly = clinic.totals.map(([homes]) => [homes, null, null, null]);
  store.rules = [ruleOf({ totals: homesOnly })];
  assert.deepEqual([knownWeights(), rankWeight()], [["homes"], "homes"]);
  assert.equal(burden(homesOnly), 2);
});

test("people of a home are stored in tenths and one up, 0 is unknown", () => {
  assert.equal(weightOf("population", 1), 20);
  store.homes.weights.population[1] = 0;
  assert.ok(Number.isNaN(weightOf("population", 1)));
  assert.ok(Number.isNaN(weightOf("households", 1)));
});

test("the burden is the people without; a rule without totals has none at all", () => {
  assert.equal(burden(clinic.totals), 20 + 50);
  assert.equal(burden(null), -1);
});

test("what lacks the service is the rest of what is covered, and unknown stays unknown", () => {
  assert.equal(unservedShare(0, 0, 0), 1 - 30 / 50);
  assert.equal(unservedShare(0, 0, 1), 1);
  assert.equal(unservedShare(0, 1, 1), null);
});

test("rules are listed by group, and within it by the people without", () => {
  assert.deepEqual(rulesWorstFirst(), [0, 1]);
  const [, ...others] = clinic.totals;
  const worse = ruleOf({ totals: [[0, null, 0, null], [3, null, 90, null], ...others.slice(1)] });
  const compared = ruleOf({ totals: worse.totals, compared: true });
  const area = ruleOf({ subject: "area", level: "community" });
  const unknown = ruleOf({ totals: [[0], [0], [4], [0]] });
  store.rules = [unknown, compared, area, library, worse];
  assert.deepEqual(store.rules.map(groupOf), ["unknown", "compared", "area", "home", "home"]);
  assert.deepEqual(rulesWorstFirst(), [4, 3, 2, 1, 0]);
});

// Homes and people by verdict.
function counts(passed, failed, changes) {
  const row = (n) => [n, null, 10 * n, null];
  return ruleOf({ totals: [row(passed), row(failed), row(0), row(0)], ...changes });
}

const ADVICE = { strength: "recommended" };

test("within a group what binds stands before what recommends, however many that fails", () => {
  store.rules = [counts(0, 9, ADVICE), counts(9, 1), counts(5, 2, ADVICE), counts(8, 3)];
  assert.deepEqual(rulesWorstFirst(), [3, 1, 0, 2]);
});

test("the short list has what fails, and of all groups what binds first", () => {
  const area = { subject: "area", level: "community" };
  const beside = { compared: true };
  store.rules = [counts(0, 9, ADVICE), counts(3, 0), counts(1, 2, area), counts(0, 5, beside)];
  assert.deepEqual(rulesWorstFirst(), [1, 0, 2, 3]);
  assert.deepEqual(fewWorst(2), [2, 0]);
  assert.deepEqual(fewWorst(3), [1, 2, 0]);
});

test("the map opens with the worst rule on homes that fails anybody", () => {
  store.rules = [counts(9, 0), counts(0, 1, ADVICE), counts(0, 9, { subject: "area" })];
  assert.equal(worstRule(), 1);
  store.rules = [counts(9, 0, ADVICE), counts(9, 0)];
  assert.equal(worstRule(), 1);
  store.rules = [];
  assert.equal(worstRule(), undefined);
});

test("a rule under which nothing was decided is never among those that were judged", () => {
  const totals = (...counts) => counts.map((n) => [n, null, null, null]);
  assert.equal(groupOf(ruleOf({ totals: totals(0, 0, 4, 0) })), "unknown");
  assert.equal(groupOf(ruleOf({ totals: totals(0, 0, 0, 4) })), "none");
  const indicator = { strength: "indicator", totals: totals(0, 0, 0, 4) };
  assert.equal(groupOf(ruleOf(indicator)), "figures");
  assert.equal(isIndicator(ruleOf(indicator)), true);
  assert.equal(groupOf(ruleOf({ totals: totals(0, 1, 3, 0) })), "home");
});

test("areas that lack something come worst first, and ties keep their order", () => {
  assert.deepEqual(areasWorstFirst(), [1, 0]); // 50 and 20 people
  state.rule = 1;
  assert.deepEqual(areasWorstFirst(), [0]); // nobody fails in the second
  community.totals[0][0][1][2] = 50;
  state.rule = 0;
  assert.deepEqual(areasWorstFirst(), [0, 1]);
});

test("areas speak only of rules about homes, or about areas of their own level", () => {
  assert.equal(areasTell(clinic), true);
  assert.equal(areasTell(ruleOf({ subject: "area", level: "community" })), true);
  assert.equal(areasTell(ruleOf({ subject: "area", level: "district" })), false);
  assert.equal(areasTell(ruleOf({ subject: "facility" })), false);
  assert.equal(areasTell(undefined), false);
});

test("who has no name is called by the id", () => {
  assert.deepEqual([0, 2].map(homeName), ["Mill Lane 1", "h-3"]);
  assert.deepEqual(
    [0, 1].map((row) => areaName(community, row)),
    ["North", "c-2"],
  );
  assert.equal(subjectName(ruleOf({ subject: "facility" }), 2), "f-3");
  assert.equal(subjectName(ruleOf({ subject: "city" }), 0), "the whole city");
});

test("a rule about areas says of which level, where there are several", () => {
  const rule = ruleOf({ subject: "area", level: "community" });
  assert.equal(ruleName(rule), "Clinic");
  store.header.areas.push({ ...community, level: "district" });
  assert.equal(ruleName(rule), "Clinic · community");
});
