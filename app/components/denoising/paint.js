// The K noisy spans at one position of the film, drawn on the canvas.

import { blend, mix, rgba } from './colour.js';

const THIN = 3;
export const THICK = 16;
const ease = (u) => (u < 0.5 ? 4 * u ** 3 : 1 - (2 - 2 * u) ** 3 / 2);

// Whole positions are frames of the trace; between the last frame and the end, spans merge.
export function paint(context, scene, position, active) {
  const { payload: { frames }, lanes, geometry } = scene;
  const final = frames.length - 1;
  const i = Math.min(final, Math.floor(position));
  const [a, b] = [frames[i], frames[Math.min(final, i + 1)]];
  const u = position < final ? ease(position - i) : 0;
  const merged = position > final ? ease(position - final) : 0;
  for (let k = 0; k < a.at.length; k++) {
    const from = look(scene, i, k);
    const to = u ? look(scene, i + 1, k) : from;
    const bar = {
      start: mix(a.at[k][0], b.at[k][0], u),
      end: mix(a.at[k][1], b.at[k][1], u),
      colour: blend(from.colour, to.colour, u),
      alpha: mix(from.alpha, to.alpha, u),
      top: lanes.laneTop(k),
      thick: THIN,
    };
    settle(bar, scene, k, merged);
    if (active !== null) bar.alpha = lanes.home[k] === active ? Math.max(bar.alpha, 0.8) : bar.alpha * 0.2;
    draw(context, geometry, bar);
    if (active !== null && merged > 0 && lanes.home[k] === active) {
      const [start, end] = frames[0].at[k];
      draw(context, geometry, { ...bar, start, end, alpha: 0.45 * merged, top: lanes.laneTop(k), thick: THIN });
    }
  }
}

// Noise has no type; ∅ is grey; a typed span is as strong as it is sure.
function look({ payload: { frames }, colours }, i, k) {
  const label = frames[i].labels[k];
  if (i === 0) return { colour: colours.ink, alpha: colours.dark ? 0.3 : 0.22 };
  if (label < 0) return { colour: colours.ink, alpha: colours.dark ? 0.2 : 0.13 };
  return { colour: colours.labels[label], alpha: 0.2 + 0.75 * frames[i].scores[k] ** 2 };
}

// A span that collapsed on an entity flies to the entity's row; the others fade away.
function settle(bar, { payload, lanes }, k, merged) {
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

function draw(context, geometry, bar) {
  context.fillStyle = rgba(bar.colour, bar.alpha);
  context.beginPath();
  for (const piece of geometry.pieces(bar.start, bar.end)) {
    const width = Math.max(2, piece.right - piece.left);
    context.roundRect(piece.left, piece.y + bar.top, width, bar.thick, Math.min(4, bar.thick / 2));
  }
  context.fill();
}
