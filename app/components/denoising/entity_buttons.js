// The kept entities as buttons over the canvas: labelled, focusable, explained on hover.

import { THICK } from './bars.js';
import { inkOn, rgba } from './colour.js';
import { explainEntity } from './explain.js';

const NARROW = 32;

export class EntityButtons {
  /** @type {HTMLButtonElement[]} */ buttons = [];

  /**
   * @param {HTMLElement} root
   * @param {import('./selection.js').Selection} selection
   */
  constructor(root, selection) {
    this.root = root;
    this.selection = selection;
  }

  /** @param {Scene} scene */
  layout({ payload, lanes, geometry, colours }) {
    const page = /** @type {Document | ShadowRoot} */ (this.root.getRootNode());
    const focused = this.buttons.findIndex((button) => button === page.activeElement);
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
        if (n > 0) bar.onclick = () => this.selection.toggleEntity(i);
        return bar;
      });
    });
    this.root.replaceChildren(...bars);
    this.buttons[focused]?.focus();
  }

  /**
   * @param {DenoisingPayload} payload
   * @param {EntityBar} entity
   * @param {number} i
   */
  #button(payload, entity, i) {
    const { selection } = this;
    const button = document.createElement('button');
    const label = payload.labels[entity.label].name;
    button.type = 'button';
    button.textContent = label;
    button.setAttribute('aria-label', `${entity.text}, ${explainEntity(payload, i)}`);
    Object.assign(button.dataset, { start: entity.offsets[0], end: entity.offsets[1], label });
    button.onclick = () => selection.toggleEntity(i);
    button.onpointerenter = button.onfocus = () => selection.hover(i);
    button.onpointerleave = button.onblur = () => selection.hover(null);
    return button;
  }

  /**
   * Shown from 0 (hidden and out of the tab order) to 1.
   * @param {number} opacity
   */
  show(opacity) {
    const { active } = this.selection;
    this.root.style.opacity = String(opacity);
    this.root.style.visibility = opacity > 0 ? 'visible' : 'hidden';
    this.buttons.forEach((button, i) => {
      button.classList.toggle('faded', active !== null && active !== i);
      button.setAttribute('aria-pressed', String(this.selection.entity === i));
    });
  }
}
