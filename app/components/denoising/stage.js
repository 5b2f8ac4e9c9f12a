// One animation on its stage: the sentence in rows, the lanes below them, and the bank.

import { Bank } from './bank.js';
import { barsAt } from './bars.js';
import { palette } from './colour.js';
import { Geometry } from './geometry.js';
import { barUnder } from './hits.js';
import { Lanes } from './lanes.js';
import { paint } from './paint.js';
import { fitRows } from './rows.js';
import { Selection } from './selection.js';

const TALLEST_CANVAS = 16000;
const MEASURED = 20; // pixels: the size at which words are measured
const LINE = 1.5; // the height of a row of words, by the size of the font
const LARGE = { least: 17, most: 72 };
const SMALL = { least: 13, most: 13 };
const PITCHES = { least: 2, most: 9 };
const SHARE = 0.44; // of the window's height for words and lanes together
export const SPOKEN = 0.5; // of a step before it ends, when it is told in words
const SMALL_BAND = 18; // pixels of lanes in a row of the overview

export class Stage {
  /** @type {Scene | null} */ scene = null;
  /** @type {number | null} */ under = null; // the noisy span under the mouse
  name = ''; // where two stages stand beside each other
  position = 0;
  ratio = 1;
  width = 0;

  /**
   * @param {HTMLElement} root
   * @param {{ small?: boolean, onChange?: () => void, playing?: () => boolean, pause?: () => void }} how
   */
  constructor(root, { small = false, onChange = () => {}, playing = () => false, pause = () => {} }) {
    /** @type {(name: string) => any} */
    const find = (name) => root.querySelector(`.${name}`);
    this.root = root;
    this.small = small;
    /** @type {HTMLElement} */ this.readout = find('readout');
    /** @type {HTMLElement} */ this.stage = find('stage');
    /** @type {HTMLElement} */ this.text = find('text');
    this.canvas = /** @type {HTMLCanvasElement} */ (root.querySelector('canvas'));
    this.selection = new Selection(onChange);
    this.bank = small ? null : new Bank(find('bank'), this.selection);
    this.resized = new ResizeObserver(() => { if (this.stage.clientWidth !== this.width) this.layout(); });
    this.resized.observe(this.stage);
    document.fonts.ready.then(() => this.layout());
    if (small) return;
    this.stage.onpointermove = (event) => {
      const under = playing() ? null : this.spanAt(event);
      this.stage.classList.toggle('hits', under !== null);
      if (under === this.under) return;
      this.under = under;
      onChange();
    };
    this.stage.onpointerleave = () => { this.under = null; onChange(); };
    this.stage.onclick = (event) => {
      if (onEntity(event)) return;
      const span = this.under ?? this.spanAt(event); // what the note names is what is chosen
      if (span !== null) pause();
      this.selection.setSpan(span === this.selection.span ? null : span);
    };
  }

  destroy() { this.resized.disconnect(); }

  /** How many steps the animation has. */
  get steps() { return (this.scene?.payload.frames.length ?? 1) - 1; }

  /** @param {DenoisingPayload} payload */
  load(payload) {
    if (payload.id === this.scene?.payload.id) return;
    const renewed = payload.frames.map((frame) => new Set(frame.renewed));
    const known = { payload, renewed, small: this.small, chips: [] };
    this.scene = /** @type {Scene} */ (/** @type {Partial<Scene>} */ (known)); // layout adds the rest
    this.selection.clear();
    this.under = null;
    this.stage.scrollTop = 0;
    this.layout();
  }

  layout() {
    const { scene } = this;
    this.width = this.stage.clientWidth;
    if (!scene || !this.width) return;
    const { payload } = scene;
    scene.colours = palette(this.root, payload.labels);
    this.bank?.layout(payload, scene.colours);
    const sizes = this.small ? SMALL : LARGE;
    const { size, rows } = fitRows(this.#measures(payload, scene.colours.font), MEASURED, this.text.clientWidth, sizes);
    scene.lanes = new Lanes(payload, rows, this.#pitch(payload, rows.length, size));
    const elements = this.#rows(payload, rows, scene.lanes.bands);
    Object.assign(this.text.style, { fontSize: `${size.toFixed(2)}px`, lineHeight: String(LINE) });
    scene.geometry = new Geometry(this.stage, elements, size);
    scene.geometry.ascent = this.#context().measureText('x').fontBoundingBoxAscent * (size / MEASURED);
    const origin = this.stage.getBoundingClientRect();
    scene.chips = this.bank?.boxes(new DOMRect(origin.left, origin.top - this.stage.scrollTop)) ?? [];
    this.#canvas();
    this.show(this.position);
  }

  /**
   * The height of a lane. All lanes of a stage are equally high.
   * @param {DenoisingPayload} payload
   * @param {number} rows
   * @param {number} size
   * @returns {(lanes: number) => number}
   */
  #pitch({ frames }, rows, size) {
    if (this.small) return (lanes) => Math.min(PITCHES.least, SMALL_BAND / Math.max(1, lanes));
    const room = SHARE * innerHeight - rows * (LINE * size + 10);
    const pitch = Math.min(PITCHES.most, Math.max(PITCHES.least, room / frames[0].at.length));
    return () => pitch;
  }

  /**
   * @param {DenoisingPayload} payload
   * @param {string} family
   * @returns {Measures}
   */
  #measures({ words, gaps }, family) {
    const pen = this.#context();
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.font = `${MEASURED}px ${family}`;
    /** @type {(text: string) => number} */
    const width = (text) => pen.measureText(text).width;
    return { words: words.map(width), gaps: gaps.map(width), breakable: gaps.map((gap) => /\s/.test(gap)) };
  }

  /**
   * @param {DenoisingPayload} payload
   * @param {[number, number][]} rows
   * @param {number[]} bands
   */
  #rows({ words, gaps }, rows, bands) {
    const elements = rows.map(([from, to], row) => {
      const element = document.createElement('div');
      const spans = words.slice(from, to).map((word) => {
        const span = document.createElement('span');
        span.textContent = word;
        return span;
      });
      element.append(...spans.flatMap((span, i) => [span, gaps[from + i]]));
      element.style.paddingBottom = `${bands[row]}px`;
      return { element, words: spans };
    });
    this.text.replaceChildren(...elements.map(({ element }) => element));
    this.text.dir = ''; // browsers look for the direction when it is set, not when rows are added
    this.text.dir = 'auto';
    return elements;
  }

  #canvas() {
    const [width, height] = [this.width, this.stage.scrollHeight];
    this.ratio = Math.min(devicePixelRatio || 1, TALLEST_CANVAS / height);
    Object.assign(this.canvas, { width: width * this.ratio, height: height * this.ratio });
    Object.assign(this.canvas.style, { width: `${width}px`, height: `${height}px` });
  }

  #context() { return /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext('2d')); }

  /** @param {number} position of this animation, 0 … steps + 1 */
  show(position) {
    const { scene } = this;
    this.position = position;
    if (!scene?.geometry) return;
    const context = this.#context();
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.paint(context, position);
    this.bank?.show(scene.payload, position);
    const { readout } = this.now;
    if (this.readout && this.readout.textContent !== readout) this.readout.textContent = readout;
  }

  /**
   * @param {Brush} brush
   * @param {number} position
   */
  paint(brush, position) {
    const scene = /** @type {Scene} */ (this.scene);
    const slots = this.selection.slots(scene, Math.min(this.steps, Math.floor(position)));
    paint(brush, scene, barsAt(scene, position), slots, position);
  }

  /** The frame that is shown, or after the last one the whole animation: both have words. */
  get now() {
    const { payload } = /** @type {Scene} */ (this.scene);
    return payload.frames[Math.floor(this.position + SPOKEN)] ?? payload;
  }

  /**
   * The noisy span under the mouse; entities have buttons of their own.
   * @param {MouseEvent} event
   */
  spanAt(event) {
    if (!this.scene?.geometry || onEntity(event)) return null;
    const box = this.stage.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left + this.stage.scrollLeft, event.clientY - box.top + this.stage.scrollTop];
    return barUnder(this.scene, barsAt(this.scene, this.position), x, y);
  }
}

/** @param {MouseEvent} event */
const onEntity = ({ target }) => target instanceof Element && target.closest('.bank') !== null;
