// Fingers: a long press chooses a word, drawing on chooses more; a short one scrolls or taps.

import { offsetAt } from './geometry.js';

const LONG_PRESS = 450; // ms
const WANDER = 10; // px that a resting finger may wander

export class Touch {
  /** @type {ReturnType<typeof setTimeout> | undefined} */ timer;
  x = 0;
  y = 0;
  /** @type {TextRange | null} */ word = null; // the first word, while a finger draws on from it

  /**
   * @param {Annotator} annotator
   * @param {TextView} textView
   * @param {import('./pointer.js').Pointer} pointer
   * @param {AbortSignal} signal
   */
  constructor(annotator, textView, pointer, signal) {
    this.annotator = annotator;
    this.textView = textView;
    this.pointer = pointer;
    const { box } = textView;
    box.addEventListener('pointerdown', ({ pointerType }) => {
      annotator.shell.classList.toggle('touched', pointerType === 'touch');
    }, { signal });
    box.addEventListener('touchstart', (event) => this.down(event), { signal, passive: true });
    box.addEventListener('touchmove', (event) => this.move(event), { signal, passive: false });
    box.addEventListener('touchend', (event) => this.up(event), { signal });
    box.addEventListener('touchcancel', () => this.finish(), { signal });
    box.addEventListener('contextmenu', (event) => { // the browser's own answer to a long press
      if (annotator.shell.matches('.touched')) event.preventDefault();
    }, { signal });
  }

  /** @param {TouchEvent} event */
  down({ touches, target }) {
    this.finish();
    const onBar = target instanceof Element && target.closest('.bar, .hint, .handle'); // a tap selects
    if (touches.length !== 1 || onBar || this.annotator.readOnly) return;
    const [{ clientX, clientY }] = touches;
    Object.assign(this, { x: clientX, y: clientY });
    this.timer = setTimeout(() => this.begin(clientX, clientY), LONG_PRESS);
  }

  /**
   * The finger has rested: the word under it is chosen, and the text no longer scrolls.
   * @param {number} x
   * @param {number} y
   */
  begin(x, y) {
    this.pointer.finish();
    this.word = this.wordAt(x, y);
    if (!this.word) return;
    this.annotator.preview(this.word);
    navigator.vibrate?.(10);
  }

  /** @param {TouchEvent} event */
  move(event) {
    const [{ clientX: x, clientY: y }] = event.touches;
    if (this.word) {
      event.preventDefault();
      this.pointer.scroll(y, this.y);
      const here = this.wordAt(x, y);
      if (here) this.annotator.preview({ s: Math.min(this.word.s, here.s), e: Math.max(this.word.e, here.e) });
    } else if (Math.hypot(x - this.x, y - this.y) > WANDER) this.finish();
  }

  /** @param {TouchEvent} event */
  up(event) {
    const { dragged } = this.annotator;
    const chosen = this.word && dragged;
    this.finish();
    if (!chosen) return;
    event.preventDefault(); // no click follows
    this.annotator.preview(null);
    this.annotator.choose(chosen);
    this.annotator.focus();
  }

  finish() {
    clearTimeout(this.timer);
    if (this.word) this.annotator.preview(null);
    this.word = null;
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  wordAt(x, y) {
    const box = this.textView.box.classList;
    box.add('dragging'); // bars must not catch the finger
    const offset = offsetAt(this.textView, x, y);
    box.remove('dragging');
    const { units } = this.annotator;
    return offset === null ? null : units.snap(offset, offset + 1) ?? units.snap(Math.max(0, offset - 1), offset);
  }
}
