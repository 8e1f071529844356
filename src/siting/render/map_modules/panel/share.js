// The button that copies the address of the picture on the screen.

import { byId, el, replace } from "../dom.js";
import { word } from "../words.js";

export async function share() {
  const box = byId("shared");
  let copied = true;
  try {
    await navigator.clipboard.writeText(location.href);
  } catch {
    copied = false;
  }
  const field = el("input", {
    type: "text",
    readonly: true,
    value: location.href,
    "aria-label": word("map.share"),
  });
  replace(box, word(copied ? "map.copied" : "map.copy_this"), " ", field);
  box.hidden = false;
  if (!copied) {
    field.select();
  }
}
