// Where a toolbar or a tip goes: under a range's last line and its bars, in the component's width.

import { boxesOf } from './geometry.js';

const GAP = 6; // px between the bars and what is placed
const LANES = 18; // px a lane

/**
 * Places a node of the shell under [s, e); hides it where the range is out of sight.
 * @param {HTMLElement} node
 * @param {Annotator} annotator
 * @param {TextRange} range
 */
export function placeUnder(node, { textView, shell }, { s, e }) {
  const paragraph = textView.covering(s, e).at(-1);
  const box = paragraph && boxesOf(paragraph, s, e).at(-1);
  if (!box) { node.hidden = true; return; }
  const outer = shell.getBoundingClientRect();
  const text = textView.box.getBoundingClientRect();
  const origin = paragraph.node.getBoundingClientRect();
  const under = origin.top + box.top + box.height + paragraph.depth * LANES + GAP;
  const inView = under > text.top && origin.top + box.top < text.bottom;
  const left = Math.min(origin.left + box.left - outer.left, outer.width - node.offsetWidth - 12);
  Object.assign(node.style, {
    visibility: inView ? '' : 'hidden',
    left: `${Math.max(12, left)}px`,
    top: `${under - outer.top}px`,
  });
}

/**
 * Places a node of the shell at the lower rim of the text, in the middle.
 * @param {HTMLElement} node
 * @param {Annotator} annotator
 */
export function placeBelow(node, { textView, shell }) {
  const outer = shell.getBoundingClientRect();
  const text = textView.box.getBoundingClientRect();
  Object.assign(node.style, {
    visibility: '',
    left: `${(outer.width - node.offsetWidth) / 2}px`,
    top: `${text.bottom - outer.top - node.offsetHeight - GAP}px`,
  });
}
