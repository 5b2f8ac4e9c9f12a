// What somebody else and this person changed at the same time: both versions, side by side.
// They are on the server until they are decided, so that closing the page loses neither.

import { describe } from './bars.js';
import { button, el } from './dom.js';

const COMMENT = ':comment';

export class Conflicts {
  /** @type {string | undefined} */ drawn;

  /**
   * @param {HTMLElement} node
   * @param {Annotator} annotator
   */
  constructor(node, annotator) {
    this.node = node;
    this.annotator = annotator;
    /** @type {Conflict[]} */
    this.all = [];
  }

  /**
   * Takes the server's list: `{client, seq, target, mine, theirs, by, at}`.
   * @param {Conflict[]} all
   */
  receive(all) {
    const known = new Set(this.all.map(conflictKey));
    const fresh = all.filter((conflict) => !known.has(conflictKey(conflict)));
    this.all = all;
    if (!fresh.length) return;
    this.annotator.cancelNavigation();
    this.annotator.panel.say(`${fresh[0].by} changed the same thing as you. Choose between the two versions.`);
  }

  /** Those whose decision is not on its way yet. */
  get open() {
    const { outbox, data } = this.annotator;
    const settled = outbox.opsOf(data.doc_id).filter((op) => op.op === 'settle');
    return this.all.filter(({ client, target, seq }) => !settled.some((op) =>
      op.client === client && op.target === target && op.of >= seq));
  }

  draw() {
    const { open } = this;
    const drawn = JSON.stringify([open, this.annotator.readOnly]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.node.hidden = !open.length;
    const title = el('h3', '', open.length === 1
      ? 'Conflict: somebody else changed the same thing. Nothing is lost. Which version should stay?'
      : `${open.length} conflicts: somebody else changed the same things. Nothing is lost. Which versions should stay?`);
    this.node.replaceChildren(title, ...open.map((conflict) => this.row(conflict)));
  }

  /** @param {Conflict} conflict */
  row(conflict) {
    const { readOnly } = this.annotator;
    const row = el('div', 'conflict');
    row.dataset.testid = 'conflict';
    /** @type {(testid: string, text: string, ops: () => Operation[]) => HTMLButtonElement} */
    const decide = (testid, text, ops) => {
      const node = button(testid, 'plain', text, () => this.annotator.settle(conflict, ops()));
      node.disabled = readOnly;
      if (readOnly) node.title = 'Reopen the document first';
      return node;
    };
    row.append(
      this.side(`${conflict.by}, ${timeOf(conflict.at)}`, conflict.theirs, 'theirs',
        decide('keep-theirs', 'Keep this', () => [])),
      this.side('You', conflict.mine, 'mine', decide('take-mine', 'Take this', () => this.restoringMine(conflict))),
    );
    if (compatible(conflict)) {
      const both = decide('keep-both', 'Keep both', () => this.joining(conflict));
      both.classList.add('both');
      row.append(both);
    }
    return row;
  }

  /**
   * @param {string} title
   * @param {Version} version
   * @param {string} testid
   * @param {HTMLElement} choice
   */
  side(title, version, testid, choice) {
    const node = el('div', 'side');
    node.dataset.testid = testid;
    node.append(el('span', 'caption', title), ...this.describeVersion(version), choice);
    return node;
  }

  /**
   * A version in words.
   * @param {Version} version
   */
  describeVersion(version) {
    if (version === null) return [el('p', 'what', 'Removed')];
    if (typeof version === 'string') return [el('p', 'what', version || '(no comment)')];
    const { data, offsets } = this.annotator;
    const words = data.text.slice(offsets.toUnits(version.start), offsets.toUnits(version.end));
    return [el('p', 'what', words), el('p', '', describe({ score: null, ...version }))];
  }

  /**
   * @param {Conflict} conflict
   * @returns {Operation[]}
   */
  restoringMine({ target, mine }) {
    if (typeof mine === 'string') return [{ op: 'comment', text: mine }];
    return [mine === null ? { op: 'delete', id: target } : { score: null, ...mine, op: 'restore' }];
  }

  /**
   * @param {Conflict} conflict
   * @returns {Operation[]}
   */
  joining({ target, mine, theirs }) {
    if (target === COMMENT) return [{ op: 'comment', text: `${theirs}\n${mine}` }];
    const { start, end, label } = /** @type {PlainSpan} */ (mine);
    const { outbox } = this.annotator;
    return [{ op: 'add', id: `${outbox.client}-${outbox.seq + 1}`, start, end, label }];
  }
}

/** @param {Conflict} conflict */
const conflictKey = ({ client, seq, target }) => `${client} ${seq} ${target}`;

/** @param {string} at */
const timeOf = (at) => new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });

/**
 * Whether both can stand beside each other.
 * @param {Conflict} conflict
 */
function compatible({ target, mine, theirs }) {
  if (!mine || !theirs) return false;
  if (target === COMMENT) return String(mine).length + String(theirs).length < 5000;
  if (typeof mine === 'string' || typeof theirs === 'string') return false;
  const live = mine.status === 'accepted' && theirs.status !== 'rejected';
  return live && (mine.start !== theirs.start || mine.end !== theirs.end
    || mine.label !== theirs.label);
}
