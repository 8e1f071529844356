// Where the name of an area goes.

// The middle of the widest stretch of the largest ring on a middle line.
export function labelPlaces(shapes) {
  const places = [];
  for (let owner = 0; owner < shapes.owners; owner += 1) {
    places.push(labelPlace(shapes, owner));
  }
  return places;
}

function labelPlace(shapes, owner) {
  let best = -1;
  let size = -1;
  for (let p = shapes.first[owner]; p < shapes.first[owner + 1]; p += 1) {
    const [left, top, right, bottom] = shapes.box.subarray(p * 4, p * 4 + 4);
    if ((right - left) * (bottom - top) > size) {
      size = (right - left) * (bottom - top);
      best = p;
    }
  }
  if (best < 0) {
    return null;
  }
  const [left, top, right, bottom] = shapes.box.subarray(best * 4, best * 4 + 4);
  const middle = (top + bottom) / 2;
  const crossings = crossingsOf(shapes, owner, middle);
  let [from, to] = [left, right];
  let widest = -1;
  for (let k = 0; k + 1 < crossings.length; k += 2) {
    if (crossings[k + 1] - crossings[k] > widest) {
      widest = crossings[k + 1] - crossings[k];
      [from, to] = [crossings[k], crossings[k + 1]];
    }
  }
  return { x: (from + to) / 2, y: middle, width: to - from };
}

function crossingsOf(shapes, owner, level) {
  const crossings = [];
  const { x, y, start } = shapes;
  for (let p = shapes.first[owner]; p < shapes.first[owner + 1]; p += 1) {
    for (let i = start[p]; i + 1 < start[p + 1]; i += 1) {
      if (y[i] > level !== y[i + 1] > level) {
        crossings.push(x[i] + ((level - y[i]) / (y[i + 1] - y[i])) * (x[i + 1] - x[i]));
      }
    }
  }
  return crossings.sort((a, b) => a - b);
}
