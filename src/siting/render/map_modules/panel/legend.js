// The legend: what each colour and shape on the map stands for.

import { byId, el, replace } from "../dom.js";
import { isUpper } from "../findings/measurements.js";
import { levelName, typeName } from "../findings/names.js";
import { SHADE, SHADES } from "../findings/shades.js";
import { areasTell, rankWeight } from "../findings/weights.js";
import { currentLevel, currentRule, state, store } from "../model/store.js";
import { drawn } from "../paint/drawn.js";
import { areaStrength, colours, onPaper, shadeColour } from "../paint/palette.js";
import { number, percent, quantity, unitName, word } from "../words.js";
import { VERDICT_NAMES, VERDICT_SIGNS } from "./verdict.js";

export function showLegend(map, toggle) {
  const rule = currentRule();
  const colour = colours();
  const parts = [];
  if (rule && rule.subject === "home" && state.layers.homes) {
    parts.push(el("h3", {}, word("map.legend_homes")), homeLegend(rule, toggle));
    if (drawn.mode === "clusters") {
      parts.push(el("p", { class: "quiet" }, word(`map.legend_clusters_${rankWeight()}`)));
    }
  }
  if (state.layers.areas && areasTell(rule)) {
    const about =
      rule.subject === "area"
        ? word("map.legend_verdict")
        : word(`map.legend_areas_${rankWeight()}`, { level: levelName(currentLevel(), true) });
    parts.push(el("h3", {}, about), areaLegend(rule, colour));
  }
  parts.push(symbolLegend(rule, colour));
  replace(byId("legend"), parts);
  tintLegend(map);
}

function homeLegend(rule, toggle) {
  const list = el("ul", { class: "keys" });
  SHADES.forEach((shade, k) => {
    const box = el("input", {
      type: "checkbox",
      id: `shade-${shade}`,
      checked: !state.hiddenShades.has(k),
      onchange: (event) => toggle(k, event.target.checked),
    });
    const swatch = el("span", { class: `dot${shade === "unknown" ? " ring" : ""}` });
    swatch.style.setProperty("--colour", shadeColour(rule, k));
    list.append(el("li", {}, el("label", {}, box, swatch, shadeText(rule, k))));
  });
  return list;
}

// Limits in the rule's own unit where one limit holds for all homes.
export function shadeText(rule, k) {
  const shade = SHADES[k];
  if (rule.grades && k <= SHADE.worst) {
    return gradeText(rule, k);
  }
  if (k > SHADE.worst || rule.required === null || !rule.required) {
    return word(`map.shade_${shade}`);
  }
  const most = isUpper(rule);
  const times = most ? [0.5, 1, 1.5, 2] : [2, 1, 1 / 1.5, 0.5];
  const edge = (j) => {
    const value = rule.required * times[j];
    return rule.unit === "share"
      ? percent(value)
      : number(value, value < 10 ? 2 : value < 100 ? 1 : 0);
  };
  const unit = rule.unit === "share" ? "" : ` ${unitName(rule.unit)}`;
  if (k === SHADE.near) {
    return `${most ? "≤" : "≥"} ${edge(0)}${unit} ${VERDICT_SIGNS[0]}`;
  }
  if (k === SHADE.worst) {
    const none = most ? word("map.or_none") : "";
    return `${most ? ">" : "<"} ${edge(3)}${unit}${none} ${VERDICT_SIGNS[1]}`;
  }
  const sign = k === SHADE.served ? VERDICT_SIGNS[0] : VERDICT_SIGNS[1];
  const [low, high] = most ? [edge(k - 1), edge(k)] : [edge(k), edge(k - 1)];
  return `${low} – ${high}${unit} ${sign}`;
}

// Fifths of the homes, by what was measured.
function gradeText(rule, k) {
  const edge = (j) => quantity(rule.grades[j], rule.unit, rule.grades[j] < 10 ? 2 : 0);
  if (k === 0) {
    return `≤ ${edge(0)}`;
  }
  return k === SHADE.worst ? `> ${edge(3)}` : `${edge(k - 1)} – ${edge(k)}`;
}

// The classes of the share of people without the service, in percent, as the palette cuts them.
const AREA_CLASSES = ["0", "0–10", "10–25", "25–50", "50–75", "75–100"];

function areaLegend(rule, colour) {
  const list = el("ul", { class: "keys patches" });
  const row = (fill, text, shape) => {
    const patch = el("span", { class: shape || "patch" });
    patch.style.setProperty("--colour", fill);
    if (!shape) {
      patch.dataset.fill = fill;
    }
    list.append(el("li", {}, patch, text));
  };
  if (rule.subject === "area") {
    for (const [k, verdict] of VERDICT_NAMES.entries()) {
      row(colour.areaVerdicts[k], word(`verdict.${verdict}`));
    }
    return list;
  }
  for (const [k, edge] of AREA_CLASSES.entries()) {
    row(colour.areas[k], `${edge} %`);
  }
  row(colour.noArea, word("map.no_data"), "patch hatched");
  return list;
}

// As pale as on the map, or a class would be taken for the one below.
export function tintLegend(map) {
  const strength = areaStrength(map.getZoom());
  for (const patch of document.querySelectorAll("#legend .patch[data-fill]")) {
    patch.style.setProperty("--colour", onPaper(patch.dataset.fill, strength));
  }
}

function symbolLegend(rule, colour) {
  const list = el("ul", { class: "keys" });
  const row = (shape, fill, text) => {
    const mark = el("span", { class: shape });
    mark.style.setProperty("--colour", fill);
    list.append(el("li", {}, mark, text));
  };
  if (rule && rule.subject === "facility") {
    for (const [k, verdict] of VERDICT_NAMES.slice(0, 3).entries()) {
      row("diamond", colour.verdicts[k], word(`verdict.${verdict}`));
    }
  } else if (rule && state.layers.facilities && rule.facilityTypes.length) {
    row("diamond", colour.facilityFill, rule.facilityTypes.map(typeName).join(word("mark.comma")));
  }
  if (state.layers.sites && store.header.sites.ids.length) {
    row("star", colour.site, word("map.layer_sites"));
  }
  if (state.layers.service && rule?.service) {
    row("patch", colour.service, word("map.layer_service"));
  }
  return list;
}
