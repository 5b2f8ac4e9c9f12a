// What is laid over a paragraph: tints behind words, labelled bars under them, drag handles.

import { el, paint, percent, place } from './dom.js';

const LANE = 18; // px from one lane of bars to the next
const BAR = 15; // px, a bar's height
const LETTER = 7; // px, about the width of a capital in a bar
const PADDING = 8; // px, a bar's left and right padding together

/** As much of the label as a bar shows: all of it, or its first letters. */
export function fit(label, width) {
  const room = Math.max(1, Math.floor((width - PADDING) / LETTER));
  return label.length <= room ? label : [...label].slice(0, room).join('');
}

/** "ORG · suggested · 87%" */
export const describe = ({ label, status, score }) =>
  [label, status, ...(score === null ? [] : [percent(score)])].join(' · ');

/** Every element that lies over one paragraph. */
export function overlay(surface, paragraph, { colours, selected, candidate, readOnly }) {
  const nodes = [];
  const tints = [];
  for (const { span, lane } of paragraph.lanes) {
    const on = span.id === selected;
    const colour = colours.get(span.label) ?? '#808080';
    const boxes = surface.boxes(paragraph, span.s, span.e);
    boxes.forEach((box, i) => {
      const state = `${span.status}${on ? ' on' : ''}`;
      tints.push(paint(place(el('div', `tint ${state}`), box), colour));
      nodes.push(paint(bar(span, lane, box, i, boxes.length, state), colour));
    });
    if (on && !readOnly && span.status !== 'rejected') {
      nodes.push(...handles(surface, paragraph, span, boxes));
    }
  }
  if (candidate && candidate.s < paragraph.end && candidate.e > paragraph.start) {
    for (const box of surface.boxes(paragraph, candidate.s, candidate.e)) {
      const mark = place(el('div', 'candidate'), box);
      mark.dataset.testid = 'candidate';
      nodes.push(mark);
    }
  }
  return [...tints, ...nodes];
}

function bar(span, lane, box, piece, pieces, state) {
  const top = box.top + box.height + 2 + lane * LANE;
  const node = place(el('div', `bar ${state}`), { ...box, top, height: BAR });
  node.dataset.testid = 'bar';
  node.dataset.id = span.id;
  node.dataset.label = span.label;
  node.dataset.status = span.status;
  node.title = describe(span);
  node.append(fit(span.label, box.width));
  if (piece > 0) node.classList.add('continued');
  if (piece < pieces - 1) node.classList.add('continues');
  return node;
}

/** Grips on the first and last box of the selected span, where these lie in this paragraph. */
function handles(surface, paragraph, span, boxes) {
  if (!boxes.length) return [];
  const rightToLeft = surface.isRightToLeft(paragraph);
  const grip = (edge, box) => {
    const atRight = (edge === 'end') !== rightToLeft;
    const left = box.left + (atRight ? box.width : 0) - 4;
    const node = place(el('div', 'handle'), { left, top: box.top, width: 8, height: box.height });
    node.dataset.testid = 'handle';
    node.dataset.edge = edge;
    node.title = `Drag to move the ${edge} of this span`;
    return node;
  };
  const grips = [];
  if (span.s >= paragraph.start) grips.push(grip('start', boxes[0]));
  if (span.e <= paragraph.end) grips.push(grip('end', boxes.at(-1)));
  return grips;
}
