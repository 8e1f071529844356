// Search by name or id over homes, areas, facilities and sites.

import {
  areaName,
  facilityName,
  homeName,
  levelName,
  siteName,
  typeName,
} from "../findings/names.js";
import { store } from "../model/store.js";
import { word } from "../words.js";

const FOUND_SHOWN = 12;

export function findThings(asked) {
  const wanted = folded(asked.trim());
  const found = [];
  store.header.areas.forEach((level, k) => {
    search(level.names, level.ids, wanted, (row) =>
      found.push({
        kind: "area",
        row,
        level: k,
        text: areaName(level, row),
        about: levelName(level),
      }),
    );
  });
  search(store.texts.names, store.texts.ids, wanted, (row) =>
    found.push({
      kind: "home",
      row,
      text: homeName(row),
      about: `${word("map.kind_home")} ${store.texts.ids[row]}`,
    }),
  );
  const { facilities, sites } = store.header;
  search(facilities.names, facilities.ids, wanted, (row) =>
    found.push({
      kind: "facility",
      row,
      text: facilityName(row),
      about: facilities.types[row].map(typeName).join(word("mark.comma")),
    }),
  );
  search(sites.names, sites.ids, wanted, (row) =>
    found.push({ kind: "site", row, text: siteName(row), about: word("map.kind_site") }),
  );
  const exact = (thing) =>
    folded(thing.text) === wanted ? 0 : folded(thing.text).startsWith(wanted) ? 1 : 2;
  return found.sort((a, b) => exact(a) - exact(b)).slice(0, FOUND_SHOWN);
}

function folded(text) {
  return text.normalize("NFKC").toLowerCase();
}

// Enough of each kind is found for the best of them to be shown.
function search(names, ids, wanted, add) {
  let left = FOUND_SHOWN * 4;
  for (let row = 0; row < ids.length && left > 0; row += 1) {
    if (folded(names[row]).includes(wanted) || folded(ids[row]).includes(wanted)) {
      add(row);
      left -= 1;
    }
  }
}
