// What a person has under way in this tab. It outlives the page's re-mounts.

import { onReconnect } from './connection.js';
import { DeadLetterOutbox } from './dead_letters.js';
import { post } from './post.js';

/** @type {Map<string, Session>} */
const SESSIONS = new Map(); // store and person -> unsent edits and choices

/**
 * The session of whoever the page shows; made when they are first met.
 * @param {AnnotatorData} data
 * @returns {Session}
 */
export function sessionOf({ store, person, flow }) {
  const name = `${store} ${person}`;
  let session = SESSIONS.get(name);
  if (!session) {
    const outbox = new DeadLetterOutbox(store, person);
    session = {
      outbox,
      preferences: {
        ...{ characters: false, hints: false, rejected: false, above: 0.8, full: false },
        ...{ recent: [], allLabels: false, flow },
      },
    };
    SESSIONS.set(name, session);
    // For as long as the tab lives: what is unsent may wait while another page is shown.
    onReconnect(() => outbox.reconnected());
    outbox.send = (message, signal) => post(outbox.address, message, signal, (signedOut) => outbox.missed(signedOut));
    window.addEventListener('pagehide', () => { // what was done a moment ago still leaves
      outbox.release();
      outbox.flush();
    });
    let signingIn = false; // comes back in this tab, where the edits lie
    window.addEventListener('spanneal-sign-in', () => { signingIn = true; });
    window.addEventListener('beforeunload', (event) => {
      if (outbox.unsaved && !(signingIn && outbox.storage.persisted)) event.preventDefault();
    });
  }
  return session;
}
