// The chosen noisy spans' paths as a small picture: words from left to right, steps downwards.

import { blend, rgba } from './colour.js';

const HIGH = 150;
const SIDE = 12;
const EDGE = 8;

// Drawn once for each choice; the line that runs with the film lies over it.
export function drawPaths(canvas, scene, slots) {
  const { frames, words } = scene.payload;
  const wide = canvas.parentElement.clientWidth;
  const ratio = devicePixelRatio || 1;
  Object.assign(canvas, { width: wide * ratio, height: HIGH * ratio });
  Object.assign(canvas.style, { width: `${wide}px`, height: `${HIGH}px` });
  const context = canvas.getContext('2d');
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  const gamma = frames.length - 1;
  const across = ([start, end]) => SIDE + ((start + end) / 2 / words.length) * (wide - 2 * SIDE);
  const down = (step) => EDGE + (step / gamma) * (HIGH - 2 * EDGE);
  const { ink } = scene.colours;
  const steps = frames.map((_, i) => [[SIDE, down(i)], [wide - SIDE, down(i)]]);
  lines(context, steps, rgba(ink, 0.12), 1);
  const all = frames[0].at.map((_, k) => strokes(frames, k, across, down));
  lines(context, all.filter((_, k) => !slots.has(k)).flat(), rgba(ink, 0.08), 1);
  for (const k of slots) {
    all[k].forEach((stroke, i) => lines(context, [stroke], rgba(predicted(scene, i + 1, k), 0.85), 2));
  }
}

// How far down the running line lies at a position of the film.
export function pathsTop(position, gamma) {
  return EDGE + (Math.min(gamma, position) / gamma) * (HIGH - 2 * EDGE);
}

function predicted({ payload: { frames }, colours }, i, k) {
  const label = frames[i].labels[k];
  return label < 0 ? blend(colours.ink, [128, 128, 128], 0.5) : colours.labels[label];
}

// One path, a stroke a step; it breaks where the noisy span starts again.
function strokes(frames, k, across, down) {
  return frames.slice(1).map((next, i) => {
    const reached = next.renewed.includes(k) ? next.spans[k] : next.at[k];
    return [[across(frames[i].at[k]), down(i)], [across(reached), down(i + 1)]];
  });
}

function lines(context, each, colour, width) {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  for (const [[a, b], [c, d]] of each) {
    context.moveTo(a, b);
    context.lineTo(c, d);
  }
  context.stroke();
}
