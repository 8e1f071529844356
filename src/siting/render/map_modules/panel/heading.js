// What the page says of itself: title, banner, buttons, and the notes on the data.

import { byId, el, name, replace } from "../dom.js";
import { state, store } from "../model/store.js";
import { coded, counted, fillStaticWords, language, number, pick, word } from "../words.js";
import { factList } from "./facts.js";

export function showTexts() {
  const { header } = store;
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.title = pick(header.title);
  replace(byId("title"), name(pick(header.title)));
  fillStaticWords(document.body);
  const homes = counted("map.count_homes", header.homes);
  byId("subtitle").textContent = header.date
    ? word("map.subtitle", { n: homes, date: header.date })
    : homes;
  byId("made-up").hidden = !header.madeUp;
  byId("language").textContent = language === "zh" ? "English" : "中文";
  byId("language").lang = language === "zh" ? "en" : "zh-CN";
  byId("theme").textContent = state.theme === "light" ? "☾" : "☀";
  byId("busy").textContent = word("map.reading");
  showNotes();
}

function showNotes() {
  const { header } = store;
  const versions = Object.entries(header.versions).map(([what, version]) => `${what} ${version}`);
  const facts = [
    [word("map.date"), header.date || "–"],
    [word("map.homes"), number(header.homes)],
    [word("map.made_with"), name(versions.join(word("mark.comma")))],
  ];
  const notes = header.notes.map((note) =>
    el(
      "li",
      {},
      el("strong", {}, name(pick(note.layer))),
      ` · ${coded("severity", note.severity)} · `,
      name(pick(note.message)),
    ),
  );
  replace(
    byId("notes"),
    factList(facts),
    el("h3", {}, word("map.notes")),
    notes.length ? el("ul", {}, notes) : el("p", {}, word("map.no_notes")),
    el("p", { class: "quiet" }, word("map.accuracy")),
  );
}
