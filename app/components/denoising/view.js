// The view itself: builds the sentence, listens to the keys, and shows one position of the film.

import { palette } from './colour.js';
import { legend, ticks } from './furniture.js';
import { Geometry } from './geometry.js';
import { Lanes } from './lanes.js';
import { paint } from './paint.js';
import { Player } from './player.js';
import { Results, explain } from './results.js';
import { Tint } from './tint.js';

const HINT = '← → step · Space plays · hover over an entity';
const TALLEST_CANVAS = 16000;

class View {
  constructor(root) {
    const find = (name) => root.querySelector(`.${name}`);
    this.root = find('denoising');
    for (const name of ['play', 'seek', 'ticks', 'speed', 'readout', 'stage', 'text', 'legend', 'note', 'spoken']) {
      this[name] = find(name);
    }
    this.canvas = root.querySelector('canvas');
    this.player = new Player(() => this.show());
    this.results = new Results(find('results'), () => this.show());
    this.play.onclick = () => this.player.toggle();
    this.seek.oninput = () => this.player.scrub(Number(this.seek.value));
    this.speed.onchange = () => { this.player.speed = Number(this.speed.value); };
    this.root.onkeydown = (event) => this.key(event);
    this.resized = new ResizeObserver(() => this.layout());
    this.resized.observe(this.text);
  }

  destroy() { this.player.pause(); this.resized.disconnect(); }

  update({ payload, autoplay }) {
    const said = JSON.stringify(payload);
    if (said === this.said) { this.layout(); return; }
    this.said = said;
    this.scene = null;
    this.results.reset();
    this.sentence(payload);
    const lanes = new Lanes(payload);
    this.text.style.setProperty('--band', `${lanes.height}px`);
    this.scene = { payload, lanes, tint: new Tint(payload) };
    this.player.end = this.seek.max = payload.frames.length;
    this.ticks.replaceChildren(...ticks(payload.frames.length));
    this.layout();
    this.player.load(payload.frames.length);
    if (autoplay) this.player.playSoon();
  }

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
    this.results.layout(scene);
    const [width, height] = [this.stage.clientWidth, this.text.offsetTop + this.text.offsetHeight];
    this.ratio = Math.min(devicePixelRatio || 1, TALLEST_CANVAS / height);
    Object.assign(this.canvas, { width: width * this.ratio, height: height * this.ratio });
    Object.assign(this.canvas.style, { width: `${width}px`, height: `${height}px` });
    this.show();
  }

  key(event) {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || target === this.speed) return;
    const steps = { ArrowRight: 1, ArrowLeft: -1 };
    if (key in steps && target.classList.contains('entity')) this.root.focus(); // it is about to hide
    if (key in steps) this.player.step(steps[key]);
    else if (key === 'Home' || key === 'End') this.player.scrub(key === 'End' ? this.player.end : 0);
    else if (key === ' ' && target.tagName !== 'BUTTON') this.player.toggle();
    else if (key === ' ') { event.stopPropagation(); return; }
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  show() {
    const { scene, player } = this;
    if (!scene?.geometry) return;
    const { payload, colours, tint } = scene;
    const final = payload.frames.length - 1;
    this.results.show(Math.max(0, (player.position - final) * 2 - 1));
    const active = this.results.active;
    const context = this.canvas.getContext('2d');
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    paint(context, scene, player.position, active);
    this.words.forEach((word, i) => { word.style.background = tint.between(player.position, i, colours.labels); });
    this.tell(payload, active);
  }

  tell(payload, active) {
    const { player } = this;
    const now = payload.frames[Math.floor(player.position + 0.001)] ?? payload;
    this.root.classList.toggle('playing', player.playing);
    this.root.dataset.position = player.position.toFixed(3);
    this.play.setAttribute('aria-label', player.playing ? 'Pause' : 'Play');
    this.seek.value = player.position;
    this.seek.style.setProperty('--done', player.position / player.end);
    this.seek.setAttribute('aria-valuetext', now.readout);
    this.readout.textContent = now.readout;
    this.note.textContent = active === null ? HINT : explain(payload, active);
    if (!player.playing && this.spoken.textContent !== now.summary) this.spoken.textContent = now.summary;
  }
}

const views = new WeakMap();

export default function ({ parentElement, data }) {
  if (!views.has(parentElement)) views.set(parentElement, new View(parentElement));
  const view = views.get(parentElement);
  view.update(data);
  return () => { view.destroy(); views.delete(parentElement); };
}
