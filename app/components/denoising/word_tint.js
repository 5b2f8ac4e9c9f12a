// How each word is tinted: by the bars that are on it at this moment, and by nothing else.

const FULL = 1 / 8; // the share of all noisy spans that tints a word fully
const UNTYPED = 0.3; // of the weight of a typed bar
const STRONGEST = 0.34;

/**
 * [colour, alpha] of each word; alpha is 0 where no bar is.
 * @param {{ start: number, end: number, colour: Colour, alpha: number, typed: boolean }[]} bars
 * @param {number} count
 * @returns {[Colour, number][]}
 */
export function tints(bars, count) {
  const sums = Array.from({ length: count }, () => [0, 0, 0, 0]);
  for (const { start, end, colour, alpha, typed } of bars) {
    const last = Math.min(count, Math.ceil(end));
    for (let word = Math.max(0, Math.floor(start)); word < last; word++) {
      const covered = Math.min(end, word + 1) - Math.max(start, word);
      const weight = covered * alpha * (typed ? 1 : UNTYPED);
      const sum = sums[word];
      for (let channel = 0; channel < 3; channel++) sum[channel] += weight * colour[channel];
      sum[3] += weight;
    }
  }
  return sums.map(([red, green, blue, weight]) => (weight > 0
    ? [[red / weight, green / weight, blue / weight], STRONGEST * Math.min(1, weight / (bars.length * FULL))]
    : [[0, 0, 0], 0]));
}
