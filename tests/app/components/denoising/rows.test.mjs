import assert from 'node:assert/strict';
import test from 'node:test';

import { breakRows, fitRows, rowOf } from '../../../../app/components/denoising/rows.js';

const SIZES = { least: 17, most: 34 };
const measures = (count, wide = 50) => ({
  words: Array(count).fill(wide), gaps: Array(count).fill(5), breakable: Array(count).fill(true),
});

test('a short sentence stands in one row, as large as the width allows', () => {
  const { size, rows } = fitRows(measures(10), 20, 1000, SIZES);
  assert.deepEqual(rows, [[0, 10]]);
  assert.ok(size > 30 && size <= 34 && (545 * size) / 20 <= 1000);
});

test('no sentence is larger than the largest size', () => {
  assert.equal(fitRows(measures(1), 20, 1000, SIZES).size, 34);
});

test('a long sentence takes as few rows as at the least size, and fills them', () => {
  const { size, rows } = fitRows(measures(100), 20, 1000, SIZES);
  const fewest = breakRows(measures(100), (1000 * 20) / 17).length;
  assert.equal(rows.length, fewest);
  assert.ok(size > 17);
});

for (const count of [0, 1, 2, 7, 30, 100]) {
  test(`all ${count} words stand in rows, each in one, in order`, () => {
    const { rows } = fitRows(measures(count, 90), 20, 400, SIZES);
    assert.deepEqual(rows.flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => from + i)),
      Array.from({ length: count }, (_, i) => i));
    rows.forEach(([from], row) => assert.equal(rowOf(rows, from), row));
  });
}

test('a row never ends before a sign that belongs to the word before it', () => {
  const glued = { words: [50, 50, 5], gaps: [5, 0, 0], breakable: [true, false, false] };
  assert.deepEqual(breakRows(glued, 107), [[0, 1], [1, 3]]);
});

test('a run without gaps that is wider than the stage is broken within', () => {
  const run = { words: Array(9).fill(50), gaps: Array(9).fill(0), breakable: Array(9).fill(false) };
  assert.deepEqual(breakRows(run, 160), [[0, 3], [3, 6], [6, 9]]);
});

test('a place after the last word is in the last row', () => {
  assert.equal(rowOf([[0, 3], [3, 5]], 5), 1);
});
