// The bank below the lanes: each entity as a button, from the step where it passed φ, and it stays.

import { bankOrder, fallen } from './banking.js';
import { inkOn, rgba } from './colour.js';
import { explainEntity } from './explain.js';

export class Bank {
  /** @type {HTMLButtonElement[]} */ buttons = []; // by number of the entity

  /**
   * @param {HTMLElement} root
   * @param {import('./selection.js').Selection} selection
   */
  constructor(root, selection) {
    this.root = root;
    this.selection = selection;
  }

  /**
   * @param {DenoisingPayload} payload
   * @param {Palette} colours
   */
  layout(payload, colours) {
    const page = /** @type {Document | ShadowRoot} */ (this.root.getRootNode());
    const focused = this.buttons.findIndex((button) => button === page.activeElement);
    this.buttons = payload.entities.map((entity, i) => this.#button(payload, entity, i, colours));
    this.root.replaceChildren(...bankOrder(payload.entities).map((i) => this.buttons[i]));
    this.buttons[focused]?.focus();
  }

  /**
   * Where the buttons lie on the stage, in pixels, by number of the entity.
   * @param {DOMRect} origin
   * @returns {Box[]}
   */
  boxes(origin) {
    return this.buttons.map((button) => {
      const { left, top, width, height } = button.getBoundingClientRect();
      return { left: left - origin.left, top: top - origin.top, width, height };
    });
  }

  /**
   * @param {DenoisingPayload} payload
   * @param {EntityBar} entity
   * @param {number} i
   * @param {Palette} colours
   */
  #button(payload, entity, i, colours) {
    const { selection } = this;
    const colour = colours.labels[entity.label];
    const label = payload.labels[entity.label].name;
    const badge = document.createElement('b');
    badge.textContent = label;
    Object.assign(badge.style, { background: rgba(colour, 1), color: inkOn(colour) });
    const when = document.createElement('small');
    when.textContent = bankedWords(payload, i);
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'entity';
    button.append(badge, entity.text, when);
    button.setAttribute('aria-label', `${entity.text}, ${explainEntity(payload, i)}`);
    Object.assign(button.dataset, { start: entity.offsets[0], end: entity.offsets[1], label });
    button.onclick = () => selection.toggleEntity(i);
    button.onpointerenter = button.onfocus = () => selection.hover(i);
    button.onpointerleave = button.onblur = () => selection.hover(null);
    return button;
  }

  /**
   * Those not banked yet are hidden and out of the tab order, but keep their place.
   * @param {DenoisingPayload} payload
   * @param {number} position
   */
  show({ entities }, position) {
    const { active, entity: chosen } = this.selection;
    this.root.classList.toggle('empty', !entities.some((entity) => fallen(entity, position) === 1));
    this.buttons.forEach((button, i) => {
      const visibility = fallen(entities[i], position) < 1 ? 'hidden' : 'visible';
      if (button.style.visibility !== visibility) button.style.visibility = visibility;
      button.classList.toggle('faded', active !== null && active !== i);
      const pressed = String(chosen === i);
      if (button.ariaPressed !== pressed) button.ariaPressed = pressed;
    });
  }
}

/**
 * @param {DenoisingPayload} payload
 * @param {number} i
 */
export function bankedWords({ entities }, i) {
  const { banked, scores, score } = entities[i];
  const reached = scores[banked - 1] ?? score;
  return `step ${banked} · ${reached === null ? '–' : `${Math.round(100 * reached)} %`}`;
}
