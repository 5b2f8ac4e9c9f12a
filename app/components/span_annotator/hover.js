// What the mouse points to: keys act on it, and its bar offers to accept or reject it.

import { el } from './dom.js';
import { isOver, offsetAt } from './geometry.js';
import { spansAt } from './spans.js';

const ROOMY = 96; // px a bar must be wide to hold two small buttons beside its label

export class Hover {
  /** @type {number | undefined} */ x;
  /** @type {number | undefined} */ y;
  frame = 0;
  /** @type {HTMLElement | null | undefined} */ offered;
  /** @type {string | null} */ selected = null; // when the tip was last shown
  pointing = false; // whether the mouse came to a span after that was selected

  /**
   * @param {Annotator} annotator
   * @param {TextView} textView
   * @param {import('./tooltip.js').Tooltip} tip
   * @param {AbortSignal} signal
   */
  constructor(annotator, textView, tip, signal) {
    this.annotator = annotator;
    this.textView = textView;
    this.tip = tip;
    const { box } = textView;
    box.addEventListener('pointermove', (event) => this.moved(event), { signal });
    box.addEventListener('pointerleave', () => this.point(null), { signal });
  }

  /** @param {PointerEvent} event */
  moved(event) {
    const { clientX: x, clientY: y } = event;
    const target = /** @type {Element} */ (event.target);
    const still = x === this.x && y === this.y; // scrolling moves the text under a mouse at rest
    Object.assign(this, { x, y });
    if (still || event.buttons) return;
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.point(this.idAt(target, x, y), target));
  }

  /**
   * @param {Element} target
   * @param {number} x
   * @param {number} y
   * @returns {string | null}
   */
  idAt(target, x, y) {
    /** @type {HTMLElement | null} */
    const marked = target.closest('.bar, .hint, .handle');
    return marked?.dataset.id ?? this.textAt(x, y)[0]?.id ?? null;
  }

  /**
   * The spans and hints whose text is at a point, innermost first, spans before hints.
   * @param {number} x
   * @param {number} y
   * @returns {Span[]}
   */
  textAt(x, y) {
    const offset = offsetAt(this.textView, x, y);
    const paragraph = offset !== null && this.textView.covering(Math.max(0, offset - 1), offset + 1)
      .find(({ start, end }) => start <= offset && offset <= end);
    if (!paragraph) return [];
    const all = [...paragraph.spans.values()];
    const under = [...spansAt(all, offset), ...spansAt(all, offset - 1)]
      .filter((span) => isOver(paragraph, span, x, y));
    const distinct = [...new Set(under)].sort((a, b) => (a.e - a.s) - (b.e - b.s));
    /** @type {(span: Span) => boolean} */
    const isHint = ({ status }) => status === 'hint';
    return [...distinct.filter((span) => !isHint(span)), ...distinct.filter(isHint)];
  }

  /**
   * @param {string | null} id
   * @param {Element | null} [node]
   */
  point(id, node = null) {
    cancelAnimationFrame(this.frame);
    const { annotator } = this;
    const before = annotator.hovered;
    annotator.hovered = id;
    this.offer(id === null ? null : /** @type {HTMLElement | null | undefined} */ (node?.closest('.bar')));
    if (id === before) return;
    this.pointing = true;
    for (const drawn of before ? this.textView.drawn(before) : []) drawn.classList.remove('under');
    for (const drawn of id && annotator.pointed ? this.textView.drawn(id) : []) drawn.classList.add('under');
    this.refresh();
  }

  /** Has the tip tell what is pointed to as it is now. */
  refresh() {
    const { hovered, selected } = this.annotator;
    if (selected !== this.selected) this.pointing = false; // keys moved on, the mouse lies where it was
    this.selected = selected;
    this.tip.show(!this.pointing || hovered === selected ? null : this.annotator.spanOf(hovered));
  }

  /**
   * Two small buttons in the bar of a suggestion, where there is room.
   * @param {HTMLElement | null | undefined} bar
   */
  offer(bar) {
    if (bar === this.offered && (!bar || bar.querySelector('.acts'))) return;
    this.offered?.querySelector('.acts')?.remove();
    this.offered = bar;
    const wanted = bar && !this.annotator.readOnly && bar.dataset.status === 'suggested'
      && bar.offsetWidth >= ROOMY;
    if (!wanted) return;
    const acts = el('span', 'acts');
    for (const [act, sign, title] of [['accept', '✓', 'Accept'], ['reject', '✕', 'Reject']]) {
      const node = el('b', 'act', sign);
      node.dataset.act = act;
      node.title = title;
      acts.append(node);
    }
    bar.append(acts);
  }
}
