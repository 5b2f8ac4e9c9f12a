// Under the stage: all about the chosen entity or noisy span, with a table of its steps.

import { rgba } from './colour.js';
import { percent, explainSpan, runnersUp, story, wordsOf } from './explain.js';
import { drawPaths, pathsTop } from './paths.js';

const HEADINGS = ['Step', 'Noisy span before (words)', 'Predicted span', 'Type', 'Pˡ', 'Pʳ', 'Pᶜ', 'Next best left', 'Next best right'];
const RUNNERS_UP = 3;

export class Inspector {
  /** @type {import('./selection.js').Selection} */ selection;

  /**
   * @param {HTMLElement} root
   * @param {(frame: number) => void} seek
   */
  constructor(root, seek) {
    this.root = root;
    this.seek = seek;
    /** @type {(name: string) => any} */
    const find = (name) => root.querySelector(`.${name}`);
    /** @type {HTMLElement} */ this.title = find('title');
    /** @type {HTMLElement} */ this.description = find('description');
    /** @type {HTMLElement} */ this.spans = find('spans');
    /** @type {HTMLElement} */ this.edges = find('edges');
    /** @type {HTMLElement} */ this.running = find('running');
    /** @type {HTMLTableElement} */ this.table = find('steps');
    this.canvas = /** @type {HTMLCanvasElement} */ (root.querySelector('canvas'));
    /** @type {string | null} */ this.built = null;
    find('close').onclick = () => { this.selection.clear(); this.selection.onChange(); };
  }

  /** @param {import('./selection.js').Selection} selection of the stage where somebody chose */
  follow(selection) { this.selection = selection; }

  /**
   * Built anew only when the choice changes; while the animation runs, only the marks move.
   * @param {Scene} scene
   * @param {number} position
   */
  show(scene, position) {
    const { selection } = this;
    const { entities } = scene.payload;
    const entity = selection.entity === null ? null : entities[selection.entity];
    const slot = selection.span ?? entity?.slot ?? null;
    this.root.hidden = slot === null;
    if (slot === null) return;
    const { clientWidth } = this.root;
    const key = `${scene.payload.id} ${selection.entity} ${selection.span} ${clientWidth} ${scene.colours.dark}`;
    if (this.built !== key) {
      this.built = key;
      if (selection.span !== null) this.#span(scene, selection.span);
      else if (selection.entity !== null) this.#entity(scene, selection.entity);
      this.table.replaceChildren(...this.#rows(scene.payload, slot));
      const mine = selection.span === null ? entity?.collapsed ?? [] : [selection.span];
      drawPaths(this.canvas, scene, new Set(mine.length ? mine : [slot]));
    }
    this.running.style.top = `${pathsTop(position, scene.payload.frames.length - 1)}px`;
    const now = Math.floor(position + 0.001);
    [...this.table.rows].forEach((row, i) => row.classList.toggle('now', i === now && i > 0));
  }

  /**
   * @param {Scene} scene
   * @param {number} i
   */
  #entity(scene, i) {
    const { payload, colours } = scene;
    const entity = payload.entities[i];
    this.#head(entity.text, payload.labels[entity.label].name, rgba(colours.labels[entity.label], 1));
    this.description.textContent = story(payload, i);
    this.spans.replaceChildren(...entity.collapsed.map((k) => this.#chip(k)));
    const frame = payload.frames[entity.step];
    this.edges.textContent = frame.pointers.length
      ? `Runner-up boundaries at step ${entity.step} · left: ${runnersUp(payload, frame, entity.surest, 0, RUNNERS_UP)}`
        + ` · right: ${runnersUp(payload, frame, entity.surest, 1, RUNNERS_UP)}`
      : '';
  }

  /**
   * @param {Scene} scene
   * @param {number} k
   */
  #span({ payload, colours }, k) {
    const home = payload.entities.find((entity) => entity.collapsed.includes(k));
    const colour = home ? rgba(colours.labels[home.label], 1) : rgba(colours.ink, 0.35);
    this.#head(`Noisy span ${k + 1}`, home ? payload.labels[home.label].name : 'no entity', colour);
    const sentence = explainSpan(payload, k);
    this.description.textContent = `${sentence[0].toUpperCase()}${sentence.slice(1)}.`;
    this.spans.replaceChildren();
    this.edges.textContent = '';
  }

  /**
   * @param {string} text
   * @param {string} label
   * @param {string} colour
   */
  #head(text, label, colour) {
    const badge = document.createElement('b');
    badge.textContent = label;
    badge.style.borderColor = colour;
    this.title.replaceChildren(text, ' ', badge);
  }

  /** @param {number} k */
  #chip(k) {
    const chip = document.createElement('button');
    chip.type = 'button';
    chip.textContent = String(k + 1);
    chip.setAttribute('aria-label', `Noisy span ${k + 1}`);
    chip.onclick = () => this.selection.setSpan(k);
    return chip;
  }

  /**
   * @param {DenoisingPayload} payload
   * @param {number} k
   */
  #rows(payload, k) {
    const head = row('th', HEADINGS);
    const body = payload.frames.slice(1).map((frame, i) => {
      const [start, end] = frame.spans[k];
      const [from, to] = payload.frames[i].at[k];
      const again = frame.renewed.includes(k);
      const made = row('td', [
        `${i + 1}${again ? ' ↻' : ''}`,
        `${from.toFixed(1)} – ${to.toFixed(1)}`,
        wordsOf(payload, start, end),
        frame.labels[k] < 0 ? '∅' : payload.labels[frame.labels[k]].name,
        ...frame.probabilities[k].map(percent),
        runnersUp(payload, frame, k, 0, 1),
        runnersUp(payload, frame, k, 1, 1),
      ]);
      if (again) made.title = 'Too many spans here: it restarts from noise';
      made.onclick = () => this.seek(i + 1);
      return made;
    });
    return [head, ...body];
  }
}

/**
 * @param {'th' | 'td'} tag
 * @param {string[]} texts
 */
function row(tag, texts) {
  const made = document.createElement('tr');
  made.append(...texts.map((text) => {
    const cell = document.createElement(tag);
    cell.textContent = text;
    if (tag === 'th') cell.scope = 'col';
    return cell;
  }));
  return made;
}
