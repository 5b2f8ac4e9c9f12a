// Where the words lie on the stage, and which rectangles a stretch of words covers.
const RTL = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/;
const LARGEST_GAP = 60;

export class Geometry {
  /** @type {number[]} */ #plainUntil;

  /**
   * Measured once for each layout.
   * @param {HTMLElement} stage
   * @param {{ words: HTMLElement[], element: HTMLElement }[]} rows
   * @param {number} size of the font, in pixels
   */
  constructor(stage, rows, size) {
    const origin = stage.getBoundingClientRect();
    const dx = stage.scrollLeft - origin.left - stage.clientLeft;
    const dy = stage.scrollTop - origin.top - stage.clientTop;
    this.size = size;
    this.width = stage.clientWidth;
    this.ascent = size; // pixels from the top of a word to its base line
    /** @type {{ row: number, left: number, right: number, top: number, bottom: number, rtl: boolean }[]} */
    this.words = rows.flatMap(({ words }, row) => words.map((element) => {
      const box = element.getBoundingClientRect();
      return {
        row, left: box.left + dx, right: box.right + dx, top: box.top + dy, bottom: box.bottom + dy,
        rtl: RTL.test(element.textContent),
      };
    }));
    this.#plainUntil = plainRuns(this.words);
    /** @type {number[]} */
    this.bottoms = rows.map((_, row) => Math.max(...this.words.filter((word) => word.row === row).map(({ bottom }) => bottom)));
  }

  /**
   * Continuous word offsets [start, end) as stretches of rows, one or more for each row they touch.
   * @param {number} start
   * @param {number} end
   * @returns {Piece[]}
   */
  pieces(start, end) {
    /** @type {Piece[]} */
    const pieces = [];
    const last = Math.min(this.words.length, Math.max(Math.ceil(end), Math.floor(start) + 1));
    for (let i = Math.max(0, Math.floor(start)); i < last; i++) {
      const { row } = this.words[i];
      const next = Math.min(last, this.#plainUntil[i]);
      if (next - i > 1) {
        // words from left to right make one stretch
        pieces.push({ row, left: this.#at(i, start), right: this.#at(next - 1, end) });
        i = next - 1;
        continue;
      }
      const [from, to] = [this.#at(i, start), this.#at(i, end)];
      if (Math.min(end, i + 1) >= start) join(pieces, row, Math.min(from, to), Math.max(from, to));
    }
    return pieces;
  }

  /**
   * Where an offset lies on word i, or the end of the word that is nearer to it.
   * @param {number} i
   * @param {number} offset
   */
  #at(i, offset) {
    const { left, right, rtl } = this.words[i];
    const share = Math.min(1, Math.max(0, offset - i)) * (right - left);
    return rtl ? right - share : left + share;
  }
}

/**
 * For each word the end of the run of a row that it begins or continues, in which all words follow
 * one another from left to right.
 * @param {Geometry['words']} words
 */
function plainRuns(words) {
  /** @type {number[]} */
  const until = [];
  for (let i = words.length - 1; i >= 0; i--) {
    const follows = i + 1 < words.length && words[i + 1].row === words[i].row
      && !words[i].rtl && !words[i + 1].rtl && words[i + 1].left >= words[i].left;
    until[i] = follows ? until[i + 1] : i + 1;
  }
  return until;
}

/**
 * @param {Piece[]} pieces
 * @param {number} row
 * @param {number} left
 * @param {number} right
 */
function join(pieces, row, left, right) {
  const before = pieces[pieces.length - 1];
  const apart = before && Math.max(left - before.right, before.left - right);
  if (before && before.row === row && apart < LARGEST_GAP) {
    before.left = Math.min(before.left, left);
    before.right = Math.max(before.right, right);
  } else {
    pieces.push({ row, left, right });
  }
}
