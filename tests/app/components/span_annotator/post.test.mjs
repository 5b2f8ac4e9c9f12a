// What becomes of an edit, by what the server answers.

import assert from 'node:assert/strict';
import { test } from 'node:test';

globalThis.window = {};
globalThis.location = { href: 'http://localhost/annotate' };
globalThis.sessionStorage = { getItem: () => null, setItem: () => {}, removeItem: () => {} };
const { post } = await import('../../../../app/components/span_annotator/post.js');
const { Outbox } = await import('../../../../app/components/span_annotator/outbox.js');

const ANSWER = { doc_id: 1, ack: { client: 'c', seq: 1 }, error: null, returned: null, state: null, news: null, corrected: [], next: null };
const answers = (status, body) => { globalThis.fetch = async () => new Response(body, { status }); };
const sent = (unknown = () => {}) => post('edits/1', { client: 'c', doc_id: 1 }, new AbortController().signal, unknown);

for (const [status, body, signedOut] of [[401, 'Sign in first.\n', true], [404, '{"detail": "reload"}', false]]) {
  test(`a ${status} asks for a run of the page, and says whether the session has ended`, async () => {
    answers(status, body);
    const calls = [];
    assert.equal(await sent((ended) => calls.push(ended)), null);
    assert.deepEqual(calls, [signedOut]);
  });
}

test('a failure of the server asks for no run of the page', async () => {
  answers(500, 'Internal Server Error');
  assert.equal(await sent(() => assert.fail()), null);
});

test('the page says that the session has ended, keeps the edit, and sends it once it may', async () => {
  const outbox = new Outbox('store 1', 'Ada');
  let runs = 0;
  outbox.unknown = () => { runs += 1; };
  outbox.send = (message, signal) => post('edits/1', message, signal, (signedOut) => outbox.missed(signedOut));
  outbox.push(1, [{ op: 'accept', id: 's1' }]);
  answers(401, 'Sign in first.\n');
  await outbox.flush();
  assert.deepEqual([outbox.state, outbox.size, runs], ['signed-out', 1, 1]);

  answers(200, JSON.stringify({ ...ANSWER, ack: { client: outbox.client, seq: 1 } }));
  await outbox.flush();
  assert.deepEqual([outbox.state, outbox.size, runs], ['saved', 0, 1]);
  outbox.stopTimers();
});
