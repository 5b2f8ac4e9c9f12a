// The small things around the stage: the marks under the slider and the legend.

import { rgba } from './colour.js';

const MOST_TICKS = 12;

/**
 * A mark for every frame; of many, only some are numbered.
 * @param {number} end
 */
export function ticks(end) {
  const every = Math.ceil(end / MOST_TICKS);
  return Array.from({ length: end + 1 }, (_, i) => {
    const tick = document.createElement('i');
    const numbered = i % every === 0 && end - i >= every / 2;
    tick.style.setProperty('--at', String(i / end));
    tick.textContent = i === 0 ? 'noise' : i === end ? 'entities' : numbered ? String(i) : '';
    return tick;
  });
}

/**
 * @param {DenoisingPayload['labels']} labels
 * @param {Palette} colours
 */
export function legend(labels, colours) {
  /** @type {(name: string, colour: string) => HTMLElement} */
  const entry = (name, colour) => {
    const item = document.createElement('span');
    const dot = document.createElement('i');
    dot.style.background = colour;
    item.append(dot, name);
    return item;
  };
  return [
    ...labels.map((label, i) => entry(label.name, rgba(colours.labels[i], 1))),
    entry('no entity', rgba(colours.ink, 0.25)),
  ];
}
