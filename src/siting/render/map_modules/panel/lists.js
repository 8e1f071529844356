// The tables of the worst areas and the worst homes, sortable, each row leading to its place.

import { byId, el, name, replace } from "../dom.js";
import { levelName } from "../findings/names.js";
import { currentLevel, currentRule, state, store } from "../model/store.js";
import { number, word } from "../words.js";
import { areaTable, siteTable, subjectTable } from "./tables.js";

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

export function showLists(select) {
  const tabs = [];
  const rule = currentRule();
  const sites = store.header.sites.ids.length > 0;
  byId("lists").hidden = !sites && (!rule || rule.subject === "city");
  if (currentLevel() && rule && rule.subject === "home") {
    tabs.push(["areas", word("map.worst_areas", { level: levelName(currentLevel(), true) })]);
  }
  if (rule && rule.subject !== "city") {
    tabs.push(["homes", subjectsTitle(rule)]);
  }
  if (sites) {
    tabs.push(["sites", word("map.layer_sites")]);
  }
  const wanted = (tab) => tabs.some(([name]) => name === tab);
  lists.tab = [lists.wanted, "homes", "sites"].find(wanted) || "homes";
  const buttons = tabs.map(([tab, text]) => tabButton(tab, text, tabs, select));
  replace(byId("tabs"), buttons);
  byId("list").setAttribute("aria-labelledby", `tab-${lists.tab}`);
  showList(select);
}

function subjectsTitle(rule) {
  if (rule && rule.subject === "area") {
    return word("map.worst_areas", { level: levelName(currentLevel(), true) });
  }
  return word(rule && rule.subject === "facility" ? "map.worst_facilities" : "map.worst_homes");
}

function tabButton(tab, text, tabs, select) {
  const chosen = tab === lists.tab;
  const choose = (next) => {
    lists.wanted = next;
    lists.rows = ROWS_SHOWN;
    showLists(select);
    byId(`tab-${next}`).focus();
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
      id: `tab-${tab}`,
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
  const sort = lists.sort[lists.tab];
  const table = tables[lists.tab](sort, lists.rows);
  if (!table?.rows.length) {
    return replace(
      byId("list"),
      el("p", { class: "quiet" }, word(table ? "map.nobody_without" : "map.reading")),
    );
  }
  const resort = (key) => {
    sort.down = sort.key === key ? !sort.down : key !== "name";
    sort.key = key;
    showList(select);
    byId(`sort-${key}`).focus();
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
          word("map.more_rows", { shown: number(table.rows.length), all: number(table.all) }),
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
      { type: "button", id: `sort-${column.key}`, onclick: () => resort(column.key) },
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
  const mark = (text) =>
    el("span", { class: "ranked" }, el("span", { class: "rank" }, text), title);
  const head = el("th", { scope: "row" }, rank ? mark(String(rank)) : title);
  return el("tr", { class: chosen ? "chosen" : "" }, head, cells);
}
