// A canvas that covers the map and a margin around it, and is painted anew where needed.

import { el, oncePerFrame } from "../dom.js";
import { state } from "../model/store.js";

const MARGIN = 0.25;

export const CanvasLayer = L.Layer.extend({
  initialize: function (paint, options) {
    L.setOptions(this, options);
    this._paint = paint;
    this.redraw = oncePerFrame(() => this.redrawNow());
  },

  onAdd: function () {
    this._canvas = el("canvas", { class: "leaflet-zoom-animated siting-canvas" });
    this._canvas.setAttribute("aria-hidden", "true");
    this.getPane().appendChild(this._canvas);
    this.redrawNow();
  },

  onRemove: function () {
    this._canvas.remove();
    this._canvas = null;
  },

  getEvents: function () {
    return {
      viewreset: this.redrawNow,
      moveend: this.redrawNow,
      zoomend: this.redrawNow,
      resize: this.redrawNow,
      move: this._refillWhenUncovered,
      zoomanim: this._follow,
    };
  },

  // While the map is dragged beyond the margin the canvas is painted for the new place.
  _refillWhenUncovered: function () {
    const map = this._map;
    if (map._animatingZoom || !this._corner) {
      return;
    }
    const corner = map.containerPointToLayerPoint([0, 0]);
    const gap = corner.subtract(this._corner);
    const size = map.getSize();
    const spare = this._size.subtract(size);
    if (gap.x < 0 || gap.y < 0 || gap.x > spare.x || gap.y > spare.y) {
      this.redraw();
    }
  },

  _follow: function (event) {
    const map = this._map;
    const scale = map.getZoomScale(event.zoom, this._zoom);
    const offset = map._latLngToNewLayerPoint(this._cornerPlace, event.zoom, event.center);
    L.DomUtil.setTransform(this._canvas, offset, scale);
  },

  redrawNow: function () {
    const map = this._map;
    if (!map || !this._canvas || map._animatingZoom) {
      return;
    }
    const size = map.getSize();
    const margin = size.multiplyBy(MARGIN).round();
    this._size = size.add(margin.multiplyBy(2));
    this._corner = map.containerPointToLayerPoint(margin.multiplyBy(-1)).round();
    this._zoom = map.getZoom();
    this._cornerPlace = map.layerPointToLatLng(this._corner);
    L.DomUtil.setTransform(this._canvas, this._corner, 1);
    const context = this._prepare();
    this._paint(context, this._view());
    if (state.printing && this.options.pane === "points") {
      // Chromium prints a canvas by doing again what was done to it, and the clearing with which
      // that begins would wipe out the canvas below. Pixels are printed as they are.
      const { width, height } = this._canvas;
      context.putImageData(context.getImageData(0, 0, width, height), 0, 0);
    }
  },

  _prepare: function () {
    const ratio = pixelRatio();
    const [width, height] = [this._size.x * ratio, this._size.y * ratio].map(Math.round);
    if (this._canvas.width !== width || this._canvas.height !== height) {
      this._canvas.width = width;
      this._canvas.height = height;
      this._canvas.style.width = `${this._size.x}px`;
      this._canvas.style.height = `${this._size.y}px`;
    }
    const context = this._canvas.getContext("2d", this.options.context);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, width, height);
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    return context;
  },

  // How the world's 0 to 1 becomes this canvas: pixel = world * scale - left.
  _view: function () {
    const origin = this._map.getPixelOrigin();
    const scale = 256 * 2 ** this._zoom;
    const left = origin.x + this._corner.x;
    const top = origin.y + this._corner.y;
    const { x: width, y: height } = this._size;
    return {
      zoom: this._zoom,
      scale,
      left,
      top,
      width,
      height,
      ratio: pixelRatio(),
      world: [left / scale, top / scale, (left + width) / scale, (top + height) / scale],
    };
  },
});

function pixelRatio() {
  return state.printing ? 2 : Math.min(2, window.devicePixelRatio || 1);
}
