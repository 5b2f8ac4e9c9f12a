// Offsets. The wire counts Unicode code points, the browser UTF-16 units; both are half-open.

const ASTRAL = /[\ud800-\udfff]/;

/**
 * The index of the first item >= x.
 * @param {ArrayLike<number>} items
 * @param {number} x
 */
export function lowerBound(items, x) {
  let low = 0, high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (items[middle] < x) low = middle + 1; else high = middle;
  }
  return low;
}

/** Converts between code points and UTF-16 units of one text, in constant time. */
export class OffsetMap {
  points = new Uint32Array();
  units = new Uint32Array();

  /** @param {string} text */
  constructor(text) {
    this.identity = !ASTRAL.test(text);
    if (this.identity) return;
    const points = new Uint32Array(text.length + 1);
    const units = [];
    for (let unit = 0; unit < text.length;) {
      const width = Number(text.codePointAt(unit)) > 0xffff ? 2 : 1;
      points.fill(units.length, unit, unit + width);
      units.push(unit);
      unit += width;
    }
    points[text.length] = units.length;
    units.push(text.length);
    this.points = points;
    this.units = Uint32Array.from(units);
  }

  /** @param {number} unit */
  toPoints(unit) { return this.identity ? unit : this.points[unit]; }

  /** @param {number} point */
  toUnits(point) { return this.identity ? point : this.units[Math.min(point, this.units.length - 1)]; }
}

/**
 * Pairs from their compact form: the gap before each word and its length, in turn.
 * @param {string} compact
 * @returns {[number, number][]}
 */
export function readPairs(compact) {
  /** @type {[number, number][]} */
  const pairs = [];
  let at = 0;
  const steps = compact ? compact.split(' ') : [];
  for (let i = 0; i < steps.length; i += 2) {
    const start = at + Number(steps[i]);
    at = start + Number(steps[i + 1]);
    pairs.push([start, at]);
  }
  return pairs;
}

/** The model's own words, in UTF-16 units: boundaries that people draw agree with the model's. */
export class Tokens {
  /**
   * @param {[number, number][]} pairs
   * @param {OffsetMap} offsets
   */
  constructor(pairs, offsets) {
    this.starts = Uint32Array.from(pairs, ([start]) => offsets.toUnits(start));
    this.ends = Uint32Array.from(pairs, ([, end]) => offsets.toUnits(end));
  }

  get size() { return this.starts.length; }

  /**
   * The range of whole words that overlap [s, e), or null when none does.
   * @param {number} s
   * @param {number} e
   * @returns {TextRange | null}
   */
  snap(s, e) {
    const first = lowerBound(this.ends, s + 1);
    const last = lowerBound(this.starts, e) - 1;
    return last < first ? null : { s: this.starts[first], e: this.ends[last] };
  }

  /**
   * The word `index` as a range; indices outside are clamped.
   * @param {number} index
   * @returns {TextRange}
   */
  at(index) {
    const i = Math.max(0, Math.min(this.size - 1, index));
    return { s: this.starts[i], e: this.ends[i] };
  }

  /**
   * The word after (1) or before (-1) a range; at either end of the text, the last one there.
   * @param {TextRange} range
   * @param {number} direction
   */
  beside({ s, e }, direction) {
    return this.at(direction > 0 ? lowerBound(this.starts, e) : lowerBound(this.ends, s + 1) - 1);
  }

  /**
   * A range with its 'start' or 'end' moved by `step` words; it keeps at least one word.
   * @param {TextRange} range
   * @param {Edge} edge
   * @param {number} step
   * @returns {TextRange}
   */
  nudge({ s, e }, edge, step) {
    const first = lowerBound(this.ends, s + 1);
    const last = lowerBound(this.starts, e) - 1;
    if (edge === 'start') return { s: this.at(Math.min(first + step, last)).s, e };
    return { s, e: this.at(Math.max(last + step, first)).e };
  }

  /**
   * A range with its 'start' or 'end' dragged to the word at `offset`.
   * @param {TextRange} range
   * @param {Edge} edge
   * @param {number} offset
   * @returns {TextRange}
   */
  drag({ s, e }, edge, offset) {
    const index = Math.min(lowerBound(this.ends, offset + 1), this.size - 1);
    const word = this.at(index);
    if (edge === 'start') return { s: Math.min(word.s, lastWord(this, e).s), e };
    const reached = offset <= word.s && index > 0 ? this.at(index - 1) : word;
    return { s, e: Math.max(reached.e, this.at(lowerBound(this.ends, s + 1)).e) };
  }
}

/**
 * @param {Tokens} tokens
 * @param {number} e
 */
const lastWord = (tokens, e) => tokens.at(lowerBound(tokens.starts, e) - 1);
