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
   * `place`: where the person was when they made the changes.
   * @param {Change[]} changes
   * @param {Place} place
   */
  record(changes, place) {
    if (!changes.length) return;
    this.done.push({ changes, place });
    this.undone = [];
  }

  /**
   * One step back, {ops, left, place}, or null. What is no longer as the step left it, since somebody else
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
      const { changes: all, place } = edit;
      const changes = all.filter((change) => same(view.get(change.id), change[now]));
      if (changes.length) {
        to.push({ changes, place });
        const states = changes.map((change) => ({ id: change.id, span: change[then] }));
        return { ops: opsTo(states, offsets), left: all.length - changes.length, place };
      }
    }
    return null;
  }
}
