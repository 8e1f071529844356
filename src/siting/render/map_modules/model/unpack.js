// Columns from text: the other half of the package's encode.py.

import { byId } from "../dom.js";

export async function inflate(text) {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i += 1) {
    bytes[i] = binary.charCodeAt(i);
  }
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// Reads a pack and removes its text from the page.
export async function openPack(name, described) {
  const block = byId(`siting-pack-${name}`);
  const bytes = await inflate(block.textContent);
  block.remove();
  if (described === null) {
    return JSON.parse(new TextDecoder().decode(bytes));
  }
  const columns = {};
  let at = 0;
  for (const [column, length, width, differences] of described) {
    columns[column] = readColumn(bytes, at, length, width, differences);
    at += length * width;
  }
  return columns;
}

// One column of integers; the bytes of equal weight stand together, the lowest first. Differences
// are zigzag: 0, -1, 1, -2 are stored as 0, 1, 2, 3.
export function readColumn(bytes, at, length, width, differences) {
  if (width === 1 && !differences) {
    return bytes.slice(at, at + length);
  }
  const values = new Int32Array(length);
  let previous = 0;
  for (let i = 0; i < length; i += 1) {
    let value = 0;
    for (let k = width - 1; k >= 0; k -= 1) {
      value = value * 256 + bytes[at + k * length + i];
    }
    if (differences) {
      previous += value % 2 ? -(value + 1) / 2 : value / 2;
      value = previous;
    }
    values[i] = value;
  }
  return values;
}
