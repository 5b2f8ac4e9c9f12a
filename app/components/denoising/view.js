// The view itself: builds the sentence, listens to the keys, and shows one position of the animation.

import { barsAt } from './bars.js';
import { Selection } from './selection.js';
import { palette } from './colour.js';
import { explainEntity, explainSpan } from './explain.js';
import { legend, ticks } from './legend.js';
import { Geometry } from './geometry.js';
import { Inspector } from './inspector.js';
import { Lanes } from './lanes.js';
import { barUnder, paint } from './canvas.js';
import { Player } from './player.js';
import { EntityButtons } from './entity_buttons.js';
import { WordHighlight } from './word_highlight.js';

const HINT = '← → step · Space plays · N next noisy span · click an entity or a bar';
const TALLEST_CANVAS = 16000;
const TELL_MS = 200;

class View {
  /** @type {Scene | null} */ scene = null;
  /** @type {HTMLElement[]} */ words = [];
  /** @type {number | null} */ under = null; // the noisy span under the mouse
  /** @type {DenoisingArguments['setStateValue']} */ setStateValue;
  /** @type {string | undefined} */ reported;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ reportTimer;
  ratio = 1;

  /** @param {HTMLElement | ShadowRoot} root */
  constructor(root) {
    /** @type {(name: string) => any} */
    const find = (name) => root.querySelector(`.${name}`);
    /** @type {HTMLElement} */ this.root = find('denoising');
    /** @type {HTMLButtonElement} */ this.play = find('play');
    /** @type {HTMLInputElement} */ this.seek = find('seek');
    /** @type {HTMLElement} */ this.ticks = find('ticks');
    /** @type {HTMLSelectElement} */ this.speed = find('speed');
    /** @type {HTMLElement} */ this.readout = find('readout');
    /** @type {HTMLElement} */ this.stage = find('stage');
    /** @type {HTMLElement} */ this.text = find('text');
    /** @type {HTMLElement} */ this.legend = find('legend');
    /** @type {HTMLElement} */ this.note = find('note');
    /** @type {HTMLElement} */ this.spoken = find('spoken');
    /** @type {HTMLInputElement} */ this.pick = find('pick');
    this.canvas = /** @type {HTMLCanvasElement} */ (root.querySelector('canvas'));
    this.player = new Player(() => { this.under = null; this.show(); });
    this.selection = new Selection(() => { this.show(); this.tellPage(); });
    this.entityButtons = new EntityButtons(find('results'), this.selection);
    this.inspector = new Inspector(find('inspector'), this.selection, (frame) => this.player.scrub(frame));
    this.play.onclick = () => this.player.toggle();
    this.seek.oninput = () => this.player.scrub(Number(this.seek.value));
    this.speed.onchange = () => { this.player.speed = Number(this.speed.value); };
    this.pick.oninput = () => this.picked();
    this.stage.onpointermove = (event) => this.point(event);
    this.stage.onpointerleave = () => { this.under = null; this.show(); };
    this.stage.onclick = (event) => this.click(event);
    this.root.onkeydown = (event) => this.key(event);
    this.resized = new ResizeObserver(() => this.layout());
    this.resized.observe(this.text);
  }

  destroy() { this.player.pause(); this.resized.disconnect(); }

  /** @param {DenoisingArguments['data']} data */
  update({ payload, autoplay }) {
    if (payload.id === this.scene?.payload.id) { this.layout(); return; }
    this.scene = null;
    this.selection.clear();
    this.under = null;
    this.sentence(payload);
    const lanes = new Lanes(payload);
    this.text.style.setProperty('--band', `${lanes.height}px`);
    const renewed = payload.frames.map((frame) => new Set(frame.renewed));
    const highlight = new WordHighlight(payload);
    this.scene = /** @type {Scene} */ ({ payload, lanes, renewed, highlight }); // layout adds the rest
    this.root.dataset.animation = payload.id;
    this.pick.max = String(payload.frames[0].at.length);
    this.seek.max = String(payload.frames.length);
    this.player.end = payload.frames.length;
    this.ticks.replaceChildren(...ticks(payload.frames.length));
    this.layout();
    this.player.load(payload.frames.length);
    if (autoplay) this.player.playSoon();
  }

  /** @param {DenoisingPayload} payload */
  sentence({ words, gaps }) {
    this.words = words.map((word) => {
      const span = document.createElement('span');
      span.textContent = word;
      return span;
    });
    this.text.replaceChildren(...this.words.flatMap((span, i) => [span, gaps[i]]));
  }

  layout() {
    const scene = this.scene;
    if (!scene) return;
    scene.colours = palette(this.root, scene.payload.labels);
    scene.geometry = new Geometry(this.stage, this.words);
    this.legend.replaceChildren(...legend(scene.payload.labels, scene.colours));
    this.entityButtons.layout(scene);
    this.inspector.layout();
    const [width, height] = [this.stage.clientWidth, this.text.offsetTop + this.text.offsetHeight];
    this.ratio = Math.min(devicePixelRatio || 1, TALLEST_CANVAS / height);
    Object.assign(this.canvas, { width: width * this.ratio, height: height * this.ratio });
    Object.assign(this.canvas.style, { width: `${width}px`, height: `${height}px` });
    this.show();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { key } = event;
    const target = /** @type {HTMLElement} */ (event.target);
    if (!this.scene) return;
    if (event.ctrlKey || event.metaKey || event.altKey || target === this.speed || target === this.pick) return;
    /** @type {Record<string, number>} */
    const steps = { ArrowRight: 1, ArrowLeft: -1 };
    if (key in steps && target.classList.contains('entity')) this.root.focus(); // it is about to hide
    if (key in steps) this.player.step(steps[key]);
    else if (key === 'Home' || key === 'End') this.player.scrub(key === 'End' ? this.player.end : 0);
    else if (key === 'n' || key === 'N') this.selection.walk(key === 'n' ? 1 : -1, this.scene.payload);
    else if (key === 'Escape') { this.selection.clear(); this.selection.onChange(); }
    else if (key === ' ' && target.tagName !== 'BUTTON') this.player.toggle();
    else if (key === ' ') { event.stopPropagation(); return; }
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /**
   * The noisy span under the mouse; entities have buttons of their own.
   * @param {MouseEvent} event
   */
  spanAt(event) {
    if (!this.scene?.geometry || onEntity(event)) return null;
    const box = this.stage.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left + this.stage.scrollLeft, event.clientY - box.top + this.stage.scrollTop];
    return barUnder(barsAt(this.scene, this.player.position), this.scene.geometry, x, y);
  }

  /** @param {PointerEvent} event */
  point(event) {
    const under = this.player.playing ? null : this.spanAt(event);
    this.stage.classList.toggle('hits', under !== null);
    if (under === this.under) return;
    this.under = under;
    this.show();
  }

  /** @param {MouseEvent} event */
  click(event) {
    if (onEntity(event)) return;
    const span = this.under ?? this.spanAt(event); // what the note names is what is chosen
    if (span !== null) this.player.pause();
    this.selection.setSpan(span === this.selection.span ? null : span);
  }

  picked() {
    const number = Number(this.pick.value);
    const known = Number.isInteger(number) && number >= 1 && number <= Number(this.pick.max);
    this.selection.setSpan(known ? number - 1 : null);
  }

  // The page draws the choice in its own pictures; a held key sends only where it ends.
  tellPage() {
    const { entity, span } = this.selection;
    const animation = this.scene?.payload.id;
    const choice = JSON.stringify([animation, entity, span]);
    if (animation === undefined || choice === this.reported || !this.setStateValue) return;
    this.reported = choice;
    clearTimeout(this.reportTimer);
    this.reportTimer = setTimeout(() => this.setStateValue?.('chosen', { animation, entity, span }), TELL_MS);
  }

  show() {
    const { scene, player, selection } = this;
    if (!scene?.geometry) return;
    const { payload, colours, highlight } = scene;
    const final = payload.frames.length - 1;
    const shown = Math.max(0, (player.position - final) * 2 - 1);
    if (shown === 0) selection.hovered = null;
    this.entityButtons.show(shown);
    const context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext('2d'));
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    const slots = selection.slots(scene, Math.min(final, Math.floor(player.position)));
    paint(context, scene, barsAt(scene, player.position), slots, player.position);
    this.words.forEach((word, i) => { word.style.background = highlight.between(player.position, i, colours.labels); });
    this.inspector.show(scene, player.position);
    this.updateControls(payload);
  }

  /** @param {DenoisingPayload} payload */
  updateControls(payload) {
    const { player } = this;
    const now = payload.frames[Math.floor(player.position + 0.001)] ?? payload;
    this.root.classList.toggle('playing', player.playing);
    this.root.dataset.position = player.position.toFixed(3);
    this.play.setAttribute('aria-label', player.playing ? 'Pause' : 'Play');
    this.seek.value = String(player.position);
    this.seek.style.setProperty('--done', String(player.position / player.end));
    this.seek.setAttribute('aria-valuetext', now.readout);
    this.readout.textContent = now.readout;
    const chosen = this.chosenWords(payload);
    this.note.textContent = chosen || HINT;
    const { span } = this.selection;
    const page = /** @type {Document | ShadowRoot} */ (this.pick.getRootNode());
    if (page.activeElement !== this.pick) this.pick.value = span === null ? '' : String(span + 1);
    const aloud = chosen || now.summary;
    if (!player.playing && this.spoken.textContent !== aloud) this.spoken.textContent = aloud;
  }

  /** @param {DenoisingPayload} payload */
  chosenWords(payload) {
    const { selection, under } = this;
    if (selection.hovered !== null) return explainEntity(payload, selection.hovered);
    if (under !== null) return explainSpan(payload, under);
    if (selection.span !== null) return explainSpan(payload, selection.span);
    return selection.active === null ? '' : explainEntity(payload, selection.active);
  }
}

/** @param {MouseEvent} event */
const onEntity = ({ target }) => target instanceof Element && target.classList.contains('entity');

/** @type {WeakMap<ParentNode, View>} */
const views = new WeakMap();

/**
 * @param {DenoisingArguments} component
 * @returns {() => void}
 */
export default function denoising({ parentElement, data, setStateValue }) {
  const view = views.get(parentElement) ?? new View(parentElement);
  views.set(parentElement, view);
  view.setStateValue = setStateValue;
  view.update(data);
  return () => { view.destroy(); views.delete(parentElement); };
}
