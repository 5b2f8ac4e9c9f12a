// What no server saves as it was sent: it is kept, and its person decides.

import { Outbox, newClient } from './outbox.js';

const SOON_AGAIN = 20; // ms

/** @type {Map<string, DeadLetterOutbox>} */
const OUTBOXES = new Map(); // a storage key -> the outbox that fills it

export class DeadLetterOutbox extends Outbox {
  /** @type {Map<string, string>} */ names = new Map(); // of spans, when their client was numbered anew

  /**
   * @param {string} store
   * @param {string} person
   */
  constructor(store, person) {
    super(store, person);
    OUTBOXES.set(this.storage.key, this);
    this.findOthers();
  }

  /** Looks for what other people left unsent in this tab. */
  findOthers() { this.others = this.storage.others(); }

  /** Whether something would be lost with the tab. */
  get unsaved() { return this.size + this.deadLetters.length + this.others.length > 0; }

  /**
   * Takes back what was not saved: what is numbered as somebody else's (`wrong_owner`) gets a number of
   * its own, what has no place any more is set aside. Returns how many were set aside.
   * @param {Returned | null} returned
   */
  handleReturned(returned) {
    if (!returned) return 0;
    const { client, doc_id: docId, wrong_owner: wrongOwner, why } = returned;
    if (wrongOwner) return this.renumber(client);
    const lost = this.entries.filter((entry) => entry.client === client && entry.docId === docId);
    if (!lost.length) return 0;
    this.entries = this.entries.filter((entry) => !lost.includes(entry));
    this.deadLetters.push(...lost.map((entry) => ({ ...entry, why })));
    this.persistAndSend();
    return lost.length;
  }

  /**
   * Gives what has this number a fresh one, and spans that are named after it fresh names.
   * @param {string} client
   */
  renumber(client) {
    const renumbered = this.entries.filter((entry) => entry.client === client);
    if (!renumbered.length) return 0;
    const fresh = newClient();
    if (client === this.client) this.client = fresh;
    this.siblings = [fresh, ...this.siblings.filter((sibling) => sibling !== client)];
    const names = new Set(renumbered.flatMap(({ op }) =>
      (op.op === 'add' && op.id.startsWith(`${client}-`) ? [op.id] : [])));
    for (const id of names) this.names.set(id, fresh + id.slice(client.length));
    /** @type {(op: SentOperation) => SentOperation} */
    const renamed = (op) => ('id' in op && names.has(op.id) ? { ...op, id: this.nameOf(op.id) } : op);
    this.entries = this.entries.map((entry) => ({
      ...entry, client: entry.client === client ? fresh : entry.client, op: renamed(entry.op),
    }));
    this.persistAndSend();
    return 0;
  }

  /**
   * What a span is called now.
   * @param {string} id
   */
  nameOf(id) { return this.names.get(id) ?? id; }

  /**
   * Keeps an operation that the document takes no more, until its person decides.
   * @param {string | number} docId
   * @param {Operation & { base_version?: number }} op
   * @param {string} why
   */
  setAside(docId, op, why) {
    this.seq += 1;
    const { client, person, seq } = this;
    this.deadLetters.push({ docId, client, person, at: Date.now(), op: { seq, ...op }, why });
    this.persist();
  }

  /**
   * Sends once more what was set aside, as new edits of this page, which has gone on since; what is of
   * a document that is read-only still waits.
   * @param {string | number | null} readOnly
   */
  retry(readOnly) {
    const retried = this.deadLetters.filter(({ docId }) => docId !== readOnly);
    this.siblings = [...new Set([...this.siblings, ...retried.map(({ client }) => client)])];
    for (const { docId, op } of retried) {
      this.seq += 1;
      this.queue(docId, { ...op, seq: this.seq });
    }
    this.deadLetters = this.deadLetters.filter(({ docId }) => docId === readOnly);
    this.persistAndSend();
  }

  discardAside() {
    this.deadLetters = [];
    this.persist();
  }

  /** @param {string} key */
  discardOthers(key) {
    OUTBOXES.get(key)?.empty();
    this.storage.discard(key);
    this.findOthers();
  }

  empty() {
    this.entries = [];
    this.deadLetters = [];
    this.persistAndSend();
  }

  persistAndSend() {
    this.persist();
    if (this.size) this.later(SOON_AGAIN); else this.stopTimers();
  }
}
