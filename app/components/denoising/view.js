// The view itself: one animation or two on one slider, the document's sentences below them, the keys.

import { explainEntity, explainSpan } from './explain.js';
import { Inspector } from './inspector.js';
import { legend, ticks } from './legend.js';
import { Overview } from './overview.js';
import { Player } from './player.js';
import { SaveButtons } from './save_buttons.js';
import { Stage } from './stage.js';
import { positionIn } from './shared_slider.js';

const HINT = '← → step · Space plays · N next noisy span · click an entity or a bar';
const TELL_MS = 200;

class View {
  /** @type {Stage[]} */ stages = [];
  /** @type {Stage | null} */ active = null; // where somebody chose last
  /** @type {DenoisingArguments['setStateValue']} */ setStateValue;
  /** @type {DenoisingArguments['setTriggerValue']} */ setTriggerValue;
  /** @type {string | undefined} */ sent;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ sending;

  /** @param {HTMLElement | ShadowRoot} root */
  constructor(root) {
    /** @type {(name: string) => any} */
    const find = (name) => root.querySelector(`.${name}`);
    /** @type {HTMLElement} */ this.root = find('denoising');
    /** @type {HTMLButtonElement} */ this.play = find('play');
    /** @type {HTMLInputElement} */ this.seek = find('seek');
    /** @type {HTMLElement} */ this.ticks = find('ticks');
    /** @type {HTMLSelectElement} */ this.speed = find('speed');
    /** @type {HTMLElement} */ this.scenes = find('scenes');
    /** @type {HTMLTemplateElement} */ this.template = find('scene-template');
    /** @type {HTMLElement} */ this.legend = find('legend');
    /** @type {HTMLElement} */ this.note = find('note');
    /** @type {HTMLElement} */ this.spoken = find('spoken');
    /** @type {HTMLInputElement} */ this.pick = find('pick');
    this.player = new Player(() => { for (const stage of this.stages) stage.under = null; this.show(); });
    this.inspector = new Inspector(find('inspector'), (frame) => this.seekIn(frame));
    this.overview = new Overview(find('overview'), (sentence) => this.setTriggerValue?.('sentence', sentence));
    this.save = new SaveButtons(this.root, () => (
      { stages: this.stages, position: this.player.position, name: `denoising-${this.main.scene?.payload.id.slice(0, 8)}` }
    ));
    this.play.onclick = () => this.player.toggle();
    this.seek.oninput = () => this.player.scrub(Number(this.seek.value));
    this.speed.onchange = () => { this.player.speed = Number(this.speed.value); };
    this.pick.oninput = () => this.picked();
    this.root.onkeydown = (event) => this.key(event);
  }

  get main() { return this.stages[0]; }

  get chosen() { return this.active ?? this.main; }

  destroy() {
    this.player.pause();
    clearTimeout(this.sending); // a run of a page that is being left would draw it over the next one
    this.save.destroy();
    this.overview.destroy();
    for (const stage of this.stages) stage.destroy();
  }

  /** @param {DenoisingArguments['data']} data */
  update({ payload, autoplay, beside = null, names = [], overview = [], sentence = null }) {
    const payloads = beside ? [payload, beside] : [payload];
    const ids = payloads.map(({ id }) => id).join();
    const isNew = ids !== this.root.dataset.animation;
    this.#stage(payloads.length);
    this.stages.forEach((stage, i) => {
      stage.name = names[i] ?? '';
      /** @type {HTMLElement} */ (stage.root.querySelector('.name')).textContent = stage.name;
      stage.load(payloads[i]);
    });
    this.overview.update(overview, sentence);
    if (!isNew) { for (const stage of this.stages) stage.layout(); this.show(); return; }
    this.active = null;
    clearTimeout(this.sending);
    this.sent = this.choice; // a new animation has nothing chosen, here as on the page
    this.root.dataset.animation = ids;
    this.pick.max = String(payload.frames[0].at.length);
    this.player.end = this.longest + 1;
    this.seek.max = String(this.player.end);
    this.ticks.replaceChildren(...ticks(this.player.end));
    this.player.load(this.player.end);
    if (autoplay) this.player.playSoon();
  }

  get longest() { return Math.max(...this.stages.map(({ steps }) => steps)); }

  /** @param {number} count */
  #stage(count) {
    if (count === this.stages.length) return;
    for (const stage of this.stages) stage.destroy();
    this.active = null;
    this.stages = Array.from({ length: count }, () => {
      const copy = /** @type {DocumentFragment} */ (this.template.content.cloneNode(true));
      const root = /** @type {HTMLElement} */ (copy.firstElementChild);
      /** @type {Stage} */
      const stage = new Stage(root, {
        onChange: () => { this.active = stage; this.show(); this.tellPage(); },
        playing: () => this.player.playing, pause: () => this.player.pause(),
      });
      return stage;
    });
    this.scenes.replaceChildren(...this.stages.map(({ root }) => root));
  }

  /**
   * To a step of the stage whose table was clicked.
   * @param {number} frame
   */
  seekIn(frame) { this.player.scrub((frame * this.longest) / this.chosen.steps); }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { key } = event;
    const target = /** @type {HTMLElement} */ (event.target);
    const { selection, scene } = this.chosen;
    if (!scene) return;
    if (event.ctrlKey || event.metaKey || event.altKey || target === this.speed || target === this.pick) return;
    /** @type {Record<string, number>} */
    const steps = { ArrowRight: 1, ArrowLeft: -1 };
    if (key in steps && target.classList.contains('entity')) this.root.focus(); // it may be about to hide
    if (key in steps) this.player.step(steps[key]);
    else if (key === 'Home' || key === 'End') this.player.scrub(key === 'End' ? this.player.end : 0);
    else if (key === 'n' || key === 'N') selection.walk(key === 'n' ? 1 : -1, scene.payload);
    else if (key === 'Escape') { selection.clear(); selection.onChange(); }
    else if (key === ' ' && target.tagName !== 'BUTTON') this.player.toggle();
    else if (key === ' ') { event.stopPropagation(); return; }
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  picked() {
    const number = Number(this.pick.value);
    const known = Number.isInteger(number) && number >= 1 && number <= Number(this.pick.max);
    this.chosen.selection.setSpan(known ? number - 1 : null);
  }

  get choice() {
    const { selection: { entity, span }, scene } = this.chosen;
    return JSON.stringify({ animation: scene?.payload.id, entity, span });
  }

  // The page draws the choice in its own pictures; a held key sends only where it ends.
  tellPage() {
    const { choice } = this;
    if (choice === this.sent || !this.chosen.scene) return;
    this.sent = choice;
    clearTimeout(this.sending);
    this.sending = setTimeout(() => this.setStateValue?.('chosen', JSON.parse(choice)), TELL_MS);
  }

  show() {
    const { player, chosen } = this;
    if (!chosen?.scene?.geometry) return;
    for (const stage of this.stages) stage.show(positionIn(player.position, this.longest, stage.steps));
    this.overview.show(player.position, this.longest);
    this.#legend(chosen.scene);
    this.inspector.follow(chosen.selection);
    this.inspector.show(chosen.scene, chosen.position);
    this.narrate();
  }

  /** @param {Scene} scene */
  #legend({ payload, colours }) {
    const drawn = JSON.stringify([payload.labels, colours.dark]);
    if (drawn === this.legend.dataset.drawn) return;
    this.legend.dataset.drawn = drawn;
    this.legend.replaceChildren(...legend(payload.labels, colours));
  }

  narrate() {
    const { player, main } = this;
    this.root.classList.toggle('playing', player.playing);
    this.root.dataset.position = player.position.toFixed(3);
    describe(this.play, 'aria-label', player.playing ? 'Pause' : 'Play');
    this.seek.value = String(player.position);
    this.seek.style.setProperty('--done', String(player.position / player.end));
    describe(this.seek, 'aria-valuetext', main.now.readout);
    const words = this.chosenWords();
    if (this.note.textContent !== (words || HINT)) this.note.textContent = words || HINT;
    const { span } = this.chosen.selection;
    const page = /** @type {Document | ShadowRoot} */ (this.pick.getRootNode());
    if (page.activeElement !== this.pick) this.pick.value = span === null ? '' : String(span + 1);
    const aloud = words || main.now.summary;
    if (!player.playing && this.spoken.textContent !== aloud) this.spoken.textContent = aloud;
  }

  chosenWords() {
    const { selection, under, scene } = this.chosen;
    const { payload } = /** @type {Scene} */ (scene);
    if (selection.hovered !== null) return explainEntity(payload, selection.hovered);
    if (under !== null) return explainSpan(payload, under);
    if (selection.span !== null) return explainSpan(payload, selection.span);
    return selection.active === null ? '' : explainEntity(payload, selection.active);
  }
}

/**
 * Written only where it changes: a frame that writes nothing costs the page no new style.
 * @param {HTMLElement} element
 * @param {string} name
 * @param {string} text
 */
function describe(element, name, text) {
  if (element.getAttribute(name) !== text) element.setAttribute(name, text);
}

/** @type {WeakMap<ParentNode, View>} */
const views = new WeakMap();

/**
 * @param {DenoisingArguments} component
 * @returns {() => void}
 */
export default function denoising({ parentElement, data, setStateValue, setTriggerValue }) {
  const view = views.get(parentElement) ?? new View(parentElement);
  views.set(parentElement, view);
  view.setStateValue = setStateValue;
  view.setTriggerValue = setTriggerValue;
  view.update(data);
  return () => { view.destroy(); views.delete(parentElement); };
}
