// Where the browser drew what: offsets to boxes, and points to offsets.

const LANE_HALF = 9; // px; lanes hang under their line, whose box reaches as far above it

/**
 * @param {Paragraph} paragraph
 * @param {number} s
 * @param {number} e
 */
function rangeOf({ start, textNode }, s, e) {
  const range = document.createRange();
  range.setStart(textNode, Math.max(0, s - start));
  range.setEnd(textNode, Math.min(textNode.length, e - start));
  return range;
}

/**
 * The client rectangle of the character at `offset`.
 * @param {Paragraph} paragraph
 * @param {number} offset
 */
export function rectAt(paragraph, offset) {
  const at = Math.max(paragraph.start, Math.min(offset, paragraph.end - 1));
  return rangeOf(paragraph, at, at + 1).getBoundingClientRect();
}

/**
 * The boxes of [s, e) in one paragraph, one for each run on a line, relative to it.
 * @param {Paragraph} paragraph
 * @param {number} s
 * @param {number} e
 * @returns {Box[]}
 */
export function boxesOf(paragraph, s, e) {
  const origin = paragraph.node.getBoundingClientRect();
  /** @type {Box[]} */
  const boxes = [];
  for (const rect of rangeOf(paragraph, s, e).getClientRects()) {
    const box = {
      left: rect.left - origin.left, top: rect.top - origin.top,
      width: rect.width, height: rect.height,
    };
    const last = boxes.at(-1);
    const joins = last && Math.abs(last.top - box.top) < 2
      && Math.abs(last.left + last.width - box.left) < 1.5;
    if (joins) last.width += box.width; else if (box.width >= 0.5) boxes.push(box);
  }
  return boxes;
}

/**
 * The box and the side ('left' or 'right') where [s, e) starts, and where it ends; null for an
 * end that lies in another paragraph.
 * @param {Paragraph} paragraph
 * @param {number} s
 * @param {number} e
 * @param {Box[]} boxes
 * @returns {Ends}
 */
export function endsOf(paragraph, s, e, boxes) {
  const here = { start: s >= paragraph.start, end: e <= paragraph.end };
  if (!paragraph.mixed) {
    return {
      start: here.start ? { box: 0, side: 'left' } : null,
      end: here.end ? { box: boxes.length - 1, side: 'right' } : null,
    };
  }
  return {
    start: here.start ? sideOf(paragraph, boxes, s, 'start') : null,
    end: here.end ? sideOf(paragraph, boxes, e - 1, 'end') : null,
  };
}

/**
 * In text of both directions, the browser's own place of the character tells the side.
 * @param {Paragraph} paragraph
 * @param {Box[]} boxes
 * @param {number} offset
 * @param {Edge} edge
 * @returns {BoxEnd | null}
 */
function sideOf(paragraph, boxes, offset, edge) {
  const origin = paragraph.node.getBoundingClientRect();
  const rect = rectAt(paragraph, offset);
  const x = (rect.left + rect.right) / 2 - origin.left;
  const y = (rect.top + rect.bottom) / 2 - origin.top;
  const box = boxes.findIndex(({ left, top, width, height }) =>
    left - 1 <= x && x <= left + width + 1 && top <= y && y <= top + height);
  if (box < 0) return null;
  const off = x - (boxes[box].left + boxes[box].width / 2);
  const rightToLeft = getComputedStyle(paragraph.words).direction === 'rtl';
  const outerSide = (edge === 'start') === rightToLeft ? 'right' : 'left';
  return { box, side: Math.abs(off) < 1 ? outerSide : off < 0 ? 'left' : 'right' };
}

/**
 * The paragraph that an element lies in.
 * @param {TextView} textView
 * @param {Element | null} element
 */
function ownerOf(textView, element) {
  const node = element?.closest('.para');
  return node && textView.owners.get(node);
}

/**
 * The offset that a point of the DOM stands for, or null outside the text.
 * @param {TextView} textView
 * @param {Node} node
 * @param {number} offset
 */
function offsetOf(textView, node, offset) {
  const paragraph = textView.owners.get(node);
  if (paragraph && node === paragraph.textNode) {
    return Math.min(paragraph.start + offset, paragraph.end);
  }
  const element = node instanceof Element ? node : node.parentElement;
  const owner = ownerOf(textView, element);
  if (!owner) return null;
  return offset === 0 ? owner.start : owner.end;
}

/**
 * @param {TextView} textView
 * @param {number} x
 * @param {number} y
 */
function caretAt(textView, x, y) {
  const shadowRoots = textView.root instanceof ShadowRoot ? [textView.root] : [];
  const caret = document.caretPositionFromPoint?.(x, y, { shadowRoots });
  if (caret) return offsetOf(textView, caret.offsetNode, caret.offset);
  const range = document.caretRangeFromPoint?.(x, y);
  return range ? offsetOf(textView, range.startContainer, range.startOffset) : null;
}

/**
 * The offset that the mouse points to, or null outside the text. Bars must not catch the mouse
 * meanwhile; a point among the lanes belongs to the line above them.
 * @param {TextView} textView
 * @param {number} x
 * @param {number} y
 */
export function offsetAt(textView, x, y) {
  const root = textView.root instanceof ShadowRoot ? textView.root : document;
  const paragraph = ownerOf(textView, root.elementFromPoint(x, y));
  if (!paragraph) return null;
  const { top } = textView.box.getBoundingClientRect();
  return caretAt(textView, x, Math.max(top + 1, y - LANE_HALF * paragraph.depth));
}

/**
 * Whether a point lies on the text of a span itself, not beside it.
 * @param {Paragraph} paragraph
 * @param {TextRange} range
 * @param {number} x
 * @param {number} y
 */
export function isOver(paragraph, { s, e }, x, y) {
  for (const rect of rangeOf(paragraph, s, e).getClientRects()) {
    if (rect.left <= x && x <= rect.right && rect.top <= y && y <= rect.bottom) return true;
  }
  return false;
}
