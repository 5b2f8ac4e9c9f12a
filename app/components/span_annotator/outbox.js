// Operations on their way to the server: at least once, in order, until acknowledged.

const SOON = 20; // ms; an edit alone leaves as soon as it is painted
const DEBOUNCE = 100; // ms; the rest of a burst of keys travels as one message
const RESEND = 3000; // ms; Streamlit silently drops what is written while its socket is down
const LATE = 5000; // ms without an answer after which the page says "not saved"

/** What outlives a reload of the tab: the entries that no server has acknowledged. */
class Shelf {
  constructor(key) { this.key = `spanneal.unsent.${key}`; }

  load() {
    try {
      const entries = JSON.parse(sessionStorage.getItem(this.key) ?? '[]');
      return entries.map((entry) => ({ ...entry, at: Date.now(), sent: false }));
    } catch { return []; } // storage may be forbidden; then only this page keeps them
  }

  save(entries) {
    try {
      if (entries.length) sessionStorage.setItem(this.key, JSON.stringify(entries));
      else sessionStorage.removeItem(this.key);
    } catch { /* full or forbidden: the page still holds them */ }
  }
}

/**
 * The queue of what is not acknowledged. Each entry remembers its document and its client, so
 * that it reaches its own document after the page has moved on, and is applied once even when
 * two tabs restore it: every page load numbers its own edits as a client of its own.
 */
export class Outbox {
  constructor(key) {
    const bytes = crypto.getRandomValues(new Uint8Array(8));
    this.client = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    this.seq = 0;
    this.shelf = new Shelf(key);
    this.entries = this.shelf.load();
    this.everSent = this.size > 0;
    this.send = () => {};
    this.changed = () => {};
    if (this.size) this.later(SOON);
  }

  push(docId, op) {
    this.seq += 1;
    this.entries.push({
      docId, client: this.client, at: Date.now(), op: { seq: this.seq, ...op },
    });
    this.shelf.save(this.entries);
    this.everSent = true;
    this.later(this.size === 1 ? SOON : DEBOUNCE);
  }

  /** Drops what the server has applied. Returns whether this emptied the queue. */
  acknowledge(ack) {
    if (!ack) return false;
    const before = this.size;
    this.entries = this.entries.filter(
      ({ client, op }) => client !== ack.client || op.seq > ack.seq,
    );
    if (this.size === before) return false;
    this.shelf.save(this.entries);
    if (!this.size) this.rest();
    else if (this.entries.some(({ sent }) => !sent)) this.later(SOON);
    return !this.size;
  }

  /** Takes back what has this name and was not answered yet. */
  withdraw(name) {
    this.entries = this.entries.filter(({ op }) => op.op !== name);
    this.shelf.save(this.entries);
    if (!this.size) this.rest();
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
    const { docId, client } = this.entries[0];
    const turn = this.entries.findIndex((each) => each.docId !== docId || each.client !== client);
    const run = turn < 0 ? this.entries : this.entries.slice(0, turn);
    for (const entry of run) entry.sent = true;
    this.send({ doc_id: docId, client, ops: run.map(({ op }) => op) });
    if (!this.away) this.later(RESEND);
  }

  /** Sends what is left once more, for the page that comes next: no answer can reach this one. */
  leave() {
    this.away = true;
    if (this.size) this.later(SOON);
  }

  resume() {
    if (this.away && this.size) this.later(SOON);
    this.away = false;
  }

  rest() {
    clearTimeout(this.timer);
    clearInterval(this.ticker);
    this.ticker = undefined;
  }
}
