// What no server saves as it was sent: it is kept, and its person decides.

import { Outbox, newClient } from './outbox.js';

const SOON_AGAIN = 20; // ms

const LIVING = new Map(); // a shelf's key -> the outbox that fills it

export class CarefulOutbox extends Outbox {
  constructor(store, person) {
    super(store, person);
    LIVING.set(this.shelf.key, this);
    this.look();
  }

  /** Looks for what other people left unsent in this tab. */
  look() { this.others = this.shelf.others(); }

  /** Whether something would be lost with the tab. */
  get unsaved() { return this.size + this.aside.length + this.others.length > 0; }

  /** Takes back what was not saved: what is numbered as somebody else's (`foreign`) gets a number of
   * its own, what has no place any more is set aside. Returns how many were set aside. */
  takeBack(returned) {
    if (!returned) return 0;
    const { client, doc_id: docId, foreign, why } = returned;
    if (foreign) return this.disown(client);
    const lost = this.entries.filter((entry) => entry.client === client && entry.docId === docId);
    if (!lost.length) return 0;
    this.entries = this.entries.filter((entry) => !lost.includes(entry));
    this.aside.push(...lost.map((entry) => ({ ...entry, why })));
    this.goOn();
    return lost.length;
  }

  /** Gives what has this number a fresh one, and spans that are named after it fresh names. */
  disown(client) {
    const own = this.entries.filter((entry) => entry.client === client);
    if (!own.length) return 0;
    const fresh = newClient();
    if (client === this.client) this.client = fresh;
    this.kin = [fresh, ...this.kin.filter((each) => each !== client)];
    const added = own.filter(({ op }) => op.op === 'add' && op.id.startsWith(`${client}-`));
    const names = new Set(added.map(({ op }) => op.id));
    const renamed = (op) => (names.has(op.id) ? { ...op, id: fresh + op.id.slice(client.length) } : op);
    this.entries = this.entries.map((entry) => ({
      ...entry, client: entry.client === client ? fresh : entry.client, op: renamed(entry.op),
    }));
    this.goOn();
    return 0;
  }

  /** Sends once more what was set aside, as new edits of this page, which has gone on since. */
  retry() {
    this.kin = [...new Set([...this.kin, ...this.aside.map(({ client }) => client)])];
    for (const { docId, op } of this.aside) {
      this.seq += 1;
      this.queue(docId, { ...op, seq: this.seq });
    }
    this.aside = [];
    this.goOn();
  }

  discardAside() {
    this.aside = [];
    this.keep();
  }

  discardOthers(key) {
    LIVING.get(key)?.empty();
    this.shelf.discard(key);
    this.look();
  }

  empty() {
    this.entries = this.aside = [];
    this.goOn();
  }

  goOn() {
    this.keep();
    if (this.size) this.later(SOON_AGAIN); else this.rest();
  }
}
