import assert from 'node:assert/strict';
import test from 'node:test';

import { DecisionQueue } from '../../../../app/components/span_annotator/decision_queue.js';

const span = (id, s, score, status = 'suggested') => ({ id, s, e: s + 1, label: 'PER', score, status });
const viewOf = (...spans) => new Map(spans.map((item) => [item.id, item]));
const decide = (view, id, status) => view.set(id, { ...view.get(id), status });

test('the least sure come first, or they come as they stand; what nobody scored is sure', () => {
  const view = viewOf(span('c', 9, 0.9), span('a', 1, 0.5), span('rule', 3, null), span('b', 5, 0.2));
  const queue = new DecisionQueue();
  queue.update(view, 'unsure', null);
  assert.deepEqual(queue.ids, ['b', 'a', 'c', 'rule']);
  const inOrder = new DecisionQueue();
  inOrder.update(view, 'order', null);
  assert.deepEqual(inOrder.ids, ['a', 'rule', 'b', 'c']);
});

test('each suggestion comes once, decided or skipped, and keeps its number', () => {
  const view = viewOf(span('a', 1, 0.1), span('b', 2, 0.2), span('c', 3, 0.3));
  const queue = new DecisionQueue();
  const seen = [];
  queue.update(view, 'unsure', null);
  for (let id = queue.next(view); id; id = queue.next(view)) {
    seen.push([id, queue.numberOf(id)]);
    if (id === 'b') queue.skipped.add(id); else decide(view, id, 'accepted');
    queue.update(view, 'unsure', null);
  }
  assert.deepEqual(seen, [['a', 1], ['b', 2], ['c', 3]]);
  assert.equal(queue.left(view), 1);
});

test('what comes later queues up behind the current one; what is gone leaves', () => {
  const view = viewOf(span('a', 1, 0.5), span('b', 2, 0.6), span('c', 3, 0.7));
  const queue = new DecisionQueue();
  queue.update(view, 'unsure', null);
  view.delete('c');
  view.set('new', span('new', 9, 0.1));
  queue.update(view, 'unsure', 'a');
  assert.deepEqual(queue.ids, ['a', 'new', 'b']);
});

test('accepted and rejected spans that nobody was asked about are none of the queue', () => {
  const view = viewOf(span('a', 1, 0.5, 'accepted'), span('b', 2, 0.6, 'rejected'));
  const queue = new DecisionQueue();
  queue.update(view, 'order', null);
  assert.deepEqual(queue.ids, []);
  assert.equal(queue.next(view), null);
});
