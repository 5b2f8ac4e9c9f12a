// What is laid over a paragraph: tints behind words, labelled bars under them, drag handles.

import { el, paint, percent, setBox } from './dom.js';
import { boxesOf, endsOf } from './geometry.js';

const LANE = 18; // px from one lane of bars to the next
const BAR = 15; // px, a bar's height
const PADDING = 11; // px, a bar's padding and border, left and right together
const TIGHT = 5; // px, the same of a bar that has no room for its label with PADDING
/** @type {Side[]} */
const SIDES = ['left', 'right'];
const GRIPPED = 18; // px from which a bar's ends can be dragged and its middle still be clicked

/**
 * "ORG · suggested · 87%", "DRUG · suggested · by a rule"
 * @param {Pick<Span, 'label' | 'status' | 'score'> & Partial<Pick<Span, 'source'>>} span
 */
export const describe = ({ label, status, score, source }) =>
  [label, status, ...(source === 'rule' ? ['by a rule'] : []), ...(score === null ? [] : [percent(score)])].join(' · ');

/**
 * Every element that lies over one paragraph, of the offsets in `window`.
 * @param {Annotator} annotator
 * @param {Paragraph} paragraph
 * @param {WirePlace} window
 * @returns {HTMLElement[]}
 */
export function overlay(annotator, paragraph, window) {
  /** @type {HTMLElement[]} */
  const nodes = [];
  /** @type {HTMLElement[]} */
  const tints = [];
  /** @type {(range: TextRange) => boolean} */
  const inWindow = ({ s, e }) => s < window.end && e > window.start;
  const marks = annotator.marks.filter((mark) => mark.drawn && inWindow(mark)
    && mark.s < paragraph.end && mark.e > paragraph.start);
  for (const { span, lane } of paragraph.lanes) {
    if (inWindow(span)) drawSpan(annotator, paragraph, span, lane, tints, nodes);
  }
  for (const hint of paragraph.hints) {
    if (inWindow(hint)) nodes.push(...hinted(annotator, paragraph, hint));
  }
  for (const { kind, s, e } of marks) {
    const boxes = boxesOf(paragraph, s, e);
    if (kind === 'candidate') nodes.push(...wordHandles(paragraph, { s, e }, boxes));
    for (const box of boxes) {
      const mark = setBox(el('div', `candidate ${kind}`), box);
      mark.dataset.testid = kind;
      nodes.push(mark);
    }
  }
  return [...tints, ...nodes];
}

/**
 * @param {Annotator} annotator
 * @param {Paragraph} paragraph
 * @param {Span} span
 * @param {number} lane
 * @param {HTMLElement[]} tints
 * @param {HTMLElement[]} nodes
 */
function drawSpan(annotator, paragraph, span, lane, tints, nodes) {
  const on = span.id === annotator.selected;
  const state = `${span.status}${on ? ' on' : ''}${span.id === annotator.pointed ? ' under' : ''}`;
  const colour = annotator.colourOf(span.label);
  const boxes = boxesOf(paragraph, span.s, span.e);
  const ends = endsOf(paragraph, span.s, span.e, boxes);
  const movable = !annotator.readOnly && span.status !== 'rejected';
  boxes.forEach((box, i) => {
    const sides = /** @type {[Edge, BoxEnd][]} */ (
      Object.entries(ends).filter(([, end]) => end?.box === i));
    const tint = paint(setBox(el('div', `tint ${state}`), box), colour);
    tint.dataset.id = span.id;
    tints.push(tint);
    const drawn = bar(span, lane, box, state, sides, movable);
    drawn.prepend(shorten(annotator.abbreviations, span.label, drawn, box.width));
    nodes.push(paint(drawn, colour));
    if (on && movable) nodes.push(...sides.map(([edge, { side }]) => handle(span, edge, side, box)));
  });
}

/**
 * One piece of a span's bar; `sides` are the ends of the span that lie at this piece.
 * @param {Span} span
 * @param {number} lane
 * @param {Box} box
 * @param {string} state
 * @param {[Edge, BoxEnd][]} sides
 * @param {boolean} movable
 */
function bar(span, lane, box, state, sides, movable) {
  const top = box.top + box.height + 2 + lane * LANE;
  const node = setBox(el('div', `bar ${state}`), { ...box, top, height: BAR });
  Object.assign(node.dataset, {
    testid: 'bar', id: span.id, label: span.label, status: span.status,
  });
  if (span.status === 'suggested') node.style.setProperty('--score', String(span.score ?? 0));
  if (sides.some(([edge, { side }]) => edge === 'start' && side === 'right')) {
    node.classList.add('from-right');
  }
  for (const side of SIDES) {
    const [edge] = sides.find(([, end]) => end.side === side) ?? [];
    if (!edge) node.classList.add(`open-${side}`);
    else if (movable && box.width >= GRIPPED) node.append(grip(edge, side));
  }
  return node;
}

/**
 * As much of the label as a bar of this width shows, with less padding where that helps.
 * @param {import('./abbreviations.js').Abbreviations} abbreviations
 * @param {string} label
 * @param {HTMLElement} node
 * @param {number} width
 */
function shorten(abbreviations, label, node, width) {
  const roomy = abbreviations.fit(label, width - PADDING);
  const tight = abbreviations.fit(label, width - TIGHT);
  const isTight = roomy !== label && (tight === label || abbreviations.width(roomy) > width - PADDING);
  node.classList.toggle('tight', isTight);
  return isTight ? tight : roomy;
}

/**
 * @param {Edge} edge
 * @param {Side} side
 */
function grip(edge, side) {
  const node = el('i', `grip ${side}`);
  node.dataset.edge = edge;
  return node;
}

/**
 * A grip over the words of the selected span, at one of its ends.
 * @param {{ id: string }} span
 * @param {Edge} edge
 * @param {Side} side
 * @param {Box} box
 */
function handle(span, edge, side, box) {
  const left = box.left + (side === 'right' ? box.width : 0) - 4;
  const node = setBox(el('div', 'handle'), { left, top: box.top, width: 8, height: box.height });
  Object.assign(node.dataset, { testid: 'handle', edge, id: span.id });
  node.title = `Drag to move the ${edge} of this span`;
  return node;
}

/**
 * Grips at both ends of chosen words, for fingers.
 * @param {Paragraph} paragraph
 * @param {TextRange} range
 * @param {Box[]} boxes
 */
function wordHandles(paragraph, { s, e }, boxes) {
  const ends = /** @type {[Edge, BoxEnd | null][]} */ (Object.entries(endsOf(paragraph, s, e, boxes)));
  return ends.flatMap(([edge, end]) => {
    if (!end || !boxes[end.box]) return [];
    const node = handle({ id: '' }, edge, end.side, boxes[end.box]);
    node.classList.add('words');
    node.title = `Drag to move the ${edge} of these words`;
    return [node];
  });
}

/**
 * A dotted line under the words that the model nearly suggested.
 * @param {Annotator} annotator
 * @param {Paragraph} paragraph
 * @param {Span} hint
 */
function hinted(annotator, paragraph, hint) {
  const state = `${hint.id === annotator.selected ? ' on' : ''}${hint.id === annotator.pointed ? ' under' : ''}`;
  return boxesOf(paragraph, hint.s, hint.e).map((box) => {
    const line = { ...box, top: box.top + box.height - 3, height: 8 };
    const node = paint(setBox(el('div', `hint${state}`), line), annotator.colourOf(hint.label));
    Object.assign(node.dataset, { testid: 'hint', id: hint.id, label: hint.label });
    return node;
  });
}
