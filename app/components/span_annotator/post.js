// One message to the server, beside Streamlit's own connection: no run of the page is needed.

import { answerWithNames } from './rows.js';

/** @type {string | undefined} */
const SERVER = /** @type {any} */ (window).__streamlit?.BACKEND_BASE_URL;
const ANSWER_LIMIT = 30_000; // ms
const OUTLIVES_PAGE = 60_000; // characters; of what a browser sends while its page closes it takes 64 KiB
const SIGNED_OUT = 401;
const UNKNOWN_PAGE = 404;
const NEVER_TAKEN = [400, 413, 415]; // what is no better the next time

/**
 * An address below the server's folder, as a whole.
 * @param {string} address
 */
export const addressed = (address) => new URL(address, SERVER ?? location.href);

/**
 * Sends a message to an address below the server's folder. Returns null where there is no answer,
 * and it is not known what became of the message.
 * @param {string} address
 * @param {Message} message
 * @param {AbortSignal} signal
 * @param {(signedOut: boolean) => void} unknown called where the server does not know the page, as after
 * a restart, or no longer who works on it
 * @returns {Promise<Answer | null>}
 */
export async function post(address, message, signal, unknown) {
  const body = JSON.stringify(message);
  try {
    const response = await fetch(addressed(address), {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body,
      keepalive: body.length < OUTLIVES_PAGE, signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_LIMIT)]),
    });
    if ([SIGNED_OUT, UNKNOWN_PAGE].includes(response.status)) {
      unknown(response.status === SIGNED_OUT);
      return null;
    }
    const answer = await response.json();
    if (response.ok) return answerWithNames(answer);
    return NEVER_TAKEN.includes(response.status) ? refused(message, answer.detail) : null;
  } catch { return null; }
}

/**
 * @param {Message} message
 * @param {string} why
 * @returns {Answer}
 */
function refused({ client, doc_id }, why) {
  const returned = { client, doc_id, wrong_owner: false, why };
  return { doc_id, ack: null, error: null, returned, state: null, news: null, corrected: [], next: null };
}
