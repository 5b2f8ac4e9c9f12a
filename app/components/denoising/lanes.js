// Which lane each noisy span slides in, and which row each kept entity rests in.
const LANE = 4;
const ROW = 19;
const TOP = 4;

export class Lanes {
  /** @param {DenoisingPayload} payload */
  constructor({ frames, entities }) {
    const clean = frames[frames.length - 1].at;
    this.lane = spread(clean);
    this.rows = entities.map((entity) => entity.row);
    this.home = clean.map((_, k) => entities.findIndex((entity) => entity.collapsed.includes(k)));
    const lanes = 1 + Math.max(0, ...this.lane);
    const rows = 1 + Math.max(0, ...this.rows);
    this.height = TOP + Math.max(lanes * LANE, rows * ROW) + 6;
  }

  /** @param {number} k */
  laneTop(k) { return TOP + this.lane[k] * LANE; }

  /** @param {number} entity */
  rowTop(entity) { return TOP + this.rows[entity] * ROW; }
}

/**
 * Neighbours in reading order get lanes far apart, so that few bars cover each other.
 * @param {[number, number][]} spans
 */
function spread(spans) {
  const lanes = Math.min(13, Math.max(5, Math.ceil(spans.length / 5))) | 1;
  const order = spans.map((_, k) => k).sort((a, b) => spans[a][0] - spans[b][0] || a - b);
  /** @type {number[]} */
  const lane = [];
  order.forEach((k, i) => { lane[k] = (i * 4) % lanes; });
  return lane;
}
