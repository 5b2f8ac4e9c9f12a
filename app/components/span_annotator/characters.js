// Characters as people see them: a boundary never splits a letter from its accent, or an emoji.

const SPACE = /^\s+$/u;

/** The same as Tokens, for single characters. Ranges never begin or end with white space. */
export class Characters {
  /**
   * @param {string} text
   * @param {Tokens} words
   */
  constructor(text, words) {
    this.text = text;
    this.words = words;
    this.segments = new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text);
  }

  get size() { return this.words.size; }

  /**
   * The character over `offset` as a range, or null outside the text.
   * @param {number} offset
   * @returns {TextRange | undefined}
   */
  over(offset) {
    const segment = this.segments.containing(offset);
    return segment && { s: segment.index, e: segment.index + segment.segment.length };
  }

  /**
   * The character over an `offset` of which it is known that it lies in the text.
   * @param {number} offset
   */
  inside(offset) { return /** @type {TextRange} */ (this.over(offset)); }

  /** @param {TextRange} range */
  isSpace({ s, e }) { return SPACE.test(this.text.slice(s, e)); }

  /**
   * The range itself, grown to whole characters and without white space around it, or null.
   * @param {number} s
   * @param {number} e
   * @returns {TextRange | null}
   */
  snap(s, e) {
    const chosen = this.text.slice(s, e);
    const from = s + chosen.length - chosen.trimStart().length;
    const to = e - (chosen.length - chosen.trimEnd().length);
    return to > from ? { s: this.inside(from).s, e: this.inside(to - 1).e } : null;
  }

  /**
   * @param {number} index
   * @returns {TextRange}
   */
  at(index) {
    const word = this.words.at(index);
    return this.inside(index < 0 ? word.e - 1 : word.s);
  }

  /**
   * The first character from `offset` on, going forward (1) or backward (-1), that is no space.
   * @param {number} offset
   * @param {1 | -1} direction
   * @returns {TextRange | undefined}
   */
  from(offset, direction) {
    let here = this.over(offset);
    while (here && this.isSpace(here)) here = this.over(direction > 0 ? here.e : here.s - 1);
    return here;
  }

  /**
   * The character after (1) or before (-1) a range, or the range's own last one at an end.
   * @param {TextRange} range
   * @param {number} direction
   * @returns {TextRange}
   */
  beside({ s, e }, direction) {
    return direction > 0 ? this.from(e, 1) ?? this.inside(e - 1) : this.from(s - 1, -1) ?? this.inside(s);
  }

  /**
   * A range with its 'start' or 'end' moved by one character; it keeps at least one.
   * @param {TextRange} range
   * @param {Edge} edge
   * @param {number} step
   * @returns {TextRange}
   */
  nudge({ s, e }, edge, step) {
    const first = this.inside(s);
    const last = this.inside(e - 1);
    if (edge === 'start') {
      const next = step > 0 ? this.from(first.e, 1) : this.from(s - 1, -1);
      return { s: next && next.s < e ? next.s : s, e };
    }
    const next = step > 0 ? this.from(e, 1) : this.from(last.s - 1, -1);
    return { s, e: next && next.e > s ? next.e : e };
  }

  /**
   * A range with its 'start' or 'end' dragged to `offset`.
   * @param {TextRange} range
   * @param {Edge} edge
   * @param {number} offset
   * @returns {TextRange}
   */
  drag({ s, e }, edge, offset) {
    if (edge === 'start') {
      const next = this.from(Math.min(offset, e - 1), 1);
      return { s: next && next.s < e ? next.s : this.inside(e - 1).s, e };
    }
    const next = this.from(Math.max(offset - 1, s), -1);
    return { s, e: next && next.e > s ? next.e : this.inside(s).e };
  }
}
