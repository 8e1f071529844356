// Search by name or id over homes, areas, facilities and sites.

const FOUND_SHOWN = 12;

function startSearch(select) {
  const input = byId("search");
  const list = byId("found");
  let found = [];
  let marked = -1;

  const mark = (k) => {
    marked = k;
    [...list.children].forEach((item, j) => item.setAttribute("aria-selected", String(j === k)));
    if (k >= 0) {
      input.setAttribute("aria-activedescendant", "found-" + k);
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
          id: "found-" + k,
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
    replace(list, items.length ? items : el("li", { class: "quiet" }, word("nothingFound")));
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

function findThings(asked) {
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
      about: word("kind.home") + " " + store.texts.ids[row],
    }),
  );
  const { facilities, sites } = store.header;
  search(facilities.names, facilities.ids, wanted, (row) =>
    found.push({
      kind: "facility",
      row,
      text: facilityName(row),
      about: facilities.types[row].map(typeName).join(word("comma")),
    }),
  );
  search(sites.names, sites.ids, wanted, (row) =>
    found.push({ kind: "site", row, text: siteName(row), about: word("kind.site") }),
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
