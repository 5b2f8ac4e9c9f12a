// The text on the page: one text node a paragraph, so that the browser does wrapping, bidi and
// emoji; bars lie over it, placed from Range.getClientRects().

import { el, place } from './dom.js';
import { lowerBound } from './offsets.js';
import { inLanes } from './spans.js';

const MARGIN = '600px 0px'; // paragraphs this far outside the view are drawn in advance

export class Surface {
  /** `redraw` is called when paragraphs come into view or the width changes. */
  constructor(root, box, redraw) {
    this.root = root;
    this.box = box;
    this.paragraphs = [];
    this.visible = new Set();
    this.owners = new WeakMap();
    this.resized = new ResizeObserver(redraw);
    this.resized.observe(box);
    this.seen = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        const paragraph = this.owners.get(target);
        if (isIntersecting) this.visible.add(paragraph); else this.visible.delete(paragraph);
      }
      redraw();
    }, { rootMargin: MARGIN });
  }

  destroy() {
    this.resized.disconnect();
    this.seen.disconnect();
  }

  setText(text) {
    this.seen.disconnect();
    this.visible.clear();
    this.paragraphs = [];
    let start = 0;
    for (const line of text.split('\n')) {
      this.paragraphs.push(this.build(line, start));
      start += line.length + 1;
    }
    this.starts = this.paragraphs.map((paragraph) => paragraph.start);
    this.box.replaceChildren(...this.paragraphs.map(({ node }) => node));
    this.box.scrollTop = 0;
    for (const { node } of this.paragraphs) this.seen.observe(node);
  }

  build(line, start) {
    const node = el('div', 'para');
    const over = el('div', 'over');
    over.setAttribute('aria-hidden', 'true');
    const words = el('div', 'txt');
    words.dir = 'auto'; // on the words only: labels in the bars must not decide the direction
    const textNode = document.createTextNode(line || '\u200b');
    words.append(textNode);
    node.append(over, words);
    const paragraph = {
      start, end: start + line.length, node, over, words, textNode, lanes: [], depth: 0,
    };
    this.owners.set(node, paragraph);
    this.owners.set(textNode, paragraph);
    return paragraph;
  }

  /** Hands each paragraph its spans, and as much room under each line as its lanes need. */
  assign(spans) {
    const groups = new Map(this.paragraphs.map((paragraph) => [paragraph, []]));
    for (const span of spans) {
      for (const paragraph of this.covering(span.s, span.e)) groups.get(paragraph).push(span);
    }
    for (const [paragraph, group] of groups) {
      paragraph.lanes = inLanes(group);
      const depth = Math.max(0, ...paragraph.lanes.map(({ lane }) => lane + 1));
      if (depth === paragraph.depth) continue;
      paragraph.depth = depth;
      paragraph.node.style.setProperty('--depth', depth);
    }
  }

  covering(s, e) {
    const found = [];
    let i = Math.max(0, lowerBound(this.starts, s + 1) - 1);
    for (; i < this.paragraphs.length && this.paragraphs[i].start < e; i += 1) {
      if (this.paragraphs[i].end > s) found.push(this.paragraphs[i]);
    }
    return found;
  }

  /** Redraws what is in view; `make(paragraph)` gives the elements to lay over it. */
  draw(make) {
    const made = [...this.visible].map((paragraph) => [paragraph, make(paragraph)]);
    for (const [paragraph, nodes] of made) paragraph.over.replaceChildren(...nodes);
  }

  /** The boxes of [s, e) in one paragraph, one for each visual line, relative to it. */
  boxes(paragraph, s, e) {
    const range = document.createRange();
    range.setStart(paragraph.textNode, Math.max(0, s - paragraph.start));
    range.setEnd(paragraph.textNode, Math.min(paragraph.textNode.length, e - paragraph.start));
    const origin = paragraph.node.getBoundingClientRect();
    const boxes = [];
    for (const rect of range.getClientRects()) {
      const box = {
        left: rect.left - origin.left, top: rect.top - origin.top,
        width: rect.width, height: rect.height,
      };
      const last = boxes.at(-1);
      const joins = last && Math.abs(last.top - box.top) < 2
        && Math.abs(last.left + last.width - box.left) < 1.5;
      if (joins) last.width += box.width; else if (box.width >= 0.5) boxes.push(box);
    }
    return boxes;
  }

  /** Which side a span's start is on. */
  isRightToLeft(paragraph) { return getComputedStyle(paragraph.words).direction === 'rtl'; }

  /** The offset that a point of the DOM stands for, or null outside the text. */
  offsetOf(node, offset) {
    const paragraph = this.owners.get(node);
    if (paragraph && node === paragraph.textNode) {
      return Math.min(paragraph.start + offset, paragraph.end);
    }
    const owner = this.owners.get((node.closest ? node : node.parentElement)?.closest('.para'));
    if (!owner) return null;
    return offset === 0 ? owner.start : owner.end;
  }

  /** The offset under the pointer, or null. */
  offsetAt(x, y) {
    const shadowRoots = this.root instanceof ShadowRoot ? [this.root] : [];
    const caret = document.caretPositionFromPoint?.(x, y, { shadowRoots });
    if (caret) return this.offsetOf(caret.offsetNode, caret.offset);
    const range = document.caretRangeFromPoint?.(x, y);
    return range ? this.offsetOf(range.startContainer, range.startOffset) : null;
  }

  /** The person's own selection of text as [from, to] in order, or null when it is empty. */
  selected() {
    const selection = document.getSelection();
    const shadowRoots = this.root instanceof ShadowRoot ? [this.root] : [];
    const [range] = selection.getComposedRanges?.({ shadowRoots }) ?? [];
    if (!range) return null;
    const from = this.offsetOf(range.startContainer, range.startOffset);
    const to = this.offsetOf(range.endContainer, range.endOffset);
    if (from === null || to === null || from === to) return null;
    return from < to ? [from, to] : [to, from];
  }

  reveal(offset) {
    this.covering(offset, offset + 1)[0]?.node.scrollIntoView({ block: 'nearest' });
  }
}
