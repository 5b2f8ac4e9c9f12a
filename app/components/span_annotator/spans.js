// The spans as a pure model: what an operation does, and in which order they are read.
// A span is {id, s, e, label, status, score, source, confidence}, s and e in UTF-16 units.

/**
 * A span of the wire as a span of the view.
 * @template {WirePlace} T
 * @param {T} span
 * @param {OffsetMap} offsets
 */
export const fromWire = ({ start, end, ...rest }, offsets) =>
  ({ ...rest, s: offsets.toUnits(start), e: offsets.toUnits(end) });

/**
 * A span of the view as a span of the wire.
 * @template {TextRange} T
 * @param {T} span
 * @param {OffsetMap} offsets
 */
export const toWire = ({ s, e, ...rest }, offsets) =>
  ({ ...rest, start: offsets.toPoints(s), end: offsets.toPoints(e) });

/**
 * Applies one wire operation to the view, as the server will. Unknown ids change nothing.
 * @param {View} view
 * @param {SentOperation} op
 * @param {OffsetMap} offsets
 */
export function applyOp(view, op, offsets) {
  switch (op.op) {
    case 'add':
      view.set(op.id, {
        status: 'accepted', source: 'person', score: null, ...fromWire(fieldsOf(op), offsets),
      });
      break;
    case 'restore': view.set(op.id, fromWire(fieldsOf(op), offsets)); break;
    case 'delete': view.delete(op.id); break;
    case 'accept': change(view, op.id, { status: 'accepted' }); break;
    case 'reject': change(view, op.id, { status: 'rejected' }); break;
    case 'relabel': change(view, op.id, { label: op.label, status: 'accepted' }); break;
    case 'move': {
      const { s, e } = fromWire(op, offsets);
      change(view, op.id, { s, e, status: 'accepted' });
      break;
    }
    case 'accept_all': decide(view, 'accepted', op); break;
    case 'reject_all': decide(view, 'rejected', op); break;
    default: // 'comment', 'submit' and 'skip' concern the document
  }
}

/**
 * What an operation says of its span.
 * @template {SentOperation} T
 * @param {T} operation
 */
const fieldsOf = ({ op, seq, base_version: _, ...fields }) => fields;

/**
 * @param {View} view
 * @param {string} id
 * @param {Partial<StoredSpan>} changes
 */
function change(view, id, changes) {
  const span = view.get(id);
  if (span) view.set(id, { ...span, ...changes });
}

/**
 * @param {View} view
 * @param {Status} status
 * @param {{ above?: number, ids: string[] }} op
 */
function decide(view, status, { above = 0, ids }) {
  const shown = new Set(ids);
  for (const span of suggestions(view, above)) {
    if (shown.has(span.id)) view.set(span.id, { ...span, status });
  }
}

/**
 * What is undecided on the page: a decision about all names them, so that none goes unseen.
 * @param {View} view
 */
export const openIds = (view) => suggestions(view).map(({ id }) => id);

/**
 * The suggestions that score at least `above`.
 * @param {View} view
 * @param {number} [above]
 */
export const suggestions = (view, above = 0) => [...view.values()]
  .filter(({ status, score }) => status === 'suggested' && (score ?? 0) >= above);

/** @type {(keyof StoredSpan)[]} */
const FIELDS = ['s', 'e', 'label', 'status', 'score', 'source'];

/**
 * Whether two spans (or absences of one) are the same.
 * @param {StoredSpan | null | undefined} a
 * @param {StoredSpan | null | undefined} b
 */
export const same = (a, b) =>
  (!a || !b ? !a === !b : FIELDS.every((field) => a[field] === b[field]));

/**
 * What changed between two views: a list of {id, before, after}, null where there was none.
 * @param {View} before
 * @param {View} after
 * @returns {Change[]}
 */
export function difference(before, after) {
  const ids = new Set([...before.keys(), ...after.keys()]);
  return [...ids]
    .map((id) => ({ id, before: before.get(id) ?? null, after: after.get(id) ?? null }))
    .filter((change) => change.before !== change.after && !same(change.before, change.after));
}

/**
 * By start, the outer of two first.
 * @param {Span[]} spans
 */
export const inReadingOrder = (spans) =>
  spans.sort((a, b) => a.s - b.s || b.e - a.e || (a.id < b.id ? -1 : 1));

/**
 * The spans over one position, innermost first.
 * @param {Span[]} spans
 * @param {number} offset
 */
export const spansAt = (spans, offset) =>
  spans.filter((span) => span.s <= offset && offset < span.e).sort(bySize);

/**
 * Shorter ones first, and always in one order.
 * @param {TextRange & { id: string }} a
 * @param {TextRange & { id: string }} b
 */
const bySize = (a, b) => (a.e - a.s) - (b.e - b.s) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/**
 * The next span around (1) or inside (-1) a span or chosen words; undefined where there is none.
 * @param {Span[]} spans
 * @param {TextRange & { id?: string }} here
 * @param {number} direction
 */
export function nesting(spans, here, direction) {
  /** @type {(other: Span) => number} */
  const order = (other) => bySize(other, { id: '', ...here });
  if (direction > 0) {
    return spans.filter((o) => o.s <= here.s && here.e <= o.e && order(o) > 0).sort(bySize)[0];
  }
  return spans.filter((o) => here.s <= o.s && o.e <= here.e && order(o) < 0).sort(bySize).at(-1);
}

/**
 * @param {View} view
 * @returns {Record<Status, number>}
 */
export function countByStatus(view) {
  const counts = { suggested: 0, accepted: 0, rejected: 0 };
  for (const span of view.values()) counts[span.status] += 1;
  return counts;
}
