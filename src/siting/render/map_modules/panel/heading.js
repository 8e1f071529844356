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
  const key = header.date ? "subtitle" : "subtitleUndated";
  const about = word(key, { n: counted("count.homes", header.homes), date: header.date });
  byId("subtitle").textContent = about;
  byId("made-up").hidden = !header.madeUp;
  byId("language").textContent = language === "zh" ? "English" : "中文";
  byId("language").lang = language === "zh" ? "en" : "zh-CN";
  byId("theme").textContent = state.theme === "light" ? "☾" : "☀";
  byId("busy").textContent = word("reading");
  showNotes();
}

function showNotes() {
  const { header } = store;
  const versions = Object.entries(header.versions).map(([what, version]) => `${what} ${version}`);
  const facts = [
    [word("date"), header.date || "–"],
    [word("homes"), number(header.homes)],
    [word("madeWith"), name(versions.join(word("comma")))],
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
    el("h3", {}, word("notes")),
    notes.length ? el("ul", {}, notes) : el("p", {}, word("noNotes")),
    el("p", { class: "quiet" }, word("accuracy")),
  );
}
