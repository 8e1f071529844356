// The model as the page holds it, and what the reader has chosen.

export const store = { header: null, ground: null, homes: null, rules: [], texts: null };

export const state = {
  rule: 0,
  level: 0,
  theme: "light",
  selected: null, // {kind: "home" | "area" | "facility" | "site", row, level}
  layers: {
    homes: true,
    areas: true,
    facilities: true,
    service: false,
    sites: true,
    names: true,
    ground: true,
  },
  hiddenShades: new Set(),
  basemap: -1,
  printing: false,
};

export function currentRule() {
  return store.rules[state.rule];
}

export function currentLevel() {
  return store.header.areas[state.level];
}

export function pointsOf(kind) {
  return (
    { home: store.homes, facility: store.ground.facilities, site: store.ground.sites }[kind] || null
  );
}
