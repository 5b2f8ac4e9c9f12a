// A long document: its outline and minimap beside the text, how far a model has read it, and a text
// that stays where it is while suggestions come.

import { button, el, grouped, write } from './dom.js';
import { Minimap } from './minimap.js';
import { leastSure, leftIn, sectionsOf } from './sections.js';

const OUTLINED = 10_000; // UTF-16 units from which a document has an outline and a minimap
const AT_REST = 300; // ms after scrolling until what is in sight is asked for

export class LongDocument {
  /** @type {Section[]} */ sections = [];
  /** @type {HTMLButtonElement[]} */ rows = [];
  /** @type {{ score: number, s: number } | null} */ visited = null;
  /** @type {TextRange[]} */ unread = [];
  /** @type {(offset: number) => void} */ ask = () => {};
  /** @type {ReturnType<typeof setTimeout> | undefined} */ timer;

  /**
   * @param {Annotator} annotator
   * @param {(part: string) => HTMLElement} find
   * @param {AbortSignal} signal
   */
  constructor(annotator, find, signal) {
    this.annotator = annotator;
    this.strip = find('reading');
    this.outline = find('outline');
    this.box = find('text');
    this.minimap = new Minimap(annotator, find('minimap'), this.box, (offset) => this.go(offset));
    this.toggle = button('outline-toggle', 'plain', 'Outline', () => this.flip());
    this.progress = el('span', 'grow');
    this.progress.dataset.testid = 'read-progress';
    this.unsure = button('least-sure', 'plain', 'Least sure', () => this.step());
    this.strip.replaceChildren(this.toggle, this.progress, this.unsure);
    this.box.addEventListener('scroll', () => this.scrolled(), { signal, passive: true });
  }

  get applies() { return this.annotator.data.text.length > OUTLINED; }

  /** @param {AnnotatorData} data */
  open({ text, reading }) {
    const { applies, annotator } = this;
    clearTimeout(this.timer);
    this.visited = null;
    annotator.shell.classList.toggle('long', applies);
    annotator.shell.classList.toggle('partly', Boolean(reading)); // room for bars that are to come
    this.strip.hidden = !applies;
    this.minimap.node.hidden = !applies;
    this.sections = applies ? sectionsOf(text) : [];
    this.rows = this.sections.map(({ s, title }) => {
      const row = button('section', 'section', null, () => this.go(s));
      row.append(el('span', 'title', title), el('span', 'left'));
      return row;
    });
    this.outline.replaceChildren(...this.rows);
    this.showOutline();
  }

  showOutline() {
    const shown = this.applies && this.annotator.preferences.outline !== false;
    this.outline.hidden = !shown;
    this.toggle.setAttribute('aria-pressed', String(shown));
  }

  flip() {
    this.annotator.preferences.outline = Boolean(this.outline.hidden);
    this.steady(() => this.showOutline());
    this.annotator.focus();
  }

  /** Shows what is left, and how far the model is. */
  draw() {
    if (!this.applies) return;
    const { view, data, offsets, keyboard } = this.annotator;
    const left = leftIn(this.sections, view.values());
    this.unread = (data.reading?.unread ?? []).map(([start, end]) => (
      { s: offsets.toUnits(start), e: offsets.toUnits(end) }));
    for (const [i, row] of this.rows.entries()) {
      const { s, e } = this.sections[i];
      const waiting = this.unread.some((part) => part.s < e && part.e > s);
      const count = /** @type {Element} */ (row.lastElementChild);
      write(count, `${left[i] || (waiting ? '' : '✓')}${waiting ? '…' : ''}`);
      row.setAttribute('aria-label', `${this.sections[i].title}: ${left[i]} to review`
        + `${waiting ? ', still being read' : ''}`);
    }
    write(this.progress, progressOf(data.reading));
    this.unsure.disabled = !left.some(Boolean);
    this.unsure.title = `The suggestion that the model is least sure of (${keyboard.of('least_sure')})`;
    this.minimap.drawSoon(this.unread);
    if (this.unread.length) this.scrolled();
  }

  /** Goes to the suggestion that the model is least sure of; from there to the next one. */
  step() {
    const { annotator } = this;
    const next = leastSure(annotator.view.values(), this.visited);
    if (!next) { annotator.panel.flash('Nothing is left to review.'); return; }
    this.visited = next;
    annotator.hovered = null;
    annotator.select(next.id);
    annotator.textView.reveal(next.s);
    annotator.focus();
  }

  /** @param {number} offset */
  go(offset) {
    this.annotator.textView.toTop(offset);
    this.annotator.focus();
  }

  scrolled() {
    if (!this.applies) return;
    this.minimap.frame();
    if (!this.unread.length) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const visible = this.annotator.textView.inSight();
      const part = visible && this.unread.find(({ s, e }) => s < visible.e && e > visible.s);
      if (part && visible) this.ask(Math.max(part.s, visible.s));
    }, AT_REST);
  }

  /**
   * Runs a change of what is drawn, and keeps in its place what the person looks at: what is
   * selected, where it is in sight, else the first line.
   * @param {() => void} change
   */
  steady(change) {
    const { annotator: { textView, selectedSpan, candidate }, box } = this;
    const visible = this.applies ? textView.inSight() : null;
    if (!visible) { change(); return; }
    const held = [selectedSpan?.s, candidate?.s].find((s) => s !== undefined && s >= visible.s && s < visible.e);
    const at = held ?? visible.s;
    const before = textView.topOf(at);
    change();
    const moved = textView.topOf(at) - before;
    if (Math.abs(moved) >= 1) box.scrollTop += moved;
  }
}

/** @param {ReadingProgress | null | undefined} reading */
function progressOf(reading) {
  if (!reading) return '';
  if (!reading.sentences) return 'No suggestions yet';
  const done = `Suggestions for ${grouped(reading.read)} of ${grouped(reading.sentences)} sentences`;
  return reading.stopped ? `${done}; the model stopped` : `${done}; the rest is being read`;
}
