// Dots written straight into pixels: a hundred thousand of them take a few milliseconds. Drawing
// each as a path would take far longer.

// Coverage from 0 to 255 of a disc or a ring of that radius, with a rim of half a pixel.
export function dotMask(radius, hollow) {
  const reach = Math.ceil(radius + 0.5);
  const side = 2 * reach + 1;
  const mask = new Uint8Array(side * side);
  const inner = hollow ? radius - Math.max(1.2, radius * 0.4) : -1;
  for (let row = 0; row < side; row += 1) {
    for (let column = 0; column < side; column += 1) {
      const distance = Math.hypot(row - reach, column - reach);
      const outside = Math.max(0, Math.min(1, radius + 0.5 - distance));
      const hole = inner < 0 ? 0 : Math.max(0, Math.min(1, inner + 0.5 - distance));
      mask[row * side + column] = Math.round(255 * (outside - hole));
    }
  }
  return { reach, side, mask };
}

// Pixels are red, green, blue, alpha, not multiplied.
export function stampDot(pixels, width, height, centreX, centreY, stamp, red, green, blue) {
  const left = centreX - stamp.reach;
  const top = centreY - stamp.reach;
  if (left < 0 || top < 0 || left + stamp.side > width || top + stamp.side > height) {
    return;
  }
  for (let row = 0; row < stamp.side; row += 1) {
    let at = ((top + row) * width + left) * 4;
    const line = row * stamp.side;
    for (let column = 0; column < stamp.side; column += 1, at += 4) {
      const cover = stamp.mask[line + column];
      if (cover === 255 || (cover && !pixels[at + 3])) {
        pixels[at] = red;
        pixels[at + 1] = green;
        pixels[at + 2] = blue;
        pixels[at + 3] = cover;
      } else if (cover) {
        const share = cover / 255;
        pixels[at] += (red - pixels[at]) * share;
        pixels[at + 1] += (green - pixels[at + 1]) * share;
        pixels[at + 2] += (blue - pixels[at + 2]) * share;
        pixels[at + 3] = Math.max(pixels[at + 3], cover);
      }
    }
  }
}
