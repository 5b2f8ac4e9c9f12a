// How strongly each word glows under the confident predictions, frame by frame.

import { blend, mix, rgba } from './colour.js';

export class WordHighlight {
  /** @param {DenoisingPayload} payload */
  constructor({ words, frames, entities }) {
    const count = words.length;
    this.frames = frames.map((frame) => {
      /** @type {number[][]} */
      const votes = Array.from({ length: count }, () => []);
      frame.spans.forEach(([start, end], k) => {
        if (!frame.confident[k]) return;
        for (let w = start; w < end; w++) votes[w].push(frame.labels[k]);
      });
      return votes;
    });
    /** @type {number[][]} */
    const entityLabels = Array.from({ length: count }, () => []);
    for (const { start, end, label } of entities) {
      for (let w = start; w < end; w++) entityLabels[w].push(label);
    }
    this.frames.push(entityLabels);
    this.many = Math.max(3, frames[0].at.length / 12);
  }

  /**
   * [colour, alpha] of one word in one frame; a twelfth of all spans makes it glow fully.
   * @param {number} frame
   * @param {number} word
   * @param {Colour[]} colours
   * @returns {[Colour | null, number]}
   */
  of(frame, word, colours) {
    const votes = this.frames[frame][word];
    if (!votes.length) return [null, 0];
    const sum = [0, 0, 0];
    for (const label of votes) colours[label].forEach((v, i) => { sum[i] += v; });
    const isFinal = frame === this.frames.length - 1;
    return [sum.map((v) => v / votes.length), 0.26 * (isFinal ? 1 : Math.min(1, votes.length / this.many))];
  }

  /**
   * @param {number} position
   * @param {number} word
   * @param {Colour[]} colours
   */
  between(position, word, colours) {
    const i = Math.min(this.frames.length - 1, Math.floor(position));
    const u = position - i;
    const [a, alphaA] = this.of(i, word, colours);
    if (u === 0) return a ? rgba(a, alphaA) : '';
    const [b, alphaB] = this.of(i + 1, word, colours);
    const [from, to] = [a ?? b, b ?? a];
    if (!from || !to) return '';
    return rgba(blend(from, to, u), mix(alphaA, alphaB, u));
  }
}
