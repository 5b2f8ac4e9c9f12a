// What outlives a reload of the tab: the edits that no server has acknowledged, and whose they are.

const UNSENT = 'spanneal.unsent.';

/**
 * What lies under a key; nothing where the browser forbids to look.
 * @param {string} key
 * @returns {Entry[]}
 */
function storedEntries(key) {
  try {
    const entries = JSON.parse(sessionStorage.getItem(key) ?? '[]');
    return Array.isArray(entries) ? entries : [];
  } catch { return []; }
}

/** One person's edits of one database. `store` begins with the database's name and a blank. */
export class SessionStore {
  /**
   * @param {string} store
   * @param {string} person
   */
  constructor(store, person) {
    this.person = person;
    this.legacyKey = UNSENT + store; // where they lay before entries knew their person
    this.key = `${this.legacyKey} ${person}`;
    this.database = UNSENT + store.split(' ')[0];
    this.persisted = true; // false once the browser refused to keep an edit
  }

  load() {
    const entries = [...storedEntries(this.legacyKey), ...storedEntries(this.key)];
    return entries.map((entry) => ({ ...entry, person: this.person, at: Date.now() }));
  }

  /**
   * Full or forbidden storage keeps nothing: then only this page does, and has to say so.
   * @param {Entry[]} entries
   */
  save(entries) {
    try {
      if (entries.length) sessionStorage.setItem(this.key, JSON.stringify(entries));
      else sessionStorage.removeItem(this.key);
      sessionStorage.removeItem(this.legacyKey);
      this.persisted ||= entries.length > 0;
    } catch { this.persisted &&= !entries.length; }
  }

  /** What other people left unsent in this tab: `{key, person, entries}`. */
  others() {
    /** @type {string[]} */
    let keys = [];
    try { keys = Object.keys(sessionStorage); } catch { /* forbidden: nothing lies there */ }
    return keys
      .filter((key) => key === this.database || key.startsWith(`${this.database} `))
      .filter((key) => key !== this.key && key !== this.legacyKey)
      .map((key) => ({ key, entries: storedEntries(key) }))
      .filter(({ entries }) => entries.length)
      .map(({ key, entries }) => ({ key, entries, person: entries[0].person ?? 'somebody else' }));
  }

  /**
   * Forgets what somebody else left.
   * @param {string} key
   */
  discard(key) { sessionStorage.removeItem(key); }
}
