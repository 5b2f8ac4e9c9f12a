// Where the words lie on the stage, and which rectangles a stretch of words covers.
const RTL = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/;
const LARGEST_GAP = 60;

export class Geometry {
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
      const { row, left, right, rtl } = this.words[i];
      const wide = right - left;
      const [from, to] = [Math.max(0, start - i) * wide, Math.min(1, end - i) * wide];
      if (to < from) continue;
      if (rtl) join(pieces, row, right - to, right - from);
      else join(pieces, row, left + from, left + to);
    }
    return pieces;
  }
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
