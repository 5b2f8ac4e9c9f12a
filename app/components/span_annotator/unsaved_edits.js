// Edits that were not saved: what has no place any more, and what other people left in this tab.

import { button, el } from './dom.js';

export class UnsavedEdits {
  /** @type {string | undefined} */ drawn;

  /**
   * @param {HTMLElement} node
   * @param {Annotator} annotator
   */
  constructor(node, annotator) {
    this.node = node;
    this.annotator = annotator;
  }

  draw() {
    const { deadLetters, others, person } = this.annotator.outbox;
    const drawn = JSON.stringify([person, deadLetters, others]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.node.hidden = !deadLetters.length && !others.length;
    const title = el('h3', '', 'Not saved; kept in this tab');
    this.node.replaceChildren(title, ...(deadLetters.length ? [this.deadLettersRow(deadLetters)] : []),
      ...others.map((left) => this.left(left)));
  }

  /** @param {Entry[]} deadLetters */
  deadLettersRow(deadLetters) {
    const { outbox } = this.annotator;
    const reasons = [...new Set(deadLetters.map(({ why }) => why))].join('; ');
    const retry = button('retry-unsaved', 'plain', 'Try again', () => this.done(() => this.retry()));
    return this.row('unsaved-own', `${edits(deadLetters)} could not be saved: ${reasons}`, [retry],
      deadLetters, () => outbox.discardAside());
  }

  retry() {
    const { outbox, readOnly, data } = this.annotator;
    outbox.retry(readOnly ? data.doc_id : null);
  }

  /** @param {LeftEntries} left */
  left({ key, person, entries }) {
    const { outbox } = this.annotator;
    return this.row('unsaved-other', `${edits(entries)} by ${person} waiting to be saved. `
      + `They are saved when ${person} works in this tab again.`, [],
    entries, () => outbox.discardOthers(key));
  }

  /**
   * @param {string} testid
   * @param {string} text
   * @param {HTMLElement[]} buttons
   * @param {Entry[]} entries
   * @param {() => void} discard
   */
  row(testid, text, buttons, entries, discard) {
    const row = el('div', 'row');
    row.dataset.testid = testid;
    row.append(el('span', 'grow', text), ...buttons,
      button('download-unsaved', 'plain', 'Download', () => download(entries)),
      this.discarding(entries, discard));
    return row;
  }

  /**
   * Asks once more: nothing brings them back.
   * @param {Entry[]} entries
   * @param {() => void} discard
   */
  discarding(entries, discard) {
    const node = button('discard-unsaved', 'plain', 'Discard', () => {
      if (node.dataset.sure) { this.done(discard); return; }
      node.dataset.sure = 'yes';
      node.textContent = `Discard ${edits(entries)} permanently`;
    });
    return node;
  }

  /** @param {() => void} what */
  done(what) {
    what();
    this.annotator.rebuild();
    this.annotator.redraw();
  }
}

/** @param {Entry[]} entries */
const edits = ({ length }) => `${length} ${length === 1 ? 'edit' : 'edits'}`;

/**
 * Gives the edits out as a JSON file.
 * @param {Entry[]} entries
 */
function download(entries) {
  const exported = entries.map(({ docId, client, person, why, op }) => ({ document: docId, person, client, why, ...op }));
  const url = URL.createObjectURL(new Blob([JSON.stringify(exported, null, 2)], { type: 'application/json' }));
  const link = Object.assign(document.createElement('a'), { href: url, download: 'unsaved-edits.json' });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
