// One lane for each noisy span, sorted by the entity it ends in. Where the sentence takes several
// rows, a span's lane lies in the row where it ends; in the others it passes through as a hairline.

import { rowOf } from './rows.js';

const MARGIN = 5; // pixels above and below the lanes of a row
const MARK = { pitch: 4, thick: 3 }; // pixels of the lines between the words and the lanes that mark entities
const PASSING = 14; // pixels at least for the spans that pass through a row
const HAIRLINE = 0.6;
const FILLED = 0.74; // of a lane by its bar

export class Lanes {
  /**
   * @param {DenoisingPayload} payload
   * @param {[number, number][]} rows
   * @param {(lanes: number) => number} pitchOf the height of a lane, by how many lanes a row has
   */
  constructor({ frames, entities }, rows, pitchOf) {
    const last = frames[frames.length - 1].at;
    this.total = last.length;
    this.home = last.map((_, k) => entities.findIndex((entity) => entity.collapsed.includes(k)));
    this.row = last.map(([start], k) => rowOf(rows, Math.floor(this.home[k] < 0 ? start : entities[this.home[k]].start)));
    this.order = laneOrder(frames, entities, this.home);
    /** @type {number[]} */
    this.lane = [];
    const counts = rows.map(() => 0);
    this.order.forEach((k) => { this.lane[k] = counts[this.row[k]]++; });
    this.rank = this.lane.map((_, k) => this.order.indexOf(k));
    this.pitches = counts.map(pitchOf);
    this.head = MARGIN + MARK.pitch * Math.max(0, ...entities.map((entity) => entity.row + 1));
    this.heights = counts.map((count, row) => Math.max(count * this.pitches[row], rows.length > 1 ? PASSING : 0));
    this.bands = this.heights.map((height) => this.head + height + MARGIN);
  }

  /**
   * Below the words of a row, in pixels.
   * @param {number} k
   * @param {number} row
   */
  top(k, row) {
    if (row === this.row[k]) return this.head + this.lane[k] * this.pitches[row];
    return this.head + (this.rank[k] / this.total) * this.heights[row];
  }

  /**
   * @param {number} k
   * @param {number} row
   */
  thick(k, row) { return row === this.row[k] ? Math.max(1, this.pitches[row] * FILLED) : HAIRLINE; }

  /**
   * The line that marks an entity under its words, as [top, height] below them.
   * @param {EntityBar} entity
   * @returns {[number, number]}
   */
  mark({ row }) { return [MARK.pitch * row + 2, MARK.thick]; }

  /**
   * The lanes of an entity's noisy spans: [row, top, bottom]; null where none ended on it.
   * @param {number} entity
   * @returns {[number, number, number] | null}
   */
  group(entity) {
    const members = this.home.flatMap((home, k) => (home === entity ? [k] : []));
    if (!members.length) return null;
    const row = this.row[members[0]];
    const tops = members.map((k) => this.top(k, row));
    return [row, Math.min(...tops), Math.max(...tops) + this.pitches[row]];
  }
}

/**
 * The noisy spans in the order of the entities they end in, then those that end in none; within
 * an entity those first that are on their way the longest, then as they start.
 * @param {Frame[]} frames
 * @param {EntityBar[]} entities
 * @param {number[]} home
 */
function laneOrder(frames, entities, home) {
  const noise = frames[0].at;
  const last = frames[frames.length - 1].at;
  /** @type {(k: number) => number[]} */
  const target = (k) => {
    const entity = entities[home[k]];
    return entity ? [0, entity.start, -entity.end] : [1, last[k][0], -last[k][1]];
  };
  const begun = noise.map((_, k) => frames.findLastIndex(({ renewed }) => renewed.includes(k)));
  /** @type {(a: number[], b: number[]) => number} */
  const compare = (a, b) => a.map((value, i) => value - b[i]).find((difference) => difference !== 0) ?? 0;
  return noise.map((_, k) => k).sort((a, b) => compare(target(a), target(b)) || begun[a] - begun[b]
    || noise[a][0] + noise[a][1] - noise[b][0] - noise[b][1] || a - b);
}
