// Words and numbers in the language of the page.

let words = { zh: {}, en: {} };

export let language = "zh";

export const missingWords = new Set();

// The sentences of both languages: {zh: {key: text}, en: {key: text}}.
export function setWords(dictionaries) {
  words = dictionaries;
}

export function setLanguage(code) {
  language = code;
}

// A sentence with {places} filled in, and {n:one|more} chosen by a number. Values from data are
// isolated, so that a name written from right to left does not turn the sentence around.
export function word(key, values) {
  const text = words[language][key];
  if (text === undefined) {
    missingWords.add(`${language}:${key}`);
    return key;
  }
  return text.replace(/\{(\w+)(?::([^|}]*)\|([^}]*))?\}/g, (whole, place, one, more) => {
    if (!values || !(place in values)) {
      return whole;
    }
    if (more !== undefined) {
      return values[place] === "1" ? one : more;
    }
    return `\u2068${values[place]}\u2069`;
  });
}

// How many of something, in words.
export function counted(key, n) {
  return word(key, { n: number(n) });
}

function hasWord(key) {
  return words[language][key] !== undefined;
}

export function pick(label) {
  return label[language] || label.zh || label.en || "";
}

// Words of a closed list; a code that is not in it is shown as it is.
export function coded(prefix, code) {
  return hasWord(`${prefix}.${code}`) ? word(`${prefix}.${code}`) : code;
}

export function number(value, digits) {
  if (value === null || value === undefined || Number.isNaN(value)) {
    return "–";
  }
  const options = { maximumFractionDigits: digits || 0, minimumFractionDigits: 0 };
  return new Intl.NumberFormat(language === "zh" ? "zh-CN" : "en-GB", options).format(value);
}

export function shortNumber(n) {
  const options = { notation: "compact", maximumSignificantDigits: 2 };
  return new Intl.NumberFormat(language === "zh" ? "zh-CN" : "en-GB", options).format(n);
}

// Shares never round up to "all" or down to "none".
export function percent(share) {
  if (share === null || share === undefined || Number.isNaN(share)) {
    return "–";
  }
  const hundredths = share * 100;
  if (hundredths > 0 && hundredths < 0.1) {
    return "< 0.1\u00a0%";
  }
  if (hundredths < 100 && hundredths > 99.9) {
    return "> 99.9\u00a0%";
  }
  return `${number(hundredths, 1)}\u00a0%`;
}

export function unitName(unit) {
  return coded("unit", unit);
}

export function quantity(value, unit, digits) {
  if (value === Infinity) {
    return word("map.unreached");
  }
  if (value === null || Number.isNaN(value)) {
    return "–";
  }
  if (unit === "share") {
    return percent(value);
  }
  const one = value === 1 && hasWord(`one.${unit}`) ? word(`one.${unit}`) : unitName(unit);
  return `${number(value, digits)}\u00a0${one}`.trim();
}

// As few decimals as keep the figure on its own side of the limit.
export function enoughDigits(value, required, decimals) {
  const most = Math.max(0, Math.min(decimals, 4));
  const size = Math.abs(value);
  const least = Math.min(most, size >= 100 ? 0 : size >= 10 ? 1 : 2);
  for (let digits = least; digits < most; digits += 1) {
    const shown = Number(value.toFixed(digits));
    if (required === null || Math.sign(shown - required) === Math.sign(value - required)) {
      return digits;
    }
  }
  return most;
}

export function fillStaticWords(root) {
  for (const node of root.querySelectorAll("[data-word]")) {
    node.textContent = word(node.getAttribute("data-word"));
  }
  for (const node of root.querySelectorAll("[data-label]")) {
    const text = word(node.getAttribute("data-label"));
    node.setAttribute("aria-label", text);
    if (node.tagName === "BUTTON") {
      node.setAttribute("title", text);
    }
  }
  for (const node of root.querySelectorAll("[data-placeholder]")) {
    node.setAttribute("placeholder", word(node.getAttribute("data-placeholder")));
  }
}
