// A thin strip beside the text: a mark for each span, grey where no model has read, and what is in
// sight; a click goes there. The outline says the same in words.

const WIDTH = 14; // px
const MARK = 2; // px, a mark's height
const PAINTED_FIRST = 100; // ms after an edit until it is drawn: all of a burst at once

export class Minimap {
  /** @type {TextRange[]} */ unread = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */ timer;

  /**
   * @param {Annotator} annotator
   * @param {HTMLElement} node
   * @param {HTMLElement} box
   * @param {(offset: number) => void} go
   */
  constructor(annotator, node, box, go) {
    this.annotator = annotator;
    this.node = node;
    this.box = box;
    this.canvas = document.createElement('canvas');
    this.window = document.createElement('div');
    this.window.className = 'window';
    node.replaceChildren(this.canvas, this.window);
    node.addEventListener('click', ({ clientY }) => {
      const { top, height } = node.getBoundingClientRect();
      go(Math.floor(((clientY - top) / height) * annotator.data.text.length));
    });
  }

  /**
   * Draws a moment later, since an edit is painted first.
   * @param {TextRange[]} unread
   */
  drawSoon(unread) {
    this.unread = unread;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.draw();
    }, PAINTED_FIRST);
  }

  stop() { clearTimeout(this.timer); }

  draw() {
    const { canvas, node, annotator, unread } = this;
    const height = node.clientHeight;
    const context = canvas.getContext('2d');
    if (!context || !height) return;
    const scale = window.devicePixelRatio || 1;
    canvas.width = WIDTH * scale;
    canvas.height = height * scale;
    context.scale(scale, scale);
    const y = height / annotator.data.text.length;
    context.fillStyle = getComputedStyle(node).color;
    context.globalAlpha = 0.14;
    for (const { s, e } of unread) context.fillRect(0, s * y, WIDTH, (e - s) * y);
    for (const { s, label, status } of annotator.view.values()) {
      if (status === 'rejected') continue;
      context.fillStyle = annotator.colourOf(label);
      context.globalAlpha = status === 'suggested' ? 0.95 : 0.35; // what is left to do stands out
      const width = status === 'suggested' ? WIDTH : WIDTH / 2;
      context.fillRect(0, Math.min(s * y, height - MARK), width, MARK);
    }
    this.frame();
  }

  /** Marks what is in sight. */
  frame() {
    const visible = this.annotator.textView.inSight();
    if (!visible) return;
    const share = 100 / this.annotator.data.text.length;
    this.window.style.top = `${visible.s * share}%`;
    this.window.style.height = `${(visible.e - visible.s) * share}%`;
  }
}
