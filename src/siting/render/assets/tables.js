// The tables of the worst areas and the worst homes, sortable, each row leading to its place.

const ROWS_SHOWN = 50;
const lists = {
  wanted: "areas", // the tab that the reader chose; some rules have only the other
  tab: "areas",
  rows: ROWS_SHOWN,
  sort: {
    areas: { key: "burden", down: true },
    homes: { key: "shortfall", down: true },
    sites: { key: "", down: false },
  },
};

function showLists(select) {
  const tabs = [];
  const rule = currentRule();
  const sites = store.header.sites.ids.length > 0;
  byId("lists").hidden = !sites && (!rule || rule.subject === "city");
  if (currentLevel() && rule && rule.subject === "home") {
    tabs.push(["areas", word("worstAreas", { level: levelName(currentLevel(), true) })]);
  }
  if (rule && rule.subject !== "city") {
    tabs.push(["homes", subjectsTitle(rule)]);
  }
  if (sites) {
    tabs.push(["sites", word("layer.sites")]);
  }
  const wanted = (tab) => tabs.some(([name]) => name === tab);
  lists.tab = [lists.wanted, "homes", "sites"].find(wanted) || "homes";
  const buttons = tabs.map(([tab, text]) => tabButton(tab, text, tabs, select));
  replace(byId("tabs"), buttons);
  byId("list").setAttribute("aria-labelledby", "tab-" + lists.tab);
  showList(select);
}

function subjectsTitle(rule) {
  if (rule && rule.subject === "area") {
    return word("worstAreas", { level: levelName(currentLevel(), true) });
  }
  return word(rule && rule.subject === "facility" ? "worstFacilities" : "worstHomes");
}

function tabButton(tab, text, tabs, select) {
  const chosen = tab === lists.tab;
  const choose = (next) => {
    lists.wanted = next;
    lists.rows = ROWS_SHOWN;
    showLists(select);
    byId("tab-" + next).focus();
  };
  const onkeydown = (event) => {
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      const at = tabs.findIndex(([name]) => name === tab);
      const step = event.key === "ArrowLeft" ? tabs.length - 1 : 1;
      choose(tabs[(at + step) % tabs.length][0]);
    }
  };
  return el(
    "button",
    {
      type: "button",
      role: "tab",
      id: "tab-" + tab,
      "aria-selected": String(chosen),
      "aria-controls": "list",
      tabindex: chosen ? "0" : "-1",
      onclick: () => choose(tab),
      onkeydown,
    },
    text,
  );
}

function showList(select) {
  const tables = { areas: areaTable, homes: subjectTable, sites: siteTable };
  const table = tables[lists.tab]();
  if (!table || !table.rows.length) {
    return replace(
      byId("list"),
      el("p", { class: "quiet" }, word(table ? "nobodyWithout" : "reading")),
    );
  }
  const sort = lists.sort[lists.tab];
  const resort = (key) => {
    sort.down = sort.key === key ? !sort.down : key !== "name";
    sort.key = key;
    showList(select);
    byId("sort-" + key).focus();
  };
  const head = el(
    "tr",
    {},
    table.columns.map((column) => headCell(column, sort, resort)),
  );
  const body = table.rows.map((row) => bodyRow(table, row, select));
  const more =
    table.all > table.rows.length
      ? el(
          "button",
          { type: "button", class: "more", onclick: () => showMore(select) },
          word("moreRows", { shown: number(table.rows.length), all: number(table.all) }),
        )
      : null;
  return replace(byId("list"), el("table", {}, el("thead", {}, head), el("tbody", {}, body)), more);
}

function showMore(select) {
  lists.rows *= 3;
  showList(select);
}

function headCell(column, sort, resort) {
  const chosen = sort.key === column.key;
  const order = chosen ? (sort.down ? "descending" : "ascending") : "none";
  const sign = chosen ? (sort.down ? " ▾" : " ▴") : "";
  if (!column.sortable) {
    return el("th", { scope: "col" }, column.text);
  }
  return el(
    "th",
    { scope: "col", "aria-sort": order },
    el(
      "button",
      { type: "button", id: "sort-" + column.key, onclick: () => resort(column.key) },
      column.text + sign,
    ),
  );
}

function bodyRow(table, row, select) {
  const thing = table.thing(row);
  const { selected } = state;
  const chosen = selected && selected.kind === thing.kind && selected.row === thing.row;
  const cells = table.columns.slice(1).map((column) => el("td", {}, column.show(row)));
  const title = el(
    "button",
    { type: "button", class: "inline", onclick: () => select(thing) },
    name(table.title(row)),
  );
  const rank = table.rank ? table.rank(row) : 0;
  const mark = (text) => el("span", { class: "ranked" }, el("span", { class: "rank" }, text), title);
  const head = el("th", { scope: "row" }, rank ? mark(String(rank)) : title);
  return el("tr", { class: chosen ? "chosen" : "" }, head, cells);
}

function areaTable() {
  const level = currentLevel();
  const totals = level.totals[state.rule];
  if (!totals) {
    return { columns: [], rows: [], all: 0 };
  }
  const failed = (weight) => (row) => totals[row][1][WEIGHT[weight]];
  const share = (row) => unservedShare(state.level, state.rule, row);
  const columns = [
    { key: "name", text: word("name"), sortable: true, value: (row) => areaName(level, row) },
    {
      key: "share",
      text: word("shareWithout"),
      sortable: true,
      value: share,
      show: (row) => percent(share(row)),
    },
    ...knownWeights().map((weight) => ({
      key: weight === rankWeight() ? "burden" : weight,
      text: word("column." + weight),
      sortable: true,
      value: failed(weight),
      show: (row) => number(failed(weight)(row)),
    })),
  ];
  const rows = level.ids.map((id, row) => row).filter((row) => burden(totals[row]) > 0);
  const ranked = areasWorstFirst().slice(0, RANKS_SHOWN);
  sortRows(rows, columns, lists.sort.areas);
  return {
    columns,
    rows: rows.slice(0, lists.rows),
    all: rows.length,
    title: (row) => areaName(level, row),
    thing: (row) => ({ kind: "area", row, level: state.level }),
    rank: (row) => ranked.indexOf(row) + 1,
  };
}

function sortRows(rows, columns, sort) {
  const column = columns.find((one) => one.key === sort.key) || columns[1];
  const way = sort.down ? -1 : 1;
  const collator = new Intl.Collator(language === "zh" ? "zh-CN" : "en");
  rows.sort((a, b) => {
    const [left, right] = [column.value(a), column.value(b)];
    if (typeof left === "string") {
      return way * collator.compare(left, right);
    }
    return way * (orLowest(left) - orLowest(right)) || a - b;
  });
}

function orLowest(value) {
  return value === null || value === undefined || Number.isNaN(value) ? -1 : Math.min(value, 1e15);
}

// Proposed sites in the order in which they were given, with what each adds.
function siteTable() {
  const { ids, notes } = store.header.sites;
  const rows = ids.map((id, row) => row);
  const columns = [
    { key: "name", text: word("name"), sortable: false },
    {
      key: "note",
      text: word("siteNote"),
      sortable: false,
      show: (row) => (notes[row] ? name(pick(notes[row])) : "–"),
    },
  ];
  const thing = (row) => ({ kind: "site", row });
  return { columns, rows: rows.slice(0, lists.rows), all: rows.length, title: siteName, thing };
}

// The homes, areas or facilities that a rule fails; null while they are being read.
function subjectTable() {
  const rule = currentRule();
  if (!rule || (rule.subject === "area" && rule.level !== currentLevel().level)) {
    return { columns: [], rows: [], all: 0 };
  }
  if (!rule.columns || !store.homes || !store.texts) {
    return null;
  }
  const known = ["households", "population", "elderly"].filter((key) => store.homes.weights[key]);
  const weights = rule.subject === "home" ? known.slice(0, 2) : [];
  const weight = (key) => (row) => weightOf(key, row);
  const columns = [
    { key: "name", text: word("name"), sortable: false },
    {
      key: "measured",
      text: word("measured"),
      sortable: true,
      value: (row) => measuredOf(rule, row),
      show: (row) => measuredText(rule, row),
    },
    {
      key: "shortfall",
      text: word("shortfall"),
      sortable: true,
      value: (row) => shortfallOf(rule, row),
      show: (row) => shortfallText(rule, row),
    },
    ...weights.map((key) => ({
      key,
      text: word("column." + key),
      sortable: true,
      value: weight(key),
      show: (row) => number(weightOf(key, row), 1),
    })),
  ];
  const { rows, all } = firstFailing(rule, columns, lists.sort.homes);
  const thing = (row) =>
    rule.subject === "area"
      ? { kind: "area", row, level: state.level }
      : { kind: rule.subject, row };
  return { columns, rows, all, title: (row) => subjectName(rule, row), thing };
}

// The first failing subjects in the order asked for, without sorting all of them by a comparison:
// the key of the last one wanted is found first. Ties go to more people, then to the first row.
function firstFailing(rule, columns, sort) {
  const column = columns.find((one) => one.key === sort.key) || columns[2];
  const way = sort.down ? -1 : 1;
  const { verdict } = rule.columns;
  const failing = [];
  for (let row = 0; row < verdict.length; row += 1) {
    if (verdict[row] === 1) {
      failing.push(row);
    }
  }
  const keys = Float64Array.from(failing, (row) => way * orLowest(column.value(row)));
  const last = keys.slice().sort()[Math.min(lists.rows, failing.length) - 1];
  const people = (row) => (rule.subject === "home" ? orLowest(weightOf("population", row)) : 0);
  const rows = failing.map((row, k) => [keys[k], row]).filter(([key]) => key <= last);
  rows.sort((a, b) => a[0] - b[0] || people(b[1]) - people(a[1]) || a[1] - b[1]);
  return { rows: rows.slice(0, lists.rows).map(([, row]) => row), all: failing.length };
}

function measuredText(rule, row) {
  const measured = measuredOf(rule, row);
  return quantity(measured, rule.unit, digitsOf(rule, row));
}

// The same for what was measured and for what is short, so that a reader can add them up.
function digitsOf(rule, row) {
  const measured = measuredOf(rule, row);
  return Number.isFinite(measured)
    ? enoughDigits(measured, requiredOf(rule, row), rule.decimals)
    : 0;
}

function shortfallText(rule, row) {
  const shortfall = shortfallOf(rule, row);
  if (shortfall === Infinity) {
    return word("noneInReach");
  }
  return Number.isNaN(shortfall)
    ? "–"
    : quantity(shortfall, rule.unit, digitsOf(rule, row));
}
