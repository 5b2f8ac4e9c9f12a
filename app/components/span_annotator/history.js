// Undo and redo over one visit to a document, as the changes each edit made.

import { same, toWire } from './spans.js';

/**
 * The operations that put spans exactly into the given states (null: not there).
 * @param {{ id: string, span: StoredSpan | null }[]} states
 * @param {OffsetMap} offsets
 * @returns {SpanOperation[]}
 */
const opsTo = (states, offsets) => states.map(({ id, span }) =>
  (span ? { op: 'restore', ...toWire(span, offsets) } : { op: 'delete', id }));

export class History {
  /** @type {Edit[]} */ done = [];
  /** @type {Edit[]} */ undone = [];

  forget() { this.done = []; this.undone = []; }

  /**
   * `viewState`: where the person was when they made the changes.
   * @param {Change[]} changes
   * @param {ViewState} viewState
   */
  record(changes, viewState) {
    if (!changes.length) return;
    this.done.push({ changes, viewState });
    this.undone = [];
  }

  /**
   * One step back, {ops, left, viewState}, or null. What is no longer as the step left it, since somebody else
   * changed it or the server refused it, is `left` alone; a step of which nothing is there is
   * skipped.
   * @param {View} view
   * @param {OffsetMap} offsets
   */
  undo(view, offsets) { return this.step(this.done, this.undone, 'after', 'before', view, offsets); }

  /**
   * @param {View} view
   * @param {OffsetMap} offsets
   */
  redo(view, offsets) { return this.step(this.undone, this.done, 'before', 'after', view, offsets); }

  /**
   * @param {Edit[]} from
   * @param {Edit[]} to
   * @param {'before' | 'after'} now
   * @param {'before' | 'after'} then
   * @param {View} view
   * @param {OffsetMap} offsets
   * @returns {HistoryStep | null}
   */
  step(from, to, now, then, view, offsets) {
    for (let edit = from.pop(); edit; edit = from.pop()) {
      const { changes: all, viewState } = edit;
      const changes = all.filter((change) => same(view.get(change.id), change[now]));
      if (changes.length) {
        to.push({ changes, viewState });
        const states = changes.map((change) => ({ id: change.id, span: change[then] }));
        return { ops: opsTo(states, offsets), left: all.length - changes.length, viewState };
      }
    }
    return null;
  }
}
