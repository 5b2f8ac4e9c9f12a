// The K noisy spans at one position of the animation: where each is now, and where it predicts to be.

import { blend, mix } from './colour.js';

const PREDICTED = 0.4; // of a step until its prediction is drawn
const MOVING = 0.3; // of a step until its spans move
const THROWN = 0.62; // of a step until a span starts again elsewhere
const FLASH = 0.3; // of a step
const [ON_ITS_WAY, ARRIVED] = [0.4, 0.65]; // what a sure span's bar adds to its strength
const GONE = 0.07; // how visible a span stays that ends in no entity
const NOISE = { dark: 0.42, light: 0.34 };
const AGAIN = 0.6; // of the strength of noise, where a span starts again among others on their way
/** @param {number} u */
const clamp = (u) => Math.min(1, Math.max(0, u));
/** @param {number} u */
const ease = (u) => (u < 0.5 ? 4 * u ** 3 : 1 - (2 - 2 * u) ** 3 / 2);

/**
 * Whole positions are frames of the trace; after the last frame, what became no entity fades.
 * @param {Scene} scene
 * @param {number} position
 * @returns {NoisyBar[]}
 */
export function barsAt(scene, position) {
  const { payload: { frames }, lanes } = scene;
  const final = frames.length - 1;
  const i = Math.min(final, Math.floor(position));
  const u = position < final ? position - i : 0;
  const settled = ease(clamp(position - final));
  return frames[0].at.map((_, k) => {
    const bar = { k, ...moved(scene, i, k, u), ghost: ghostAt(scene, i, k, u), flash: flashAt(scene, i, k, u) };
    if (lanes.home[k] < 0) bar.alpha = mix(bar.alpha, GONE, settled);
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
  const from = frames[i].at[k];
  const style = styleOf(scene, i, k);
  if (!u) return placed(from, style);
  const next = frames[i + 1];
  const to = styleOf(scene, i + 1, k);
  if (scene.renewed[i + 1].has(k)) return restarting(scene, i, k, u, style, to);
  const shown = ease(clamp(u / PREDICTED));
  const colour = blend(style.colour, to.colour, shown);
  return placed(between(from, next.at[k], ease(clamp((u - MOVING) / (1 - MOVING)))),
    { colour, alpha: mix(style.alpha, to.alpha, shown), typed: shown < 0.5 ? style.typed : to.typed });
}

/**
 * It reaches what it predicted, finds the place taken, and appears where it starts again.
 * @param {Scene} scene
 * @param {number} i
 * @param {number} k
 * @param {number} u
 * @param {BarStyle} from
 * @param {BarStyle} to
 */
function restarting({ payload: { frames } }, i, k, u, from, to) {
  const next = frames[i + 1];
  if (u >= THROWN) return placed(next.at[k], to);
  return placed(between(frames[i].at[k], next.spans[k], ease(clamp((u - MOVING) / (THROWN - MOVING)))), from);
}

/**
 * Where a noisy span predicts to be; null where it predicts nothing: in noise, or as it is there.
 * @param {Scene} scene
 * @param {number} i
 * @param {number} k
 * @param {number} u
 * @returns {Ghost | null}
 */
function ghostAt({ payload: { frames }, renewed }, i, k, u) {
  const before = i > 0 && !renewed[i].has(k) ? frames[i].spans[k] : null;
  if (!u) return before && i < frames.length - 1 ? { span: before, label: frames[i].labels[k], drawn: 1 } : null;
  const next = frames[i + 1];
  if (renewed[i + 1].has(k) && u >= THROWN) return null;
  const drawn = ease(clamp(u / PREDICTED));
  if (!before) return { span: next.spans[k], label: next.labels[k], drawn };
  const label = drawn < 0.5 ? frames[i].labels[k] : next.labels[k];
  return { span: between(before, next.spans[k], drawn), label, drawn: 1 };
}

/**
 * How brightly a span that starts again flashes.
 * @param {Scene} scene
 * @param {number} i
 * @param {number} k
 * @param {number} u
 */
function flashAt({ renewed }, i, k, u) {
  const now = u && renewed[i + 1].has(k) ? 1 - Math.abs(u - THROWN) / FLASH : 0;
  const after = renewed[i].has(k) ? 0.6 * (1 - u / FLASH) : 0;
  return clamp(Math.max(now, after));
}

/**
 * Noise has no type; ∅ is grey; a typed span is as strong as its score is high, which is the
 * probability that it is right: what is kept must stand out at 0.4, too.
 * @param {Scene} scene
 * @param {number} i
 * @param {number} k
 * @returns {BarStyle}
 */
function styleOf({ payload: { frames }, colours, renewed }, i, k) {
  if (i === 0 || renewed[i].has(k)) {
    const alpha = (colours.dark ? NOISE.dark : NOISE.light) * (i ? AGAIN : 1);
    return { colour: colours.ink, alpha, typed: false };
  }
  const label = frames[i].labels[k];
  if (label < 0) return { colour: colours.ink, alpha: colours.dark ? 0.22 : 0.15, typed: false };
  const strength = i < frames.length - 1 ? ON_ITS_WAY : ARRIVED;
  return { colour: colours.labels[label], alpha: 0.25 + strength * frames[i].scores[k], typed: true };
}

/**
 * @param {[number, number]} span
 * @param {BarStyle} style
 * @returns {PlacedBar}
 */
const placed = ([start, end], style) => ({ start, end, ...style });

/**
 * @param {[number, number]} from
 * @param {[number, number]} to
 * @param {number} u
 * @returns {[number, number]}
 */
const between = (from, to, u) => [mix(from[0], to[0], u), mix(from[1], to[1], u)];
