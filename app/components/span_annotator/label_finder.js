// Finding a label by typing: letters, arrow keys, Enter. It stands in the toolbar at the span or
// the chosen words; with nothing selected, it keeps a label active.

import { el, paint, safeColour } from './dom.js';
import { searchLabels } from './label_search.js';
import { forgetStroke } from './label_strokes.js';

export class LabelFinder {
  shown = false;
  /** @type {{ label: Label, node: HTMLElement }[]} */ options = [];
  active = 0;

  /** @param {Annotator} annotator */
  constructor(annotator) {
    this.annotator = annotator;
    this.node = el('div', 'finder');
    this.input = el('input');
    this.list = el('div', 'options');
    this.node.append(this.input, this.list);
    this.describe();
    this.input.addEventListener('input', () => this.draw());
    this.input.addEventListener('keydown', (event) => this.pressed(event));
    this.input.addEventListener('blur', () => this.close());
    annotator.shell.addEventListener('pointerdown', () => forgetStroke(annotator));
  }

  describe() {
    const { input, list } = this;
    Object.assign(input, { type: 'text', autocomplete: 'off', spellcheck: false });
    input.setAttribute('role', 'combobox');
    input.dataset.testid = 'find-label';
    input.placeholder = 'Type a label; ↑ ↓ to move, Enter to choose';
    input.setAttribute('aria-label', 'Label');
    input.setAttribute('aria-expanded', 'true');
    list.id = 'label-options';
    list.setAttribute('role', 'listbox');
    list.setAttribute('aria-label', 'Labels');
    input.setAttribute('aria-controls', list.id);
  }

  open() {
    const { annotator } = this;
    if (annotator.readOnly || !annotator.labels.length) return;
    const span = annotator.target;
    if (!annotator.candidate && span) annotator.select(span.id); // what the mouse points to may change
    this.shown = true;
    this.input.value = '';
    this.draw();
    annotator.popover.draw();
    this.input.focus({ preventScroll: true });
    this.reveal();
  }

  /** @param {{ focus?: boolean }} [options] whether the text gets the focus */
  close({ focus = false } = {}) {
    if (!this.shown) return;
    this.shown = false;
    this.annotator.popover.draw();
    if (focus) this.annotator.focus();
  }

  draw() {
    const { annotator, input, list } = this;
    const { of: keys } = annotator.keyboard.strokes;
    const groups = searchLabels(annotator.labels, input.value, annotator.recentLabels, keys);
    this.options = [];
    list.replaceChildren(...groups.flatMap(({ prefix, members }) => [
      ...(prefix ? [el('div', 'heading', prefix)] : []),
      ...members.map(({ label, shown }) => this.option(label, shown)),
    ]));
    if (!this.options.length) list.append(el('div', 'heading', 'No label of this project matches.'));
    this.activate(0);
  }

  /**
   * @param {Label} label
   * @param {string} shown
   */
  option(label, shown) {
    const node = paint(el('div', 'option'), safeColour(label.color));
    Object.assign(node, { id: `label-option-${this.options.length}`, title: label.description ?? '' });
    node.setAttribute('role', 'option');
    node.setAttribute('aria-label', label.name);
    node.dataset.testid = 'label-option';
    node.dataset.label = label.name;
    const keys = this.annotator.keyboard.strokes.of.get(label.name);
    node.append(el('kbd', '', keys ?? ''), el('span', 'name', shown), el('span', 'meaning', label.description ?? ''));
    node.addEventListener('click', () => this.apply(label.name));
    this.options.push({ label, node });
    return node;
  }

  /** @param {number} at */
  activate(at) {
    this.active = at;
    this.options.forEach(({ node }, i) => { node.setAttribute('aria-selected', String(i === at)); });
    this.input.setAttribute('aria-activedescendant', this.options[at]?.node.id ?? '');
    this.reveal();
  }

  reveal() {
    const { list, options: { [this.active]: option } } = this;
    if (!option) return;
    const { offsetTop: top, offsetHeight: height } = option.node;
    if (this.active === 0) list.scrollTop = 0;
    else if (top < list.scrollTop) list.scrollTop = top;
    else if (top + height > list.scrollTop + list.clientHeight) list.scrollTop = top + height - list.clientHeight;
  }

  /** @param {string} label */
  apply(label) {
    this.close({ focus: true });
    this.annotator.useLabel(label);
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    if (event.isComposing) return;
    const { length } = this.options;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && length) this.activate((this.active + step + length) % length);
    else if (event.key === 'Enter' && length) this.apply(this.options[this.active].label.name);
    else if (event.key === 'Escape' || event.key === 'Tab') this.close({ focus: true });
    else if (!step && event.key !== 'Enter') return;
    event.preventDefault();
  }
}
