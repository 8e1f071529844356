// The address after "#" holds rule, view, language, theme and selection, so that a link shows the
// same picture. A page inside a notebook has no address of its own; then nothing is kept.

import { readTexts } from "../model/read.js";
import { currentLevel, currentRule, state, store } from "../model/store.js";
import { language } from "../words.js";

export function readLink() {
  const chosen = new URLSearchParams(location.hash.slice(1));
  const view = (chosen.get("view") || "").split(",").map(Number);
  const at = (chosen.get("at") || "").split(":");
  return {
    rule: store.rules.findIndex((rule) => rule.key === chosen.get("rule")),
    level: store.header.areas.findIndex((level) => level.level === chosen.get("level")),
    language: ["zh", "en"].includes(chosen.get("language")) ? chosen.get("language") : null,
    theme: ["light", "dark"].includes(chosen.get("theme")) ? chosen.get("theme") : null,
    view: view.length === 3 && view.every(Number.isFinite) ? view : null,
    selected: at.length > 1 ? { kind: at[0], id: at.slice(1).join(":") } : null,
  };
}

export function writeLink(map) {
  const centre = map.getCenter();
  const chosen = new URLSearchParams();
  if (currentRule()) {
    chosen.set("rule", currentRule().key);
  }
  chosen.set("view", [centre.lat.toFixed(5), centre.lng.toFixed(5), map.getZoom()].join(","));
  chosen.set("language", language);
  chosen.set("theme", state.theme);
  if (store.header.areas.length > 1) {
    chosen.set("level", currentLevel().level);
  }
  const id = state.selected && idOf(state.selected);
  if (id) {
    chosen.set("at", `${state.selected.kind}:${id}`);
  }
  try {
    history.replaceState(null, "", `#${chosen.toString()}`);
  } catch {
    // A page inside a notebook; see above.
  }
}

function idOf(selected) {
  const ids = idsOf(selected.kind);
  return ids ? ids[selected.row] : null;
}

function idsOf(kind) {
  if (kind === "home") {
    return store.texts?.ids;
  }
  if (kind === "area") {
    return currentLevel()?.ids;
  }
  return { facility: store.header.facilities.ids, site: store.header.sites.ids }[kind] || null;
}

export async function findSelected(asked) {
  if (asked.kind === "home") {
    await readTexts();
  }
  const ids = idsOf(asked.kind);
  const row = ids ? ids.indexOf(asked.id) : -1;
  return row < 0 ? null : { kind: asked.kind, row, level: state.level };
}
