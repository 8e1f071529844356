// The upper canvas: homes, or clusters of them, facilities, sites, what is selected, and names.

// Above so many homes in sight, groups are drawn in place of dots.
const CLUSTER_ABOVE = 150000;
const CLUSTER_CELL = 48;
const drawn = { mode: "none", verdicts: [0, 0, 0, 0], facilities: 0, sites: 0, ms: 0 };

function paintPoints(context, view) {
  const began = performance.now();
  Object.assign(drawn, { mode: "none", verdicts: [0, 0, 0, 0], facilities: 0, sites: 0 });
  const colour = colours();
  const rule = currentRule();
  if (store.homes && rule && rule.shades && rule.subject === "home" && state.layers.homes) {
    paintHomes(context, view, colour, rule);
  }
  if (store.ground) {
    paintTie(context, view, colour, rule);
    paintFacilities(context, view, colour, rule);
    paintSites(context, view, colour);
    paintNames(context, view, colour);
    paintSelection(context, view, colour);
  }
  drawn.ms = performance.now() - began;
  noticeMode();
}

// The legend says what groups are, so it is told when dots turn into groups or back.
let noticedMode = "none";
let whenModeChanges = null;

function noticeMode() {
  if (whenModeChanges && drawn.mode !== noticedMode) {
    noticedMode = drawn.mode;
    whenModeChanges();
  }
}

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
  const stress = !graded && shade >= SHADE.over && shade <= SHADE.worst ? 1.3 : shade === SHADE.exempt ? 0.7 : 1;
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

function paintClusters(context, view, colour, rule) {
  drawn.mode = "clusters";
  const cells = clusterCells(view, rule);
  context.font = "600 11px " + FONT;
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const cell of cells.values()) {
    const radius = Math.max(7, Math.min(CLUSTER_CELL * 0.48, 4 + Math.sqrt(cell.n) * cells.unit));
    const [x, y] = [cell.x / cell.n, cell.y / cell.n];
    const parts = [cell.verdicts[1], cell.verdicts[0], cell.verdicts[2], cell.verdicts[3]];
    const shades = [SHADE.far, SHADE.served, SHADE.unknown, SHADE.exempt];
    let angle = -Math.PI / 2;
    parts.forEach((part, k) => {
      drawn.verdicts[[1, 0, 2, 3][k]] += part;
      const next = angle + (part / cell.n) * 2 * Math.PI;
      context.fillStyle = colour.shades[shades[k]];
      context.beginPath();
      context.moveTo(x, y);
      context.arc(x, y, radius, angle, next);
      context.fill();
      angle = next;
    });
    if (radius > 13) {
      outlinedText(context, shortNumber(cell.n), x, y, colour);
    }
  }
}

function shortNumber(n) {
  const options = { notation: "compact", maximumSignificantDigits: 2 };
  return new Intl.NumberFormat(language === "zh" ? "zh-CN" : "en-GB", options).format(n);
}

// Cells are fixed to the world, so that groups do not shift while the map is moved.
function clusterCells(view, rule) {
  const { x, y, grid } = store.homes;
  const { verdict } = rule.columns;
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
        cell = { n: 0, x: 0, y: 0, verdicts: [0, 0, 0, 0] };
        cells.set(key, cell);
      }
      cell.n += 1;
      cell.x += wx - view.left;
      cell.y += wy - view.top;
      cell.verdicts[verdict[row]] += 1;
      most = Math.max(most, cell.n);
    }
  });
  cells.unit = (CLUSTER_CELL * 0.44) / Math.sqrt(most);
  return cells;
}

// A line from the selected home to the facility that the verdict looked at.
function paintTie(context, view, colour, rule) {
  const { selected } = state;
  if (!selected || selected.kind !== "home" || !rule || !rule.columns || rule.subject !== "home") {
    return;
  }
  const nearest = nearestOf(rule, selected.row);
  if (nearest < 0) {
    return;
  }
  context.strokeStyle = colour.selection;
  context.lineWidth = 1.5;
  context.setLineDash([4, 4]);
  context.beginPath();
  context.moveTo(...toCanvas(view, store.homes, selected.row));
  context.lineTo(...toCanvas(view, store.ground.facilities, nearest));
  context.stroke();
  context.setLineDash([]);
}

function toCanvas(view, points, row) {
  return [points.x[row] * view.scale - view.left, points.y[row] * view.scale - view.top];
}

function paintFacilities(context, view, colour, rule) {
  if (!state.layers.facilities || !rule || !rule.counted) {
    return;
  }
  const side = Math.max(3, Math.min(7, 3 + (view.zoom - 11) * 0.9));
  context.lineWidth = 1.5;
  for (const row of rule.counted) {
    const [x, y] = toCanvas(view, store.ground.facilities, row);
    drawn.facilities += 1;
    if (x < -side || y < -side || x > view.width + side || y > view.height + side) {
      continue;
    }
    const judged = rule.subject === "facility";
    context.fillStyle = judged ? colour.verdicts[rule.columns.verdict[row]] : colour.facilityFill;
    context.strokeStyle = judged ? colour.text : colour.facility;
    context.beginPath();
    context.moveTo(x, y - side);
    context.lineTo(x + side, y);
    context.lineTo(x, y + side);
    context.lineTo(x - side, y);
    context.closePath();
    context.fill();
    context.stroke();
  }
}

function paintSites(context, view, colour) {
  const { sites } = store.ground;
  if (!state.layers.sites) {
    return;
  }
  context.fillStyle = colour.site;
  context.strokeStyle = colour.halo;
  context.lineWidth = 1.5;
  for (let row = 0; row < sites.x.length; row += 1) {
    const [x, y] = toCanvas(view, sites, row);
    drawn.sites += 1;
    starPath(context, x, y, 9);
    context.fill();
    context.stroke();
  }
}

function starPath(context, x, y, radius) {
  context.beginPath();
  for (let k = 0; k < 10; k += 1) {
    const reach = k % 2 ? radius * 0.45 : radius;
    const angle = (k * Math.PI) / 5 - Math.PI / 2;
    context.lineTo(x + reach * Math.cos(angle), y + reach * Math.sin(angle));
  }
  context.closePath();
}

function paintSelection(context, view, colour) {
  const { selected } = state;
  const points = selected && pointsOf(selected.kind);
  if (!points) {
    return;
  }
  const [x, y] = toCanvas(view, points, selected.row);
  for (const [width, stroke] of [[5, colour.halo], [2.5, colour.selection]]) {
    context.lineWidth = width;
    context.strokeStyle = stroke;
    context.beginPath();
    context.arc(x, y, 11, 0, 2 * Math.PI);
    context.stroke();
  }
}

function pointsOf(kind) {
  return { home: store.homes, facility: store.ground.facilities, site: store.ground.sites }[kind] || null;
}

// Names of areas where they fit, the worst first; the five worst carry their rank.
function paintNames(context, view, colour) {
  const level = currentLevel();
  if (!state.layers.names || !level) {
    return;
  }
  const worst = areasWorstFirst();
  const taken = [];
  context.textBaseline = "middle";
  worst.slice(0, 5).forEach((row, k) => paintName(context, view, colour, row, k + 1, taken));
  if (drawn.mode === "clusters") {
    return;
  }
  worst.slice(5).forEach((row) => paintName(context, view, colour, row, 0, taken));
  const named = new Set(worst);
  level.ids.forEach((id, row) => named.has(row) || paintName(context, view, colour, row, 0, taken));
}

function paintName(context, view, colour, row, rank, taken) {
  const place = store.ground.areas[state.level].places[row];
  if (!place) {
    return;
  }
  const x = place.x * view.scale - view.left;
  const y = place.y * view.scale - view.top;
  if (x < 0 || y < 0 || x > view.width || y > view.height) {
    return;
  }
  const text = areaName(currentLevel(), row).slice(0, 24);
  context.font = (rank ? "600 13px " : "12px ") + FONT;
  const width = context.measureText(text).width + (rank ? 24 : 0);
  const box = [x - width / 2 - 3, y - 10, x + width / 2 + 3, y + 10];
  const fits = rank || width < place.width * view.scale * 1.4;
  if (!fits || taken.some((b) => b[0] < box[2] && b[2] > box[0] && b[1] < box[3] && b[3] > box[1])) {
    return;
  }
  taken.push(box);
  context.textAlign = "left";
  if (rank) {
    paintRank(context, colour, rank, box[0] + 10, y);
  }
  outlinedText(context, text, box[0] + 3 + (rank ? 22 : 0), y, colour);
}

function paintRank(context, colour, rank, x, y) {
  context.fillStyle = colour.text;
  context.beginPath();
  context.arc(x, y, 9, 0, 2 * Math.PI);
  context.fill();
  context.fillStyle = colour.halo;
  context.textAlign = "center";
  context.fillText(String(rank), x, y + 0.5);
  context.textAlign = "left";
}

function outlinedText(context, text, x, y, colour) {
  context.lineJoin = "round";
  context.lineWidth = 3.5;
  context.strokeStyle = colour.halo;
  context.strokeText(text, x, y);
  context.fillStyle = colour.text;
  context.fillText(text, x, y);
}

const FONT = 'system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';

// What lies under a place on the map, the smallest thing first; null for nothing.
function thingAt(map, containerPoint) {
  const { ground, homes } = store;
  const rule = currentRule();
  const scale = 256 * Math.pow(2, map.getZoom());
  const at = map.getPixelOrigin().add(map.containerPointToLayerPoint(containerPoint));
  const [x, y, reach] = [at.x / scale, at.y / scale, 10 / scale];
  const find = (kind, grid, points, wanted) => {
    const row = nearestPoint(grid, points.x, points.y, x, y, reach, wanted);
    return row < 0 ? null : { kind, row };
  };
  if (!ground) {
    return null;
  }
  const counted = new Set(state.layers.facilities && rule && rule.counted ? rule.counted : []);
  const shown = (row) => !state.hiddenShades.has(rule.shades[row]);
  const dots = homes && rule && rule.shades && rule.subject === "home" && state.layers.homes && drawn.mode === "dots";
  return (
    (state.layers.sites && find("site", ground.siteGrid, ground.sites, () => true)) ||
    find("facility", ground.facilityGrid, ground.facilities, (row) => counted.has(row)) ||
    (dots && find("home", homes.grid, homes, shown)) ||
    areaAt(x, y)
  );
}

function areaAt(x, y) {
  const level = store.ground.areas[state.level];
  for (let row = 0; level && row < level.shapes.owners; row += 1) {
    if (insideOwner(level.shapes, row, x, y)) {
      return { kind: "area", row, level: state.level };
    }
  }
  return null;
}
