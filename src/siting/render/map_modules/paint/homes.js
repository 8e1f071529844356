// Homes on the upper canvas: a dot each, or groups where there are too many in sight.

import { SHADE, SHADES } from "../findings/shades.js";
import { visitBox } from "../geometry/grid.js";
import { state, store } from "../model/store.js";
import { paintClusters } from "./clusters.js";
import { dotMask, stampDot } from "./dots.js";
import { drawn } from "./drawn.js";
import { rgb, shadeColour } from "./palette.js";
import { tracePaths } from "./paths.js";

// Above so many homes in sight, groups are drawn in place of dots.
const CLUSTER_ABOVE = 150000;

export function paintHomes(context, view, colour, rule) {
  const { homes } = store;
  let inSight = 0;
  visitBox(homes.grid, ...view.world, (_rows, from, to) => {
    inSight += to - from;
  });
  if (inSight > CLUSTER_ABOVE) {
    paintClusters(context, view, colour, rule);
  } else {
    paintDots(context, view, colour, rule, inSight);
  }
  if (homes.shapes && view.zoom >= 16) {
    paintHomeShapes(context, view, rule);
  }
}

// Below the dots, which were written over whatever stood on the canvas.
function paintHomeShapes(context, view, rule) {
  const { shapes } = store.homes;
  context.globalCompositeOperation = "destination-over";
  context.globalAlpha = 0.5;
  for (let row = 0; row < shapes.owners; row += 1) {
    if (!state.hiddenShades.has(rule.shades[row]) && tracePaths(context, view, shapes, row)) {
      context.fillStyle = shadeColour(rule, rule.shades[row]);
      context.fill("evenodd");
    }
  }
  context.globalAlpha = 1;
  context.globalCompositeOperation = "source-over";
}

function dotRadius(view, shade, graded) {
  const base = Math.max(1.1, Math.min(6, 1.5 + (view.zoom - 12.5) * 0.9));
  const crowd = store.homes.n > 30000 ? 0.75 : 1;
  const stress =
    !graded && shade >= SHADE.over && shade <= SHADE.worst ? 1.3 : shade === SHADE.exempt ? 0.7 : 1;
  return Math.max(0.8, base * crowd * stress);
}

// What is served is painted first, what is worst last and so on top.
const PAINT_ORDER = [
  SHADE.exempt,
  SHADE.near,
  SHADE.served,
  SHADE.unknown,
  SHADE.over,
  SHADE.far,
  SHADE.worst,
];

function paintDots(context, view, colour, rule, inSight) {
  const byShade = rowsByShade(view, rule, inSight);
  const { width, height } = context.canvas;
  const image = context.createImageData(width, height);
  const { x, y } = store.homes;
  const scale = view.scale * view.ratio;
  const left = view.left * view.ratio;
  const top = view.top * view.ratio;
  const halo = rgb(colour.halo);
  drawn.mode = "dots";
  for (const shade of PAINT_ORDER) {
    if (state.hiddenShades.has(shade)) {
      continue;
    }
    const radius = dotRadius(view, shade, rule.grades) * view.ratio;
    const stamp = dotMask(radius, shade === SHADE.unknown);
    // A rim in the colour of the paper keeps neighbours apart, where there is room for one.
    const rim = inSight <= 20000 && radius >= 2 ? dotMask(radius + view.ratio, false) : null;
    const [red, green, blue] = rgb(shadeColour(rule, shade));
    for (const row of byShade[shade]) {
      const px = Math.round(x[row] * scale - left);
      const py = Math.round(y[row] * scale - top);
      if (rim) {
        stampDot(image.data, width, height, px, py, rim, ...halo);
      }
      stampDot(image.data, width, height, px, py, stamp, red, green, blue);
      drawn.verdicts[rule.columns.verdict[row]] += 1;
    }
  }
  context.putImageData(image, 0, 0);
}

// The rows in sight, sorted into one list for each shade.
function rowsByShade(view, rule, inSight) {
  const seen = new Int32Array(inSight);
  const counts = new Int32Array(SHADES.length);
  const { x, y, grid } = store.homes;
  const [left, top, right, bottom] = view.world;
  let n = 0;
  visitBox(grid, ...view.world, (rows, from, to) => {
    for (let k = from; k < to; k += 1) {
      const row = rows[k];
      if (x[row] >= left && x[row] <= right && y[row] >= top && y[row] <= bottom) {
        seen[n] = row;
        n += 1;
        counts[rule.shades[row]] += 1;
      }
    }
  });
  const lists = Array.from(counts, (count) => new Int32Array(count));
  const filled = new Int32Array(SHADES.length);
  for (let k = 0; k < n; k += 1) {
    const shade = rule.shades[seen[k]];
    lists[shade][filled[shade]] = seen[k];
    filled[shade] += 1;
  }
  return lists;
}
