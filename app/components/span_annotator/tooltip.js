// Why a suggestion may be believed, beside the mouse: its score and the three parts of it.

import { describe } from './bars.js';
import { el, percent } from './dom.js';
import { placeUnder } from './placement.js';

/** @type {(keyof Confidence)[]} */
const PARTS = ['left', 'right', 'type'];

/**
 * "left 98% right 71% type 92%", the least sure one stressed; nothing where it is not known.
 * @param {Span} span
 */
export function parts({ confidence }) {
  if (!confidence) return [];
  const least = Math.min(...PARTS.map((part) => confidence[part]));
  const node = el('span', 'parts');
  node.dataset.testid = 'parts';
  node.title = 'How sure the model is of the left boundary, the right boundary and the type';
  for (const part of PARTS) {
    const partNode = el('span', confidence[part] === least ? 'least' : '', `${part} ${percent(confidence[part])}`);
    node.append(partNode, ' ');
  }
  return [node];
}

export class Tooltip {
  /**
   * @param {HTMLElement} node
   * @param {Annotator} annotator
   */
  constructor(node, annotator) {
    this.node = node;
    this.annotator = annotator;
  }

  /**
   * Shows what is known of a span; nothing for null.
   * @param {Span | null} span
   */
  show(span) {
    this.node.hidden = !span;
    if (!span) return;
    this.node.replaceChildren(el('span', 'about', describe(span)), ...parts(span));
    placeUnder(this.node, this.annotator, span);
  }
}
