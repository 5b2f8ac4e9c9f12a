import assert from 'node:assert/strict';
import test from 'node:test';

import { Lanes } from '../../../../app/components/denoising/lanes.js';
import { payloadOf } from './payloads.mjs';

// Two entities and a span that becomes none; given in no order.
const last = [[6, 8], [0, 2], [3, 4], [6, 8], [0, 2]];
const payload = payloadOf({
  noise: [[5, 9], [4, 5], [1, 2], [0, 1], [1, 2]],
  steps: [{ at: last, spans: last, labels: [1, 0, -1, 1, 0] }],
  entities: [{ start: 0, end: 2, collapsed: [1, 4] }, { start: 6, end: 8, label: 1, collapsed: [0, 3] }],
});
const pitch = () => 5;

test('each noisy span has a lane of its own, by the entity it ends in; what becomes none is last', () => {
  const lanes = new Lanes(payload, [[0, 10]], pitch);
  assert.deepEqual(lanes.order, [4, 1, 3, 0, 2]);
  assert.deepEqual([...lanes.lane].sort(), [0, 1, 2, 3, 4]);
  assert.deepEqual(lanes.home, [1, 0, -1, 1, 0]);
});

test('lanes never overlap, and lie within the band of their row', () => {
  const lanes = new Lanes(payload, [[0, 10]], pitch);
  const tops = lanes.order.map((k) => lanes.top(k, 0));
  tops.forEach((top, i) => {
    if (i) assert.ok(top >= tops[i - 1] + lanes.thick(lanes.order[i - 1], 0));
    assert.ok(top + lanes.thick(lanes.order[i], 0) <= lanes.bands[0]);
  });
});

test('in a sentence of several rows a lane lies where its span ends, and is a hairline elsewhere', () => {
  const lanes = new Lanes(payload, [[0, 5], [5, 10]], pitch);
  assert.deepEqual(lanes.row, [1, 0, 0, 1, 0]);
  assert.ok(lanes.thick(0, 0) < 1);
  assert.ok(lanes.thick(0, 1) > 1);
  assert.ok(lanes.bands[0] > lanes.bands[1], 'one lane more');
  assert.ok(lanes.top(0, 0) < lanes.bands[0]);
});

test('within an entity those lie first that are on their way the longest', () => {
  const at = [[0, 2], [0, 2], [0, 2]];
  const steps = [[0, 1], [0], []].map((renewed) => ({ at, spans: at, labels: [0, 0, 0], renewed }));
  const again = payloadOf({ noise: at, steps, entities: [{ start: 0, end: 2, collapsed: [0, 1, 2] }] });
  assert.deepEqual(new Lanes(again, [[0, 10]], pitch).order, [2, 1, 0]);
});

test('spans that pass through a row without lanes of its own are spread over it', () => {
  const { bands, head, ...lanes } = new Lanes(payload, [[0, 5], [5, 9], [9, 10]], pitch);
  assert.ok(lanes.row.every((row) => row < 2));
  assert.ok(bands[2] > head + 10);
});

test('entities within one another have marks below one another, above all lanes', () => {
  const nested = { ...payload, entities: payload.entities.map((entity, row) => ({ ...entity, row })) };
  const lanes = new Lanes(nested, [[0, 10]], pitch);
  const [outer, inner] = nested.entities.map((entity) => lanes.mark(entity));
  assert.ok(outer[0] + outer[1] <= inner[0]);
  for (const k of lanes.order) assert.ok(lanes.top(k, 0) >= inner[0] + inner[1]);
});

test('an entity names the lanes of its spans; one that no span ended on has none', () => {
  const lone = { ...payload, entities: [...payload.entities, { start: 9, end: 10, collapsed: [], label: 0, banked: 1, scores: [] }] };
  const lanes = new Lanes(lone, [[0, 10]], pitch);
  assert.deepEqual(lanes.group(0), [0, lanes.top(4, 0), lanes.top(1, 0) + 5]);
  assert.equal(lanes.group(2), null);
});
