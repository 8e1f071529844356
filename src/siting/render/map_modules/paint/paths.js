// Outlines and points of the model on a canvas.

// Puts the paths of one owner on the canvas; says whether any of them can be seen.
export function tracePaths(context, view, shapes, owner) {
  const [left, top, right, bottom] = view.world;
  let seen = false;
  context.beginPath();
  for (let p = shapes.first[owner]; p < shapes.first[owner + 1]; p += 1) {
    const box = p * 4;
    if (
      shapes.box[box] <= right &&
      shapes.box[box + 2] >= left &&
      shapes.box[box + 1] <= bottom &&
      shapes.box[box + 3] >= top
    ) {
      tracePath(context, view, shapes, p);
      seen = true;
    }
  }
  return seen;
}

// Vertices nearer than half a pixel to the one before are not worth a line.
function tracePath(context, view, shapes, path) {
  const { scale, left, top } = view;
  const { x, y, start } = shapes;
  const last = start[path + 1] - 1;
  let px = x[start[path]] * scale - left;
  let py = y[start[path]] * scale - top;
  context.moveTo(px, py);
  for (let i = start[path] + 1; i <= last; i += 1) {
    const nx = x[i] * scale - left;
    const ny = y[i] * scale - top;
    if (i === last || Math.abs(nx - px) + Math.abs(ny - py) > 0.5) {
      context.lineTo(nx, ny);
      px = nx;
      py = ny;
    }
  }
}

export function drawShapes(context, view, shapes, wanted) {
  for (let owner = 0; owner < shapes.owners; owner += 1) {
    if (wanted(owner) && tracePaths(context, view, shapes, owner)) {
      context.fill("evenodd");
    }
  }
}

export function toCanvas(view, points, row) {
  return [points.x[row] * view.scale - view.left, points.y[row] * view.scale - view.top];
}
