// The scale bar.

import { byId } from "../dom.js";
import { number, unitName, word } from "../words.js";

// The scale holds in the middle of the map; Mercator stretches towards the poles.
export function showScale(map) {
  const middle = map.getSize().y / 2;
  const metres = map.distance(
    map.containerPointToLatLng([0, middle]),
    map.containerPointToLatLng([110, middle]),
  );
  const power = 10 ** Math.floor(Math.log10(metres));
  const length = [5, 2, 1].map((k) => k * power).find((value) => value <= metres) || power;
  const text =
    length >= 1000
      ? `${number(length / 1000)} ${unitName("km")}`
      : `${number(length, 1)} ${unitName("m")}`;
  const node = byId("scale");
  node.style.width = `${Math.round((110 * length) / metres)}px`;
  node.textContent = text;
  node.setAttribute("aria-label", word("map.scale", { length: text }));
}
