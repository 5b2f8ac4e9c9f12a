// Asked once before a held-out document is submitted without any entity: models are measured on it.

import { button, el } from './dom.js';

const QUESTION = 'Submit without any entity? This document is held out: models are measured on it.';

export class EmptyQuestion {
  /**
   * @param {HTMLElement} node
   * @param {Annotator} annotator
   */
  constructor(node, annotator) {
    this.node = node;
    this.annotator = annotator;
    this.yes = button('empty-yes', 'primary', 'Submit', () => annotator.submit());
    node.append(
      el('span', 'caption', QUESTION), this.yes,
      button('empty-no', 'plain', 'Cancel', () => this.close()),
    );
    node.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      this.close();
    });
  }

  get open() { return !this.node.hidden; }

  ask() {
    this.node.hidden = false;
    this.yes.focus();
    this.annotator.panel.say(QUESTION);
  }

  close() {
    const focused = this.node.matches(':focus-within');
    this.node.hidden = true;
    if (focused) this.annotator.focus();
  }

  /**
   * Goes once there is something to submit, or nothing can be.
   * @param {Record<Status, number>} counts
   * @param {boolean} readOnly
   */
  draw({ suggested, accepted }, readOnly) {
    if (this.open && (suggested || accepted || readOnly)) this.close();
  }
}
