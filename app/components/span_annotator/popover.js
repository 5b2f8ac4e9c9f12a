// The small toolbar at the selected span or the chosen words, so that all works by mouse.

import { describe } from './bars.js';
import { FEW, labelButton } from './label_buttons.js';
import { button, el } from './dom.js';
import { placeAtTop, placeBelow, placeBeside } from './placement.js';
import { parts } from './tooltip.js';

const NOTHING = { searching: true }; // what a label is looked for where nothing is selected
const OFFERED = 8; // labels at a span, where there are many

export class Popover {
  /** @type {Proposal | Span | TextRange | typeof NOTHING | null} */ filled = null;
  searching = false;
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
    const { readOnly, dragged, proposal, quiet, selectedSpan, candidate, finder } = this.annotator;
    if (readOnly || dragged) return null;
    return proposal ?? (quiet ? null : selectedSpan) ?? candidate ?? (finder.shown ? NOTHING : null);
  }

  draw() {
    const { subject, annotator } = this;
    this.node.hidden = !subject;
    if (!subject) { this.filled = null; return; }
    const same = this.filled === subject && this.labels === annotator.labels
      && this.searching === annotator.finder.shown;
    if (!same) this.fill(subject);
    this.position();
  }

  /** @param {Proposal | Span | TextRange | typeof NOTHING} subject */
  fill(subject) {
    const { annotator, node } = this;
    this.filled = subject;
    this.labels = annotator.labels;
    this.searching = annotator.finder.shown;
    if ('occurrences' in subject) node.replaceChildren(...this.forProposal(subject));
    else if ('id' in subject) node.replaceChildren(...this.forSpan(subject));
    else if ('s' in subject) node.replaceChildren(...this.forWords());
    else node.replaceChildren(el('div', 'row about', 'Keep a label active'), this.chips(annotator.armed));
    for (const control of node.querySelectorAll('button')) control.tabIndex = -1; // keys do the same
  }

  position() {
    const { subject, annotator: { decisions } } = this;
    if (!subject) return;
    if ('occurrences' in subject) placeBelow(this.node, this.annotator); // it must not cover what it lists
    else if ('s' in subject) placeBeside(this.node, this.annotator, subject, decisions.current !== null);
    else placeAtTop(this.node, this.annotator);
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
  forProposal({ words, label, occurrences }) {
    const { annotator } = this;
    const row = el('div', 'row');
    const more = occurrences.length === 1 ? 'one more occurrence' : `${occurrences.length} more occurrences`;
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

  /**
   * The labels to choose from: all where there are few, else those used last and the search.
   * @param {string | null} current
   */
  chips(current) {
    const { annotator } = this;
    if (annotator.finder.shown) return annotator.finder.node;
    const { labels, recentLabels } = annotator;
    const names = labels.map(({ name }) => name);
    const offered = labels.length > FEW
      ? [...new Set([...recentLabels, ...names])].slice(0, OFFERED) : names;
    if (current && names.includes(current) && !offered.includes(current)) offered.splice(-1, 1, current);
    const row = el('div', 'row chips');
    for (const label of offered.flatMap((name) => labels.filter((known) => known.name === name))) {
      const node = labelButton(label, 'chip', annotator);
      node.setAttribute('aria-pressed', String(label.name === current));
      row.append(node);
    }
    if (labels.length > FEW) {
      row.append(this.act('all-labels', `All ${labels.length} labels`, 'find_label', () => annotator.finder.open()));
    }
    return row;
  }
}
