// Groups of homes, where single homes are too many to be told apart.

import { SHADE, SHADES } from "../findings/shades.js";
import { rankWeight } from "../findings/weights.js";
import { visitBox } from "../geometry/grid.js";
import { state, store } from "../model/store.js";
import { shortNumber } from "../words.js";
import { FONT, outlinedText, takeBox } from "./canvas-text.js";
import { drawn } from "./drawn.js";
import { shadeColour } from "./palette.js";

const CLUSTER_CELL = 56;

// Sectors begin at the top with those who are worst off.
const SECTOR_ORDER = [
  SHADE.worst,
  SHADE.far,
  SHADE.over,
  SHADE.served,
  SHADE.near,
  SHADE.unknown,
  SHADE.exempt,
];

// Figures are written last, after facilities and ranks: a figure that is half covered reads wrong.
let groupFigures = [];

// Groups are sized by people, for the cells of a population grid are equally many everywhere.
export function paintClusters(context, view, colour, rule) {
  drawn.mode = "clusters";
  groupFigures = [];
  const cells = clusterCells(view, rule);
  for (const cell of cells.values()) {
    cell.verdicts.forEach((count, verdict) => {
      drawn.verdicts[verdict] += count;
    });
    drawn.people += cell.all;
    if (cell.homes[SHADE.unknown] === cell.n) {
      paintUnknown(context, cell, colour);
    } else {
      paintGroup(context, cell, rule, cells.unit);
    }
  }
}

// A disc as large as the number of people, cut into the shades of the legend, the worst first.
function paintGroup(context, cell, rule, unit) {
  const radius = Math.max(5, Math.min(CLUSTER_CELL * 0.42, 4 + Math.sqrt(cell.all) * unit));
  const [x, y] = [cell.x / cell.n, cell.y / cell.n];
  // Where nobody is known to live, homes are counted.
  const [parts, all] = cell.all > 0 ? [cell.people, cell.all] : [cell.homes, cell.n];
  let angle = -Math.PI / 2;
  for (const shade of SECTOR_ORDER) {
    const next = angle + (parts[shade] / all) * 2 * Math.PI;
    if (next > angle) {
      context.fillStyle = shadeColour(rule, shade);
      context.beginPath();
      context.moveTo(x, y);
      context.arc(x, y, radius, angle, next);
      context.fill();
    }
    angle = next;
  }
  groupFigures.push({ text: shortNumber(cell.all), x, y, radius, all: cell.all });
}

export function paintGroupFigures(context, colour, taken) {
  context.font = `600 11px ${FONT}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  groupFigures.sort((a, b) => b.all - a.all);
  for (const { text, x, y, radius } of groupFigures) {
    const half = context.measureText(text).width / 2;
    if (half < radius && radius > 11 && takeBox(taken, [x - half, y - 7, x + half, y + 7])) {
      outlinedText(context, text, x, y, colour);
    }
  }
}

// A group of which nothing is known is a small ring: what was found must stand out more.
function paintUnknown(context, cell, colour) {
  context.beginPath();
  context.arc(cell.x / cell.n, cell.y / cell.n, 4, 0, 2 * Math.PI);
  context.lineWidth = 2;
  context.strokeStyle = colour.shades[SHADE.unknown];
  context.stroke();
}

// Cells are fixed to the world, so that groups do not shift while the map is moved.
function clusterCells(view, rule) {
  const { x, y, grid } = store.homes;
  const { verdict } = rule.columns;
  const people = store.homes.weights[rankWeight()] || null;
  const none = () => SHADES.map(() => 0);
  const cells = new Map();
  let most = 1;
  visitBox(grid, ...view.world, (rows, from, to) => {
    for (let k = from; k < to; k += 1) {
      const row = rows[k];
      if (state.hiddenShades.has(rule.shades[row])) {
        continue;
      }
      const wx = x[row] * view.scale;
      const wy = y[row] * view.scale;
      const key = Math.floor(wx / CLUSTER_CELL) * 4194304 + Math.floor(wy / CLUSTER_CELL);
      let cell = cells.get(key);
      if (!cell) {
        cell = { n: 0, x: 0, y: 0, verdicts: [0, 0, 0, 0], homes: none(), people: none(), all: 0 };
        cells.set(key, cell);
      }
      const shade = rule.shades[row];
      const size = people ? (people[row] ? (people[row] - 1) / 10 : 0) : 1;
      cell.n += 1;
      cell.x += wx - view.left;
      cell.y += wy - view.top;
      cell.verdicts[verdict[row]] += 1;
      cell.homes[shade] += 1;
      cell.people[shade] += size;
      cell.all += size;
      most = Math.max(most, cell.all);
    }
  });
  cells.unit = (CLUSTER_CELL * 0.38) / Math.sqrt(most);
  return cells;
}
