// What a person writes about a document: a comment, and why it is skipped.

import { button, el } from './dom.js';

const PAUSE = 600; // ms without a key after which a comment is sent
const LONGEST = 3000; // ms that a comment may wait however fast somebody types
const REASONS = ['wrong language', 'unsure', 'not worth annotating'];

export class Notes {
  /** @type {HTMLInputElement} */ reason;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ timer;
  /** @type {number | undefined} */ since; // when the first key after the last sending was pressed
  /** @type {number | undefined} */ baseVersion; // the version whose comment is being changed

  /**
   * @param {(part: string) => HTMLElement} find
   * @param {Annotator} annotator
   * @param {AbortSignal} signal
   */
  constructor(find, annotator, signal) {
    this.annotator = annotator;
    this.comment = find('comment');
    this.skip = find('skip');
    this.field = el('textarea');
    Object.assign(this.field, { rows: 2, maxLength: 5000, placeholder: 'A comment on this document' });
    this.field.dataset.testid = 'comment-field';
    this.field.setAttribute('aria-label', 'Comment on this document');
    this.comment.append(this.field);
    this.field.addEventListener('input', () => this.typed());
    this.field.addEventListener('blur', () => this.keep());
    this.field.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.toggleComment();
    });
    const options = { signal, capture: true }; // before the outbox is asked what it still holds
    for (const end of ['beforeunload', 'pagehide']) window.addEventListener(end, () => this.keep(), options);
    this.buildSkip();
  }

  buildSkip() {
    this.reason = el('input');
    Object.assign(this.reason, { type: 'text', maxLength: 500, placeholder: 'Why? (optional)' });
    this.reason.dataset.testid = 'skip-reason';
    this.reason.setAttribute('aria-label', 'Why this document is skipped');
    this.reason.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && !event.isComposing) this.skipFor(this.reason.value.trim());
      else if (event.key === 'Escape') this.close();
    });
    const presets = REASONS.map((text) =>
      button('skip-preset', 'plain', text, () => this.skipFor(text)));
    this.skip.append(
      el('span', 'caption', 'Skip'), this.reason, ...presets,
      button('skip-now', 'primary', 'Skip', () => this.skipFor(this.reason.value.trim())),
      button('skip-cancel', 'plain', 'Cancel', () => this.close()),
    );
  }

  /** Another document: nothing of the last one stays. */
  reset() {
    this.skip.hidden = true;
    this.reason.value = '';
    this.field.value = this.annotator.comment;
    this.baseVersion = this.annotator.data.version;
    this.comment.hidden = !this.field.value;
  }

  /** Shows what is stored, unless a person is writing. */
  draw() {
    const { comment, readOnly, data } = this.annotator;
    this.field.readOnly = readOnly;
    if (!this.field.matches(':focus') && !this.timer) this.field.value = comment;
    if (this.field.value.trim() === data.comment) this.baseVersion = data.version;
  }

  openComment() {
    if (this.annotator.readOnly && !this.annotator.comment) return;
    this.comment.hidden = false;
    this.field.focus();
  }

  toggleComment() {
    if (this.comment.hidden) { this.openComment(); return; }
    this.keep();
    this.comment.hidden = true;
    this.annotator.focus();
  }

  /** Whether something is written that is not sent yet. */
  get pending() { return Boolean(this.timer); }

  typed() {
    clearTimeout(this.timer);
    this.since ??= Date.now();
    const left = this.since + LONGEST - Date.now();
    this.timer = setTimeout(() => this.keep(), Math.max(0, Math.min(PAUSE, left)));
    this.annotator.drawState();
  }

  /** Sends what was written and is not sent yet. */
  keep() {
    if (!this.timer) return;
    clearTimeout(this.timer);
    this.timer = this.since = undefined;
    this.annotator.saveComment(this.field.value.trim(), this.baseVersion);
    this.annotator.drawState();
  }

  openSkip() {
    if (this.annotator.readOnly) return;
    this.skip.hidden = false;
    this.reason.focus();
  }

  close() {
    this.skip.hidden = true;
    this.annotator.focus();
  }

  /** @param {string} reason */
  skipFor(reason) {
    this.close();
    this.annotator.skip(reason);
  }
}
