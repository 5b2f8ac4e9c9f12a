// What a person can do to the spans, whatever the key or button. Drawing is the Annotator's.

import { describe } from './bars.js';
import { Selection } from './selection.js';
import { showAgain } from './in_sight.js';
import { History } from './history.js';
import { difference, openIds, toWire } from './spans.js';

const NOTHING_SELECTED = 'Nothing is selected: Tab goes to the next suggestion.';

/** Subclasses rebuild the view out of what is stored and what is under way. */
export class Editor extends Selection {
  /** @type {OffsetMap} */ offsets;

  /** @param {DeadLetterOutbox} outbox */
  constructor(outbox) {
    super();
    this.outbox = outbox;
    this.history = new History();
  }

  /** @abstract */
  rebuild() {}

  /** @abstract */
  applyProposal() {}

  /**
   * Whether a queue of decisions goes on from here.
   * @abstract
   * @param {Span} _span
   */
  decided(_span) { return false; }

  /**
   * Sends operations and shows their effect at once.
   * @param {Operation[]} ops
   * @param {{ undoable?: boolean, baseVersion?: number }} [options]
   */
  edit(ops, { undoable = true, baseVersion = this.data.version } = {}) {
    if (this.readOnly) { this.panel.flash('This document is read-only.'); return; }
    const before = this.view;
    const viewState = { ...this.drawnChoice, scrolled: this.textView.box.scrollTop };
    this.outbox.push(this.data.doc_id, ops.map((op) => ({ base_version: baseVersion, ...op })));
    this.rebuild();
    if (undoable) this.history.record(difference(before, this.view), viewState);
    this.redraw();
  }

  /**
   * Labels the chosen words or the target, or keeps the label ready for the next drags.
   * @param {string} name
   */
  useLabel(name) {
    if (this.readOnly) return;
    const span = this.target;
    if (this.candidate) this.add(name);
    else if (span?.status === 'hint') this.addHint(span, name);
    else if (span) {
      this.lastLabel = name;
      if (span.label !== name || span.status !== 'accepted') {
        this.edit([{ op: 'relabel', id: span.id, label: name }]);
        this.panel.say(`${this.wordsOf(span)} is ${name}`);
        this.decided(span);
      }
    } else {
      this.armed = this.armed === name ? null : name;
      this.panel.say(this.armed ? `${name} is active: drag over words` : `${name} is no longer active`);
      this.redraw();
    }
  }

  /**
   * Labels the chosen words.
   * @param {string} label
   */
  add(label) {
    const range = this.candidate;
    if (!range) return;
    this.candidate = null;
    const duplicate = this.duplicateOf(range, label);
    if (duplicate) {
      if (duplicate.status !== 'accepted') this.edit([{ op: 'accept', id: duplicate.id }]);
      this.select(duplicate.id);
      return;
    }
    const op = this.addition(range, label);
    this.selected = op.id;
    this.hovered = null;
    this.quiet = true;
    this.edit([op]);
    this.panel.say(`${this.wordsOf(range)} added as ${label}`);
  }

  /**
   * @param {TextRange} range
   * @param {string} label
   */
  duplicateOf({ s, e }, label) {
    return [...this.view.values()]
      .find((span) => span.s === s && span.e === e && span.label === label);
  }

  /**
   * The operation that adds a span, the `later`-th one of a list.
   * @param {TextRange} range
   * @param {string} label
   * @param {number} [later]
   * @returns {SpanOperation & { op: 'add' }}
   */
  addition(range, label, later = 0) {
    this.lastLabel = label;
    const id = `${this.outbox.client}-${this.outbox.seq + 1 + later}`;
    return { op: 'add', ...toWire({ id, s: range.s, e: range.e, label }, this.offsets) };
  }

  /**
   * @param {Hint} hint
   * @param {string} [label]
   */
  addHint(hint, label = hint.label) {
    this.candidate = { s: hint.s, e: hint.e };
    this.add(label);
  }

  /** Enter: carries out the proposal, or adds the chosen words with the label used last. */
  again() {
    if (this.proposal) this.applyProposal();
    else if (this.candidate && this.lastLabel) this.add(this.lastLabel);
  }

  accept() {
    const span = this.target;
    if (!span) { this.panel.flash(NOTHING_SELECTED); return; }
    if (span.status === 'accepted') return;
    if (span.status === 'hint') { this.addHint(span); return; }
    const following = span.id === this.pointed ? null : this.suggestionAfter(span);
    this.edit([{ op: 'accept', id: span.id }]);
    this.goOn(span, 'accepted', following);
  }

  /** Rejects a suggestion, which is kept; deletes a person's span. */
  reject() {
    const span = this.target;
    if (!span) { this.panel.flash(NOTHING_SELECTED); return; }
    if (span.status === 'rejected' || span.status === 'hint') return;
    const following = span.id === this.pointed ? null : this.suggestionAfter(span);
    if (span.id === this.hovered) this.hovered = null;
    const isPersons = span.source === 'person';
    this.edit([{ op: isPersons ? 'delete' : 'reject', id: span.id }]);
    this.goOn(span, isPersons ? 'deleted' : 'rejected', following);
  }

  /**
   * The suggestion after a span; after the last one, the first that was left out.
   * @param {Span} span
   */
  suggestionAfter(span) {
    const at = this.shown.findIndex(({ id }) => id === span.id);
    return [...this.shown.slice(at + 1), ...this.shown.slice(0, at)]
      .find(({ status }) => status === 'suggested') ?? null;
  }

  /**
   * Says what was done and selects the span to look at next.
   * @param {Span} span
   * @param {string} done
   * @param {Span | null} next
   */
  goOn(span, done, next) {
    if (this.decided(span)) return;
    const outcome = `${this.wordsOf(span)} ${done}`;
    if (next) {
      this.select(next.id);
      this.textView.reveal(next.s);
      this.panel.say(`${outcome}. Now ${this.wordsOf(next)}: ${describe(next)}`);
      return;
    }
    const stays = done === 'accepted' && span.id === this.selected;
    if (this.selected) this.select(stays ? span.id : null);
    this.panel.say(openIds(this.view).length ? outcome : `${outcome}. Nothing is left to review.`);
  }

  unreject() {
    const span = this.selectedSpan;
    if (!span || span.status === 'hint') return;
    /** @type {StoredSpan} */
    const reopened = { ...span, status: 'suggested' };
    this.edit([{ op: 'restore', ...toWire(reopened, this.offsets) }]);
  }

  /**
   * Moves a boundary of the chosen words or of the target by a word or a character.
   * @param {Edge} edge
   * @param {number} step
   */
  nudge(edge, step) {
    const span = this.target;
    if (this.candidate) {
      this.candidate = this.units.nudge(this.candidate, edge, step);
      this.panel.say(this.wordsOf(this.candidate));
      this.redraw();
    } else if (span && span.status !== 'hint') this.moveTo(span, this.units.nudge(span, edge, step));
  }

  /**
   * @param {Span} span
   * @param {TextRange} range
   */
  moveTo(span, range) {
    if (range.s === span.s && range.e === span.e) return;
    this.edit([{ op: 'move', ...toWire({ id: span.id, ...range }, this.offsets) }]);
    this.panel.say(this.wordsOf(range));
  }

  undo() { this.applyHistory(this.history.undo(this.view, this.offsets), 'undone', 'There is nothing to undo.'); }

  redo() { this.applyHistory(this.history.redo(this.view, this.offsets), 'redone', 'There is nothing to redo.'); }

  /**
   * Puts spans back, with what was chosen then, and shows them where they are out of sight.
   * @param {HistoryStep | null} step
   * @param {string} done
   * @param {string} nothing
   */
  applyHistory(step, done, nothing) {
    this.proposal = null;
    if (step) {
      const { ops, viewState } = step;
      const added = done === 'redone' && viewState.candidate ? ops[0].id : null;
      this.selected = added ?? viewState.selected;
      this.candidate = added ? null : viewState.candidate;
      this.quiet = Boolean(added);
      this.edit(ops, { undoable: false });
      const spans = ops.map(({ id }) => this.spanOf(id)).filter((span) => span !== null);
      showAgain(this.textView, this.candidate ? [this.candidate] : spans, viewState.scrolled);
    }
    if (step?.left) this.panel.flash(`${done}, except ${step.left} that others have changed since`);
    else if (step) this.panel.say(done);
    else this.panel.flash(nothing);
  }
}
