// Everything that changes what the page shows, in one place: each control calls one of these.

import { byId } from "./dom.js";
import { readRule } from "./model/read.js";
import { currentRule, state, store } from "./model/store.js";
import { showDetails } from "./panel/details.js";
import { showFigures } from "./panel/figures.js";
import { showTexts } from "./panel/heading.js";
import { showHeadline } from "./panel/headline.js";
import { showLayers } from "./panel/layers.js";
import { showLegend } from "./panel/legend.js";
import { showLists } from "./panel/lists.js";
import { showRules } from "./panel/rules.js";
import { showBasemap } from "./view/basemap.js";
import { writeLink } from "./view/link.js";
import { fitBeside, goTo, judgedBounds, wholeBounds } from "./view/places.js";
import { showScale } from "./view/scale.js";
import { setLanguage } from "./words.js";

// A rule about areas is seen on the areas of its own level.
export function showLevelOf(rule) {
  const level = store.header.areas.findIndex(
    (one) => rule && rule.subject === "area" && one.level === rule.level,
  );
  if (level >= 0 && level !== state.level) {
    state.level = level;
    state.selected = state.selected && state.selected.kind === "area" ? null : state.selected;
  }
}

export class Page {
  constructor(map, layers) {
    this.map = map;
    this.drawings = layers;
    for (const action of ["choose", "select", "shade", "changed", "whole"]) {
      this[action] = this[action].bind(this);
    }
  }

  redraw() {
    this.drawings.ground.redraw();
    this.drawings.points.redraw();
  }

  redrawNow() {
    this.drawings.ground.redrawNow();
    this.drawings.points.redrawNow();
  }

  texts() {
    showTexts();
  }

  lists() {
    showLists(this.select);
  }

  rule() {
    showRules(this.choose);
    showHeadline(this.select);
    showFigures();
    this.lists();
    this.layers();
  }

  layers() {
    showLayers(this.changed);
    showLegend(this.map, this.shade);
    this.redraw();
  }

  changed() {
    showBasemap(this.map);
    this.rule();
    writeLink(this.map);
  }

  shade(shade, shown) {
    state.hiddenShades[shown ? "delete" : "add"](shade);
    this.redraw();
  }

  async choose(rule) {
    state.rule = rule;
    showLevelOf(store.rules[rule]);
    const focused = document.activeElement?.id;
    await readRule(rule);
    if (state.rule !== rule) {
      return;
    }
    this.rule();
    if (focused && byId(focused)) {
      byId(focused).focus();
    }
    showDetails(this.select);
    writeLink(this.map);
  }

  // Options: stay (the map does not move), quiet (the focus does not move).
  async select(thing, options) {
    const { stay, quiet } = options || {};
    state.selected = thing;
    if (thing && thing.level !== undefined) {
      state.level = thing.level;
    }
    if (thing && !stay) {
      goTo(this.map, thing);
    }
    this.lists();
    this.layers();
    await showDetails(this.select);
    if (thing) {
      byId("details").scrollIntoView({ block: "start" });
    }
    if (thing && !quiet) {
      byId("details").focus({ preventScroll: true });
    }
    writeLink(this.map);
  }

  theme(theme) {
    state.theme = theme;
    document.documentElement.dataset.theme = theme;
    this.texts();
    this.rule();
    writeLink(this.map);
  }

  speak(next) {
    setLanguage(next);
    this.texts();
    this.rule();
    showBasemap(this.map);
    showScale(this.map);
    showDetails(this.select);
    writeLink(this.map);
  }

  whole() {
    fitBeside(this.map, wholeBounds());
  }

  // The view that a link asks for, or else where the rule has something to say.
  look(asked) {
    if (asked.view) {
      this.map.setView([asked.view[0], asked.view[1]], asked.view[2], { animate: false });
    } else {
      fitBeside(this.map, judgedBounds(currentRule()) || wholeBounds());
    }
  }
}
