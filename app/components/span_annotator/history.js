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
   * The operations of one step back, or null. A step whose result is no longer what the page
   * shows (the server refused it) is skipped: there is nothing of it to undo.
   */
  undo(view, offsets) { return this.step(this.done, this.undone, 'after', 'before', view, offsets); }

  redo(view, offsets) { return this.step(this.undone, this.done, 'before', 'after', view, offsets); }

  step(from, to, now, then, view, offsets) {
    while (from.length) {
      const changes = from.pop();
      if (changes.every((change) => same(view.get(change.id), change[now]))) {
        to.push(changes);
        return opsTo(changes.map((change) => ({ id: change.id, span: change[then] })), offsets);
      }
    }
    return null;
  }
}
