// What of the text is in sight, and the way back to where an edit was made.

import { rectAt } from './geometry.js';
import { firstBelow } from './viewport.js';

/**
 * The offsets of the text that are in sight, from the first line that is whole.
 * @param {TextView} textView
 * @returns {TextRange}
 */
export function rangeInSight(textView) {
  const visible = textView.inSight();
  if (!visible) return { s: 0, e: 0 };
  const first = textView.paragraphAt(visible.s);
  const line = rectAt(first, visible.s).height;
  const { top } = textView.box.getBoundingClientRect();
  return { s: firstBelow(first, top + line), e: visible.e };
}

/**
 * Where Tab begins: the first suggestion in sight, else the first span in sight or after it.
 * @param {Span[]} shown
 * @param {TextRange} sight
 */
export function firstInSight(shown, { s, e }) {
  const suggestion = shown.findIndex((span) => span.status === 'suggested' && span.s >= s && span.s < e);
  return suggestion >= 0 ? suggestion : Math.max(0, shown.findIndex((span) => span.s >= s));
}

/**
 * Whether the beginning of a range can be seen.
 * @param {TextView} textView
 * @param {TextRange} range
 */
export function isInSight(textView, { s, e }) {
  const [paragraph] = textView.covering(s, e);
  if (!paragraph) return false;
  const { top, bottom } = textView.box.getBoundingClientRect();
  const rect = rectAt(paragraph, s);
  return rect.height > 0 && rect.top >= top && rect.bottom <= bottom;
}

/**
 * Shows where an edit was made, as the text was scrolled then; nothing moves that is in sight.
 * @param {TextView} textView
 * @param {TextRange[]} ranges
 * @param {number} scrolled
 */
export function showAgain(textView, ranges, scrolled) {
  if (!ranges.length || ranges.some((range) => isInSight(textView, range))) return;
  textView.box.scrollTop = scrolled;
  if (!isInSight(textView, ranges[0])) textView.reveal(ranges[0].s);
}
