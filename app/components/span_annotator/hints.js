// The radar: what the model nearly suggested. A hint looks like a span of status 'hint', and
// becomes an ordinary one when a person adds it.

import { fromWire } from './spans.js';

const placeOf = ({ s, e, label }) => `${s}-${e}-${label}`;

export const readHints = (hints, offsets) => hints.map((hint) => {
  const span = { ...fromWire(hint, offsets), status: 'hint', source: 'model' };
  return { ...span, id: `hint-${placeOf(span)}` };
});

/** The hints for which there is no span yet, not even a rejected one. */
export function freshHints(hints, view) {
  if (!hints.length) return hints;
  const taken = new Set([...view.values()].map(placeOf));
  return hints.filter((hint) => !taken.has(placeOf(hint)));
}
