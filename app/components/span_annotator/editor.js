// What a person can do, whatever the key or button. Drawing is left to the Annotator.

import { describe } from './bars.js';
import { History } from './history.js';
import { difference, toWire } from './spans.js';

/**
 * Expects of its subclass: data, view, shown, tokens, offsets, labels, readOnly, panel, surface,
 * navigate, rebuild, redraw, draw.
 */
export class Editor {
  constructor(outbox) {
    this.outbox = outbox;
    this.history = new History();
    this.armed = null; // the label that each drag adds at once
    this.lastLabel = null; // the label that Enter adds
    this.showRejected = false;
    this.reset();
  }

  /** Forgets what belongs to one visit to one document. */
  reset() {
    this.history.forget();
    this.selected = null;
    this.candidate = null;
    this.destination = null;
    this.leaving = false; // after Esc, Tab leaves the text
    this.quiet = false; // after an addition no toolbar covers the next line
  }

  get selectedSpan() { return this.view?.get(this.selected) ?? null; }

  wordsOf({ s, e }) { return this.data.text.slice(s, e); }

  // ---- choosing ----

  select(id) {
    this.selected = id;
    this.candidate = null;
    this.leaving = false;
    this.quiet = false;
    const span = this.selectedSpan;
    if (span) this.panel.say(`${this.wordsOf(span)}: ${describe(span)}`);
    this.redraw();
  }

  /** Chooses words to label; adds them at once when a label is kept ready. */
  choose(range) {
    this.selected = null;
    this.candidate = this.readOnly ? null : range;
    this.leaving = false;
    if (this.candidate && this.armed) { this.add(this.armed); return; }
    if (this.candidate) this.panel.say(`chosen: ${this.wordsOf(range)}. Press a label's key.`);
    this.redraw();
  }

  clear() { this.select(null); }

  preview(range) {
    this.candidate = range;
    this.draw();
  }

  escape() {
    const nothing = !this.selected && !this.candidate && !this.panel.helpShown;
    if (nothing) this.armed = null;
    this.panel.helpShown = false;
    this.clear();
    this.leaving = true;
    this.panel.say('Nothing is selected. Tab leaves the text.');
  }

  /** Selects the next or previous span. False past the last one, so that Tab moves on. */
  step(direction) {
    if (this.leaving || !this.shown.length) return false;
    const at = this.shown.findIndex(({ id }) => id === this.selected);
    const next = at < 0 ? (direction > 0 ? this.firstAfterCandidate() : -1) : at + direction;
    const span = this.shown[next];
    this.select(span?.id ?? null);
    if (span) this.surface.reveal(span.s);
    return Boolean(span);
  }

  firstAfterCandidate() {
    const from = this.candidate?.s ?? 0;
    return Math.max(0, this.shown.findIndex(({ s }) => s >= from));
  }

  /** Chooses the next or previous word: a span can be made with the keyboard alone. */
  walk(direction) {
    if (!this.tokens.size) return;
    const here = this.candidate ?? this.selectedSpan;
    const range = here ? this.tokens.beside(here, direction) : this.tokens.at(0);
    this.selected = null;
    this.candidate = this.readOnly ? null : range;
    this.surface.reveal(range.s);
    this.panel.say(this.wordsOf(range));
    this.redraw();
  }

  widen(step) {
    if (!this.candidate) { this.walk(step); return; }
    this.candidate = this.tokens.nudge(this.candidate, 'end', step);
    this.panel.say(this.wordsOf(this.candidate));
    this.redraw();
  }

  // ---- editing ----

  /** Sends operations and shows their effect at once. */
  edit(ops, { remember = true } = {}) {
    if (this.readOnly) { this.panel.say('This document is read only.'); return; }
    const before = this.view;
    for (const op of ops) this.outbox.push(this.data.doc_id, op);
    this.rebuild();
    if (remember) this.history.record(difference(before, this.view));
    this.redraw();
  }

  useLabelAt(index) {
    const label = this.labels[index];
    if (label) this.useLabel(label.name);
    return Boolean(label);
  }

  useLabel(name) {
    if (this.readOnly) return;
    const span = this.selectedSpan;
    if (this.candidate) this.add(name);
    else if (span) {
      this.lastLabel = name;
      if (span.label !== name || span.status !== 'accepted') {
        this.edit([{ op: 'relabel', id: span.id, label: name }]);
      }
    } else {
      this.armed = this.armed === name ? null : name;
      this.panel.say(this.armed ? `${name} is ready: drag over words` : `${name} is put away`);
      this.redraw();
    }
  }

  add(label) {
    const range = this.candidate;
    this.lastLabel = label;
    const twin = [...this.view.values()]
      .find((span) => span.s === range.s && span.e === range.e && span.label === label);
    this.candidate = null;
    if (twin) {
      if (twin.status !== 'accepted') this.edit([{ op: 'accept', id: twin.id }]);
      this.select(twin.id);
      return;
    }
    const id = `${this.outbox.client}-${this.outbox.seq + 1}`;
    this.selected = id;
    this.quiet = true;
    this.edit([{ op: 'add', ...toWire({ id, ...range, label }, this.offsets) }]);
    this.panel.say(`${this.wordsOf(range)} added as ${label}`);
  }

  addAgain() { if (this.candidate && this.lastLabel) this.add(this.lastLabel); }

  accept() {
    const span = this.selectedSpan;
    if (!span || span.status === 'accepted') return;
    const following = this.suggestionAfter(span);
    this.edit([{ op: 'accept', id: span.id }]);
    this.goOn(`${this.wordsOf(span)} accepted`, following ?? span);
  }

  /** Rejects a model's span, which is kept; deletes a person's. */
  reject() {
    const span = this.selectedSpan;
    if (!span || span.status === 'rejected') return;
    const following = this.suggestionAfter(span);
    const isModels = span.source === 'model';
    this.edit([{ op: isModels ? 'reject' : 'delete', id: span.id }]);
    this.goOn(`${this.wordsOf(span)} ${isModels ? 'rejected' : 'deleted'}`, following);
  }

  suggestionAfter(span) {
    const at = this.shown.findIndex(({ id }) => id === span.id);
    return this.shown.slice(at + 1).find(({ status }) => status === 'suggested') ?? null;
  }

  /** Says what was done and selects the span to look at next. */
  goOn(done, span) {
    this.select(span?.id ?? null);
    if (!span) { this.panel.say(done); return; }
    this.surface.reveal(span.s);
    this.panel.say(`${done}. Now ${this.wordsOf(span)}: ${describe(span)}`);
  }

  unreject() {
    const span = this.selectedSpan;
    if (span) this.edit([{ op: 'restore', ...toWire({ ...span, status: 'suggested' }, this.offsets) }]);
  }

  nudge(edge, step) {
    if (this.candidate) {
      this.candidate = this.tokens.nudge(this.candidate, edge, step);
      this.redraw();
    } else if (this.selectedSpan) this.moveTo(this.tokens.nudge(this.selectedSpan, edge, step));
  }

  /** Gives the selected span another range; null leaves it as it was. */
  moveTo(range) {
    const span = this.selectedSpan;
    this.candidate = null;
    if (!range || !span || (range.s === span.s && range.e === span.e)) { this.redraw(); return; }
    this.edit([{ op: 'move', ...toWire({ id: span.id, ...range }, this.offsets) }]);
    this.panel.say(this.wordsOf(range));
  }

  undo() { this.travel(this.history.undo(this.view, this.offsets), 'undone', 'nothing to undo'); }

  redo() { this.travel(this.history.redo(this.view, this.offsets), 'redone', 'nothing to redo'); }

  travel(ops, done, nothing) {
    if (ops) this.edit(ops, { remember: false });
    this.panel.say(ops ? done : nothing);
  }

  // ---- the document ----

  submit() {
    if (this.readOnly) return;
    const open = [...this.view.values()].some(({ status }) => status === 'suggested');
    this.edit([...(open ? [{ op: 'accept_all' }] : []), { op: 'submit' }], { remember: false });
    this.leaveFor('next');
  }

  skip() {
    if (this.readOnly) return;
    this.edit([{ op: 'skip' }]);
    this.leaveFor('next');
  }

  /** Goes to 'next', 'previous' or 'denoise' once all is saved. */
  leaveFor(where) {
    if (this.outbox.size) this.destination = where; else this.navigate(where);
  }

  saved() {
    const where = this.destination;
    this.destination = null;
    if (where) this.navigate(where);
  }

  /** The server refused an operation: what it did is gone, and nobody is sent away. */
  refused(error) {
    this.destination = null;
    this.panel.say(`Not done: ${error}`);
  }

  toggleRejected() {
    this.showRejected = !this.showRejected;
    this.redraw();
  }

  toggleHelp() { this.panel.helpShown = !this.panel.helpShown; }
}
