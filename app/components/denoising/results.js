// The kept entities as buttons over the canvas: labelled, focusable, explained on hover.

import { inkOn, rgba } from './colour.js';
import { THICK } from './paint.js';

const NARROW = 32;

export class Results {
  constructor(root, onActive) {
    this.root = root;
    this.onActive = onActive;
    this.hovered = null;
    this.pinned = null;
  }

  get active() { return this.hovered ?? this.pinned; }

  reset() { this.hovered = this.pinned = null; }

  layout({ payload, lanes, geometry, colours }) {
    const focused = this.buttons?.indexOf(this.root.getRootNode().activeElement) ?? -1;
    this.buttons = payload.entities.map((entity, i) => this.#button(payload, entity, i));
    const bars = payload.entities.flatMap((entity, i) => {
      const pieces = geometry.pieces(entity.start, entity.end);
      const colour = colours.labels[entity.label];
      return pieces.map((piece, n) => {
        const bar = n === 0 ? this.buttons[i] : document.createElement('span');
        const width = piece.right - piece.left;
        bar.classList.add('entity', ...(width < NARROW ? ['narrow'] : []));
        Object.assign(bar.style, {
          left: `${piece.left}px`, top: `${piece.y + lanes.rowTop(i)}px`,
          width: `${width}px`, height: `${THICK}px`,
          background: rgba(colour, 1), color: inkOn(colour),
        });
        return bar;
      });
    });
    this.root.replaceChildren(...bars);
    this.buttons[focused]?.focus();
  }

  #button(payload, entity, i) {
    const button = document.createElement('button');
    const label = payload.labels[entity.label].name;
    button.type = 'button';
    button.textContent = label;
    button.setAttribute('aria-label', `${entity.text}, ${explain(payload, i)}`);
    button.setAttribute('aria-pressed', String(this.pinned === i));
    Object.assign(button.dataset, { start: entity.offsets[0], end: entity.offsets[1], label });
    button.onclick = () => { this.pinned = this.pinned === i ? null : i; this.#changed(); };
    button.onpointerenter = button.onfocus = () => { this.hovered = i; this.#changed(); };
    button.onpointerleave = button.onblur = () => { this.hovered = null; this.#changed(); };
    return button;
  }

  // Shown from 0 (hidden and out of the tab order) to 1.
  show(opacity) {
    this.root.style.opacity = opacity;
    this.root.style.visibility = opacity > 0 ? 'visible' : 'hidden';
    if (opacity === 0) this.hovered = null;
    this.buttons.forEach((button, i) => {
      button.classList.toggle('faded', this.active !== null && this.active !== i);
      button.setAttribute('aria-pressed', String(this.pinned === i));
    });
  }

  #changed() { this.onActive(); }
}

export function explain(payload, i) {
  const entity = payload.entities[i];
  const [mine, all] = [entity.collapsed.length, payload.frames[0].at.length];
  const label = payload.labels[entity.label].name;
  const met = mine ? `${mine} of ${all} noisy spans collapsed here` : `met at step ${entity.step}`;
  return `${met} · ${label} · ${Math.round(entity.score * 100)} %`;
}
