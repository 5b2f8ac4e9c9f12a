// What is in sight: the paragraphs near the view and, of a paragraph of many screens, the part.

import { rectAt } from './geometry.js';

const MARGIN = 300; // px around the view in which bars are drawn in advance
const LONG = 6000; // UTF-16 units from which only a part of a paragraph is drawn

export class Viewport {
  /**
   * `onChange(paragraphs)` is called with those to draw again: just seen, resized or scrolled.
   * @param {HTMLElement} box
   * @param {WeakMap<Node, Paragraph>} owners
   * @param {(paragraphs: Iterable<Paragraph>) => void} onChange
   */
  constructor(box, owners, onChange) {
    this.box = box;
    this.onChange = onChange;
    /** @type {Set<Paragraph>} */
    this.visible = new Set();
    /** @type {Map<Paragraph, DrawnWindow>} */
    this.windows = new Map(); // long paragraph -> the [from, to) it was last drawn for, and where it lay
    this.resized = new ResizeObserver(() => {
      this.windows.clear();
      onChange(this.visible);
    });
    this.resized.observe(box);
    this.intersections = new IntersectionObserver((entries) => {
      const shown = [];
      for (const { target, isIntersecting } of entries) {
        const paragraph = owners.get(target);
        if (!paragraph) continue;
        target.classList.toggle('near', isIntersecting);
        if (!isIntersecting) this.visible.delete(paragraph);
        else if (!this.visible.has(paragraph)) shown.push(paragraph);
      }
      for (const paragraph of shown) this.visible.add(paragraph);
      if (shown.length) onChange(shown);
    }, { root: box, rootMargin: `${MARGIN}px 0px` });
  }

  destroy() {
    this.resized.disconnect();
    this.intersections.disconnect();
  }

  /** @param {Paragraph[]} paragraphs */
  watch(paragraphs) {
    this.intersections.disconnect();
    this.visible.clear();
    this.windows.clear();
    for (const { node } of paragraphs) this.intersections.observe(node);
  }

  /**
   * Which offsets of a paragraph to draw bars for.
   * @param {Paragraph} paragraph
   * @returns {WirePlace}
   */
  windowOf(paragraph) {
    if (paragraph.end - paragraph.start < LONG) return paragraph;
    const { top, bottom } = this.box.getBoundingClientRect();
    const node = paragraph.node.getBoundingClientRect();
    const known = this.windows.get(paragraph);
    if (known?.top === node.top - top && known.height === node.height) return known;
    const window = {
      start: firstBelow(paragraph, top - MARGIN), end: firstBelow(paragraph, bottom + MARGIN),
      top: node.top - top, height: node.height,
    };
    this.windows.set(paragraph, window);
    return window;
  }

  /** After scrolling: has long paragraphs drawn again where their part has left the view. */
  scrolled() {
    const { top, bottom } = this.box.getBoundingClientRect();
    const left = [...this.visible].filter((paragraph) => {
      const drawn = this.windows.get(paragraph);
      return drawn && (firstBelow(paragraph, top) < drawn.start
        || firstBelow(paragraph, bottom) > drawn.end);
    });
    if (left.length) this.onChange(left);
  }

  /**
   * @param {Paragraph} paragraph
   * @param {number} offset
   */
  reveal(paragraph, offset) {
    const rect = rectAt(paragraph, offset);
    const box = this.box.getBoundingClientRect();
    const bottom = rect.bottom + 40 + paragraph.depth * 18;
    if (rect.top >= box.top && bottom <= box.bottom) return;
    if (rect.height === 0) { paragraph.node.scrollIntoView({ block: 'nearest' }); return; }
    this.box.scrollTop += (rect.top + rect.bottom) / 2 - (box.top + box.bottom) / 2;
  }
}

/**
 * The offsets that are in sight, [s, e); null where nothing is.
 * @param {HTMLElement} box
 * @param {Paragraph[]} paragraphs
 * @returns {TextRange | null}
 */
export function sightOf(box, paragraphs) {
  const { top, bottom } = box.getBoundingClientRect();
  /** @type {(y: number) => number} */
  const from = (y) => {
    let low = 0;
    let high = paragraphs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (paragraphs[middle].node.getBoundingClientRect().bottom <= y) low = middle + 1; else high = middle;
    }
    return low;
  };
  const [first, last] = [paragraphs[from(top)], paragraphs[Math.min(from(bottom), paragraphs.length - 1)]];
  if (!first || !last) return null;
  return { s: firstBelow(first, top), e: Math.max(firstBelow(last, bottom), last.start + 1) };
}

/**
 * The first offset of a paragraph whose line is not above `y`.
 * @param {Paragraph} paragraph
 * @param {number} y
 */
export function firstBelow(paragraph, y) {
  let low = paragraph.start;
  let high = paragraph.end;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rectAt(paragraph, middle).bottom < y) low = middle + 1; else high = middle;
  }
  return low;
}
