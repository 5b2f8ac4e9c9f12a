// The same words elsewhere: what "label all identical" would change, before it does.

/**
 * The operations that label every other occurrence of the words of `range`, each with its place:
 * [{s, e, op: 'add' | 'accept' | 'relabel', id}]. What a person decided otherwise stays.
 * Where the range is whole words, only whole words are found.
 * @param {string} text
 * @param {Tokens} tokens
 * @param {View} view
 * @param {TextRange} range
 * @param {string} label
 * @returns {Occurrence[]}
 */
export function identical(text, tokens, view, range, label) {
  const words = text.slice(range.s, range.e);
  const whole = isWhole(tokens, range);
  const present = byPlace(view);
  const occurrences = [];
  for (let s = text.indexOf(words); s >= 0; s = text.indexOf(words, s + words.length)) {
    const occurrence = { s, e: s + words.length };
    if (s === range.s || (whole && !isWhole(tokens, occurrence))) continue;
    const change = changeAt(present.get(`${occurrence.s}-${occurrence.e}`) ?? [], label);
    if (change) occurrences.push({ ...occurrence, ...change });
  }
  return occurrences;
}

/**
 * @param {Tokens} tokens
 * @param {TextRange} range
 */
function isWhole(tokens, { s, e }) {
  const snapped = tokens.snap(s, e);
  return snapped !== null && snapped.s === s && snapped.e === e;
}

/** @param {View} view */
function byPlace(view) {
  const byRange = new Map();
  for (const span of view.values()) {
    const key = `${span.s}-${span.e}`;
    byRange.set(key, [...(byRange.get(key) ?? []), span]);
  }
  return byRange;
}

/**
 * A suggestion there takes the label; a decision there (this label refused, any accepted) stays.
 * @param {StoredSpan[]} spans
 * @param {string} label
 * @returns {Labelling | null}
 */
function changeAt(spans, label) {
  const sameLabel = spans.find((span) => span.label === label);
  if (sameLabel) return sameLabel.status === 'suggested' ? { op: 'accept', id: sameLabel.id } : null;
  if (spans.some(({ status }) => status === 'accepted')) return null;
  const other = spans.find(({ status }) => status === 'suggested');
  return other ? { op: 'relabel', id: other.id } : { op: 'add' };
}
