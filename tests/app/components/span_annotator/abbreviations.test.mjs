import assert from 'node:assert/strict';
import test from 'node:test';

import { Abbreviations, abbreviate } from '../../../../app/components/span_annotator/abbreviations.js';
import { projects } from './label_lists.mjs';

for (const [name, names] of Object.entries(projects)) {
  test(`no two labels of ${name} have a form in common, and none begins as another's name`, () => {
    const found = abbreviate(names);
    const owners = new Map();
    for (const label of names) {
      const forms = found.get(label);
      assert.equal(forms[0], label);
      for (const form of forms) {
        const upper = form.toUpperCase();
        assert.ok(!owners.has(upper), `${owners.get(upper)} and ${label} share ${form}`);
        owners.set(upper, label);
        const other = names.find((name) => name !== label && name.toUpperCase().startsWith(upper));
        assert.ok(form === label || !other, `${form} may be ${other}`);
      }
    }
  });

  test(`every label of ${name} has a form of two letters, and they get shorter`, () => {
    for (const [label, forms] of abbreviate(names)) {
      const lengths = forms.map((form) => [...form].length);
      lengths.slice(1).forEach((length, i) => assert.ok(length < lengths[i], label));
      assert.ok(lengths.at(-1) <= 2, `${label}: ${forms}`);
    }
  });
}

test('few labels are cut to their first letters', () => {
  assert.deepEqual(abbreviate(['PER', 'ORG', 'LOC']).get('ORG'), ['ORG', 'OR', 'O']);
});

test('what tells names apart stays in their forms', () => {
  const forms = abbreviate(projects.numbered).get('LABEL_NUMBER_17');
  for (const expected of ['LAB…17', 'L17', '17']) assert.ok(forms.includes(expected), forms.join());
});

test('the longest form that fits is shown, and the shortest where none does', () => {
  const texts = new Abbreviations(['PERSON', 'PERCENT'], (text) => 10 * text.length);
  assert.equal(texts.fit('PERSON', 60), 'PERSON');
  assert.equal(texts.fit('PERSON', 59), 'PERSO');
  assert.equal(texts.fit('PERSON', 1), 'PR');
  assert.equal(texts.fit('gone', 25), 'go');
});
