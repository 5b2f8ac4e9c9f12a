// What is chosen: a span, words to label, or what the mouse points to.

import { describe } from './bars.js';
import { rectAt } from './geometry.js';
import { firstInSight, isInSight, rangeInSight } from './in_sight.js';
import { nesting } from './spans.js';

const FAR = 400; // words; a line has fewer
const RECENT = 8; // labels to choose from before all others

/** The Annotator gives it what there is to choose from; subclasses draw, and add spans. */
export class Selection {
  /** @type {AnnotatorData} */ data;
  /** @type {Label[]} */ labels;
  /** @type {View} */ view;
  /** @type {Hint[]} */ hints;
  /** @type {Span[]} */ shown;
  /** @type {Tokens} */ tokens;
  /** @type {Characters} */ characters;
  /** @type {boolean} */ readOnly;
  /** @type {Preferences} */ preferences;
  /** @type {import('./panel.js').Panel} */ panel;
  /** @type {TextView} */ textView;
  /** @type {string | null} */ armed = null; // the label that each drag adds at once
  /** @type {string | null} */ selected;
  /** @type {string | null} */ hovered; // the span under the mouse
  /** @type {TextRange | null} */ candidate; // chosen words, to be labelled
  /** @type {Pick<ViewState, 'selected' | 'candidate'>} */ drawnChoice = { selected: null, candidate: null };
  /** @type {TextRange | null} */ dragged; // where a boundary is being dragged to
  /** @type {Proposal | null} */ proposal; // identical occurrences, to be looked at
  /** @type {boolean} */ leaving; // after Esc, Tab leaves the text
  /** @type {TextRange | null} */ lastRange; // what Esc left, from where words are walked on
  /** @type {boolean} */ quiet; // after an addition no toolbar covers the next line

  constructor() {
    this.forget();
  }

  forget() {
    this.selected = null;
    this.hovered = null;
    this.candidate = null;
    this.dragged = null;
    this.proposal = null;
    this.leaving = false;
    this.lastRange = null;
    this.quiet = false;
  }

  /** @abstract */
  redraw() {}

  /**
   * @abstract
   * @param {string} _label
   */
  add(_label) {}

  /** @abstract */
  leaveFullWindow() {}

  /** Words, or single characters. */
  get units() { return this.preferences.characters ? this.characters : this.tokens; }

  /**
   * @param {string | null} id
   * @returns {Span | null}
   */
  spanOf(id) {
    return id === null ? null : this.view?.get(id) ?? this.hints.find((hint) => hint.id === id) ?? null;
  }

  get selectedSpan() { return this.spanOf(this.selected); }

  /** The id under the mouse, where keys act on it: a deliberate selection goes first. */
  get pointed() {
    return this.candidate || (this.selected && !this.quiet) ? null : this.hovered;
  }

  /** The span that keys act on. */
  get target() { return this.spanOf(this.pointed) ?? this.selectedSpan; }

  /** The labels that were used in this tab and that the project has, the last one first. */
  get recentLabels() {
    return this.preferences.recent.filter((recent) => this.labels.some(({ name }) => name === recent));
  }

  /** The label that Enter adds. */
  get lastLabel() { return this.recentLabels[0] ?? null; }

  set lastLabel(label) {
    if (!label) return;
    const { recent } = this.preferences;
    this.preferences.recent = [label, ...recent.filter((name) => name !== label)].slice(0, RECENT);
  }

  /** @param {TextRange} range */
  wordsOf({ s, e }) { return this.data.text.slice(s, e); }

  /** @param {string | null} id */
  select(id) {
    this.selected = id;
    this.candidate = null;
    this.proposal = null;
    this.leaving = false;
    this.quiet = false;
    const span = this.selectedSpan;
    if (span) this.panel.say(`${this.wordsOf(span)}: ${describe(span)}`);
    this.redraw();
  }

  /**
   * Chooses words to label; adds them at once when a label is kept ready.
   * @param {TextRange | null} range
   */
  choose(range) {
    this.selected = null;
    this.proposal = null;
    this.candidate = this.readOnly ? null : range;
    this.leaving = false;
    if (this.candidate && this.armed) { this.add(this.armed); return; }
    if (this.candidate) this.panel.say(`chosen: ${this.wordsOf(this.candidate)}. Press a label's key.`);
    this.redraw();
  }

  clear() { this.select(null); }

  escape() {
    const nothing = !this.selected && !this.candidate && !this.panel.helpShown;
    if (nothing && this.preferences.full) { this.leaveFullWindow(); return; }
    if (nothing) this.armed = null;
    else this.lastRange = this.candidate ?? this.selectedSpan ?? this.lastRange;
    this.panel.helpShown = false;
    this.clear();
    this.leaving = true;
    this.panel.say('Nothing is selected. Tab leaves the text.');
  }

  /**
   * Selects the next or previous span, the first one among those in sight. False past the last
   * one, so that Tab moves on.
   * @param {number} direction
   */
  step(direction) {
    this.hovered = null;
    if (this.leaving || !this.shown.length) return false;
    const current = this.selectedSpan;
    const known = current && (direction < 0 || isInSight(this.textView, current));
    const at = known ? this.shown.indexOf(current) : -1;
    const next = at < 0 ? (direction > 0 ? this.firstAfterCandidate() : -1) : at + direction;
    const span = this.shown[next];
    this.select(span?.id ?? null);
    if (span) this.textView.reveal(span.s);
    return Boolean(span);
  }

  firstAfterCandidate() {
    if (!this.candidate) return firstInSight(this.shown, rangeInSight(this.textView));
    const from = this.candidate.s;
    return Math.max(0, this.shown.findIndex(({ s }) => s >= from));
  }

  /**
   * Selects the span around (1) or inside (-1) what is chosen.
   * @param {number} direction
   */
  nest(direction) {
    const here = this.candidate ?? this.target;
    const span = here && nesting(this.shown, here, direction);
    this.hovered = null;
    if (span) this.select(span.id);
    else this.panel.flash(direction > 0 ? 'No span lies around it.' : 'No span lies inside it.');
  }

  /**
   * Chooses the next or previous word: a span can be made with the keyboard alone.
   * @param {number} direction
   */
  walk(direction) {
    if (!this.tokens.size) return;
    const here = this.candidate ?? this.selectedSpan ?? this.lastRangeInSight;
    if (here) this.goTo(this.units.beside(here, direction));
    else {
      const { s } = rangeInSight(this.textView);
      this.goTo(this.units.beside({ s, e: s }, 1));
    }
  }

  /** What Esc left, unless it was scrolled away since. */
  get lastRangeInSight() { return this.lastRange && isInSight(this.textView, this.lastRange) ? this.lastRange : null; }

  /** @param {TextRange} range */
  goTo(range) {
    this.selected = null;
    this.hovered = null;
    this.candidate = this.readOnly ? null : range;
    this.leaving = false;
    this.textView.reveal(range.s);
    this.panel.say(this.wordsOf(range));
    this.redraw();
  }

  /**
   * Chooses the word nearest in the line below (1) or above (-1).
   * @param {number} direction
   */
  moveByLine(direction) {
    const from = this.candidate ?? this.selectedSpan;
    if (!from) { this.walk(direction); return; }
    const home = this.spotOf(from);
    let best = null;
    let word = from;
    for (let i = 0; i < FAR; i += 1) {
      const next = this.units.beside(word, direction);
      if (next.s === word.s) break;
      word = next;
      const spot = this.spotOf(word);
      if (Math.abs(spot.y - home.y) < 4) continue;
      if (best && Math.abs(spot.y - best.y) > 4) break;
      const off = Math.abs(spot.x - home.x);
      if (!best || off < best.off) best = { ...spot, off, word };
    }
    if (best) this.goTo(best.word);
  }

  /** @param {TextRange} range */
  spotOf({ s }) {
    const rect = rectAt(this.textView.covering(s, s + 1)[0], s);
    return { x: rect.left, y: rect.top };
  }

  /** @param {number} step */
  widen(step) {
    if (!this.candidate) { this.walk(step); return; }
    this.candidate = this.units.nudge(this.candidate, 'end', step);
    this.panel.say(this.wordsOf(this.candidate));
    this.redraw();
  }

  toggleCharacters() {
    this.preferences.characters = !this.preferences.characters;
    this.panel.say(this.preferences.characters ? 'Choosing single characters' : 'Choosing whole words');
    this.redraw();
  }

  toggleHints() {
    if (!this.hints.length) { this.panel.flash('The model has no hints here.'); return; }
    this.preferences.hints = !this.preferences.hints;
    this.panel.say(this.preferences.hints ? 'Hints are shown' : 'Hints are hidden');
    this.redraw();
  }

  toggleRejected() {
    this.preferences.rejected = !this.preferences.rejected;
    this.redraw();
  }

  toggleHelp() { this.panel.helpShown = !this.panel.helpShown; }
}
