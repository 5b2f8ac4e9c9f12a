// Asked once before a document is submitted whose suggestions are not all there yet.

import { button, el, grouped, write } from './dom.js';

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
    this.node.hidden = false;
    this.draw();
    this.yes.focus();
    this.annotator.panel.say(this.text.textContent ?? '');
    return true;
  }

  close() {
    const focused = this.node.matches(':focus-within');
    this.node.hidden = true;
    if (focused) this.annotator.focus();
  }

  /** Says how much is missing; goes once nothing is. */
  draw() {
    const { data: { reading }, readOnly } = this.annotator;
    if (!this.open) return;
    if (!reading || readOnly) { this.close(); return; }
    write(this.text, reading.sentences ? questionOf(reading) : 'No suggestions yet. Submit without them?');
  }
}

/** @param {ReadingProgress} reading */
const questionOf = ({ read, sentences }) => `${grouped(sentences - read)} of `
  + `${grouped(sentences)} sentences have no suggestions yet. Submit now? What you did is saved; `
  + 'these sentences get none.';
