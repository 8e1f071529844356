// Outlines of areas, streets and homes: paths that belong to owners, each path with its box.

import { project } from "./mercator.js";

// Paths with the box of each, grouped by owner: the paths of owner k are first[k] to first[k + 1].
export function projectShapes(columns, prefix, degree, owners) {
  const { x, y } = project(columns[`${prefix}_x`], columns[`${prefix}_y`], degree);
  const counts = columns[`${prefix}_count`];
  const owner = columns[`${prefix}_owner`];
  const paths = counts.length;
  const start = new Int32Array(paths + 1);
  const box = new Float64Array(paths * 4);
  const first = new Int32Array(owners + 1);
  for (let p = 0; p < paths; p += 1) {
    start[p + 1] = start[p] + counts[p];
    box.set(boxOf(x, y, start[p], start[p + 1]), p * 4);
    first[owner[p] + 1] += 1;
  }
  for (let k = 0; k < owners; k += 1) {
    first[k + 1] += first[k];
  }
  return { x, y, start, box, first, owner, owners };
}

export function boxOf(x, y, from, to) {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = from; i < to; i += 1) {
    left = Math.min(left, x[i]);
    right = Math.max(right, x[i]);
    top = Math.min(top, y[i]);
    bottom = Math.max(bottom, y[i]);
  }
  return [left, top, right, bottom];
}

export function boxOfOwner(shapes, owner) {
  const all = [Infinity, Infinity, -Infinity, -Infinity];
  for (let p = shapes.first[owner]; p < shapes.first[owner + 1]; p += 1) {
    all[0] = Math.min(all[0], shapes.box[p * 4]);
    all[1] = Math.min(all[1], shapes.box[p * 4 + 1]);
    all[2] = Math.max(all[2], shapes.box[p * 4 + 2]);
    all[3] = Math.max(all[3], shapes.box[p * 4 + 3]);
  }
  return all;
}

// Even-odd rule over all rings of one owner.
export function insideOwner(shapes, owner, px, py) {
  let inside = false;
  for (let p = shapes.first[owner]; p < shapes.first[owner + 1]; p += 1) {
    if (px < shapes.box[p * 4] || px > shapes.box[p * 4 + 2]) {
      continue;
    }
    const { x, y, start } = shapes;
    for (let i = start[p], j = start[p + 1] - 1; i < start[p + 1]; j = i, i += 1) {
      const crosses = y[i] > py !== y[j] > py;
      if (crosses && px < ((x[j] - x[i]) * (py - y[i])) / (y[j] - y[i]) + x[i]) {
        inside = !inside;
      }
    }
  }
  return inside;
}
