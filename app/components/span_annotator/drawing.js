// What of the document is drawn after a change, and the marks under the hand.

import { deepEqual } from './equality.js';
import { countByStatus, inReadingOrder } from './spans.js';

const NOT_KEPT = 'This browser cannot keep unsaved edits: its storage is full or blocked. Until the page '
  + 'says “saved”, they exist in this tab only: do not close or reload it.';

/**
 * Draws the document, and all that is said of it.
 * @param {Annotator} annotator
 */
export function drawAll(annotator) {
  const { preferences, panel } = annotator;
  const spans = [...annotator.view.values()].filter(({ status }) => preferences.rejected || status !== 'rejected');
  annotator.shown = inReadingOrder(preferences.hints && !annotator.readOnly ? [...spans, ...annotator.hints] : spans);
  if (!annotator.shown.some(({ id }) => id === annotator.selected)) annotator.selected = null;
  annotator.textView.assign(annotator.shown);
  annotator.cover(); // measures the text, so it goes before whatever else changes the page
  const counts = countByStatus(annotator.view);
  panel.labels.draw(annotator.labels, annotator.armed);
  panel.drawCounts(counts, annotator);
  panel.drawButtons(counts, annotator);
  panel.drawChoices(annotator);
  panel.drawOptional('title', preferences.full && annotator.data.title);
  panel.drawOptional('notice', notice(annotator, counts));
  panel.drawOptional('skipped', annotator.data.skip_reason && `Skipped: ${annotator.data.skip_reason}`);
  panel.drawOptional('error', annotator.lastError ?? annotator.refusal);
  panel.drawOptional('storage', !annotator.outbox.storage.persisted && NOT_KEPT);
  annotator.review.draw(counts.suggested, annotator.readOnly);
  annotator.notes.draw();
  annotator.emptyQuestion.draw(counts, annotator.readOnly);
  annotator.readingQuestion.draw();
  annotator.long.draw();
  annotator.conflicts.draw();
  annotator.unsaved.draw();
  annotator.drawState();
  annotator.decisions.draw();
  annotator.popover.draw();
  annotator.hover.refresh();
  annotator.spanList.draw();
  annotator.drawnChoice = { selected: annotator.selected, candidate: annotator.candidate };
}

/**
 * What stands in place of the entities where none is shown.
 * @param {Annotator} annotator
 * @param {Record<Status, number>} counts
 */
function notice(annotator, { rejected }) {
  if (!annotator.data.text.trim()) return 'This document is empty.';
  if (annotator.shown.length) return null;
  if (rejected) return 'No entities left here. Drag over words to add one.';
  return annotator.data.empty;
}

/**
 * Marks what is marked besides the spans, and has the paragraphs drawn where that changed.
 * @param {Annotator} annotator
 */
export function drawMarks(annotator) {
  const { selectedSpan, candidate, dragged, proposal } = annotator;
  const marks = [
    selectedSpan && { kind: selectedSpan.id, s: selectedSpan.s, e: selectedSpan.e, drawn: false },
    candidate && { kind: 'candidate', ...candidate, drawn: true },
    dragged && { kind: 'dragged', ...dragged, drawn: true },
    ...(proposal?.occurrences ?? []).map(({ s, e }) => ({ kind: 'echo', s, e, drawn: true })),
    ...annotator.changedIds.map((id) => annotator.view.get(id)).filter((span) => span !== undefined)
      .map(({ s, e }) => ({ kind: 'changed', s, e, drawn: true })),
  ].filter((mark) => mark !== null);
  if (deepEqual(marks, annotator.marks)) return;
  for (const mark of [...annotator.marks, ...marks]) annotator.textView.touch(mark);
  annotator.marks = marks;
}
