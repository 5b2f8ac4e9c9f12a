// Spans as they are sent, and by their names: see `app/services/annotation/wire.py`, `rows`.

/**
 * @param {SpanRow} row
 * @returns {WireSpan}
 */
function named([id, start, end, label, status, score, source, left, right, type]) {
  const confidence = type === undefined ? null : { left, right, type };
  return { id, start, end, label, status, score, source, confidence };
}

/**
 * What was sent of a document, with its spans by their names.
 * @template {{ spans: SpanRow[] }} T
 * @param {T} sent
 */
export const withNames = (sent) => ({ ...sent, spans: sent.spans.map(named) });

/**
 * @param {SentAnswer} answer
 * @returns {Answer}
 */
export const answerWithNames = ({ state, next, ...answer }) => ({
  ...answer,
  state: state && withNames(state),
  next: next && { ...next, data: withNames(next.data) },
});
