// The text on the page: one text node a paragraph, so that the browser does wrapping, bidi and
// emoji; bars lie over it. Only paragraphs that changed and are near the view are drawn.

import { el } from './dom.js';
import { inLanes } from './lanes.js';
import { lowerBound } from './offsets.js';
import { rectAt } from './geometry.js';
import { Viewport, firstBelow, sightOf } from './viewport.js';

const FRAMES = 6; // in which the text is laid out where one goes
const ABOVE = 8; // px left above the line that one goes to
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/;

export class TextView {
  /** @type {Paragraph[]} */ paragraphs = [];
  /** @type {number[]} */ starts = [];
  /** @type {Map<string, Span>} */ placed = new Map(); // as last assigned
  /** @type {Set<Paragraph>} */ stale = new Set(); // whose overlay no longer fits
  /** @type {WeakMap<Node, Paragraph>} */ owners = new WeakMap();

  /**
   * `redraw` is called when paragraphs come into view or the width changes.
   * @param {HTMLElement | ShadowRoot} root
   * @param {HTMLElement} box
   * @param {() => void} redraw
   */
  constructor(root, box, redraw) {
    this.root = root;
    this.box = box;
    this.viewport = new Viewport(box, this.owners, (paragraphs) => {
      for (const paragraph of paragraphs) this.stale.add(paragraph);
      redraw();
    });
  }

  destroy() { this.viewport.destroy(); }

  /** @param {string} text */
  setText(text) {
    this.placed = new Map();
    this.stale.clear();
    this.paragraphs = [];
    let start = 0;
    for (const line of text.split('\n')) {
      this.paragraphs.push(this.build(line, start));
      start += line.length + 1;
    }
    this.starts = this.paragraphs.map((paragraph) => paragraph.start);
    this.box.replaceChildren(...this.paragraphs.map(({ node }) => node));
    this.box.scrollTop = 0;
    this.viewport.watch(this.paragraphs);
  }

  /**
   * @param {string} line
   * @param {number} start
   * @returns {Paragraph}
   */
  build(line, start) {
    const node = el('div', line.trim() ? 'para' : 'para blank');
    const over = el('div', 'over');
    over.setAttribute('aria-hidden', 'true');
    const words = el('div', 'txt');
    words.dir = 'auto'; // on the words only: labels in the bars must not decide the direction
    const textNode = document.createTextNode(line || '\u200b');
    words.append(textNode);
    node.append(over, words);
    const paragraph = {
      start, end: start + line.length, node, over, words, textNode,
      spans: new Map(), lanes: [], hints: [], depth: 0, mixed: RIGHT_TO_LEFT.test(line),
    };
    this.owners.set(node, paragraph);
    this.owners.set(textNode, paragraph);
    return paragraph;
  }

  /**
   * Hands each paragraph its spans; touches only those where some span came, changed or went.
   * @param {Span[]} spans
   */
  assign(spans) {
    const next = new Map();
    const changed = new Set();
    /** @type {(span: Span, change: (group: Map<string, Span>) => void) => void} */
    const update = (span, change) => {
      for (const paragraph of this.covering(span.s, span.e)) {
        change(paragraph.spans);
        changed.add(paragraph);
      }
    };
    for (const span of spans) next.set(span.id, span);
    for (const [id, span] of this.placed) {
      if (next.get(id) !== span) update(span, (group) => group.delete(id));
    }
    for (const [id, span] of next) {
      if (this.placed.get(id) !== span) update(span, (group) => group.set(id, span));
    }
    this.placed = next;
    for (const paragraph of changed) this.arrange(paragraph);
  }

  /**
   * Gives a paragraph's spans their lanes, and as much room under each line as these need.
   * @param {Paragraph} paragraph
   */
  arrange(paragraph) {
    const all = [...paragraph.spans.values()];
    paragraph.hints = all.filter(({ status }) => status === 'hint');
    paragraph.lanes = inLanes(all.filter(({ status }) => status !== 'hint'));
    this.stale.add(paragraph);
    const depth = paragraph.lanes.reduce((most, { lane }) => Math.max(most, lane + 1), 0);
    if (depth === paragraph.depth) return;
    paragraph.depth = depth;
    paragraph.node.style.setProperty('--depth', String(depth));
  }

  /**
   * @param {number} s
   * @param {number} e
   * @returns {Paragraph[]}
   */
  covering(s, e) {
    const covered = [];
    let i = Math.max(0, lowerBound(this.starts, s + 1) - 1);
    for (; i < this.paragraphs.length && this.paragraphs[i].start < e; i += 1) {
      if (this.paragraphs[i].end > s) covered.push(this.paragraphs[i]);
    }
    return covered;
  }

  /**
   * Has what lies over a range drawn again.
   * @param {TextRange} range
   */
  touch({ s, e }) { for (const paragraph of this.covering(s, e)) this.stale.add(paragraph); }

  touchAll() { for (const paragraph of this.viewport.visible) this.stale.add(paragraph); }

  /**
   * Redraws what is stale and in view; `make(paragraph, window)` gives the elements over it.
   * @param {(paragraph: Paragraph, window: WirePlace) => HTMLElement[]} make
   */
  draw(make) {
    /** @type {[Paragraph, HTMLElement[], number | null][]} */
    const made = [];
    for (const paragraph of this.viewport.visible) {
      if (!this.stale.has(paragraph)) continue;
      const window = this.viewport.windowOf(paragraph);
      made.push([paragraph, make(paragraph, window), window.end < paragraph.end ? null : lastLanes(paragraph)]);
      this.stale.delete(paragraph);
    }
    for (const [{ node, over }, nodes, last] of made) {
      over.replaceChildren(...nodes);
      if (last !== null) node.style.setProperty('--last', String(last));
    }
  }

  /**
   * The elements drawn for a span or a hint.
   * @param {string} id
   */
  drawn(id) {
    const span = this.placed.get(id);
    if (!span) return [];
    return this.covering(span.s, span.e).flatMap(({ over }) =>
      [...over.children].filter((node) => node instanceof HTMLElement && node.dataset.id === id));
  }

  /** The offsets that are in sight. */
  inSight() { return sightOf(this.box, this.paragraphs); }

  /**
   * Scrolls until an offset's line is the first, for some frames: paragraphs get their heights as
   * they come into view.
   * @param {number} offset
   */
  toTop(offset, frames = FRAMES) {
    this.box.scrollTop += this.topOf(offset) - this.box.getBoundingClientRect().top - ABOVE;
    if (frames) requestAnimationFrame(() => this.toTop(offset, frames - 1));
  }

  /**
   * Where an offset's line begins on the screen.
   * @param {number} offset
   */
  topOf(offset) { return rectAt(this.paragraphAt(offset), offset).top; }

  /** @param {number} offset */
  paragraphAt(offset) { return this.paragraphs[Math.max(0, lowerBound(this.starts, offset + 1) - 1)]; }

  /** @param {number} offset */
  reveal(offset) {
    const [paragraph] = this.covering(offset, offset + 1);
    if (paragraph) this.viewport.reveal(paragraph, offset);
  }
}

/**
 * How many lanes lie under a paragraph's last line: the next paragraph begins below these.
 * @param {Paragraph} paragraph
 */
function lastLanes(paragraph) {
  if (!paragraph.depth) return 0;
  const { top, bottom } = rectAt(paragraph, paragraph.end - 1);
  const from = firstBelow(paragraph, (top + bottom) / 2);
  return paragraph.lanes.reduce((most, { span, lane }) => (span.e > from ? Math.max(most, lane + 1) : most), 0);
}
