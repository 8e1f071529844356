// The shapes that stand for facilities and sites.

export function diamond(context, x, y, side) {
  context.beginPath();
  context.moveTo(x, y - side);
  context.lineTo(x + side, y);
  context.lineTo(x, y + side);
  context.lineTo(x - side, y);
  context.closePath();
  context.fill();
  context.stroke();
}

export function starPath(context, x, y, radius) {
  context.beginPath();
  for (let k = 0; k < 10; k += 1) {
    const reach = k % 2 ? radius * 0.45 : radius;
    const angle = (k * Math.PI) / 5 - Math.PI / 2;
    context.lineTo(x + reach * Math.cos(angle), y + reach * Math.sin(angle));
  }
  context.closePath();
}
