// Many spans in one step: the same words everywhere, all above a confidence, all that is left.

import { Editor } from './editor.js';
import { identical } from './identical.js';
import { openIds, suggestions } from './spans.js';

export class BatchActions extends Editor {
  /** Looks for the same words elsewhere and shows them; Enter then labels them. */
  propose() {
    const range = this.candidate ?? this.target;
    const label = this.candidate ? this.armed ?? this.lastLabel : this.target?.label;
    if (!range || !label || this.readOnly) {
      this.panel.say('First choose a span, then label its words everywhere.');
      return;
    }
    const occurrences = identical(this.data.text, this.tokens, this.view, range, label);
    const words = this.wordsOf(range);
    if (occurrences.length) {
      const id = this.candidate ? null : this.target?.id ?? null;
      this.proposal = { words, label, occurrences, range, id };
    }
    else this.panel.flash(`no other “${words}” to label as ${label}`);
    if (occurrences.length) this.panel.say(`${occurrences.length} more “${words}”. Enter labels them as ${label}.`);
    this.redraw();
  }

  dropProposal() {
    if (!this.proposal) return;
    this.proposal = null;
    this.redraw();
  }

  applyProposal() {
    if (!this.proposal) return;
    const { occurrences, label, range, id } = this.proposal;
    this.proposal = null;
    const span = this.spanOf(id);
    const first = span ? this.settling(span) : [this.addition(range, label)];
    const ops = occurrences.map((occurrence, i) => {
      if (occurrence.op === 'add') return this.addition(occurrence, label, first.length + i);
      const { op, id: known } = occurrence;
      return op === 'accept' ? { op, id: known } : { op, id: known, label };
    });
    this.candidate = null;
    this.quiet = true;
    this.edit([...first, ...ops]);
    this.panel.flash(`${occurrences.length} more labelled as ${label}`);
  }

  /**
   * What makes the span itself, whose label is spread, an annotation.
   * @param {Span} span
   * @returns {SpanOperation[]}
   */
  settling(span) {
    if (span.status === 'hint') return [this.addition(span, span.label)];
    return span.status === 'accepted' ? [] : [{ op: 'accept', id: span.id }];
  }

  /** @param {number} above */
  acceptAbove(above) {
    const { length } = suggestions(this.view, above);
    if (!length) return;
    this.edit([{ op: 'accept_all', above, ids: openIds(this.view) }]);
    this.panel.say(`${length} accepted`);
  }

  rejectRest() {
    const { length } = suggestions(this.view);
    if (!length) { this.panel.say('No suggestions left.'); return; }
    this.edit([{ op: 'reject_all', ids: openIds(this.view) }]);
    this.panel.flash(`${length} rejected; undo brings them back`);
  }
}
