// One decision at a time: the page brings suggestion after suggestion, one key each.

import { button, el, write } from './dom.js';
import { DecisionQueue } from './decision_queue.js';
import { rectAt } from './geometry.js';

const HIGHLIGHT = 'spanneal-deciding'; // the words in sight while all others are dimmed
const SENTENCE_END = /[.!?。！？]\s|\n/g;
const FAR_AROUND = 400; // UTF-16 units of a sentence on each side of a span

export class Decisions {
  queue = new DecisionQueue();
  /** @type {{ id: string, edits: number }[]} */ trail = []; // with the length of the history before
  lit = false;
  settling = false; // whether the suggestion has come and nobody has scrolled since
  edits = 0; // the history's length when the current suggestion came
  /** @type {(flow: Flow) => void} */ changed = () => {};

  /**
   * @param {HTMLElement} node
   * @param {Annotator} annotator
   * @param {AbortSignal} signal
   */
  constructor(node, annotator, signal) {
    this.node = node;
    this.annotator = annotator;
    this.progress = el('strong', 'progress');
    this.progress.dataset.testid = 'progress';
    this.order = button('decision-order', 'plain', '', () => this.turn());
    this.skipping = button('pass', 'plain', null, () => { this.skip(); annotator.focus(); });
    this.backwards = button('back', 'plain', null, () => { this.back(); annotator.focus(); });
    const leave = button('all-at-once', 'plain', 'All at once', () => this.toggle());
    this.settle(annotator.textView.box, signal);
    node.replaceChildren(this.progress, this.skipping, this.backwards, this.order, leave);
  }

  get flow() { return this.annotator.preferences.flow; }

  get on() { return Boolean(this.flow) && !this.annotator.readOnly; }

  /** The suggestion that is asked about; null while something else is selected, or nothing. */
  get current() {
    const { selected } = this.annotator;
    return this.on && selected !== null && this.queue.ids.includes(selected) ? selected : null;
  }

  /** Begins with a document. */
  reset() {
    this.queue = new DecisionQueue();
    this.trail = [];
  }

  toggle() {
    this.set(this.flow ? '' : 'unsure');
    this.annotator.panel.say(this.flow ? 'One decision at a time' : 'All suggestions at once');
    this.annotator.focus();
  }

  /** Least sure first, or as they stand in the text. */
  turn() {
    this.set(this.flow === 'unsure' ? 'order' : 'unsure');
    this.annotator.focus();
  }

  /** @param {Flow} flow */
  set(flow) {
    const { annotator } = this;
    annotator.preferences.flow = flow;
    this.changed(flow);
    this.reset();
    annotator.select(null);
    this.follow();
  }

  /** Brings a suggestion where the person has nothing else in hand. */
  follow() {
    const { annotator } = this;
    if (!this.on) return;
    this.queue.update(annotator.view, this.flow, this.current);
    const next = this.queue.next(annotator.view);
    if (!annotator.selected && !annotator.candidate && next) this.bring(next);
    else this.draw();
  }

  /** @param {string | null} id */
  bring(id) {
    const { annotator } = this;
    this.edits = annotator.history.done.length;
    annotator.select(id);
    const span = annotator.selectedSpan;
    this.settling = true;
    if (span) this.centre(span);
    else annotator.panel.say(this.summary());
  }

  /**
   * Keeps the suggestion in the middle while the paragraphs around it get their real heights, and
   * the text another one, until the person moves on.
   * @param {HTMLElement} box
   * @param {AbortSignal} signal
   */
  settle(box, signal) {
    const steady = () => this.steady();
    const resized = new ResizeObserver(steady);
    resized.observe(box);
    signal.addEventListener('abort', () => resized.disconnect());
    box.addEventListener('contentvisibilityautostatechange', steady, { signal });
    const leave = () => { this.settling = false; };
    for (const moved of ['wheel', 'pointerdown', 'keydown']) {
      box.addEventListener(moved, leave, { signal, capture: true, passive: true });
    }
  }

  steady() {
    const { selectedSpan } = this.annotator;
    if (this.settling && selectedSpan && selectedSpan.id === this.current) this.centre(selectedSpan);
  }

  /** @param {TextRange} range */
  centre({ s }) {
    const { textView } = this.annotator;
    textView.reveal(s);
    const [paragraph] = textView.covering(s, s + 1);
    const rect = paragraph && rectAt(paragraph, s);
    if (!rect?.height) return;
    const box = textView.box.getBoundingClientRect();
    textView.box.scrollTop += (rect.top + rect.bottom) / 2 - (box.top + box.bottom) / 2;
    this.annotator.popover.position();
  }

  /**
   * A suggestion was decided: the next one comes. False where it is none of the queue's.
   * @param {Span} span
   */
  decided(span) {
    if (!this.on || !this.queue.ids.includes(span.id)) return false;
    this.trail.push({ id: span.id, edits: this.edits });
    this.queue.skipped.delete(span.id);
    this.queue.update(this.annotator.view, this.flow, null);
    this.bring(this.queue.next(this.annotator.view));
    return true;
  }

  /** A on what is decided already goes on. False where there is something to accept. */
  goOn() {
    const { annotator } = this;
    if (!this.on || annotator.candidate || ['suggested', 'hint'].includes(annotator.target?.status ?? '')) return false;
    const { current } = this;
    if (current && annotator.history.done.length > this.edits) this.trail.push({ id: current, edits: this.edits });
    this.bring(this.queue.next(annotator.view));
    return true;
  }

  /** S: leaves the suggestion open and goes on. False outside this way of working. */
  skip() {
    const { annotator, current, queue } = this;
    if (!this.on) return false;
    if (current && annotator.view.get(current)?.status === 'suggested') {
      this.trail.push({ id: current, edits: this.edits });
      queue.skipped.add(current);
      queue.update(annotator.view, this.flow, null);
    }
    this.bring(queue.next(annotator.view));
    return true;
  }

  /** Takes back what was done to the current suggestion, else the last decision. */
  back() {
    const { annotator, trail, queue } = this;
    if (!this.on) return false;
    if (annotator.history.done.length > this.edits) { annotator.undo(); this.draw(); return true; }
    const last = trail.pop();
    if (!last) { annotator.panel.flash('This is the first one.'); return true; }
    while (annotator.history.done.length > last.edits) annotator.undo();
    queue.skipped.delete(last.id);
    this.bring(annotator.view.has(last.id) ? last.id : queue.next(annotator.view));
    return true;
  }

  summary() {
    const { queue, annotator: { view, keyboard } } = this;
    const submit = keyboard.of('submit');
    const total = queue.ids.length;
    const left = queue.left(view);
    if (!total) return `No suggestions here. Read the text, add what is missing; ${submit} submits.`;
    if (queue.next(view)) return 'Something else is selected. Press Esc, then A to go on.';
    return left ? `${left} of ${total} skipped. ${submit} accepts them and submits.`
      : `All ${total} decided. ${submit} submits the document.`;
  }

  draw() {
    const { node, on, current, annotator, queue } = this;
    node.hidden = !on;
    annotator.shell.classList.toggle('deciding', Boolean(current));
    this.light(current ? annotator.spanOf(current) : null);
    if (!on) return;
    const { view, keyboard } = annotator;
    const skipped = queue.left(view);
    write(this.progress, current
      ? `${queue.numberOf(current)} of ${queue.ids.length}${skipped ? ` · ${skipped} skipped` : ''}` : this.summary());
    write(this.order, this.flow === 'unsure' ? 'Least sure first ⇄' : 'As in the text ⇄');
    this.order.title = 'Change the order: least sure first, or as in the text';
    write(this.skipping, `Skip ${keyboard.of('skip')}`);
    write(this.backwards, `Back ${keyboard.of('back')}`);
    this.skipping.disabled = !current;
    this.backwards.disabled = !this.trail.length;
  }

  /**
   * Keeps a span's sentence in full colour while the rest is dimmed, where the browser can.
   * @param {Span | null} span
   */
  light(span) {
    if (!globalThis.CSS?.highlights) { this.annotator.shell.classList.add('no-highlights'); return; }
    if (!span && this.lit) CSS.highlights.delete(HIGHLIGHT);
    this.lit = Boolean(span);
    if (!span) return;
    const { data: { text }, textView } = this.annotator;
    const { s, e } = sentenceOf(text, span);
    const ranges = textView.covering(s, e).map((paragraph) => {
      const range = document.createRange();
      range.setStart(paragraph.textNode, Math.max(0, s - paragraph.start));
      range.setEnd(paragraph.textNode, Math.min(paragraph.textNode.length, e - paragraph.start));
      return range;
    });
    CSS.highlights.set(HIGHLIGHT, new Highlight(...ranges));
  }
}

/**
 * About the sentence around a span.
 * @param {string} text
 * @param {TextRange} span
 * @returns {TextRange}
 */
function sentenceOf(text, { s, e }) {
  const from = Math.max(0, s - FAR_AROUND);
  const end = [...text.slice(from, s).matchAll(SENTENCE_END)].at(-1);
  const after = text.slice(e, e + FAR_AROUND).search(/[.!?。！？](\s|$)|\n/);
  return {
    s: end ? from + end.index + end[0].length : from,
    e: after < 0 ? Math.min(text.length, e + FAR_AROUND) : e + after + 1,
  };
}
