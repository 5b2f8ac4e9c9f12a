// Where the words lie on the stage, and which rectangles a stretch of words covers.
const RTL = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/;
const LARGEST_GAP = 40;

export class Geometry {
  /**
   * @param {HTMLElement} stage
   * @param {HTMLElement[]} words
   */
  constructor(stage, words) {
    const origin = stage.getBoundingClientRect();
    const dx = stage.scrollLeft - origin.left - stage.clientLeft;
    const dy = stage.scrollTop - origin.top - stage.clientTop;
    this.words = words.map((element) => ({
      rtl: RTL.test(element.textContent),
      boxes: [...element.getClientRects()]
        .filter((r) => r.width > 0)
        .map((r) => ({ left: r.left + dx, right: r.right + dx, top: r.top + dy, bottom: r.bottom + dy })),
    }));
  }

  /**
   * Continuous word offsets [start, end) as rectangles, one for each line they touch.
   * @param {number} start
   * @param {number} end
   * @returns {Piece[]}
   */
  pieces(start, end) {
    /** @type {Piece[]} */
    const pieces = [];
    const last = Math.min(this.words.length, Math.max(Math.ceil(end), Math.floor(start) + 1));
    for (let i = Math.max(0, Math.floor(start)); i < last; i++) {
      this.#cut(pieces, this.words[i], Math.max(0, start - i), Math.min(1, end - i));
    }
    return pieces;
  }

  /**
   * The fraction [from, to) of one word, which may itself be broken over lines.
   * @param {Piece[]} pieces
   * @param {Geometry['words'][number]} word
   * @param {number} from
   * @param {number} to
   */
  #cut(pieces, word, from, to) {
    const width = word.boxes.reduce((sum, box) => sum + box.right - box.left, 0);
    let passed = 0;
    for (const box of word.boxes) {
      const wide = box.right - box.left;
      const a = Math.max(0, from * width - passed);
      const b = Math.min(wide, to * width - passed);
      passed += wide;
      if (b < a) continue;
      const left = word.rtl ? box.right - b : box.left + a;
      this.#join(pieces, left, left + b - a, box.bottom);
    }
  }

  /**
   * @param {Piece[]} pieces
   * @param {number} left
   * @param {number} right
   * @param {number} y
   */
  #join(pieces, left, right, y) {
    const before = pieces[pieces.length - 1];
    const apart = before && Math.max(left - before.right, before.left - right);
    if (before && Math.abs(before.y - y) < 8 && apart < LARGEST_GAP) {
      before.left = Math.min(before.left, left);
      before.right = Math.max(before.right, right);
    } else {
      pieces.push({ left, right, y });
    }
  }
}
