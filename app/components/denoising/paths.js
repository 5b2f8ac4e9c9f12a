// The chosen noisy spans' paths as a small picture: words from left to right, steps downwards.

import { blend, rgba } from './colour.js';

const HIGH = 160;
const LEFT = 46;
const RIGHT = 12;
const EDGE = 8;
const FOOT = 14; // the places that the chosen ones reached, under the last step
const FEW_STEPS = 10;

/**
 * Drawn once for each choice; the line that runs with the animation lies over it.
 * @param {HTMLCanvasElement} canvas
 * @param {Scene} scene
 * @param {Set<number>} slots
 */
export function drawPaths(canvas, scene, slots) {
  const { frames, words } = scene.payload;
  const wide = /** @type {HTMLElement} */ (canvas.parentElement).clientWidth;
  const ratio = devicePixelRatio || 1;
  Object.assign(canvas, { width: wide * ratio, height: HIGH * ratio });
  Object.assign(canvas.style, { width: `${wide}px`, height: `${HIGH}px` });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  const gamma = frames.length - 1;
  /** @type {(word: number) => number} */
  const at = (word) => LEFT + (word / words.length) * (wide - LEFT - RIGHT);
  /** @type {(place: [number, number]) => number} */
  const across = ([start, end]) => at((start + end) / 2);
  /** @type {(step: number) => number} */
  const down = (step) => pathsTop(step, gamma);
  const { ink } = scene.colours;
  /** @type {[Point, Point][]} */
  const steps = frames.map((_, i) => [[LEFT, down(i)], [wide - RIGHT, down(i)]]);
  lines(context, steps, rgba(ink, 0.12), 1);
  names(context, gamma, down, rgba(ink, 0.75));
  const all = frames[0].at.map((_, k) => strokes(frames, k, across, down));
  lines(context, all.filter((_, k) => !slots.has(k)).flat(), rgba(ink, 0.08), 1);
  for (const k of slots) {
    const [start, end] = frames[gamma].spans[k];
    context.fillStyle = rgba(predicted(scene, gamma, k), 1);
    context.fillRect(at(start), HIGH - FOOT + 5, at(end) - at(start), 6);
    all[k].forEach((stroke, i) => lines(context, [stroke], rgba(predicted(scene, i + 1, k), 0.85), 2));
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} gamma
 * @param {(step: number) => number} down
 * @param {string} colour
 */
function names(context, gamma, down, colour) {
  const every = Math.ceil(gamma / FEW_STEPS);
  context.fillStyle = colour;
  context.font = '10px sans-serif';
  context.textBaseline = 'middle';
  for (let i = 0; i <= gamma; i += every) context.fillText(i ? `step ${i}` : 'noise', 2, down(i));
}

/**
 * How far down the running line lies at a position of the animation.
 * @param {number} position
 * @param {number} gamma
 */
export function pathsTop(position, gamma) {
  return EDGE + (Math.min(gamma, position) / gamma) * (HIGH - EDGE - FOOT);
}

/**
 * @param {Scene} scene
 * @param {number} i
 * @param {number} k
 */
function predicted({ payload: { frames }, colours }, i, k) {
  const label = frames[i].labels[k];
  return label < 0 ? blend(colours.ink, [128, 128, 128], 0.5) : colours.labels[label];
}

/**
 * One path, a stroke a step; it breaks where the noisy span starts again.
 * @param {Frame[]} frames
 * @param {number} k
 * @param {(place: [number, number]) => number} across
 * @param {(step: number) => number} down
 * @returns {[Point, Point][]}
 */
function strokes(frames, k, across, down) {
  return frames.slice(1).map((next, i) => {
    const reached = next.renewed.includes(k) ? next.spans[k] : next.at[k];
    return [[across(frames[i].at[k]), down(i)], [across(reached), down(i + 1)]];
  });
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {[Point, Point][]} segments
 * @param {string} colour
 * @param {number} width
 */
function lines(context, segments, colour, width) {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  for (const [[a, b], [c, d]] of segments) {
    context.moveTo(a, b);
    context.lineTo(c, d);
  }
  context.stroke();
}
