// The radar: what the model nearly suggested. A hint looks like a span of status 'hint', and
// becomes an ordinary one when a person adds it.

import { fromWire } from './spans.js';

/** @param {TextRange & { label: string }} place */
const placeOf = ({ s, e, label }) => `${s}-${e}-${label}`;

/**
 * @param {WireHint[]} hints
 * @param {OffsetMap} offsets
 * @returns {Hint[]}
 */
export const readHints = (hints, offsets) => hints.map((hint) => {
  const span = fromWire(hint, offsets);
  return { ...span, status: 'hint', source: 'model', id: `hint-${placeOf(span)}` };
});

/**
 * The hints for which there is no span yet, not even a rejected one.
 * @param {Hint[]} hints
 * @param {View} view
 */
export function freshHints(hints, view) {
  if (!hints.length) return hints;
  const taken = new Set([...view.values()].map(placeOf));
  return hints.filter((hint) => !taken.has(placeOf(hint)));
}
