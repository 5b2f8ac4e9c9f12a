// Bars on the canvas, the chosen ones before the others, and which of them lies under a point.

import { THIN } from './bars.js';
import { rgba } from './colour.js';

const REACH = 3; // pixels around a thin bar that still hit it
const VISIBLE = 0.04;

/**
 * `slots` are the noisy spans to be seen before all others; null is all of them.
 * @param {CanvasRenderingContext2D} context
 * @param {Scene} scene
 * @param {NoisyBar[]} bars
 * @param {Set<number> | null} slots
 * @param {number} position
 */
export function paint(context, scene, bars, slots, position) {
  const { geometry, lanes, payload: { frames } } = scene;
  const final = frames.length - 1;
  for (const bar of bars) {
    if (slots?.has(bar.k)) continue;
    draw(context, geometry, slots ? { ...bar, alpha: bar.alpha * 0.2 } : bar);
  }
  if (!slots) return;
  for (const bar of bars) {
    if (!slots.has(bar.k)) continue;
    const gone = trail(frames, bar.k, slots.size === 1 ? Math.min(final, position) : Math.min(1, position - final));
    for (const { at: [start, end], alpha } of gone) {
      draw(context, geometry, { ...bar, start, end, alpha, top: lanes.laneTop(bar.k), thick: THIN });
    }
    draw(context, geometry, { ...bar, alpha: Math.max(bar.alpha, 0.85) });
  }
}

/**
 * The places a noisy span has passed, the older the fainter.
 * @param {Frame[]} frames
 * @param {number} k
 * @param {number} position
 */
function trail(frames, k, position) {
  const passed = Math.ceil(position);
  return Array.from({ length: Math.max(0, passed) }, (_, i) => ({
    at: frames[i].at[k], alpha: 0.15 + 0.3 * ((i + 1) / passed),
  }));
}

/**
 * The noisy span under a point of the stage; the nearest where several are; null where none is.
 * @param {NoisyBar[]} bars
 * @param {import('./geometry.js').Geometry} geometry
 * @param {number} x
 * @param {number} y
 */
export function barUnder(bars, geometry, x, y) {
  /** @type {number | null} */
  let nearestBar = null;
  let nearest = Infinity;
  for (const { k, start, end, top, thick, alpha } of bars) {
    if (alpha < VISIBLE) continue;
    for (const piece of geometry.pieces(start, end)) {
      const away = Math.abs(y - piece.y - top - thick / 2);
      if (x < piece.left - REACH || x > Math.max(piece.right, piece.left + 2) + REACH) continue;
      if (away <= thick / 2 + REACH && away < nearest) [nearestBar, nearest] = [k, away];
    }
  }
  return nearestBar;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import('./geometry.js').Geometry} geometry
 * @param {NoisyBar} bar
 */
function draw(context, geometry, bar) {
  context.fillStyle = rgba(bar.colour, bar.alpha);
  context.beginPath();
  for (const piece of geometry.pieces(bar.start, bar.end)) {
    const width = Math.max(2, piece.right - piece.left);
    context.roundRect(piece.left, piece.y + bar.top, width, bar.thick, Math.min(4, bar.thick / 2));
  }
  context.fill();
}
