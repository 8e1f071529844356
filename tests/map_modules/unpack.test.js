import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { deflateSync } from "node:zlib";
import { inflate, openPack, readColumn } from "../../src/siting/render/map_modules/model/unpack.js";

const column = (bytes, length, width, differences) =>
  Array.from(readColumn(Uint8Array.from(bytes), 0, length, width, differences));

afterEach(() => {
  delete globalThis.document;
});

// A page with these blocks; the ids of those that were removed are listed.
function pageWith(blocks) {
  const removed = [];
  globalThis.document = {
    getElementById: (id) => ({ textContent: blocks[id], remove: () => removed.push(id) }),
  };
  return removed;
}

function deflated(bytes) {
  return deflateSync(Uint8Array.from(bytes)).toString("base64");
}

test("a column of single bytes is read as it stands", () => {
  assert.deepEqual(column([0, 1, 255], 3, 1, 0), [0, 1, 255]);
});

test("bytes of equal weight stand together, the lowest first", () => {
  // 258 = 2 + 1 * 256; 3 = 3 + 0 * 256; 65536 = 0 + 0 * 256 + 1 * 65536
  assert.deepEqual(column([2, 3, 0, 1, 0, 0, 0, 0, 1], 3, 3, 0), [258, 3, 65536]);
});

test("differences to the value before are zigzag", () => {
  // 7, +1, +1 is stored as 14, 2, 2; then -3 as 5 and 0 as 0
  assert.deepEqual(column([14, 2, 2, 5, 0], 5, 1, 1), [7, 8, 9, 6, 6]);
  assert.deepEqual(column([1], 1, 1, 1), [-1]);
});

test("a column without values is empty", () => {
  assert.deepEqual(column([], 0, 1, 1), []);
  assert.deepEqual(column([], 0, 2, 0), []);
});

test("text is decoded and inflated", async () => {
  assert.deepEqual([...(await inflate(deflated([5, 0, 200])))], [5, 0, 200]);
});

test("a damaged text is an error, not an empty column", async () => {
  await assert.rejects(inflate(deflated([5, 0, 200]).slice(4)));
});

test("a pack holds columns one after another and is removed from the page once read", async () => {
  const removed = pageWith({ "siting-pack-homes": deflated([14, 2, 2, 3, 0, 1, 0]) });
  const columns = await openPack("homes", [
    ["x", 3, 1, 1],
    ["households", 2, 2, 0],
  ]);
  assert.deepEqual(Array.from(columns.x), [7, 8, 9]);
  assert.deepEqual(Array.from(columns.households), [3 + 1 * 256, 0]);
  assert.deepEqual(removed, ["siting-pack-homes"]);
});

test("a pack without columns is JSON", async () => {
  pageWith({ "siting-pack-texts": deflated(new TextEncoder().encode('{"ids":["楼-1"]}')) });
  assert.deepEqual(await openPack("texts", null), { ids: ["楼-1"] });
});
