// The small toolbar at the selected span or the chosen words, so that all works by mouse.

import { describe } from './bars.js';
import { labelButton } from './label_buttons.js';
import { button, el } from './dom.js';
import { placeBelow, placeUnder } from './placement.js';
import { parts } from './tooltip.js';

export class Popover {
  /** @type {Proposal | Span | TextRange | null} */ filled = null;
  /** @type {Label[]} */ labels;

  /**
   * @param {HTMLElement} node
   * @param {Annotator} annotator
   */
  constructor(node, annotator) {
    this.node = node;
    this.annotator = annotator;
    // Pressing a button must not take the focus from the text.
    node.addEventListener('mousedown', (event) => event.preventDefault());
  }

  /** What the toolbar is about: a proposal, a span or chosen words; null where about nothing. */
  get subject() {
    const { readOnly, dragged, proposal, quiet, selectedSpan, candidate } = this.annotator;
    if (readOnly || dragged) return null;
    return proposal ?? (quiet ? null : selectedSpan) ?? candidate;
  }

  draw() {
    const { subject, annotator } = this;
    this.node.hidden = !subject;
    if (!subject) { this.filled = null; return; }
    const same = this.filled === subject && this.labels === annotator.labels;
    if (!same) this.fill(subject);
    this.place();
  }

  /** @param {Proposal | Span | TextRange} subject */
  fill(subject) {
    const { annotator, node } = this;
    this.filled = subject;
    this.labels = annotator.labels;
    if ('places' in subject) node.replaceChildren(...this.forProposal(subject));
    else if ('id' in subject) node.replaceChildren(...this.forSpan(subject));
    else node.replaceChildren(...this.forWords());
    for (const each of node.querySelectorAll('button')) each.tabIndex = -1; // keys do the same
  }

  place() {
    const { subject } = this;
    if (!subject) return;
    if ('places' in subject) placeBelow(this.node, this.annotator); // it must not cover what it lists
    else placeUnder(this.node, this.annotator, subject);
  }

  /**
   * @param {string} testid
   * @param {string} text
   * @param {string} action
   * @param {() => void} press
   */
  act(testid, text, action, press) {
    const node = button(testid, 'plain', text, press);
    const key = this.annotator.keyboard.of(action);
    if (key) node.append(el('kbd', '', key));
    return node;
  }

  /** @param {Span} span */
  forSpan(span) {
    const { annotator } = this;
    const row = el('div', 'row');
    const about = el('span', 'about', describe(span));
    about.dataset.testid = 'about';
    row.append(about, ...parts(span));
    if (span.status === 'hint') {
      row.append(this.act('accept', 'Add', 'accept', () => annotator.accept()));
      return [row, this.chips(span.label)];
    }
    const rejected = span.status === 'rejected';
    if (rejected) row.append(button('restore', 'plain', 'Restore', () => annotator.unreject()));
    if (span.status !== 'accepted') {
      row.append(this.act('accept', 'Accept', 'accept', () => annotator.accept()));
    }
    if (!rejected) {
      const [testid, text] = span.source === 'person' ? ['delete', 'Delete'] : ['reject', 'Reject'];
      row.append(this.act(testid, text, 'reject', () => annotator.reject()));
      row.append(this.act('identical', 'All like this', 'identical', () => annotator.propose()));
    }
    return [row, this.chips(span.label)];
  }

  forWords() {
    const row = el('div', 'row');
    row.append(el('span', 'about', 'Add as'));
    return [row, this.chips(this.annotator.lastLabel)];
  }

  /** @param {Proposal} proposal */
  forProposal({ words, label, places }) {
    const { annotator } = this;
    const row = el('div', 'row');
    const more = places.length === 1 ? 'one more occurrence' : `${places.length} more occurrences`;
    const shown = [...words].length > 40 ? `${[...words].slice(0, 39).join('')}…` : words;
    const about = el('span', 'about', `Label ${more} of “${shown}” as ${label}?`);
    about.dataset.testid = 'proposal';
    row.append(
      about,
      this.act('apply-identical', 'Label', 'again', () => annotator.applyProposal()),
      this.act('cancel-identical', 'Cancel', 'clear', () => annotator.dropProposal()),
    );
    return [row];
  }

  /** @param {string | null} current */
  chips(current) {
    const row = el('div', 'row chips');
    for (const label of this.annotator.labels) {
      const node = labelButton(label, 'chip', (name) => this.annotator.useLabel(name));
      node.setAttribute('aria-pressed', String(label.name === current));
      row.append(node);
    }
    return row;
  }
}
