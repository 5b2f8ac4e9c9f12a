// Many suggestions at once: accept all above a confidence, reject the rest.

import { button, el, grouped, write } from './dom.js';
import { suggestions } from './spans.js';

export class Review {
  /**
   * @param {HTMLElement} node
   * @param {HTMLElement} shell
   * @param {Annotator} annotator
   */
  constructor(node, shell, annotator) {
    this.node = node;
    this.shell = shell;
    this.annotator = annotator;
    this.range = el('input');
    Object.assign(this.range, { type: 'range', min: 0, max: 100, step: 1 });
    this.range.value = String(Math.round(annotator.preferences.above * 100));
    this.range.dataset.testid = 'above';
    this.range.setAttribute('aria-label', 'Minimum confidence for accepting suggestions');
    this.share = el('output', 'share');
    this.accept = button('accept-above', 'plain', '', () => this.apply());
    this.reject = button('reject-rest', 'plain', '', () => annotator.rejectRest());
    this.range.addEventListener('input', () => this.weigh());
    this.range.addEventListener('blur', () => this.settle());
    this.range.addEventListener('keydown', (event) => this.pressed(event));
    const label = el('span', 'caption', 'Confidence ≥');
    node.replaceChildren(label, this.range, this.share, this.accept, this.reject);
  }

  get above() { return Number(this.range.value) / 100; }

  /**
   * @param {number} suggested
   * @param {boolean} readOnly
   */
  draw(suggested, readOnly) {
    this.node.hidden = readOnly || !suggested;
    if (this.node.hidden) { this.settle(); return; }
    const sure = suggestions(this.annotator.view, this.above).length;
    write(this.share, `${this.range.value}%`);
    write(this.accept, `Accept ${grouped(sure)}`);
    this.accept.disabled = !sure;
    write(this.reject, suggested === 1 ? 'Reject it' : `Reject all ${grouped(suggested)}`);
  }

  /** While the slider moves, what lies below it is dimmed. */
  weigh() {
    this.annotator.preferences.above = this.above;
    this.shell.style.setProperty('--above', String(this.above));
    this.shell.classList.add('weighing');
    this.draw(suggestions(this.annotator.view).length, false);
    this.annotator.panel.say(this.accept.textContent);
  }

  settle() { this.shell.classList.remove('weighing'); }

  apply() {
    this.settle();
    this.annotator.acceptAbove(this.above);
    this.annotator.focus();
  }

  focus() {
    if (this.node.hidden) this.annotator.panel.flash('No suggestions left.');
    else {
      this.range.focus();
      this.weigh();
    }
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return; // Ctrl+Enter submits
    if (event.key === 'Enter') this.apply();
    else if (event.key === 'Escape') this.annotator.focus();
    else return;
    event.preventDefault();
  }
}
