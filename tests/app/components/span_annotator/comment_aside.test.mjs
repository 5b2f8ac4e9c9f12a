// A comment that is being typed while somebody else submits the document.

import assert from 'node:assert/strict';
import { test } from 'node:test';

globalThis.window = {};
const stored = new Map();
globalThis.sessionStorage = {
  getItem: (key) => stored.get(key) ?? null, setItem: (key, value) => { stored.set(key, value); },
  removeItem: (key) => { stored.delete(key); },
};
const { DocumentActions } = await import('../../../../app/components/span_annotator/document_actions.js');
const { DeadLetterOutbox } = await import('../../../../app/components/span_annotator/dead_letters.js');

function page(readOnly) {
  const said = [];
  const annotator = Object.assign(Object.create(DocumentActions.prototype), {
    ...{ readOnly, data: { doc_id: 7, comment: 'old', version: 4 }, outbox: new DeadLetterOutbox('store 1', 'Ada') },
    ...{ panel: { say: (text) => said.push(text) }, redraw: () => {} },
  });
  return { annotator, outbox: annotator.outbox, said };
}

test('what was typed is set aside, with the reason, and outlives a reload', () => {
  const { annotator, outbox, said } = page(true);
  annotator.saveComment('half a thought', 3);
  assert.equal(outbox.size, 0);
  const [{ docId, op, why }] = outbox.deadLetters;
  assert.deepEqual([docId, op.op, op.text, op.base_version], [7, 'comment', 'half a thought', 3]);
  assert.match(why, /submitted meanwhile; reopen it/);
  assert.deepEqual(said, [`Not saved: ${why}`]);
  assert.equal(new DeadLetterOutbox('store 1', 'Ada').deadLetters[0].op.text, 'half a thought');
  outbox.discardAside();
});

test('it waits while the document is read-only, and is sent once it is open again', () => {
  const { annotator, outbox } = page(true);
  annotator.saveComment('half a thought', 3);
  outbox.retry(7);
  assert.deepEqual([outbox.size, outbox.deadLetters.length], [0, 1]);
  outbox.retry(null);
  assert.deepEqual([outbox.size, outbox.deadLetters.length], [1, 0]);
  assert.equal(outbox.entries[0].op.text, 'half a thought');
  outbox.empty();
});

test('a comment that nobody changed is not set aside', () => {
  const { annotator, outbox } = page(true);
  annotator.saveComment('old', 4);
  assert.deepEqual([outbox.size, outbox.deadLetters.length], [0, 0]);
});
