// What others do while one looks: the server tells of a newer version, and the page asks what was done.

import { addressed } from './post.js';

export class LiveChanges {
  /** @type {EventSource | null} */ source = null;
  address = '';
  /** @type {KnownVersion | null} */ announced = null; // the newest version that the server announced
  asked = -1; // the newest that was asked for

  /**
   * @param {Annotator} annotator
   * @param {AbortSignal} signal
   */
  constructor(annotator, signal) {
    this.annotator = annotator;
    // A browser holds few connections to a server: a tab that nobody sees leaves its own to others.
    document.addEventListener('visibilitychange', () => this.listen(), { signal });
    signal.addEventListener('abort', () => this.source?.close());
  }

  /** Listens to the document that is shown; to be called whenever that may be another. */
  follow() {
    const { outbox, data } = this.annotator;
    const address = outbox.address && `${outbox.address}/changes/${data.doc_id}`;
    if (address === this.address && this.source?.readyState !== EventSource.CLOSED) return;
    if (this.announced?.docId !== data.doc_id) {
      this.announced = null;
      this.asked = -1;
    }
    this.address = address;
    this.listen();
  }

  listen() {
    this.source?.close();
    this.source = null;
    if (!this.address || document.hidden) return;
    const { doc_id: docId } = this.annotator.data;
    this.source = new EventSource(addressed(this.address));
    this.source.onmessage = ({ data }) => {
      this.announced = { docId, version: Number(data) };
      this.refresh();
    };
  }

  /** Asks what was done where the page shows less; once all of its own is saved. */
  refresh() {
    const { outbox, data } = this.annotator;
    if (!this.announced || this.announced.docId !== data.doc_id || !outbox.idle) return;
    const { version } = this.announced;
    if (version <= Math.max(this.asked, data.version)) return;
    this.asked = version;
    outbox.poll(data.doc_id);
  }
}
