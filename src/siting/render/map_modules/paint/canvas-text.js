// Text on the canvas, and which places are free for it.

export const FONT = 'system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif';

export function outlinedText(context, text, x, y, colour) {
  context.lineJoin = "round";
  context.lineWidth = 3.5;
  context.strokeStyle = colour.halo;
  context.strokeText(text, x, y);
  context.fillStyle = colour.text;
  context.fillText(text, x, y);
}

export function meets(boxes, box) {
  return boxes.some((b) => b[0] < box[2] && b[2] > box[0] && b[1] < box[3] && b[3] > box[1]);
}

// Says whether a place was free, which it is not from then on.
export function takeBox(taken, box) {
  if (meets(taken, box)) {
    return false;
  }
  taken.push(box);
  return true;
}
