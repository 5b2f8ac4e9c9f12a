// Whether Streamlit's socket is up. It says so on the page's root, and drops what is written meanwhile.

const STATE = 'data-test-connection-state';
const CONNECTED = 'CONNECTED';

/**
 * Calls back whenever the socket is up again, for as long as the tab lives.
 * @param {() => void} reconnected
 */
export function onReconnect(reconnected) {
  new MutationObserver((changes) => {
    if (changes.some(({ target }) => /** @type {Element} */ (target).getAttribute(STATE) === CONNECTED)) reconnected();
  }).observe(document.body, { subtree: true, attributeFilter: [STATE] });
  window.addEventListener('online', reconnected);
}
