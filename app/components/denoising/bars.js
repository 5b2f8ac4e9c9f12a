// The K noisy spans at one position of the animation as bars: where, how thick, in which colour.

import { blend, mix } from './colour.js';

export const THIN = 3;
export const THICK = 16;
/** @param {number} u */
const ease = (u) => (u < 0.5 ? 4 * u ** 3 : 1 - (2 - 2 * u) ** 3 / 2);

/**
 * Whole positions are frames of the trace; between the last frame and the end, spans merge.
 * @param {Scene} scene
 * @param {number} position
 * @returns {NoisyBar[]}
 */
export function barsAt(scene, position) {
  const { payload: { frames } } = scene;
  const final = frames.length - 1;
  const i = Math.min(final, Math.floor(position));
  const u = position < final ? ease(position - i) : 0;
  const merged = position > final ? ease(position - final) : 0;
  return frames[0].at.map((_, k) => {
    const bar = { ...moved(scene, i, k, u), k, top: scene.lanes.laneTop(k), thick: THIN };
    mergeIntoEntity(bar, scene, k, merged);
    return bar;
  });
}

/**
 * @param {Scene} scene
 * @param {number} i
 * @param {number} k
 * @param {number} u
 * @returns {PlacedBar}
 */
function moved(scene, i, k, u) {
  const { frames } = scene.payload;
  const [start, end] = frames[i].at[k];
  const from = styleOf(scene, i, k);
  if (!u) return { start, end, ...from };
  const next = frames[i + 1];
  const to = styleOf(scene, i + 1, k);
  if (scene.renewed[i + 1].has(k)) return restarting(scene, i, k, u, from, to);
  const [a, b] = next.at[k];
  return {
    start: mix(start, a, u), end: mix(end, b, u),
    colour: blend(from.colour, to.colour, u), alpha: mix(from.alpha, to.alpha, u),
  };
}

/**
 * It reaches what was predicted and fades there, then appears where it starts again.
 * @param {Scene} scene
 * @param {number} i
 * @param {number} k
 * @param {number} u
 * @param {BarStyle} from
 * @param {BarStyle} to
 * @returns {PlacedBar}
 */
function restarting({ payload: { frames } }, i, k, u, from, to) {
  const next = frames[i + 1];
  if (u >= 0.5) {
    const [start, end] = next.at[k];
    return { start, end, colour: to.colour, alpha: to.alpha * (2 * u - 1) };
  }
  const [[a, b], [start, end]] = [frames[i].at[k], next.spans[k]];
  return {
    start: mix(a, start, 2 * u), end: mix(b, end, 2 * u),
    colour: from.colour, alpha: from.alpha * (1 - 2 * u),
  };
}

/**
 * Noise has no type; ∅ is grey; a typed span is as strong as it is sure.
 * @param {Scene} scene
 * @param {number} i
 * @param {number} k
 * @returns {BarStyle}
 */
function styleOf({ payload: { frames }, colours, renewed }, i, k) {
  if (i === 0 || renewed[i].has(k)) return { colour: colours.ink, alpha: colours.dark ? 0.3 : 0.22 };
  const label = frames[i].labels[k];
  if (label < 0) return { colour: colours.ink, alpha: colours.dark ? 0.2 : 0.13 };
  return { colour: colours.labels[label], alpha: 0.2 + 0.75 * frames[i].scores[k] ** 2 };
}

/**
 * A span that collapsed on an entity flies to the entity's row; the others fade away.
 * @param {NoisyBar} bar
 * @param {Scene} scene
 * @param {number} k
 * @param {number} merged
 */
function mergeIntoEntity(bar, { payload, lanes }, k, merged) {
  if (!merged) return;
  const home = lanes.home[k];
  if (home < 0) {
    bar.alpha = mix(bar.alpha, 0.05, merged);
    return;
  }
  bar.top = mix(bar.top, lanes.rowTop(home), merged);
  bar.thick = mix(THIN, THICK, merged);
  bar.alpha = mix(bar.alpha, payload.entities[home].slot === k ? 1 : 0, merged);
}
