// The search field and the list of what it found.

import { byId, el, name, replace } from "../dom.js";
import { readTexts } from "../model/read.js";
import { word } from "../words.js";
import { findThings } from "./find.js";

export function startSearch(select) {
  const input = byId("search");
  const list = byId("found");
  let found = [];
  let marked = -1;

  const mark = (k) => {
    marked = k;
    for (const [j, item] of [...list.children].entries()) {
      item.setAttribute("aria-selected", String(j === k));
    }
    if (k >= 0) {
      input.setAttribute("aria-activedescendant", `found-${k}`);
      list.children[k].scrollIntoView({ block: "nearest" });
    } else {
      input.removeAttribute("aria-activedescendant");
    }
  };
  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    mark(-1);
  };
  const choose = (thing) => {
    close();
    select(thing);
  };
  const show = () => {
    const items = found.map((thing, k) =>
      el(
        "li",
        {
          role: "option",
          id: `found-${k}`,
          "aria-selected": "false",
          onpointerdown: (event) => {
            event.preventDefault();
            choose(thing);
          },
        },
        name(thing.text),
        el("small", {}, " ", thing.about),
      ),
    );
    replace(list, items.length ? items : el("li", { class: "quiet" }, word("map.nothing_found")));
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    marked = -1;
  };
  const look = async () => {
    const asked = input.value;
    if (!asked.trim()) {
      return close();
    }
    await readTexts();
    if (asked === input.value) {
      found = findThings(asked);
      show();
    }
  };
  input.addEventListener("input", look);
  input.addEventListener("focus", () => input.value && look());
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      close();
    } else if (
      (event.key === "ArrowDown" || event.key === "ArrowUp") &&
      found.length &&
      !list.hidden
    ) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      mark((marked + step + found.length) % found.length);
    } else if (event.key === "Enter" && found.length && !list.hidden) {
      event.preventDefault();
      choose(found[Math.max(0, marked)]);
    }
  });
}
