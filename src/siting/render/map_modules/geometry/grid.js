// A grid over points: which ones are in a box, without looking at all of them.

import { boxOf } from "./shapes.js";

export function buildGrid(x, y) {
  const n = x.length;
  const [left, top, right, bottom] = n ? boxOf(x, y, 0, n) : [0, 0, 1, 1];
  const side = Math.max(1, Math.min(512, Math.ceil(Math.sqrt(n / 8))));
  const cellX = Math.max((right - left) / side, 1e-12) * (1 + 1e-9);
  const cellY = Math.max((bottom - top) / side, 1e-12) * (1 + 1e-9);
  const cell = new Int32Array(n);
  const start = new Int32Array(side * side + 1);
  for (let i = 0; i < n; i += 1) {
    const column = Math.min(side - 1, Math.floor((x[i] - left) / cellX));
    const row = Math.min(side - 1, Math.floor((y[i] - top) / cellY));
    cell[i] = row * side + column;
    start[cell[i] + 1] += 1;
  }
  for (let c = 0; c < side * side; c += 1) {
    start[c + 1] += start[c];
  }
  const next = start.slice(0, -1);
  const rows = new Int32Array(n);
  for (let i = 0; i < n; i += 1) {
    rows[next[cell[i]]] = i;
    next[cell[i]] += 1;
  }
  return { side, left, top, right, bottom, cellX, cellY, start, rows };
}

// Calls visit(rows, from, to) for each run of points in cells that touch the box.
export function visitBox(grid, left, top, right, bottom, visit) {
  const clamp = (value) => Math.max(0, Math.min(grid.side - 1, Math.floor(value)));
  if (right < grid.left || left > grid.right || bottom < grid.top || top > grid.bottom) {
    return;
  }
  const c0 = clamp((left - grid.left) / grid.cellX);
  const c1 = clamp((right - grid.left) / grid.cellX);
  const r0 = clamp((top - grid.top) / grid.cellY);
  const r1 = clamp((bottom - grid.top) / grid.cellY);
  for (let row = r0; row <= r1; row += 1) {
    visit(grid.rows, grid.start[row * grid.side + c0], grid.start[row * grid.side + c1 + 1]);
  }
}

// The nearest point within a radius that is wanted; -1 where there is none.
export function nearestPoint(grid, x, y, px, py, radius, wanted) {
  let best = -1;
  let bestSquare = radius * radius;
  visitBox(grid, px - radius, py - radius, px + radius, py + radius, (rows, from, to) => {
    for (let k = from; k < to; k += 1) {
      const i = rows[k];
      const square = (x[i] - px) ** 2 + (y[i] - py) ** 2;
      if (square <= bestSquare && wanted(i)) {
        best = i;
        bestSquare = square;
      }
    }
  });
  return best;
}
