// The card of one home, area, facility or site, with every rule that looks at it.

async function showDetails(select) {
  const card = byId("details");
  const { selected } = state;
  card.hidden = !selected;
  if (!selected) {
    return;
  }
  if (selected.kind === "home") {
    await Promise.all([readTexts(), ...store.rules.map((rule, k) => readRule(k))]);
    if (state.selected !== selected) {
      return;
    }
  }
  const parts = { home: homeCard, area: areaCard, facility: facilityCard, site: siteCard }[
    selected.kind
  ](selected.row, select);
  const close = el(
    "button",
    {
      type: "button",
      class: "close",
      "aria-label": word("close"),
      title: word("close"),
      onclick: () => select(null),
    },
    "×",
  );
  replace(card, close, parts);
}

function homeCard(row, select) {
  const facts = [[word("id"), name(store.texts.ids[row])]];
  for (const weight of ["households", "population", "elderly"]) {
    if (store.homes.weights[weight]) {
      facts.push([word("column." + weight), number(weightOf(weight, row), 1)]);
    }
  }
  store.header.areas.forEach((level, k) => {
    const area = store.homes.areas[k][row] - 1;
    if (area >= 0) {
      facts.push([levelName(level), name(areaName(level, area))]);
    }
  });
  return [
    el("p", { class: "kind" }, word("kind.home")),
    el("h2", {}, name(homeName(row))),
    factList(facts),
    findingGroups(
      store.rules.filter((rule) => rule.subject === "home"),
      row,
      select,
    ),
  ];
}

const MANY_RULES = 12;
const GROUP_ORDER = [1, 2, 0, 3]; // what fails first, then unknown, passed, not applicable

// The rule on the map first, then the others by verdict; with many rules only what fails is open.
function findingGroups(rules, row, select) {
  const current = rules.filter((rule) => rule === currentRule());
  const list = (some) =>
    el(
      "ul",
      { class: "findings" },
      some.map((rule) => findingItem(rule, row, select)),
    );
  const groups = GROUP_ORDER.map((verdict) => {
    const some = rules.filter(
      (rule) => rule.columns.verdict[row] === verdict && !current.includes(rule),
    );
    const open = verdict === 1 || rules.length <= MANY_RULES;
    const title = word("verdict." + VERDICT_NAMES[verdict]) + " · " + number(some.length);
    return some.length
      ? el("details", { class: "group", open }, el("summary", {}, title), list(some))
      : null;
  });
  return [list(current), groups];
}

function factList(facts) {
  const list = el("dl", { class: "facts inline-facts" });
  for (const [term, text] of facts) {
    list.append(el("div", {}, el("dt", {}, term), el("dd", {}, text)));
  }
  return list;
}

function findingItem(rule, row, select) {
  const verdict = rule.columns.verdict[row];
  const required = requiredOf(rule, row);
  const nearest = nearestOf(rule, row);
  const facts = [[word("measured"), measuredText(rule, row)]];
  if (required !== null) {
    facts.push([word("required"), requiredText(rule, required)]);
  }
  if (verdict === 1) {
    facts.push([word("shortfall"), shortfallText(rule, row)]);
  }
  if (nearest >= 0) {
    const go = el(
      "button",
      {
        type: "button",
        class: "inline",
        onclick: () => select({ kind: "facility", row: nearest }),
      },
      name(facilityName(nearest)),
    );
    facts.push([word("nearest"), go]);
  }
  facts.push([word("measure"), measureName(rule)]);
  return el(
    "li",
    { class: rule === currentRule() ? "current" : "" },
    el("h3", {}, chip(verdict), " ", name(ruleName(rule))),
    factList(facts),
    citation(rule.citation),
  );
}

function chip(verdict) {
  const code = VERDICT_NAMES[verdict];
  return el(
    "span",
    { class: "chip verdict-" + code },
    VERDICT_SIGNS[verdict] + " " + word("verdict." + code),
  );
}

function areaCard(row) {
  const level = currentLevel();
  const head = [
    el("p", { class: "kind" }, levelName(level)),
    el("h2", {}, name(areaName(level, row))),
    factList([[word("id"), name(level.ids[row])]]),
  ];
  const weights = knownWeights();
  // What fails somebody here, the worst of this area first.
  const here = (k) => burden(level.totals[k] && level.totals[k][row]);
  const body = rulesWorstFirst()
    .filter((k) => here(k) > 0)
    .sort((a, b) => here(b) - here(a))
    .map((k) => {
      const failed = level.totals[k][row][1];
      const cells = weights.map((weight) => el("td", {}, number(failed[WEIGHT[weight]])));
      const share = el("td", {}, percent(unservedShare(state.level, k, row)));
      const current = k === state.rule ? "chosen" : "";
      return el(
        "tr",
        { class: current },
        el("th", { scope: "row" }, name(ruleName(store.rules[k]))),
        share,
        cells,
      );
    });
  const titles = [
    word("rule"),
    word("shareWithout"),
    ...weights.map((weight) => word("column." + weight)),
  ];
  const table = el(
    "table",
    {},
    el("caption", {}, word("areaCaption")),
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        titles.map((title) => el("th", { scope: "col" }, title)),
      ),
    ),
    el("tbody", {}, body),
  );
  const lacking = body.length ? table : el("p", { class: "quiet" }, word("nobodyWithout.area"));
  return [...head, lacking, areaFindings(row)];
}

// Rules that look at areas themselves, such as one facility for so many people.
function areaFindings(row) {
  const level = currentLevel().level;
  const rules = store.rules.filter(
    (rule) => rule.subject === "area" && rule.level === level && rule.columns,
  );
  return findingGroups(rules, row, () => {});
}

// A facility with several types may have a row for each.
function typesOf(row) {
  const { ids, types } = store.header.facilities;
  const rows = types.filter((kinds, other) => ids[other] === ids[row]);
  return [...new Set(rows.flat())];
}

function facilityCard(row) {
  const { ids } = store.header.facilities;
  const facts = [
    [word("id"), name(ids[row])],
    [word("type"), name(typesOf(row).map(typeName).join(word("comma")))],
  ];
  const rules = store.rules.filter(
    (rule) => rule.subject === "facility" && rule.columns && rule.columns.verdict[row] !== 3,
  );
  return [
    el("p", { class: "kind" }, word("kind.facility")),
    el("h2", {}, name(facilityName(row))),
    factList(facts),
    el(
      "ul",
      { class: "findings" },
      rules.map((rule) => findingItem(rule, row, () => {})),
    ),
  ];
}

function siteCard(row) {
  const { ids, types, notes } = store.header.sites;
  const facts = [[word("id"), name(ids[row])]];
  if (types[row]) {
    facts.push([word("type"), name(typeName(types[row]))]);
  }
  const note = notes[row] ? el("p", {}, name(pick(notes[row]))) : null;
  return [
    el("p", { class: "kind" }, word("kind.site")),
    el("h2", {}, name(siteName(row))),
    factList(facts),
    note,
  ];
}

// One line for the pointer.
function tipText(thing) {
  const rule = currentRule();
  if (thing.kind === "home") {
    return [homeName(thing.row), findingText(rule, thing.row)];
  }
  if (thing.kind === "facility") {
    return [
      facilityName(thing.row),
      store.header.facilities.types[thing.row].map(typeName).join(word("comma")),
    ];
  }
  if (thing.kind === "site") {
    return [siteName(thing.row), word("kind.site")];
  }
  return [areaName(currentLevel(), thing.row), areaTip(rule, thing.row)];
}

function areaTip(rule, row) {
  if (!areasTell(rule)) {
    return "";
  }
  if (rule.subject === "area") {
    return rule.columns ? findingText(rule, row) : "";
  }
  const share = unservedShare(state.level, state.rule, row);
  return share === null ? word("noData") : word("shareWithout") + " " + percent(share);
}

function findingText(rule, row) {
  const verdict = rule.columns.verdict[row];
  const judged = VERDICT_SIGNS[verdict] + " " + word("verdict." + VERDICT_NAMES[verdict]);
  return judged + " · " + measuredText(rule, row);
}
