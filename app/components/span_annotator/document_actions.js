// What a person can do to the document as a whole: comment, skip, submit, go elsewhere.

import { BatchActions } from './batch_actions.js';
import { openIds } from './spans.js';

/** Expects of its subclass, besides what BatchActions does: navigate, notes. */
export class DocumentActions extends BatchActions {
  constructor(outbox) {
    super(outbox);
    this.changedIds = []; // spans that somebody else changed, to be looked at
    this.announcedVersion = -1; // the newest version whose news were told
  }

  /** Forgets what belongs to one visit to one document. */
  reset() {
    this.history.forget();
    this.forget();
    this.destination = this.refusal = null;
    this.changedIds = [];
    this.announcedVersion = -1;
  }

  /** The comment as it stands with what is under way. */
  get comment() {
    const unsent = this.outbox.opsOf(this.data.doc_id).filter(({ op }) => op === 'comment');
    return unsent.length ? unsent.at(-1).text : this.data.comment;
  }

  /** `seen`: the version whose comment the person began to change. */
  saveComment(text, seen) {
    if (text !== this.comment) this.edit([{ op: 'comment', text }], { remember: false, seen });
  }

  submit() {
    const underWay = this.outbox.opsOf(this.data.doc_id).some(({ op }) => op === 'submit');
    if (this.readOnly || underWay) return;
    const open = [...this.view.values()].some(({ status }) => status === 'suggested');
    this.notes.keep();
    this.edit([...(open ? [{ op: 'accept_all', ids: openIds(this.view) }] : []), { op: 'submit' }], { remember: false });
    this.navigateTo('next');
  }

  skip(reason) {
    this.edit([{ op: 'skip', reason }], { remember: false });
    this.navigateTo('next');
  }

  /** Has the model look again: what was decided stays, what is undecided is denoised anew. */
  suggest() {
    if (!this.data.can_ask || this.readOnly) return;
    this.panel.flash('the model looks again …');
    this.navigateTo('suggest');
  }

  /** An edit while the person waits to go on means that they stay. */
  edit(ops, options = {}) {
    if (options.remember !== false) this.destination = this.refusal = null;
    this.changedIds = [];
    super.edit(ops, options);
  }

  /** Asks the page for 'next', 'previous', 'denoise', 'history' or 'suggest', once all is saved. */
  navigateTo(where) {
    this.notes.keep();
    if (this.outbox.size) this.destination = where; else this.navigate(where);
  }

  saved() {
    const where = this.destination;
    this.destination = null;
    if (where) this.navigate(where);
  }

  /** The server refused an operation: what it did is gone, and nobody is sent away. */
  refused(error) {
    this.cancelNavigation();
    this.refusal = error; // shown until the person goes on
    this.panel.say(`Not done: ${error}`);
  }

  /** The server can never save something as it was sent: nobody is sent away before they know. */
  returned(what) {
    const failed = this.outbox.handleReturned(what);
    if (!failed) return;
    this.cancelNavigation();
    this.panel.say(`Not saved: ${what.why}`);
  }

  /** Something has to be looked at first: with an edit missing, nothing is final. */
  cancelNavigation() {
    this.destination = null;
    this.outbox.withdraw('submit', this.data.doc_id);
  }

  /** Tells what others did, once, and marks where until the next edit. */
  announce(news) {
    if (!news || news.version <= this.announcedVersion) return;
    this.announcedVersion = news.version;
    this.changedIds = news.spans;
    this.panel.flash(news.text);
  }

  /** Settles a clash; `ops` put in place what the person takes of it. */
  settle({ client, seq, target }, ops) {
    this.edit([...ops, { op: 'settle', client, of: seq, target }]);
  }
}
