// What a person looks at: an entity, a noisy span, or all of them.

export class Selection {
  /** @type {number | null} */ hovered = null; // an entity, as `entity` is
  /** @type {number | null} */ entity = null;
  /** @type {number | null} */ span = null;

  /** @param {() => void} onChange */
  constructor(onChange) {
    this.onChange = onChange;
  }

  clear() {
    this.hovered = null;
    this.entity = null;
    this.span = null;
  }

  // The entity under the pointer or the focus goes before the chosen one.
  get active() { return this.hovered ?? this.entity; }

  /** @param {number | null} entity */
  hover(entity) { this.hovered = entity; this.onChange(); }

  /** @param {number} entity */
  toggleEntity(entity) {
    this.entity = this.entity === entity && this.span === null ? null : entity;
    this.span = null;
    this.onChange();
  }

  /** @param {number | null} span */
  setSpan(span) { this.span = span; this.onChange(); }

  /**
   * To the next noisy span; with an entity chosen, among those that collapsed on it.
   * @param {number} by
   * @param {DenoisingPayload} payload
   */
  walk(by, { entities, frames }) {
    const mine = this.entity === null ? [] : entities[this.entity].collapsed;
    const order = mine.length ? mine : frames[0].at.map((_, k) => k);
    const index = this.span === null ? -1 : order.indexOf(this.span);
    const next = index < 0 ? (by > 0 ? 0 : order.length - 1) : index + by;
    this.setSpan(order[(next + order.length) % order.length]);
  }

  /**
   * The noisy spans to be seen while frame `i` is: null is all of them.
   * @param {Scene} scene
   * @param {number} i
   */
  slots({ payload, lanes }, i) {
    if (this.hovered === null && this.span !== null) return new Set([this.span]);
    if (this.active === null) return null;
    const entity = payload.entities[this.active];
    return new Set(lanes.home.flatMap((home, k) => (
      home === this.active || landed(payload.frames[i], k, entity) ? [k] : []
    )));
  }
}

/**
 * Whether noisy span k was on an entity's place after this frame's step, with a type.
 * @param {Frame} frame
 * @param {number} k
 * @param {{ start: number, end: number }} place
 */
export function landed(frame, k, { start, end }) {
  const span = frame.spans[k];
  return Boolean(span) && span[0] === start && span[1] === end && frame.labels[k] >= 0;
}
