// The help overlay, made from the one table of actions.

import { button, el } from './dom.js';
import { written } from './keys.js';

const MOUSE = [
  ['Drag over words', 'Choose them, then press a label’s key; double-click chooses one word'],
  ['Point to a span', 'A, X, a label’s key or Delete act on it; no click needed'],
  ['Drag a bar’s end', 'Move the boundary'],
  ['Click a span', 'Select it; click again for the one around it'],
  ['Click a label', 'Keep it active: each drag then adds it directly'],
  ['Touch and hold', 'On a tablet: choose a word; keep dragging for more, or drag its ends'],
];

/**
 * @param {string} title
 * @param {string[][]} rows
 */
function section(title, rows) {
  const node = el('section');
  const list = el('dl');
  for (const [keys, meaning] of rows) {
    const pair = el('div');
    pair.append(el('dt', '', keys), el('dd', '', meaning));
    list.append(pair);
  }
  node.append(el('h4', '', title), list);
  return node;
}

/**
 * The sheet for these actions and labels.
 * @param {Action[]} actions
 * @param {Label[]} labels
 * @param {Keyboard} keyboard
 * @param {() => void} close
 */
export function helpSheet(actions, labels, keyboard, close) {
  const groups = new Map();
  for (const { group, keys, meaning } of actions) {
    groups.set(group, [...(groups.get(group) ?? []), [keys.map(written).join(', '), meaning]]);
  }
  const labelKeys = labels.map(({ name, description }) =>
    [keyboard.strokes.of.get(name) || `${keyboard.of('find_label')} …`, description ? `${name}: ${description}` : name]);
  const sheet = el('div', 'sheet');
  const columns = el('div', 'columns');
  columns.append(...[...groups].map(([title, rows]) => section(title, rows)), section('Mouse', MOUSE));
  if (labelKeys.length) columns.append(section('Labels', labelKeys));
  const head = el('div', 'head');
  head.append(el('h3', '', 'Keys'), button('close-help', 'plain', 'Close', close));
  sheet.append(head, columns);
  return sheet;
}
