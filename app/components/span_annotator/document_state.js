// What edits change of a document.

/**
 * The part of the data that edits change.
 * @param {AnnotatorData} data
 * @returns {DocumentState}
 */
export const stateOf = ({ spans, version, status, read_only, comment, skip_reason, conflicts }) => (
  { spans, version, status, read_only, comment, skip_reason, conflicts }
);

/** @param {string} status */
export const isDone = (status) => status === 'submitted' || status === 'skipped';
