// Labels as buttons: in the row above the text, where one Tab stop serves all, and at a span.

import { button, el, paint, safeColour } from './dom.js';

/**
 * A label's button: its key, its name and its colour.
 * @param {Label} label
 * @param {string} testid
 * @param {(name: string) => void} press
 */
export function labelButton(label, testid, press) {
  const node = paint(button(testid, 'label', null, () => press(label.name)), safeColour(label.color));
  node.dataset.label = label.name;
  if (label.description) node.title = label.description;
  if (label.key) node.append(el('kbd', '', label.key.toUpperCase()));
  node.append(el('span', '', label.name));
  return node;
}

/** The row of labels; built again only when the labels are others. */
export class LabelRow {
  /** @type {HTMLElement[]} */ buttons = [];
  /** @type {string | undefined} */ drawn;

  /**
   * @param {HTMLElement} node
   * @param {Annotator} annotator
   */
  constructor(node, annotator) {
    this.node = node;
    this.annotator = annotator;
    node.addEventListener('keydown', (event) => this.walk(event));
  }

  /**
   * @param {Label[]} labels
   * @param {string | null} armed
   */
  draw(labels, armed) {
    const drawn = JSON.stringify(labels);
    if (drawn !== this.drawn) {
      this.drawn = drawn;
      this.buttons = labels.map((label) =>
        labelButton(label, 'label', (name) => this.annotator.useLabel(name)));
      this.buttons.forEach((chip, i) => { chip.tabIndex = i ? -1 : 0; });
      this.node.replaceChildren(...this.buttons);
    }
    for (const chip of this.buttons) {
      chip.setAttribute('aria-pressed', String(chip.dataset.label === armed));
    }
  }

  /** @param {KeyboardEvent} event */
  walk(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
    const all = this.buttons;
    const here = all.findIndex((chip) => event.composedPath().includes(chip));
    const next = all[(here + step + all.length) % all.length];
    for (const chip of all) chip.tabIndex = chip === next ? 0 : -1;
    next.focus();
    event.preventDefault();
    event.stopPropagation();
  }
}
