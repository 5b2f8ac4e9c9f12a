import assert from 'node:assert/strict';
import test from 'node:test';

import { groupsOf } from '../../../../app/components/span_annotator/label_groups.js';
import { searchLabels } from '../../../../app/components/span_annotator/label_search.js';
import { LabelStrokes, strokesOf } from '../../../../app/components/span_annotator/label_strokes.js';
import { labelsOf, projects } from './label_lists.mjs';

const ACTIONS = new Set(['A', 'X', 'L', 'S', 'H']);
const found = (groups) => groups.flatMap(({ members }) => members.map(({ label }) => label.name));

test('the first ten labels have one stroke, the others two, each its own', () => {
  const labels = labelsOf(projects.sixty);
  const strokes = [...strokesOf(labels, ACTIONS).values()];
  assert.deepEqual(strokes.slice(8, 13), ['9', '0', 'K1', 'K2', 'K3']);
  assert.equal(new Set(strokes).size, 60);
  assert.ok(strokes.every((keys) => keys.length === 1 || keys.length === 2));
  assert.equal(strokes[59], 'JF');
});

test('no leading key is taken from an action or from a label', () => {
  const labels = [...labelsOf(projects.three), { name: 'ART', key: 'k' }, { name: 'LAW', key: null }];
  assert.equal(strokesOf(labels, new Set(['J'])).get('LAW'), 'Q1');
});

test('two strokes choose a label, and any other second key none', () => {
  const strokes = new LabelStrokes(labelsOf(projects.sixty), ACTIONS);
  assert.equal(strokes.press(['A']), null);
  assert.equal(strokes.press(['K']), 'waiting');
  assert.deepEqual(strokes.press(['2']), { label: 'LABEL 12' });
  assert.equal(strokes.press(['2']), null);
  strokes.press(['J']);
  assert.equal(strokes.press(['Escape']), 'none');
  assert.equal(strokes.leader, null);
});

test('labels of one prefix are a group, whatever sign follows it', () => {
  const groups = groupsOf(labelsOf([...projects.prefixed, 'art:song', 'co-author']));
  assert.deepEqual(groups.map(({ prefix, members }) => [prefix, ...members.map(({ shown }) => shown)]), [
    ['', 'Person', 'art:song', 'co-author'],
    ['bio', 'gene', 'protein', 'cell'],
    ['chem', 'drug', 'dose', 'salt'],
  ]);
  assert.deepEqual(groupsOf(labelsOf(projects.three)).map(({ prefix }) => prefix), ['']);
});

test('typed letters find labels by name, part, initials, letters in order, keys and meaning', () => {
  const labels = labelsOf(['PERSON', 'PERCENT', 'GENE_NAME', 'bio:gene', 'PRODUCT']);
  labels[4].description = 'Goods';
  const keys = strokesOf(labels, ACTIONS);
  const answers = (typed, recent = []) => found(searchLabels(labels, typed, recent, keys));
  assert.deepEqual(answers('per'), ['PERSON', 'PERCENT']);
  assert.deepEqual(answers('per', ['PERCENT']), ['PERCENT', 'PERSON']);
  assert.deepEqual(answers('gene'), ['GENE_NAME', 'bio:gene']);
  assert.deepEqual(answers('gn'), ['GENE_NAME', 'bio:gene']);
  assert.deepEqual(answers('psn'), ['PERSON']);
  assert.deepEqual(answers('goods'), ['PRODUCT']);
  assert.deepEqual(answers('2'), ['PERCENT']);
  assert.deepEqual(answers('zzz'), []);
});

test('before anything is typed, all labels are there, those used last first', () => {
  const labels = labelsOf(projects.sixty);
  const groups = searchLabels(labels, ' ', ['LABEL 40', 'gone', 'LABEL 2'], strokesOf(labels, ACTIONS));
  assert.equal(groups[0].prefix, 'Recent');
  assert.deepEqual(found(groups).slice(0, 3), ['LABEL 40', 'LABEL 2', 'LABEL 1']);
  assert.equal(found(groups).length, 60);
});
