// In which order suggestions are decided one at a time, and which is next. Pure: it draws nothing.

import { inReadingOrder } from './spans.js';

export class DecisionQueue {
  /** @type {string[]} */ ids = []; // every suggestion of this visit, in the order in which they come
  /** @type {Set<string>} */ skipped = new Set();

  /**
   * Takes in what is undecided now: new suggestions queue up behind the current one, and what is
   * gone leaves. Those that were decided keep their places before it.
   * @param {View} view
   * @param {Flow} flow
   * @param {string | null} current
   */
  update(view, flow, current) {
    const isOpen = /** @param {string} id */ (id) => view.get(id)?.status === 'suggested';
    const past = this.ids.filter((id) => view.has(id) && (!isOpen(id) || id === current || this.skipped.has(id)));
    const before = new Set(past);
    const behind = [...view.values()].filter(({ id }) => isOpen(id) && !before.has(id));
    inReadingOrder(behind);
    if (flow === 'unsure') behind.sort((a, b) => (a.score ?? 1) - (b.score ?? 1));
    this.ids = [...past, ...behind.map(({ id }) => id)];
  }

  /**
   * The first suggestion that is neither decided nor skipped; null where there is none.
   * @param {View} view
   */
  next(view) {
    return this.ids.find((id) => view.get(id)?.status === 'suggested' && !this.skipped.has(id)) ?? null;
  }

  /** @param {string} id */
  numberOf(id) { return this.ids.indexOf(id) + 1; }

  /**
   * How many are open though they were skipped.
   * @param {View} view
   */
  left(view) { return [...this.skipped].filter((id) => view.get(id)?.status === 'suggested').length; }
}
