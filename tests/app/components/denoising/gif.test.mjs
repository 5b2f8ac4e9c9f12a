import assert from 'node:assert/strict';
import test from 'node:test';

import { ColourTable, Gif } from '../../../../app/components/denoising/gif.js';

/** A picture of 4 × 2 pixels of these greys. */
const picture = (...greys) => Uint8ClampedArray.from(greys.flatMap((grey) => [grey, grey, grey, 255]));

const dark = picture(0, 0, 0, 0, 0, 0, 0, 200);
const light = picture(0, 0, 0, 0, 0, 0, 200, 200);

test('the table has the most frequent colours, and every other one the nearest of them', () => {
  const table = new ColourTable([dark]);
  assert.deepEqual(table.colours, [[0, 0, 0], [200, 200, 200]]);
  assert.equal(table.bytes.length, 768);
  assert.equal(table.indexAt(picture(150), 0), 1);
  assert.equal(table.indexAt(picture(40), 0), 0);
});

test('a file begins with its size, has a part for each frame, and ends', async () => {
  const gif = new Gif(4, 2, new ColourTable([dark, light]));
  gif.add(dark, 600);
  gif.add(light, 80);
  const blob = gif.blob();
  const bytes = new Uint8Array(await blob.arrayBuffer());
  assert.equal(blob.type, 'image/gif');
  assert.equal(String.fromCharCode(...bytes.slice(0, 6)), 'GIF89a');
  assert.deepEqual([...bytes.slice(6, 10)], [4, 0, 2, 0]);
  assert.equal(bytes.at(-1), 0x3b);
  const controls = [...bytes.keys()].filter((at) => bytes[at] === 0x21 && bytes[at + 1] === 0xf9);
  assert.deepEqual(controls.map((at) => bytes[at + 4]), [60, 8]);
});
