// Operations on their way to the server: at least once, in order, until acknowledged.

const DEBOUNCE = 100; // ms; a burst of keys travels as one message
const RESEND = 3000; // ms; Streamlit silently drops what is written while its socket is down
const LATE = 5000; // ms without an answer after which the page says "not saved"

/**
 * The queue of what is not acknowledged. Each entry remembers its document, so that an edit
 * still reaches its own document after the page has moved on.
 */
export class Outbox {
  constructor() {
    const bytes = crypto.getRandomValues(new Uint8Array(8));
    this.client = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    this.seq = 0;
    this.entries = [];
    this.everSent = false;
    this.send = () => {};
    this.changed = () => {};
  }

  push(docId, op) {
    this.seq += 1;
    this.entries.push({ docId, at: Date.now(), op: { seq: this.seq, ...op } });
    this.everSent = true;
    this.later(DEBOUNCE);
  }

  /** Drops what the server has applied. Returns whether this emptied the queue. */
  acknowledge(ack) {
    if (!ack || ack.client !== this.client) return false;
    const before = this.entries.length;
    this.entries = this.entries.filter(({ op }) => op.seq > ack.seq);
    if (this.entries.length === before) return false;
    if (this.entries.length) this.later(DEBOUNCE); else this.rest();
    return this.entries.length === 0;
  }

  opsOf(docId) { return this.entries.filter((entry) => entry.docId === docId).map(({ op }) => op); }

  get size() { return this.entries.length; }

  /** idle: nothing was ever edited; then saving, late (no answer for 5 s) or saved. */
  get state() {
    if (!this.size) return this.everSent ? 'saved' : 'idle';
    return Date.now() - this.entries[0].at > LATE ? 'late' : 'saving';
  }

  later(delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), delay);
    this.ticker ??= setInterval(() => this.changed(), 1000);
  }

  flush() {
    if (!this.size) return;
    const { docId } = this.entries[0];
    const turn = this.entries.findIndex((entry) => entry.docId !== docId);
    const run = turn < 0 ? this.entries : this.entries.slice(0, turn);
    this.send({ doc_id: docId, client: this.client, ops: run.map(({ op }) => op) });
    this.later(RESEND);
  }

  rest() {
    clearTimeout(this.timer);
    clearInterval(this.ticker);
    this.ticker = undefined;
  }
}
