import assert from 'node:assert/strict';
import test from 'node:test';

import { bankOrder, fallen } from '../../../../app/components/denoising/banking.js';
import { barsAt } from '../../../../app/components/denoising/bars.js';
import { Lanes } from '../../../../app/components/denoising/lanes.js';
import { positionIn } from '../../../../app/components/denoising/shared_slider.js';
import { tints } from '../../../../app/components/denoising/word_tint.js';
import { payloadOf, sceneOf } from './payloads.mjs';

// Span 0 walks to [0, 2); span 1 is thrown to [6, 9] after step 1, and ends as nothing.
const payload = payloadOf({
  noise: [[4, 8], [1, 3]],
  steps: [
    { at: [[2, 5], [6, 9]], spans: [[0, 2], [0, 2]], labels: [0, 0], renewed: [1] },
    { at: [[0, 2], [7, 8]], spans: [[0, 2], [7, 8]], labels: [0, -1] },
  ],
  entities: [{ start: 0, end: 2, collapsed: [0] }],
});
const scene = sceneOf(payload, new Lanes(payload, [[0, 10]], () => 5));
const at = (position) => barsAt(scene, position);

for (const frame of [0, 1, 2]) {
  test(`at frame ${frame} the bars lie where the trace has them`, () => {
    assert.deepEqual(at(frame).map(({ start, end }) => [start, end]), payload.frames[frame].at);
  });
}

test('noise predicts nothing; later each bar has a ghost where it predicts to be', () => {
  assert.deepEqual(at(0).map(({ ghost }) => ghost), [null, null]);
  assert.deepEqual(at(1)[0].ghost, { span: [0, 2], label: 0, drawn: 1 });
  assert.deepEqual(at(0.45)[0].ghost, { span: [0, 2], label: 0, drawn: 1 });
  assert.equal(at(2)[0].ghost, null, 'it is there');
});

test('the prediction is drawn before anything moves', () => {
  const [bar] = at(0.25);
  assert.ok(bar.ghost.drawn > 0);
  assert.deepEqual([bar.start, bar.end], [4, 8]);
});

test('a span that starts again reaches the taken place, flashes, and has no ghost where it is thrown', () => {
  const before = at(0.61)[1];
  assert.ok(Math.abs(before.start - 0) < 0.1 && Math.abs(before.end - 2) < 0.1);
  const after = at(0.63)[1];
  assert.deepEqual([after.start, after.end, after.ghost], [6, 9, null]);
  assert.ok(before.flash > 0.9 && after.flash > 0.9);
  assert.equal(at(1)[1].typed, false);
  assert.ok(at(1)[1].flash > 0, 'also while the animation rests there');
  assert.deepEqual(at(0.63)[0].flash, 0);
});

test('when all is settled, what became no entity fades and the rest stays', () => {
  const [walker, thrown] = at(3);
  assert.ok(walker.alpha > 0.5);
  assert.ok(thrown.alpha < 0.1);
});

test('a word is tinted by the bars on it at this moment, and by nothing else', () => {
  const bar = { colour: [200, 0, 0], alpha: 1, typed: true };
  const tinted = tints([{ ...bar, start: 2, end: 4 }, { ...bar, start: 3.5, end: 4 }], 6);
  assert.deepEqual(tinted.map(([, alpha]) => alpha > 0), [false, false, true, true, false, false]);
  assert.deepEqual(tinted[2][0], [200, 0, 0]);
});

test('bars without a label tint less than those with one', () => {
  const bars = (typed) => [
    { start: 0, end: 0.2, colour: [9, 9, 9], alpha: 0.3, typed }, { start: 1, end: 2, colour: [9, 9, 9], alpha: 1, typed: true },
  ];
  assert.ok(tints(bars(false), 2)[0][1] < tints(bars(true), 2)[0][1]);
});

test('an entity falls into the bank as its step ends, and stays', () => {
  const entity = { banked: 2 };
  assert.equal(fallen(entity, 1.5), 0);
  assert.ok(fallen(entity, 1.8) > 0 && fallen(entity, 1.8) < 1);
  for (const position of [2, 2.5, 4, 9]) assert.equal(fallen(entity, position), 1);
});

test('the bank has the entities in the order in which they passed', () => {
  assert.deepEqual(bankOrder([{ banked: 3 }, { banked: 1 }, { banked: 3 }, { banked: 2 }]), [1, 3, 0, 2]);
});

test('animations of different length begin, take their last step and settle together', () => {
  for (const steps of [1, 5, 10]) {
    assert.equal(positionIn(0, 10, steps), 0);
    assert.equal(positionIn(5, 10, steps), steps / 2);
    assert.equal(positionIn(10, 10, steps), steps);
    assert.equal(positionIn(10.5, 10, steps), steps + 0.5);
    assert.equal(positionIn(11, 10, steps), steps + 1);
  }
});
