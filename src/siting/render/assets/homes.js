// Homes on the upper canvas: a dot each, or groups where there are too many in sight.

// Above so many homes in sight, groups are drawn in place of dots.
const CLUSTER_ABOVE = 150000;
const CLUSTER_CELL = 56;

function paintHomes(context, view, colour, rule) {
  const { homes } = store;
  let inSight = 0;
  visitBox(homes.grid, ...view.world, (rows, from, to) => {
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

// Groups are sized by people, for the cells of a population grid are equally many everywhere.
function paintClusters(context, view, colour, rule) {
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
      paintGroup(context, cell, colour, rule, cells.unit);
    }
  }
}

// A disc as large as the number of people, cut into the shades of the legend, the worst first.
function paintGroup(context, cell, colour, rule, unit) {
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

// Written after facilities and ranks: whatever is drawn over a figure leaves a wrong one.
let groupFigures = [];

function paintGroupFigures(context, colour, taken) {
  context.font = "600 11px " + FONT;
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

// A group of which nothing is known is a small ring: it must not outshout what was found.
function paintUnknown(context, cell, colour) {
  context.beginPath();
  context.arc(cell.x / cell.n, cell.y / cell.n, 4, 0, 2 * Math.PI);
  context.lineWidth = 2;
  context.strokeStyle = colour.shades[SHADE.unknown];
  context.stroke();
}

function shortNumber(n) {
  const options = { notation: "compact", maximumSignificantDigits: 2 };
  return new Intl.NumberFormat(language === "zh" ? "zh-CN" : "en-GB", options).format(n);
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
