// Reading the model from the blocks of the page: the other half of the package's payload.py.

import { byId } from "../dom.js";
import { countedFacilities } from "../findings/measurements.js";
import { gradedShades, gradesOf, shadesOf } from "../findings/shades.js";
import { buildGrid } from "../geometry/grid.js";
import { labelPlaces } from "../geometry/label-places.js";
import { project } from "../geometry/mercator.js";
import { projectShapes } from "../geometry/shapes.js";
import { setWords } from "../words.js";
import { store } from "./store.js";
import { openPack } from "./unpack.js";

export function readHeader() {
  const header = JSON.parse(byId("siting-header").textContent);
  byId("siting-header").remove();
  store.header = header;
  setWords(header.words);
  store.rules = header.rules;
  store.typesOfFacilities = header.facilities.types.map((types) => new Set(types));
}

export async function readGround() {
  const { header } = store;
  const columns = await openPack("ground", header.packs.ground);
  const ground = { areas: [] };
  ground.facilities = project(columns.facility_x, columns.facility_y, header.degree);
  ground.facilityGrid = buildGrid(ground.facilities.x, ground.facilities.y);
  ground.sites = project(columns.site_x || [], columns.site_y || [], header.degree);
  ground.siteGrid = buildGrid(ground.sites.x, ground.sites.y);
  ground.water = columns.water_x ? shapesOf(columns, "water") : null;
  if (columns.street_x) {
    ground.streets = shapesOf(columns, "street");
    ground.streetClass = columns.street_class;
  }
  header.areas.forEach((level, k) => {
    const shapes = projectShapes(columns, `area${k}`, header.degree, level.ids.length);
    ground.areas.push({ shapes, places: labelPlaces(shapes) });
  });
  store.ground = ground;
}

function shapesOf(columns, prefix) {
  const owner = columns[`${prefix}_owner`];
  return projectShapes(
    columns,
    prefix,
    store.header.degree,
    owner.length ? owner[owner.length - 1] + 1 : 0,
  );
}

export async function readHomes() {
  const { header } = store;
  const columns = await openPack("homes", header.packs.homes);
  const homes = project(columns.x, columns.y, header.degree);
  homes.n = header.homes;
  homes.grid = buildGrid(homes.x, homes.y);
  homes.weights = {};
  for (const weight of ["households", "population", "elderly"]) {
    homes.weights[weight] = columns[weight] || null;
  }
  homes.areas = header.areas.map((_level, k) => columns[`area${k}`]);
  if (columns.shape_x) {
    homes.shapes = projectShapes(columns, "shape", header.degree, homes.n);
  }
  store.homes = homes;
}

// Each rule's findings are read once, when first asked for.
export function readRule(k) {
  const rule = store.rules[k];
  if (!rule.reading) {
    rule.reading = openPack(`rule-${k}`, store.header.packs[`rule-${k}`]).then((columns) => {
      rule.columns = columns;
      rule.step = 10 ** -rule.decimals;
      rule.grades = gradesOf(rule);
      rule.shades = rule.grades ? gradedShades(rule) : shadesOf(rule);
      rule.counted = countedFacilities(rule);
      rule.service = columns.service_x ? shapesOf(columns, "service") : null;
    });
  }
  return rule.reading;
}

export function readTexts() {
  if (!store.reading) {
    store.reading = openPack("texts", null).then((texts) => {
      store.texts = texts;
    });
  }
  return store.reading;
}
