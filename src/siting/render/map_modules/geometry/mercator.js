// Places as x and y from 0 to 1 in Web Mercator, as Leaflet's world has them.

function mercatorX(lon) {
  return (lon + 180) / 360;
}

function mercatorY(lat) {
  const sine = Math.sin((lat * Math.PI) / 180);
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
}

// Latitude and longitude in degrees, a pair that Leaflet takes wherever it wants a place.
export function toLatLng(x, y) {
  const lat = (360 / Math.PI) * Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) - 90;
  return [lat, x * 360 - 180];
}

export function project(xs, ys, degree) {
  const x = new Float64Array(xs.length);
  const y = new Float64Array(ys.length);
  for (let i = 0; i < xs.length; i += 1) {
    x[i] = mercatorX(xs[i] / degree);
    y[i] = mercatorY(ys[i] / degree);
  }
  return { x, y };
}
