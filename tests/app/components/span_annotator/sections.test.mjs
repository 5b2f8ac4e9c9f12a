// The outline of a long document, and the order of "least sure".

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { leastSure, leftIn, sectionsOf } from '../../../../app/components/span_annotator/sections.js';

const LINE = 'Somebody walked along the river and spoke about the price of bread, which had risen again. ';
const chapters = ['# One', LINE, 'Two', LINE, LINE, 'Three', '', LINE].join('\n');
const span = (id, s, score, status = 'suggested') => ({ id, s, e: s + 2, score, status });

test('sections begin at headings and together cover the text', () => {
  const sections = sectionsOf(chapters);
  assert.deepEqual(sections.map(({ title }) => title), ['One', 'Two', 'Three']);
  assert.equal(sections.map(({ s, e }) => chapters.slice(s, e)).join(''), chapters);
});

for (const [name, text] of [
  ['lines', `${LINE}\n`.repeat(300)], ['one paragraph', LINE.repeat(300)],
  ['no blank at all', 'x'.repeat(20_000)], ['a single word', 'word'], ['nothing', ''],
]) {
  test(`a text of ${name} has sections that cover it`, () => {
    const sections = sectionsOf(text);
    assert.equal(sections.map(({ s, e }) => text.slice(s, e)).join(''), text);
    assert.ok(text.length < 20_001 || sections.length > 5);
    assert.ok(sections.every(({ title }) => title.length <= 50));
  });
}

test('each suggestion counts in the section where it begins, and nothing decided counts', () => {
  const sections = [{ s: 0, e: 10, title: 'a' }, { s: 10, e: 20, title: 'b' }];
  const spans = [span('1', 0, 1), span('2', 9, 1), span('3', 10, 1), span('4', 11, 1, 'accepted')];
  assert.deepEqual(leftIn(sections, spans), [2, 1]);
});

test('least sure goes from the least sure to the surest, and then begins again', () => {
  const spans = [span('sure', 0, 0.9), span('b', 9, 0.2), span('a', 3, 0.2), span('done', 1, 0.1, 'accepted')];
  const order = [];
  let visited = null;
  for (let n = 0; n < 4; n += 1) {
    visited = leastSure(spans, visited);
    order.push(visited.id);
  }
  assert.deepEqual(order, ['a', 'b', 'sure', 'a']);
  assert.equal(leastSure([], null), null);
});

test('what was decided is passed over, and the order goes on', () => {
  const visited = leastSure([span('a', 3, 0.2), span('b', 9, 0.4)], null);
  assert.equal(leastSure([span('a', 3, 0.2, 'accepted'), span('b', 9, 0.4)], visited).id, 'b');
});
