// What the panel says of one rule: which is worst, the figures of the chosen one, its source.

const VERDICT_NAMES = ["pass", "fail", "unknown", "not_applicable"];
const VERDICT_SIGNS = ["✓", "✗", "?", "–"];
const SENSE_SIGNS = { at_most: "≤", at_least: "≥", below: "<", above: ">" };

function showHeadline(select) {
  const node = byId("headline");
  if (!store.rules.length) {
    return replace(node, word("noRules"));
  }
  const worst = rulesWorstFirst().find((k) => burden(store.rules[k].totals) > 0);
  if (worst === undefined) {
    return replace(node, word("nothingFails"));
  }
  const rule = store.rules[worst];
  const level = currentLevel();
  const totals = level && level.totals[worst];
  const sentence = word("headline", { rule: ruleName(rule), failed: burdenText(rule) });
  if (!totals) {
    return replace(node, sentence);
  }
  const rows = level.ids.map((id, row) => row).filter((row) => burden(totals[row]) > 0);
  rows.sort((a, b) => burden(totals[b]) - burden(totals[a]));
  // The same numbers stand on the map while it shows this rule.
  const rank = (k) => (worst === state.rule ? el("span", { class: "rank" }, String(k + 1)) : null);
  const shown = rows.slice(0, 3);
  // A mark stays with the name before it, or a line could begin with it.
  const mark = (k) => word(k === shown.length - 1 ? "stop" : "comma");
  const named = shown.map((row, k) => [
    el(
      "span",
      { class: "ranked" },
      rank(k),
      el(
        "button",
        {
          type: "button",
          class: "inline",
          onclick: () => select({ kind: "area", row, level: state.level }),
        },
        name(areaName(level, row)),
      ),
      mark(k).trimEnd(),
    ),
    mark(k).endsWith(" ") ? " " : "",
  ]);
  return replace(node, sentence, word("headlineAreas"), named.flat());
}

function showFigures() {
  const rule = currentRule();
  if (!rule) {
    byId("rule-title").textContent = word("noRules");
    return;
  }
  replace(byId("rule-title"), name(ruleName(rule)));
  const weights = rule.subject === "home" && !isIndicator(rule) ? knownWeights() : [];
  const single = rule.subject === "city" && rule.columns ? [cityFigure(rule)] : [];
  replace(byId("figures"), [...weights.map((weight) => figure(rule, weight)), ...single]);
  showVerdicts(rule);
  replace(byId("rule-facts"), ruleFacts(rule));
}

function figure(rule, weight) {
  const column = rule.totals.map((row) => row[WEIGHT[weight]]);
  const failed = column[1];
  const all = column.reduce((sum, value) => sum + (value || 0), 0);
  return el(
    "div",
    { class: "figure" },
    el("span", { class: "figure-name" }, word("without." + weight)),
    el(
      "strong",
      {
        class: "figure-value" + (failed >= 1e7 ? " longest" : failed >= 1e6 ? " long" : ""),
        "data-figure": weight,
        "data-value": failed,
      },
      number(failed),
    ),
    el(
      "span",
      { class: "figure-share" },
      failed === null
        ? word("noData")
        : word("ofAll", { share: percent(all ? failed / all : 0), all: number(all) }),
    ),
    column[2]
      ? el("span", { class: "figure-share" }, word("notKnown", { n: number(column[2]) }))
      : null,
  );
}

// A rule about the whole city has one figure, shown with its limit.
function cityFigure(rule) {
  const required = requiredOf(rule, 0);
  return el(
    "div",
    { class: "figure" },
    el("span", { class: "figure-name" }, word("measured")),
    el(
      "strong",
      { class: "figure-value verdict-" + VERDICT_NAMES[rule.columns.verdict[0]] },
      measuredText(rule, 0),
    ),
    el(
      "span",
      { class: "figure-share" },
      chip(rule.columns.verdict[0]),
      " ",
      required === null ? "" : requiredText(rule, required),
    ),
  );
}

function showVerdicts(rule) {
  const counts = rule.totals.map((row) => row[0] || 0);
  const all = counts.reduce((sum, value) => sum + value, 0) || 1;
  const bar = el("div", { class: "stack", "aria-hidden": "true" });
  const list = el("ul", { class: "verdict-list" });
  counts.forEach((count, k) => {
    const part = el("span", { class: "part verdict-" + VERDICT_NAMES[k] });
    part.style.setProperty("--length", String(count / all));
    bar.append(part);
    const label = word("verdict." + VERDICT_NAMES[k]);
    list.append(
      el(
        "li",
        { "data-verdict": VERDICT_NAMES[k], "data-value": count },
        el(
          "span",
          { class: "sign verdict-" + VERDICT_NAMES[k], "aria-hidden": "true" },
          VERDICT_SIGNS[k],
        ),
        label + " " + number(count),
      ),
    );
  });
  replace(
    byId("verdicts"),
    el("p", { class: "quiet" }, word("subjects." + rule.subject)),
    bar,
    list,
  );
}

function limitText(rule) {
  if (rule.required === null) {
    const own = Boolean(rule.requiredDecimals !== undefined);
    return own ? word("limitEach") : word("noLimit");
  }
  return requiredText(rule, rule.required);
}

function requiredText(rule, required) {
  return (
    SENSE_SIGNS[rule.sense] +
    " " +
    quantity(required, rule.unit, Number.isInteger(required) ? 0 : 2)
  );
}

function ruleFacts(rule) {
  const rows = [
    [word("required"), limitText(rule)],
    [word("measure"), measureName(rule)],
    [word("strength"), coded("strength", rule.strength)],
  ];
  if (rule.facilityTypes.length) {
    rows.push([word("counts"), rule.facilityTypes.map(typeName).join(word("comma"))]);
  }
  rule.unknownReasons.forEach(([reason, n], k) =>
    rows.push([k ? "" : word("whyUnknown"), pick(reason) + (rule.subject === "city" ? "" : " · " + number(n))]),
  );
  const list = el("dl", { class: "facts" });
  for (const [term, text] of rows) {
    list.append(el("dt", {}, term), el("dd", {}, name(text)));
  }
  return [list, citation(rule.citation)];
}

function citation(source) {
  const document = pick(source.document);
  if (!document && !source.number) {
    return null;
  }
  const title = [document, source.number].filter(Boolean).join(" ");
  return el(
    "div",
    { class: "citation" },
    el("cite", {}, source.url ? link(source.url, title) : name(title)),
    source.clause ? el("span", {}, " ", name(source.clause)) : null,
    source.quote
      ? el(
          "blockquote",
          { class: source.paraphrase ? "" : "verbatim" },
          source.paraphrase ? word("paraphrase") + " " : null,
          name(source.quote),
        )
      : null,
    ["B", "C"].includes(source.confidence)
      ? el("p", { class: "doubt" }, word("confidence." + source.confidence))
      : null,
  );
}
