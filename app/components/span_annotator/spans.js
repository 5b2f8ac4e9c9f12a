// The spans as a pure model: what an operation does, reading order, lanes.
// A span is {id, s, e, label, status, score, source}, s and e in UTF-16 units.

/** A span of the wire as a span of the view. */
export const fromWire = ({ start, end, ...rest }, offsets) =>
  ({ ...rest, s: offsets.toUnits(start), e: offsets.toUnits(end) });

/** A span of the view as a span of the wire. */
export const toWire = ({ s, e, ...rest }, offsets) =>
  ({ ...rest, start: offsets.toPoints(s), end: offsets.toPoints(e) });

/** Applies one wire operation to the view, as the server will. Unknown ids change nothing. */
export function applyOp(view, op, offsets) {
  const span = view.get(op.id);
  const set = (changes) => span && view.set(op.id, { ...span, ...changes });
  const { op: name, seq, ...fields } = op;
  switch (name) {
    case 'add':
      view.set(op.id, {
        status: 'accepted', source: 'person', score: null, ...fromWire(fields, offsets),
      });
      break;
    case 'restore': view.set(op.id, fromWire(fields, offsets)); break;
    case 'delete': view.delete(op.id); break;
    case 'accept': set({ status: 'accepted' }); break;
    case 'reject': set({ status: 'rejected' }); break;
    case 'relabel': set({ label: op.label, status: 'accepted' }); break;
    case 'move': {
      const { s, e } = fromWire(op, offsets);
      set({ s, e, status: 'accepted' });
      break;
    }
    case 'accept_all':
      for (const [id, each] of view) {
        if (each.status === 'suggested') view.set(id, { ...each, status: 'accepted' });
      }
      break;
    default: // 'submit' and 'skip' concern the document
  }
}

const FIELDS = ['s', 'e', 'label', 'status', 'score', 'source'];

/** Whether two spans (or absences of one) are the same. */
export const same = (a, b) =>
  (!a || !b ? !a === !b : FIELDS.every((field) => a[field] === b[field]));

/** What changed between two views: a list of {id, before, after}, null where there was none. */
export function difference(before, after) {
  const ids = new Set([...before.keys(), ...after.keys()]);
  return [...ids]
    .map((id) => ({ id, before: before.get(id) ?? null, after: after.get(id) ?? null }))
    .filter((change) => !same(change.before, change.after));
}

/** The spans on show, by start, the outer of two first. */
export const inReadingOrder = (view, showRejected) =>
  [...view.values()]
    .filter((span) => showRejected || span.status !== 'rejected')
    .sort((a, b) => a.s - b.s || b.e - a.e || (a.id < b.id ? -1 : 1));

/** The spans over one position, innermost first. */
export const spansAt = (spans, offset) =>
  spans.filter((span) => span.s <= offset && offset < span.e)
    .sort((a, b) => (a.e - a.s) - (b.e - b.s));

/** Gives each span the first lane that no overlapping span has; shorter spans come first. */
export function inLanes(spans) {
  const placed = [];
  for (const span of [...spans].sort((a, b) => (a.e - a.s) - (b.e - b.s) || a.s - b.s)) {
    const taken = new Set(placed.filter(({ span: other }) => other.s < span.e && span.s < other.e)
      .map(({ lane }) => lane));
    let lane = 0;
    while (taken.has(lane)) lane += 1;
    placed.push({ span, lane });
  }
  return placed;
}

export function countByStatus(view) {
  const counts = { suggested: 0, accepted: 0, rejected: 0 };
  for (const span of view.values()) counts[span.status] += 1;
  return counts;
}
