// Characters as people see them: a boundary never splits a letter from its accent, or an emoji.

const SPACE = /^\s+$/u;

/** The same as Tokens, for single characters. Ranges never begin or end with white space. */
export class Characters {
  constructor(text, words) {
    this.text = text;
    this.words = words;
    this.segments = new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text);
  }

  get size() { return this.words.size; }

  /** The character over `offset` as a range, or null outside the text. */
  over(offset) {
    const found = this.segments.containing(offset);
    return found && { s: found.index, e: found.index + found.segment.length };
  }

  isSpace({ s, e }) { return SPACE.test(this.text.slice(s, e)); }

  /** The range itself, grown to whole characters and without white space around it, or null. */
  snap(s, e) {
    const chosen = this.text.slice(s, e);
    const from = s + chosen.length - chosen.trimStart().length;
    const to = e - (chosen.length - chosen.trimEnd().length);
    return to > from ? { s: this.over(from).s, e: this.over(to - 1).e } : null;
  }

  at(index) {
    const word = this.words.at(index);
    return this.over(index < 0 ? word.e - 1 : word.s);
  }

  /** The first character from `offset` on, going forward (1) or backward (-1), that is no space. */
  from(offset, direction) {
    let here = this.over(offset);
    while (here && this.isSpace(here)) here = this.over(direction > 0 ? here.e : here.s - 1);
    return here;
  }

  /** The character after (1) or before (-1) a range, or the range's own last one at an end. */
  beside({ s, e }, direction) {
    return direction > 0 ? this.from(e, 1) ?? this.over(e - 1) : this.from(s - 1, -1) ?? this.over(s);
  }

  /** A range with its 'start' or 'end' moved by one character; it keeps at least one. */
  nudge({ s, e }, edge, step) {
    const first = this.over(s);
    const last = this.over(e - 1);
    if (edge === 'start') {
      const next = step > 0 ? this.from(first.e, 1) : this.from(s - 1, -1);
      return { s: next && next.s < e ? next.s : s, e };
    }
    const next = step > 0 ? this.from(e, 1) : this.from(last.s - 1, -1);
    return { s, e: next && next.e > s ? next.e : e };
  }

  /** A range with its 'start' or 'end' dragged to `offset`. */
  drag({ s, e }, edge, offset) {
    if (edge === 'start') {
      const next = this.from(Math.min(offset, e - 1), 1);
      return { s: next && next.s < e ? next.s : this.over(e - 1).s, e };
    }
    const next = this.from(Math.max(offset - 1, s), -1);
    return { s, e: next && next.e > s ? next.e : this.over(s).e };
  }
}
