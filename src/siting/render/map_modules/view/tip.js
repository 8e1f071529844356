// One line about what lies under the pointer.

import { byId, el, name, oncePerFrame, replace } from "../dom.js";
import { areaName, facilityName, homeName, siteName, typeName } from "../findings/names.js";
import { areasTell, unservedShare } from "../findings/weights.js";
import { currentLevel, currentRule, state, store } from "../model/store.js";
import { measuredText } from "../panel/quantities.js";
import { VERDICT_NAMES, VERDICT_SIGNS } from "../panel/verdict.js";
import { percent, word } from "../words.js";
import { thingAt } from "./pick.js";

export function startTip(map) {
  const tip = byId("tip");
  let last = null;
  const look = oncePerFrame(() => {
    const thing = last && !map.dragging.moving() ? thingAt(map, last) : null;
    map.getContainer().classList.toggle("over-thing", Boolean(thing));
    tip.hidden = !thing;
    if (thing) {
      const [title, text] = tipText(thing);
      replace(tip, el("strong", {}, name(title)), el("span", {}, text));
      const width = map.getSize().x;
      tip.style.left = `${Math.min(last.x + 14, width - tip.offsetWidth - 8)}px`;
      tip.style.top = `${Math.max(8, last.y - tip.offsetHeight - 12)}px`;
    }
  });
  map.on("mousemove", (event) => {
    last = event.containerPoint;
    look();
  });
  map.on("mouseout movestart", () => {
    last = null;
    look();
  });
}

function tipText(thing) {
  const rule = currentRule();
  if (thing.kind === "home") {
    return [homeName(thing.row), findingText(rule, thing.row)];
  }
  if (thing.kind === "facility") {
    return [
      facilityName(thing.row),
      store.header.facilities.types[thing.row].map(typeName).join(word("mark.comma")),
    ];
  }
  if (thing.kind === "site") {
    return [siteName(thing.row), word("map.kind_site")];
  }
  return [areaName(currentLevel(), thing.row), areaTip(rule, thing.row)];
}

function areaTip(rule, row) {
  if (!areasTell(rule)) {
    return "";
  }
  if (rule.subject === "area") {
    return rule.columns ? findingText(rule, row) : "";
  }
  const share = unservedShare(state.level, state.rule, row);
  return share === null ? word("map.no_data") : `${word("map.share_without")} ${percent(share)}`;
}

function findingText(rule, row) {
  const verdict = rule.columns.verdict[row];
  const judged = `${VERDICT_SIGNS[verdict]} ${word(`verdict.${VERDICT_NAMES[verdict]}`)}`;
  return `${judged} · ${measuredText(rule, row)}`;
}
