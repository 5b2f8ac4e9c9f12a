// What a person can do to the document as a whole: comment, skip, submit, go elsewhere.

import { BatchActions } from './batch_actions.js';
import { countByStatus, openIds } from './spans.js';

const SUBMITTED = 'the document was submitted meanwhile; reopen it and try again';

/** The Annotator gives it `navigate`, `notes` and the two questions. */
export class DocumentActions extends BatchActions {
  /** @type {import('./page_follower.js').PageFollower} */ follower;
  /** @type {import('./notes.js').Notes} */ notes;
  /** @type {import('./empty_question.js').EmptyQuestion} */ emptyQuestion;
  /** @type {import('./reading_question.js').ReadingQuestion} */ readingQuestion;
  /** @type {(where: Destination) => void} */ navigate;
  /** @type {Destination | null} */ destination = null;
  /** @type {string | null} */ refusal = null;
  /** @type {string | null} */ lastError = null;
  /** @type {string[]} */ changedIds = []; // spans that somebody else changed, to be looked at
  announcedVersion = -1; // the newest version whose news were told

  /** Forgets what belongs to one visit to one document. */
  reset() {
    this.history.forget();
    this.forget();
    this.emptyQuestion.close();
    this.destination = this.refusal = this.lastError = null;
    this.changedIds = [];
    this.announcedVersion = -1;
  }

  /** The comment as it stands with what is under way. */
  get comment() {
    const unsent = this.outbox.opsOf(this.data.doc_id).findLast(({ op }) => op === 'comment');
    return unsent?.op === 'comment' ? unsent.text : this.data.comment;
  }

  /**
   * `baseVersion`: the version whose comment the person began to change. Where somebody else has submitted
   * the document since, what was typed is set aside.
   * @param {string} text
   * @param {number | undefined} baseVersion
   */
  saveComment(text, baseVersion) {
    if (text === this.comment) return;
    if (!this.readOnly) { this.edit([{ op: 'comment', text }], { undoable: false, baseVersion }); return; }
    this.outbox.setAside(this.data.doc_id, { op: 'comment', text, base_version: baseVersion }, SUBMITTED);
    this.panel.say(`Not saved: ${SUBMITTED}`);
    this.redraw();
  }

  submit() {
    const underWay = this.outbox.opsOf(this.data.doc_id).some(({ op }) => op === 'submit');
    if (this.readOnly || underWay) return;
    const { suggested, accepted } = countByStatus(this.view);
    if (this.data.held_out && !suggested && !accepted && !this.emptyQuestion.open) {
      this.emptyQuestion.ask();
      return;
    }
    this.emptyQuestion.close();
    if (this.readingQuestion.asks()) return;
    this.notes.keep();
    /** @type {Operation[]} */
    const accepting = suggested ? [{ op: 'accept_all', ids: openIds(this.view) }] : [];
    this.edit([...accepting, { op: 'submit' }], { undoable: false });
    this.panel.say('Submitted. Opening the next document.');
    this.navigateTo('next');
  }

  /** @param {string} reason */
  skip(reason) {
    this.edit([{ op: 'skip', reason }], { undoable: false });
    this.navigateTo('next');
  }

  /** Has the model look again: what was decided stays, what is undecided is denoised anew. */
  suggest() {
    if (!this.data.can_ask || this.readOnly) return;
    this.panel.flash('the model is suggesting again …');
    this.navigateTo('suggest');
  }

  /**
   * An edit while the person waits to go on means that they stay.
   * @param {Operation[]} ops
   * @param {{ undoable?: boolean, baseVersion?: number }} [options]
   */
  edit(ops, options = {}) {
    if (options.undoable !== false) this.destination = this.refusal = null;
    this.changedIds = [];
    super.edit(ops, options);
  }

  /**
   * Asks the page for 'next', 'previous', 'denoise', 'history' or 'suggest', once all is saved and
   * the page knows which document is shown.
   * @param {Destination} where
   */
  navigateTo(where) {
    this.notes.keep();
    if (this.outbox.size || this.follower.awaited) this.destination = where; else this.navigate(where);
  }

  saved() {
    if (this.follower.awaited) return;
    const where = this.destination;
    this.destination = null;
    if (where) this.navigate(where);
  }

  /**
   * The server refused an operation: what it did is gone, and nobody is sent away.
   * @param {string} error
   */
  refused(error) {
    this.cancelNavigation();
    this.refusal = error; // shown until the person goes on
    this.panel.say(`Not applied: ${error}`);
  }

  /**
   * The server can never save something as it was sent: nobody is sent away before they know.
   * @param {string} why
   */
  returned(why) {
    this.cancelNavigation();
    this.panel.say(`Not saved: ${why}`);
  }

  /** Something has to be looked at first: with an edit missing, nothing is final. */
  cancelNavigation() {
    this.destination = null;
    this.outbox.withdraw('submit', this.data.doc_id);
  }

  /**
   * Tells what others did, once, and marks where until the next edit.
   * @param {News | null} news
   */
  announce(news) {
    if (!news || news.version <= this.announcedVersion) return;
    this.announcedVersion = news.version;
    this.changedIds = news.spans;
    this.panel.flash(news.text);
  }

  /**
   * Settles a conflict; `ops` put in place what the person takes of it.
   * @param {Conflict} conflict
   * @param {Operation[]} ops
   */
  settle({ client, seq, target }, ops) {
    this.edit([...ops, { op: 'settle', client, of: seq, target }]);
  }
}
