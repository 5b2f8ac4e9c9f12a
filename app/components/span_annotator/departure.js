// Where a person was in a document when they went to look at its denoising, and the way back there.

const PAGE = '[data-testid=stMain]'; // scrolls around the component
const PATIENCE = 60; // frames

/**
 * Keeps the place. Returns what to ask the page for: the sentence of the selected span, if any is.
 * @param {Annotator} annotator
 * @param {Session} session
 * @returns {Destination}
 */
export function depart(annotator, session) {
  const { selectedSpan, offsets, data, textView } = annotator;
  session.departure = {
    docId: data.doc_id, selected: selectedSpan?.id ?? null,
    scrolled: textView.box.scrollTop, pageScrolled: document.querySelector(PAGE)?.scrollTop ?? 0,
  };
  return selectedSpan ? `denoise@${offsets.toPoints(selectedSpan.s)}` : 'denoise';
}

/**
 * Once, when the document that somebody went away from is there again.
 * @param {Annotator} annotator
 * @param {Session} session
 */
export function comeBack(annotator, session) {
  const { departure } = session;
  if (!departure) return;
  session.departure = null;
  if (departure.docId !== annotator.data.doc_id) return;
  requestAnimationFrame(() => {
    if (departure.selected !== null && annotator.view.has(departure.selected)) annotator.select(departure.selected);
    annotator.focus();
    scrollBack(annotator.textView.box, departure.scrolled, PATIENCE);
    const page = document.querySelector(PAGE);
    if (page) scrollBack(page, departure.pageScrolled, PATIENCE);
  });
}

/**
 * As soon as the text is high enough: its lines are laid out over some frames.
 * @param {Element} element
 * @param {number} top
 * @param {number} patience
 */
function scrollBack(element, top, patience) {
  element.scrollTop = top;
  if (Math.abs(element.scrollTop - top) < 1 || !patience) return;
  requestAnimationFrame(() => scrollBack(element, top, patience - 1));
}
