// The mouse: drag to choose words, click to choose spans, drag an end to move a boundary.

import { offsetAt } from './geometry.js';

const STILL = 4; // px that a click may wander
const AWAY = 12; // px from which on a pressed button is called off
const EDGE = 24; // px from the text's rim within which dragging scrolls

export class Pointer {
  /** @type {Press | null} */ press = null;

  /**
   * @param {Annotator} annotator
   * @param {TextView} textView
   * @param {import('./hover.js').Hover} hover
   * @param {AbortSignal} signal
   */
  constructor(annotator, textView, hover, signal) {
    this.annotator = annotator;
    this.textView = textView;
    this.hover = hover;
    const { box } = textView;
    box.addEventListener('pointerdown', (event) => this.down(event), { signal });
    box.addEventListener('mousedown', (event) => this.pressed(event), { signal });
    box.addEventListener('copy', (event) => this.copy(event), { signal });
    document.addEventListener('pointermove', (event) => this.move(event), { signal });
    document.addEventListener('pointerup', (event) => this.up(event), { signal });
    document.addEventListener('pointercancel', () => this.finish(), { signal });
  }

  /** @param {PointerEvent} event */
  down(event) {
    const { box } = this.textView;
    const onScrollbar = event.target === box && event.offsetX >= box.clientWidth;
    if (event.button !== 0 || onScrollbar) return;
    const target = /** @type {Element} */ (event.target);
    /** @type {(selector: string) => HTMLElement | null} */
    const under = (selector) => target.closest(selector);
    const edge = /** @type {Edge | undefined} */ (under('[data-edge]')?.dataset.edge);
    this.press = {
      x: event.clientX,
      y: event.clientY,
      id: under('[data-id]')?.dataset.id,
      act: under('[data-act]')?.dataset.act,
      bar: under('.bar'),
      edge,
    };
  }

  /**
   * The browser's own selection stays out: words are chosen as they will be labelled.
   * @param {MouseEvent} event
   */
  pressed(event) {
    if (!this.press || this.annotator.readOnly) return;
    this.press.double = event.detail === 2;
    event.preventDefault();
    this.annotator.focus();
  }

  /** @param {PointerEvent} event */
  move(event) {
    const { press, annotator } = this;
    if (!press || annotator.readOnly) return;
    const still = Math.hypot(event.clientX - press.x, event.clientY - press.y) < STILL;
    if (!press.moved && (still || (press.id && !press.edge))) return;
    if (event.pointerType === 'touch' && !press.edge) { this.press = null; return; } // it scrolls
    if (!press.moved) this.begin(press);
    this.scroll(event.clientY, press.y);
    const offset = offsetAt(this.textView, event.clientX, event.clientY);
    if (offset !== null) annotator.preview(this.rangeTo(press, offset));
  }

  /**
   * From here on bars do not catch the mouse.
   * @param {Press} press
   */
  begin(press) {
    press.moved = true;
    this.hover.point(null);
    this.textView.box.classList.add('dragging');
    this.textView.box.classList.toggle('resizing', Boolean(press.edge));
    press.anchor = offsetAt(this.textView, press.x, press.y);
    press.span = press.edge ? this.annotator.spanOf(press.id ?? null) : null;
    press.words = press.edge && !press.span ? this.annotator.candidate : null;
  }

  /**
   * @param {Press} press
   * @param {number} offset
   * @returns {TextRange | null}
   */
  rangeTo(press, offset) {
    const { units } = this.annotator;
    const resized = press.span ?? press.words;
    if (resized && press.edge) return units.drag(resized, press.edge, offset);
    if (press.anchor === null || press.anchor === undefined) return null;
    return units.snap(Math.min(press.anchor, offset), Math.max(press.anchor, offset));
  }

  /**
   * Near the rim of the text it scrolls, but not along the line where the mouse was pressed.
   * @param {number} y
   * @param {number} start
   */
  scroll(y, start) {
    const { box } = this.textView;
    const { top, bottom } = box.getBoundingClientRect();
    if (y > bottom - EDGE && y > start + STILL) box.scrollTop += EDGE;
    else if (y < top + EDGE && y < start - STILL) box.scrollTop -= EDGE;
  }

  finish() {
    this.textView.box.classList.remove('dragging');
    this.annotator.preview(null);
    this.press = null;
  }

  /** @param {PointerEvent} event */
  up(event) {
    const { press, annotator } = this;
    if (!press) return;
    const { dragged } = annotator;
    this.finish();
    annotator.focus();
    if (press.moved && press.span) { if (dragged) annotator.moveTo(press.span, dragged); }
    else if (press.moved) { if (dragged) annotator.choose(dragged); }
    else if (press.act) this.act(press, event);
    else if (press.bar) annotator.select(press.id ?? null);
    else this.clicked(event, press);
  }

  /**
   * Runs the button that was pressed, unless the mouse was drawn away from it.
   * @param {Press} press
   * @param {PointerEvent} released
   */
  act({ act, id, x, y }, released) {
    if (Math.hypot(released.clientX - x, released.clientY - y) > AWAY) return;
    this.hover.point(id ?? null);
    this.annotator.clear();
    if (act === 'accept') this.annotator.accept(); else this.annotator.reject();
  }

  /**
   * @param {PointerEvent} event
   * @param {Press} press
   */
  clicked({ clientX, clientY }, press) {
    const { annotator } = this;
    const here = this.hover.textAt(clientX, clientY);
    const spans = here.filter(({ status }) => status !== 'hint');
    const hint = annotator.spanOf(press.id ?? null) ?? here[0];
    if (!spans.length && hint?.status === 'hint' && !annotator.readOnly) annotator.addHint(hint);
    else if (spans.length) {
      const current = spans.findIndex(({ id }) => id === annotator.selected);
      annotator.select(spans[(current + 1) % spans.length].id); // again: the one around it
    } else if (press.double) this.word(clientX, clientY);
    else annotator.clear();
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  word(x, y) {
    const offset = offsetAt(this.textView, x, y);
    if (offset === null) return;
    const { tokens } = this.annotator;
    this.annotator.choose(tokens.snap(offset, offset + 1) ?? tokens.snap(Math.max(0, offset - 1), offset));
  }

  /**
   * What is chosen can be copied, although the browser has not selected it.
   * @param {ClipboardEvent} event
   */
  copy(event) {
    const { annotator } = this;
    const range = annotator.candidate ?? annotator.selectedSpan;
    if (!range || !event.clipboardData || String(document.getSelection())) return;
    event.clipboardData.setData('text/plain', annotator.wordsOf(range));
    event.preventDefault();
  }
}
