// Asked once before a document is submitted whose suggestions are not all there yet.

import { button, el } from './dom.js';

export class ReadingQuestion {
  /**
   * @param {HTMLElement} node
   * @param {Annotator} annotator
   */
  constructor(node, annotator) {
    this.node = node;
    this.annotator = annotator;
    this.text = el('span', 'caption');
    this.yes = button('reading-yes', 'primary', 'Submit without them', () => annotator.submit());
    node.append(this.text, this.yes, button('reading-no', 'plain', 'Wait', () => this.close()));
    node.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      this.close();
    });
  }

  get open() { return !this.node.hidden; }

  /** Whether submitting has to wait for an answer. */
  asks() {
    const { reading } = this.annotator.data;
    if (!reading || this.open) { this.node.hidden = true; return false; }
    const rest = reading.sentences - reading.read;
    this.text.textContent = `${rest.toLocaleString('en')} of ${reading.sentences.toLocaleString('en')} sentences have no `
      + 'suggestions yet. Submit now? What you did is saved; these sentences get none.';
    this.node.hidden = false;
    this.yes.focus();
    this.annotator.panel.say(this.text.textContent);
    return true;
  }

  close() {
    const focused = this.node.matches(':focus-within');
    this.node.hidden = true;
    if (focused) this.annotator.focus();
  }

  /** Goes once there is nothing to wait for. */
  draw() {
    if (this.open && (!this.annotator.data.reading || this.annotator.readOnly)) this.close();
  }
}
