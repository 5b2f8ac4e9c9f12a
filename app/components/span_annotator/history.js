// Undo and redo over one visit to a document, as the changes each edit made.

import { same, toWire } from './spans.js';

/** The operations that put spans exactly into the given states (null: not there). */
const opsTo = (states, offsets) => states.map(({ id, span }) =>
  (span ? { op: 'restore', ...toWire(span, offsets) } : { op: 'delete', id }));

export class History {
  constructor() { this.forget(); }

  forget() { this.done = []; this.undone = []; }

  record(changes) {
    if (!changes.length) return;
    this.done.push(changes);
    this.undone = [];
  }

  /**
   * One step back, {ops, left}, or null. What is no longer as the step left it, since somebody else
   * changed it or the server refused it, is `left` alone; a step of which nothing is there is
   * skipped.
   */
  undo(view, offsets) { return this.step(this.done, this.undone, 'after', 'before', view, offsets); }

  redo(view, offsets) { return this.step(this.undone, this.done, 'before', 'after', view, offsets); }

  step(from, to, now, then, view, offsets) {
    while (from.length) {
      const all = from.pop();
      const changes = all.filter((change) => same(view.get(change.id), change[now]));
      if (changes.length) {
        to.push(changes);
        const states = changes.map((change) => ({ id: change.id, span: change[then] }));
        return { ops: opsTo(states, offsets), left: all.length - changes.length };
      }
    }
    return null;
  }
}
