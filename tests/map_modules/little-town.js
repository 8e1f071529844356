// A town small enough to work out by hand, put where the modules look for the model.
//
// Four homes: h-1 and h-2 in the first community, h-3 in the second, h-4 in none.
//
// | home | people | to a clinic    | to a library |
// | h-1  | 30     | 200 m  pass    | 900 m  fail  |
// | h-2  | 20     | 650 m  fail    | 300 m  pass  |
// | h-3  | 50     | no way, fail   | unknown      |
// | h-4  | 10     | unknown        | unknown      |

import { state, store } from "../../src/siting/render/map_modules/model/store.js";
import { setLanguage, setWords } from "../../src/siting/render/map_modules/words.js";

const EN = {
  "mark.comma": ", ",
  "map.count_area": "{n} {n:area|areas}",
  "map.count_population": "{n} {n:person|people}",
  "map.kind_home": "home",
  "map.kind_site": "site",
  "map.kind_city": "the whole city",
  "level.community": "community",
  "levels.community": "communities",
  "map.limit_each": "each its own",
  "map.name": "name",
  "map.no_limit": "no limit",
  "map.none_in_reach": "none in reach",
  "one.bed": "bed",
  "map.or_none": " or none",
  "map.share_without": "without",
  "map.shade_unknown": "unknown",
  "map.shade_exempt": "not applicable",
  "map.shade_near": "well served",
  "strength.indicator": "indicator",
  "unit.bed": "beds",
  "unit.m": "m",
  "map.unreached": "out of reach",
  "verdict.unknown": "cannot tell",
  "map.column_population": "people",
  "map.measured": "measured",
  "map.shortfall": "short by",
};

const ZH = { "map.count_population": "{n}人", "unit.m": "米", "map.unreached": "无法到达" };

// Measurements are stored in tenths of a metre above 200 m, two codes up: 650 m is (650 - 200) * 10 + 2.
function code(metres) {
  return (metres - 200) * 10 + 2;
}

export function ruleOf(changes) {
  return {
    id: "clinic",
    key: "cn/clinic",
    title: { zh: "诊所", en: "Clinic" },
    subject: "home",
    level: "",
    sense: "at_most",
    strength: "mandatory",
    compared: false,
    unit: "m",
    required: 500,
    decimals: 1,
    step: 0.1,
    start: 200,
    facilityTypes: ["clinic"],
    // Rows: pass, fail, unknown, not applicable. Columns: homes, households, people, elderly.
    totals: [
      [1, null, 30, null],
      [2, null, 20 + 50, null],
      [1, null, 10, null],
      [0, null, 0, null],
    ],
    columns: {
      verdict: Uint8Array.of(0, 1, 1, 2),
      measured: Int32Array.of(code(200), code(650), 1, 0),
      nearest: Int32Array.of(1, 2, 0, 0),
    },
    ...changes,
  };
}

export function openTown() {
  setWords({ en: EN, zh: ZH });
  setLanguage("en");
  const clinic = ruleOf({});
  const library = ruleOf({
    id: "library",
    key: "cn/library",
    title: { zh: "图书馆", en: "Library" },
    facilityTypes: ["library"],
    totals: [
      [1, null, 20, null],
      [1, null, 30, null],
      [2, null, 50 + 10, null],
      [0, null, 0, null],
    ],
    columns: {
      verdict: Uint8Array.of(1, 0, 2, 2),
      measured: Int32Array.of(code(900), code(300), 0, 0),
    },
  });
  const none = [null, null, null, null];
  const community = {
    level: "community",
    title: { zh: "", en: "" },
    ids: ["c-1", "c-2"],
    names: ["North", ""],
    // By rule, then by area.
    totals: [
      [
        [[1, null, 30, null], [1, null, 20, null], [0, null, 0, null], none],
        [[0, null, 0, null], [1, null, 50, null], [0, null, 0, null], none],
      ],
      [
        [[1, null, 20, null], [1, null, 30, null], [0, null, 0, null], none],
        [[0, null, 0, null], [0, null, 0, null], [1, null, 50, null], none],
      ],
    ],
    shares: [
      [
        [1 / 2, null, 30 / 50, null],
        [0, null, 0, null],
      ],
      [[1 / 2, null, 20 / 50, null], null],
    ],
  };
  Object.assign(store, {
    header: {
      areas: [community],
      facilities: {
        ids: ["f-1", "f-2", "f-3"],
        names: ["South clinic", "Clinic of Dr. Ｗａｎｇ", ""],
        types: [["clinic"], ["clinic", "library"], ["library"]],
      },
      facilityTypes: {
        clinic: { zh: "诊所", en: "clinic" },
        library: { zh: "图书馆", en: "library" },
      },
      sites: { ids: ["s-1"], names: ["The old mill"], types: [""], notes: [null] },
    },
    ground: null,
    homes: { n: 4, weights: { households: null, population: peopleOf(30, 20, 50, 10) } },
    rules: [clinic, library],
    texts: { ids: ["h-1", "h-2", "h-3", "h-4"], names: ["Mill Lane 1", "Mill Lane 2", "", ""] },
    typesOfFacilities: [new Set(["clinic"]), new Set(["clinic", "library"]), new Set(["library"])],
    weights: undefined,
    reading: Promise.resolve(),
  });
  Object.assign(state, { rule: 0, level: 0, theme: "light", selected: null, printing: false });
  return { clinic, library, community };
}

// People are stored in tenths plus one; 0 is unknown.
function peopleOf(...people) {
  return Int32Array.from(people, (n) => n * 10 + 1);
}
