// Who closes the tab gives back the document that it shows: untouched, it waits for whoever comes next.

import { addressed } from './post.js';

/**
 * @param {Annotator} annotator
 * @param {AbortSignal} signal
 */
export function leaveOnClosing(annotator, signal) {
  window.addEventListener('pagehide', () => {
    const { outbox, data } = annotator;
    if (outbox.address) navigator.sendBeacon(addressed(`${outbox.address}/leave/${data.doc_id}`));
  }, { signal });
}
