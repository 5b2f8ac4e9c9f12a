// The spans as a pure model: what an operation does, and in which order they are read.
// A span is {id, s, e, label, status, score, source, confidence}, s and e in UTF-16 units.

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
    case 'accept_all': decide(view, 'accepted', op); break;
    case 'reject_all': decide(view, 'rejected', op); break;
    default: // 'comment', 'submit' and 'skip' concern the document
  }
}

function decide(view, status, { above = 0, ids }) {
  const seen = new Set(ids);
  for (const span of suggestions(view, above)) {
    if (seen.has(span.id)) view.set(span.id, { ...span, status });
  }
}

/** What is undecided on the page: a decision about all names them, so that none goes unseen. */
export const openIds = (view) => suggestions(view).map(({ id }) => id);

/** The suggestions that score at least `above`. */
export const suggestions = (view, above = 0) => [...view.values()]
  .filter(({ status, score }) => status === 'suggested' && (score ?? 0) >= above);

const FIELDS = ['s', 'e', 'label', 'status', 'score', 'source'];

/** Whether two spans (or absences of one) are the same. */
export const same = (a, b) =>
  (!a || !b ? !a === !b : FIELDS.every((field) => a[field] === b[field]));

/** What changed between two views: a list of {id, before, after}, null where there was none. */
export function difference(before, after) {
  const ids = new Set([...before.keys(), ...after.keys()]);
  return [...ids]
    .map((id) => ({ id, before: before.get(id) ?? null, after: after.get(id) ?? null }))
    .filter((change) => change.before !== change.after && !same(change.before, change.after));
}

/** By start, the outer of two first. */
export const inReadingOrder = (spans) =>
  spans.sort((a, b) => a.s - b.s || b.e - a.e || (a.id < b.id ? -1 : 1));

/** The spans over one position, innermost first. */
export const spansAt = (spans, offset) =>
  spans.filter((span) => span.s <= offset && offset < span.e).sort(bySize);

/** Shorter ones first, and always in one order. */
const bySize = (a, b) => (a.e - a.s) - (b.e - b.s) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** The next span around (1) or inside (-1) a span or chosen words; undefined where there is none. */
export function nesting(spans, here, direction) {
  const order = (other) => bySize(other, { id: '', ...here });
  if (direction > 0) {
    return spans.filter((o) => o.s <= here.s && here.e <= o.e && order(o) > 0).sort(bySize)[0];
  }
  return spans.filter((o) => here.s <= o.s && o.e <= here.e && order(o) < 0).sort(bySize).at(-1);
}

export function countByStatus(view) {
  const counts = { suggested: 0, accepted: 0, rejected: 0 };
  for (const span of view.values()) counts[span.status] += 1;
  return counts;
}
