import assert from "node:assert/strict";
import { test } from "node:test";
import {
  buildGrid,
  nearestPoint,
  visitBox,
} from "../../src/siting/render/map_modules/geometry/grid.js";
import { labelPlaces } from "../../src/siting/render/map_modules/geometry/label-places.js";
import { project, toLatLng } from "../../src/siting/render/map_modules/geometry/mercator.js";
import {
  boxOfOwner,
  insideOwner,
  projectShapes,
} from "../../src/siting/render/map_modules/geometry/shapes.js";

const near = (one, other, gap = 1e-12) =>
  assert.ok(Math.abs(one - other) <= gap, `${one}, ${other}`);

test("the equator and the meridian of Greenwich meet in the middle of the world", () => {
  const { x, y } = project([0, 180, -180, 90], [0, 0, 0, 0], 1);
  assert.deepEqual(Array.from(x), [0.5, 1, 0, 0.75]);
  assert.deepEqual(Array.from(y), [0.5, 0.5, 0.5, 0.5]);
});

test("latitudes follow the formula of Mercator: the north is at the top", () => {
  // ln tan(45° + 45°/2) = ln(1 + √2)
  const { y } = project([0, 0], [45, -45], 1);
  near(y[0], 0.5 - Math.log(1 + Math.SQRT2) / (2 * Math.PI));
  near(y[1], 0.5 + Math.log(1 + Math.SQRT2) / (2 * Math.PI));
});

test("stored coordinates are divided by the steps in a degree", () => {
  near(project([114_000_000], [0], 1_000_000).x[0], (114 + 180) / 360);
});

test("a place on the map has the latitude and longitude that it came from", () => {
  const { x, y } = project([114.28], [30.58], 1);
  const [lat, lng] = toLatLng(x[0], y[0]);
  near(lat, 30.58, 1e-9);
  near(lng, 114.28, 1e-9);
});

// Outlines straight in the world's 0 to 1, without Mercator.
function shapesOf(owners, paths) {
  const points = paths.flatMap(([, ring]) => ring);
  const columns = {
    s_x: points.map(([x]) => x * 360 - 180),
    s_y: points.map(([, y]) => toLatLng(0, y)[0]),
    s_count: paths.map(([, ring]) => ring.length),
    s_owner: paths.map(([owner]) => owner),
  };
  return projectShapes(columns, "s", 1, owners);
}

const square = (left, top, right, bottom) => [
  [left, top],
  [right, top],
  [right, bottom],
  [left, bottom],
  [left, top],
];

// The first owner is a square with a hole, the second has no outline, the third has two squares.
const shapes = shapesOf(3, [
  [0, square(0.1, 0.1, 0.5, 0.5)],
  [0, square(0.2, 0.2, 0.3, 0.3)],
  [2, square(0.6, 0.1, 0.7, 0.2)],
  [2, square(0.8, 0.3, 0.9, 0.4)],
]);

test("each owner has its own paths, and one may have none", () => {
  assert.deepEqual(Array.from(shapes.first), [0, 2, 2, 4]);
  assert.deepEqual(Array.from(shapes.start), [0, 5, 10, 15, 20]);
});

test("the box of an owner holds all its paths; without any it is the empty box", () => {
  const box = boxOfOwner(shapes, 2);
  [0.6, 0.1, 0.9, 0.4].forEach((edge, k) => {
    near(box[k], edge, 1e-9);
  });
  assert.deepEqual(boxOfOwner(shapes, 1), [Infinity, Infinity, -Infinity, -Infinity]);
});

test("a hole is outside, and so is the gap between two parts", () => {
  assert.equal(insideOwner(shapes, 0, 0.15, 0.25), true);
  assert.equal(insideOwner(shapes, 0, 0.25, 0.25), false);
  assert.equal(insideOwner(shapes, 0, 0.55, 0.25), false);
  assert.equal(insideOwner(shapes, 2, 0.85, 0.35), true);
  assert.equal(insideOwner(shapes, 2, 0.75, 0.25), false);
  assert.equal(insideOwner(shapes, 1, 0.15, 0.25), false);
});

test("a name goes into the widest stretch on the middle line of the largest part", () => {
  // A U: the left arm is 0.1 wide, the right arm 0.2; the middle line at 0.3 cuts both.
  const u = [
    [0.1, 0.1],
    [0.2, 0.1],
    [0.2, 0.45],
    [0.4, 0.45],
    [0.4, 0.1],
    [0.6, 0.1],
    [0.6, 0.5],
    [0.1, 0.5],
    [0.1, 0.1],
  ];
  const [place, nothing] = labelPlaces(
    shapesOf(2, [
      [0, square(0.8, 0.8, 0.9, 0.9)],
      [0, u],
    ]),
  );
  near(place.x, (0.4 + 0.6) / 2, 1e-9);
  near(place.y, (0.1 + 0.5) / 2, 1e-9);
  near(place.width, 0.6 - 0.4, 1e-9);
  assert.equal(nothing, null);
});

// A thousand points without a pattern, the same in each run.
function scattered(n) {
  let seed = 1;
  const next = () => {
    seed = (seed * 16807) % 2147483647;
    return seed / 2147483647;
  };
  return { x: Float64Array.from({ length: n }, next), y: Float64Array.from({ length: n }, next) };
}

test("the grid finds the same nearest point as looking at all of them", () => {
  const { x, y } = scattered(1000);
  const grid = buildGrid(x, y);
  const asked = scattered(50);
  const even = (row) => row % 2 === 0;
  for (let k = 0; k < 50; k += 1) {
    const [px, py] = [asked.y[k], asked.x[k]];
    const distances = Array.from(x, (_x, i) => Math.hypot(x[i] - px, y[i] - py));
    const within = distances.map((d, i) => (even(i) && d <= 0.05 ? d : Infinity));
    const least = Math.min(...within);
    const expected = least === Infinity ? -1 : within.indexOf(least);
    assert.equal(nearestPoint(grid, x, y, px, py, 0.05, even), expected);
  }
});

test("every point in a box is visited, and none twice", () => {
  const { x, y } = scattered(1000);
  const seen = new Map();
  visitBox(buildGrid(x, y), 0.2, 0.3, 0.6, 0.7, (rows, from, to) => {
    for (let k = from; k < to; k += 1) {
      seen.set(rows[k], (seen.get(rows[k]) || 0) + 1);
    }
  });
  const inside = Array.from(x.keys()).filter(
    (i) => x[i] >= 0.2 && x[i] <= 0.6 && y[i] >= 0.3 && y[i] <= 0.7,
  );
  assert.ok(inside.length > 100);
  assert.ok(inside.every((row) => seen.get(row) === 1));
  assert.ok(seen.size < 1000);
});

test("a point at exactly the radius is found, one step farther it is not", () => {
  const [x, y] = [Float64Array.of(0.25, 0.75), Float64Array.of(0.5, 0.5)];
  const grid = buildGrid(x, y);
  const any = () => true;
  assert.equal(nearestPoint(grid, x, y, 0.5, 0.5, 0.25, any) >= 0, true);
  assert.equal(nearestPoint(grid, x, y, 0.5, 0.5, 0.2499, any), -1);
});

test("without points nothing is found", () => {
  const none = new Float64Array(0);
  assert.equal(
    nearestPoint(buildGrid(none, none), none, none, 0.5, 0.5, 1, () => true),
    -1,
  );
});
