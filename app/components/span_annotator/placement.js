// Where a toolbar or a tip goes, in the component's width: a tip under a range's last line and its
// bars, the toolbar where it covers neither the range nor the line that is read next.

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
 * Places a node of the shell beside [s, e): above it, over what has been read; without room there,
 * under the line that follows it. At the lower `rim` of the text, if that is asked for and not too
 * near: what is read before the range stays in sight. Hides it where the range is out of sight.
 * @param {HTMLElement} node
 * @param {Annotator} annotator
 * @param {TextRange} range
 * @param {boolean} rim
 */
export function placeBeside(node, annotator, { s, e }, rim) {
  const { textView, shell } = annotator;
  const covered = textView.covering(s, e);
  const [first, last] = [covered[0], covered.at(-1)];
  const firstBox = first && boxesOf(first, s, e)[0];
  const lastBox = last && boxesOf(last, s, e).at(-1);
  if (!firstBox || !lastBox) { node.hidden = true; return; }
  const outer = shell.getBoundingClientRect();
  const text = textView.box.getBoundingClientRect();
  const origin = last.node.getBoundingClientRect();
  const top = first.node.getBoundingClientRect().top + firstBox.top;
  const bottom = origin.top + lastBox.top + lastBox.height;
  const under = bottom + last.depth * LANES + GAP;
  const above = top - GAP - node.offsetHeight;
  const below = under + nextLine(textView, last, bottom);
  if (rim && below <= text.bottom - GAP - node.offsetHeight) { placeBelow(node, annotator); return; }
  const fitsBelow = below + node.offsetHeight <= Math.min(window.innerHeight, outer.bottom);
  const goesAbove = above >= Math.max(0, text.top) || (!fitsBelow && above >= 0 && above >= outer.top);
  const left = Math.min(origin.left + lastBox.left - outer.left, outer.width - node.offsetWidth - 12);
  Object.assign(node.style, {
    visibility: under > text.top && top < text.bottom ? '' : 'hidden',
    left: `${Math.max(12, left)}px`,
    top: `${(goesAbove ? above : below) - outer.top}px`,
  });
}

/**
 * How far down the line reaches that follows the one at `bottom`, its bars among it; 0 after the
 * last line.
 * @param {TextView} textView
 * @param {Paragraph} paragraph
 * @param {number} bottom
 */
function nextLine({ paragraphs }, paragraph, bottom) {
  /** @param {Paragraph} of */
  const pitch = ({ words }) => parseFloat(getComputedStyle(words).lineHeight);
  const end = paragraph.words.getBoundingClientRect().bottom - paragraph.depth * (LANES / 2);
  if (end - bottom > pitch(paragraph) / 2) return pitch(paragraph);
  let reach = 0;
  for (const next of paragraphs.slice(paragraphs.indexOf(paragraph) + 1)) {
    reach += pitch(next);
    if (!next.node.classList.contains('blank')) return reach;
  }
  return 0;
}

/**
 * Places a node of the shell over the labels, where nothing is selected.
 * @param {HTMLElement} node
 * @param {Annotator} annotator
 */
export function placeAtTop(node, { shell }) {
  const { top } = shell.getBoundingClientRect();
  Object.assign(node.style, { visibility: '', left: '12px', top: `${Math.max(8, 8 - top)}px` });
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
