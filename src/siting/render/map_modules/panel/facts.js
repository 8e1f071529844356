// A list of terms and their values, and the source of a rule.

import { el, link, name } from "../dom.js";
import { language, pick, word } from "../words.js";

export function factList(facts) {
  const list = el("dl", { class: "facts inline-facts" });
  for (const [term, text] of facts) {
    list.append(el("div", {}, el("dt", {}, term), el("dd", {}, text)));
  }
  return list;
}

export function citation(source) {
  const document = pick(source.document);
  if (!document && !source.number) {
    return null;
  }
  const title = [document, source.number].filter(Boolean).join(" ");
  return el(
    "div",
    { class: "citation" },
    el("cite", {}, source.url ? link(source.url, title) : name(title)),
    pick(source.clause) ? el("span", {}, " ", name(pick(source.clause))) : null,
    // A paraphrase is Chinese and no quote.
    source.quote && !(source.paraphrase && language !== "zh")
      ? el(
          "blockquote",
          { class: source.paraphrase ? "" : "verbatim" },
          source.paraphrase ? `${word("map.paraphrase")} ` : null,
          name(source.quote),
        )
      : null,
    ["B", "C"].includes(source.confidence)
      ? el("p", { class: "doubt" }, word(`map.confidence_${source.confidence}`))
      : null,
  );
}
