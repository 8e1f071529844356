// Colours. Served is blue and unserved orange to brown, which readers with any colour vision tell
// apart (ColorBrewer PuOr and Blues); areas are purple, so that homes stand out on them. Size and
// shape say the same again: unserved homes are larger, unknown ones are rings.

import { SHADE } from "../findings/shades.js";
import { currentRule, state } from "../model/store.js";

const palettes = {
  light: {
    paper: "#f7f7f5",
    water: "#d3e3ee",
    street: "#cfccc8",
    mainStreet: "#b3afaa",
    boundary: "#8d8a99",
    text: "#3b3a45",
    halo: "#ffffff",
    shades: ["#2b6ca8", "#5b9bd0", "#e08214", "#b35806", "#5c2a05", "#6b6b6b", "#a3a3a3"],
    areas: ["#f5f3fa", "#e6e2f2", "#d3cce9", "#bcb1de", "#a292d0", "#8872c0"],
    noArea: "#bdbdb8",
    verdicts: ["#9ecae1", "#b35806", "#8a8a8a", "#d8d8d4"],
    areaVerdicts: ["#cfe0f0", "#e9b073", "#a9a9a6", "#ecebe7"],
    grades: ["#9dd6c8", "#5fb3a8", "#2f8f88", "#0f6b69", "#04403f"],
    facility: "#14532d",
    facilityFill: "#1b9e77",
    site: "#c51b7d",
    service: "#1b9e77",
    selection: "#000000",
    areaAlpha: 0.8,
    streetAlpha: 0.55,
  },
  dark: {
    paper: "#191b20",
    water: "#1d3442",
    street: "#454852",
    mainStreet: "#5d616d",
    boundary: "#7d7a8c",
    text: "#e3e3ea",
    halo: "#15161a",
    shades: ["#4a90d0", "#86b8e3", "#d97b16", "#fdae4a", "#fff0c9", "#a6a6a6", "#666a73"],
    areas: ["#24232c", "#343048", "#484065", "#5d5185", "#7666a7", "#9080c6"],
    noArea: "#5a5d66",
    verdicts: ["#3a7cb8", "#fdae4a", "#8a8a8a", "#3a3c42"],
    areaVerdicts: ["#356491", "#7d5320", "#5a5a5a", "#2a2b30"],
    grades: ["#1f6f6b", "#35918a", "#5fb8ad", "#98dccf", "#d8fff5"],
    facility: "#0b2e22",
    facilityFill: "#4fd1a5",
    site: "#ff7cc0",
    service: "#4fd1a5",
    selection: "#ffffff",
    areaAlpha: 0.85,
    streetAlpha: 0.6,
  },
};

// Edges between the classes of the share of people without the service.
const AREA_EDGES = [0.001, 0.1, 0.25, 0.5, 0.75];

export function shadeColour(rule, shade) {
  return rule.grades && shade <= SHADE.worst ? colours().grades[shade] : colours().shades[shade];
}

export function areaClass(unserved) {
  let k = 0;
  while (k < AREA_EDGES.length && unserved >= AREA_EDGES[k]) {
    k += 1;
  }
  return k;
}

export function colours() {
  return palettes[state.printing ? "light" : state.theme];
}

export function rgb(hex) {
  const value = parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

// Areas fade as single homes come into sight, which then say more; not where areas are judged.
export function areaStrength(zoom) {
  const rule = currentRule();
  const fade =
    state.layers.homes && rule && rule.subject === "home"
      ? Math.max(0.35, Math.min(1, 1 - (zoom - 14) * 0.25))
      : 1;
  return colours().areaAlpha * fade;
}

// A colour as it looks on the map's paper.
export function onPaper(hex, strength) {
  const [paper, ink] = [rgb(colours().paper), rgb(hex)];
  const mixed = ink.map((part, k) => part * strength + paper[k] * (1 - strength));
  return `rgb(${mixed.map(Math.round).join(", ")})`;
}
