// Where Tab begins, and where undo goes back to.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { History } from '../../../../app/components/span_annotator/history.js';
import { firstInSight } from '../../../../app/components/span_annotator/in_sight.js';

const span = (s, status) => ({ id: `m${s}`, s, e: s + 3, label: 'PER', status });
const SPANS = [span(0, 'suggested'), span(10, 'accepted'), span(20, 'suggested'), span(90, 'suggested')];

for (const [sight, expected] of [
  [{ s: 0, e: 30 }, 'm0'],
  [{ s: 5, e: 30 }, 'm20'], // a suggestion goes before what is decided
  [{ s: 5, e: 15 }, 'm10'], // unless there is none in sight
  [{ s: 30, e: 60 }, 'm90'], // nothing is in sight: the next one after it
  [{ s: 95, e: 99 }, 'm0'], // nothing comes after it either
]) {
  test(`of what is in sight from ${sight.s} to ${sight.e}, Tab selects ${expected} first`, () => {
    assert.equal(SPANS[firstInSight(SPANS, sight)].id, expected);
  });
}

test('undo and redo name the place of the edit, however often', () => {
  const history = new History();
  const viewState = { selected: 'm0', candidate: null, scrolled: 340 };
  const before = { ...span(0, 'suggested'), score: 0.9, source: 'model' };
  const after = { ...before, status: 'accepted' };
  const offsets = { toPoints: (offset) => offset };
  history.record([{ id: 'm0', before, after }], viewState);
  for (let round = 0; round < 2; round += 1) {
    assert.deepEqual(history.undo(new Map([['m0', after]]), offsets)?.viewState, viewState);
    assert.deepEqual(history.redo(new Map([['m0', before]]), offsets)?.viewState, viewState);
  }
});
