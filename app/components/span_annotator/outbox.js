// Operations on their way to the server: at least once, in order, until acknowledged.

import { SessionStore } from './session_store.js';

const SOON = 20; // ms; an edit alone leaves as soon as it is painted
const DEBOUNCE = 100; // ms; the rest of a burst of keys travels as one message
const RESEND = 3000; // ms; until what had no answer is sent again
const SLOWEST_RESEND = 24000; // ms; each time in vain waits twice as long: a crowd of pages that ask anew
// keeps a slow server from ever answering
const MAX_OPERATIONS = 1000; // in a message; the server takes no more at a time (`batch.py`)
const HOLD_LIMIT = 3000; // ms; what may wait for a document's suggestions is sent without them then
const LATE = 5000; // ms without an answer after which the page says "not saved"

export const newClient = () => [...crypto.getRandomValues(new Uint8Array(8))]
  .map((byte) => byte.toString(16).padStart(2, '0')).join('');

/**
 * The queue of what is not acknowledged. Each entry remembers its document, its client and its
 * person, so that it reaches its own document after the page has moved on, is nobody else's work,
 * and is applied once even when two tabs restore it: every page load numbers its own edits as a
 * client of its own, and names as its siblings those whose edits it took over. An operation says
 * which version of the draft was looked at, its `base_version` (`seen` in what an earlier release
 * left in the tab). What can be saved nowhere lies `aside` until its person decides.
 */
export class Outbox {
  /** @type {Entry[]} */ entries;
  /** @type {Entry[]} */ deadLetters;
  /** @type {string[]} */ siblings;
  /** @type {string} */ client;
  /** @type {LeftEntries[]} */ others = [];
  /** @type {(message: Message, signal: AbortSignal) => Promise<Answer | null>} */ send = async () => null;
  /** @type {(answer: Answer, emptied: boolean, lost: number) => void} */ answered = () => {};
  changed = () => {};
  unknown = () => {}; // the server does not know the page
  signedOut = false; // the server refused the last message because the session has ended
  detached = false;
  address = ''; // where the messages go, below the server's folder
  /** @type {KnownVersion | null} */ knownVersion = null; // what others did up to there was told
  /** @type {AbortController | null} */ sending = null;
  /** @type {Map<string | number, number>} */ versions = new Map(); // the newest of each document that came back
  /** @type {ReturnType<typeof setTimeout> | undefined} */ timer;
  /** @type {ReturnType<typeof setInterval> | undefined} */ ticker;
  /** @type {string | number | null} */ held = null; // the document whose edits are not sent yet
  /** @type {ReturnType<typeof setTimeout> | undefined} */ holding;
  goesOn = () => false; // whether the page goes on to the next document, once all is saved

  /**
   * @param {string} store
   * @param {string} person
   */
  constructor(store, person) {
    this.person = person;
    this.client = newClient();
    this.seq = 0;
    this.storage = new SessionStore(store, person);
    const stored = this.storage.load();
    this.entries = stored.filter(({ why }) => !why);
    this.deadLetters = stored.filter(({ why }) => why);
    this.siblings = [...new Set([this.client, ...this.entries.map(({ client }) => client)])];
    this.everSent = this.size > 0;
    this.resendDelay = RESEND;
    if (this.size) this.later(SOON);
  }

  /**
   * Takes the operations of one edit; they are stored together, however many there are.
   * @param {string | number} docId
   * @param {(Operation & { base_version?: number })[]} ops
   */
  push(docId, ops) {
    for (const op of ops) {
      this.seq += 1;
      this.queue(docId, { seq: this.seq, ...op });
    }
    this.persist();
    this.later(this.size === 1 ? SOON : DEBOUNCE);
  }

  /**
   * @param {string | number} docId
   * @param {SentOperation} op
   */
  queue(docId, op) {
    this.everSent = true;
    this.entries.push({ docId, client: this.client, person: this.person, at: Date.now(), op });
  }

  /**
   * Drops what the server has applied. Returns whether this emptied the queue.
   * @param {Ack | null} ack
   */
  acknowledge(ack) {
    if (!ack) return false;
    const before = this.size;
    this.entries = this.entries.filter(
      ({ client, op }) => client !== ack.client || op.seq > ack.seq,
    );
    if (this.size === before) return false;
    this.resendDelay = RESEND;
    this.persist();
    if (!this.size) this.stopTimers();
    return !this.size;
  }

  persist() { this.storage.save([...this.deadLetters, ...this.entries]); }

  /**
   * Takes back what has this name in a document and was not answered yet.
   * @param {Operation['op']} name
   * @param {string | number} from
   */
  withdraw(name, from) {
    this.entries = this.entries.filter(({ docId, op }) => docId !== from || op.op !== name);
    this.persist();
    if (!this.size) this.stopTimers();
  }

  /** @param {string | number} docId */
  opsOf(docId) { return this.entries.filter((entry) => entry.docId === docId).map(({ op }) => op); }

  get size() { return this.entries.length; }

  get idle() { return !this.size && !this.sending && !this.detached; }

  /** idle: nothing was ever edited; then saving, late (no answer for 5 s), signed out, aside or saved. */
  get state() {
    if (!this.size && this.deadLetters.length) return 'aside';
    if (!this.size) return this.everSent ? 'saved' : 'idle';
    if (this.signedOut) return 'signed-out';
    return Date.now() - this.entries[0].at > LATE ? 'late' : 'saving';
  }

  /** @param {number} delay */
  later(delay) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), delay);
    this.ticker ??= setInterval(() => this.changed(), 1000);
  }

  async flush() {
    if (!this.size || this.sending || this.detached) return;
    const { docId, client } = this.entries[0];
    if (docId === this.held) return;
    const turn = this.entries.findIndex((entry) => entry.docId !== docId || entry.client !== client);
    const run = this.entries.slice(0, turn < 0 ? MAX_OPERATIONS : Math.min(turn, MAX_OPERATIONS));
    /** @type {boolean | null} */
    let progress = false;
    try {
      progress = await this.exchange(docId, client, run.map(({ op }) => op));
    } finally {
      this.goOn(progress);
    }
  }

  /**
   * Lets the edits of a document wait a moment.
   * @param {string | number} docId
   */
  hold(docId) {
    this.held = docId;
    clearTimeout(this.holding);
    this.holding = setTimeout(() => this.release(), HOLD_LIMIT);
  }

  release() {
    if (this.held === null) return;
    clearTimeout(this.holding);
    this.held = null;
    if (this.size) this.later(SOON);
  }

  /**
   * With what is left to send.
   * @param {boolean | null} progress
   */
  goOn(progress) {
    if (progress === null || !this.size || this.detached) return;
    this.later(progress ? SOON : this.resendDelay);
    this.resendDelay = progress ? RESEND : Math.min(2 * this.resendDelay, SLOWEST_RESEND);
  }

  /**
   * Asks what others did to the document that is shown since the version that was told of.
   * @param {string | number} docId
   */
  async poll(docId) {
    if (!this.idle) return;
    await this.exchange(docId, this.client, []);
    this.goOn(true);
  }

  /**
   * One message at a time, so that none arrives before one that was sent earlier. Returns whether
   * there is less to send than before; null where something else was sent meanwhile.
   * @param {string | number} docId
   * @param {string} client
   * @param {SentOperation[]} ops
   */
  async exchange(docId, client, ops) {
    const version = this.knownVersion?.docId === docId ? this.knownVersion.version : null;
    const sending = new AbortController();
    this.sending = sending;
    const answer = await this.send(
      {
        ...{ doc_id: docId, client, person: this.person, sibling_clients: this.siblings, version },
        ...{ go_on: this.goesOn() && ['submit', 'skip'].includes(ops.at(-1)?.op ?? ''), ops },
      }, sending.signal,
    );
    if (this.sending !== sending) return null;
    this.sending = null;
    return answer !== null && this.receive(answer);
  }

  /** @param {Answer} answer */
  receive(answer) {
    this.signedOut = false;
    if (answer.state) this.versions.set(answer.doc_id, answer.state.version);
    const before = this.size;
    const emptied = this.acknowledge(answer.ack);
    this.answered(answer, emptied, this.handleReturned(answer.returned));
    return this.size < before;
  }

  /**
   * Takes back what was not saved. Returns how many edits were set aside.
   * @param {Returned | null} returned
   * @returns {number}
   */
  handleReturned(returned) { return returned ? 1 : 0; }

  /**
   * The server knows the page no more, or not who works on it: a run of the page tells what now.
   * @param {boolean} signedOut
   */
  missed(signedOut) {
    this.signedOut = signedOut;
    this.unknown();
    this.changed();
  }

  /** The server can be reached again: what has no answer yet is sent anew. */
  reconnected() {
    this.resendDelay = RESEND;
    this.interrupt();
    if (this.size && !this.detached) this.later(SOON);
  }

  /**
   * Where the messages go from now on.
   * @param {string} address
   */
  moved(address) {
    if (address === this.address) return;
    this.address = address;
    if (this.size) this.reconnected();
  }

  interrupt() {
    this.sending?.abort();
    this.sending = null;
  }

  /** Another page comes: what is left is sent from behind it, and nobody shows the answers. */
  leave() {
    this.answered = this.changed = this.unknown = () => {};
    this.goesOn = () => false;
    this.release();
    if (this.size) this.later(SOON);
  }

  /** Stays behind with its person, while somebody else works on this page. */
  suspend() {
    this.detached = true;
    this.stopTimers();
    this.interrupt();
    this.answered = this.changed = this.unknown = () => {};
    this.goesOn = () => false;
  }

  resume() {
    if (this.detached && this.size) this.later(SOON);
    this.detached = false;
  }

  stopTimers() {
    clearTimeout(this.timer);
    clearInterval(this.ticker);
    this.ticker = undefined;
  }
}
