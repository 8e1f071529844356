import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { state, store } from "../../src/siting/render/map_modules/model/store.js";
import {
  findSelected,
  readLink,
  writeLink,
} from "../../src/siting/render/map_modules/view/link.js";
import { openTown } from "./little-town.js";

const map = { getCenter: () => ({ lat: 30.5812345, lng: 114.28 }), getZoom: () => 15.25 };

beforeEach(() => {
  openTown();
  globalThis.location = { hash: "" };
  globalThis.history = {
    replaceState: (_state, _title, address) => {
      globalThis.location.hash = address;
    },
  };
});

afterEach(() => {
  delete globalThis.location;
  delete globalThis.history;
});

test("an address without anything asks for nothing", () => {
  assert.deepEqual(readLink(), {
    rule: -1,
    level: -1,
    language: null,
    theme: null,
    view: null,
    selected: null,
  });
});

test("what is written into the address is read from it again", () => {
  Object.assign(state, { rule: 1, theme: "dark", selected: { kind: "facility", row: 2 } });
  writeLink(map);
  assert.deepEqual(readLink(), {
    rule: 1,
    level: -1, // there is only one level of areas, so the address need not name it
    language: "en",
    theme: "dark",
    view: [30.58123, 114.28, 15.25],
    selected: { kind: "facility", id: "f-3" },
  });
});

test("values that make no sense are passed over", () => {
  location.hash = "#rule=nothing&language=fr&theme=pink&view=30,x,12&at=home";
  assert.deepEqual(Object.values(readLink()), [-1, -1, null, null, null, null]);
  location.hash = "#view=30,114";
  assert.equal(readLink().view, null);
});

test("an id may hold the mark that stands between kind and id", async () => {
  store.texts.ids[2] = "way:12:3";
  Object.assign(state, { selected: { kind: "home", row: 2 } });
  writeLink(map);
  const { selected } = readLink();
  assert.deepEqual(selected, { kind: "home", id: "way:12:3" });
  assert.deepEqual(await findSelected(selected), { kind: "home", row: 2, level: 0 });
});

test("what is no longer there is not selected", async () => {
  assert.equal(await findSelected({ kind: "home", id: "h-99" }), null);
  assert.equal(await findSelected({ kind: "planet", id: "h-1" }), null);
});

test("a page that may not change its address stays as it is", () => {
  history.replaceState = () => {
    throw new Error("not here");
  };
  writeLink(map);
  assert.equal(location.hash, "");
});
