// One moment of a stage on a canvas, or on anything that draws paths and text as a canvas does.

import { fallen } from './banking.js';
import { blend, mix, rgba } from './colour.js';
import { tints } from './word_tint.js';

const DIMMED = 0.16; // of what is not in focus
const FOCUSED = { typed: 0.85, other: 0.45 }; // at least
const ARROW = 14; // pixels from which an arrow is drawn
const HEAD = 3.5;
const BESIDE = 9; // pixels between a bar and its name
const MANY = 12; // flashes from which they have no outlines
const GLOW = 0.75; // of the flash's colour in a bar
const MOST_TOLD = 2; // of the spans that start again at a time
const TAKEN = 'place taken – thrown elsewhere';
const LEGIBLE = 11; // pixels that a group of lanes needs to be named

/**
 * `slots` are the noisy spans in focus; null is all of them.
 * @param {Brush} brush
 * @param {Scene} scene
 * @param {NoisyBar[]} bars
 * @param {Set<number> | null} slots
 * @param {number} position
 */
export function paint(brush, scene, bars, slots, position) {
  paintTints(brush, scene, bars, slots);
  paintMarks(brush, scene, slots, position);
  if (!scene.small) paintColumns(brush, scene, slots, position);
  for (const bar of bars) if (slots && !slots.has(bar.k)) paintBar(brush, scene, bar, bar.alpha * DIMMED);
  for (const bar of bars) {
    if (!slots) paintBar(brush, scene, bar, bar.alpha);
    else if (slots.has(bar.k)) paintBar(brush, scene, bar, Math.max(bar.alpha, FOCUSED[bar.typed ? 'typed' : 'other']));
  }
  if (scene.small) return;
  paintGhosts(brush, scene, bars, slots);
  paintFlashes(brush, scene, slots ? bars.filter(({ k }) => slots.has(k)) : bars);
  paintFalling(brush, scene, position);
  paintNames(brush, scene, slots, position);
}

/**
 * @param {Brush} brush
 * @param {Scene} scene
 * @param {NoisyBar[]} bars
 * @param {Set<number> | null} slots
 */
function paintTints(brush, { geometry }, bars, slots) {
  const shown = slots ? bars.map((bar) => (slots.has(bar.k) ? bar : { ...bar, alpha: 0 })) : bars;
  tints(shown, geometry.words.length).forEach(([colour, alpha], i) => {
    if (alpha < 0.01) return;
    const { left, right, top, bottom } = geometry.words[i];
    brush.fillStyle = rgba(colour, alpha);
    brush.fillRect(left - 1, top, right - left + 2, bottom - top);
  });
}

/**
 * A line under the words of each entity in the bank; entities within one another have lines below
 * one another.
 * @param {Brush} brush
 * @param {Scene} scene
 * @param {Set<number> | null} slots
 * @param {number} position
 */
function paintMarks(brush, { payload, geometry, lanes, colours }, slots, position) {
  for (const entity of payload.entities) {
    const shown = fallen(entity, position);
    if (!shown) continue;
    const [top, height] = lanes.mark(entity);
    brush.fillStyle = rgba(colours.labels[entity.label], slots && !slots.has(entity.slot) ? DIMMED : shown);
    for (const { row, left, right } of geometry.pieces(entity.start, entity.end)) {
      brush.fillRect(left, geometry.bottoms[row] + top, right - left, height);
    }
  }
}

/**
 * From the words of an entity in the bank down to the lanes of its spans.
 * @param {Brush} brush
 * @param {Scene} scene
 * @param {Set<number> | null} slots
 * @param {number} position
 */
function paintColumns(brush, { payload, geometry, lanes, colours }, slots, position) {
  payload.entities.forEach((entity, i) => {
    const shown = fallen(entity, position);
    const group = lanes.group(i);
    if (!shown || !group || (slots && !slots.has(entity.slot))) return;
    const [row, , bottom] = group;
    brush.fillStyle = rgba(colours.labels[entity.label], 0.09 * shown);
    for (const piece of geometry.pieces(entity.start, entity.end)) {
      const low = piece.row === row ? bottom : lanes.bands[piece.row];
      brush.fillRect(piece.left, geometry.bottoms[piece.row], piece.right - piece.left, low);
    }
  });
}

/**
 * Thin outlines where the spans predict to be, an arrow from where they are: one path a colour.
 * @param {Brush} brush
 * @param {Scene} scene
 * @param {NoisyBar[]} bars
 * @param {Set<number> | null} slots
 */
function paintGhosts(brush, scene, bars, slots) {
  const { colours } = scene;
  /** @type {Map<number, NoisyBar[]>} */
  const byLabel = new Map();
  for (const bar of bars) {
    if (!bar.ghost || (slots && !slots.has(bar.k))) continue;
    byLabel.set(bar.ghost.label, [...(byLabel.get(bar.ghost.label) ?? []), bar]);
  }
  for (const [label, members] of byLabel) {
    const drawn = /** @type {Ghost} */ (members[0].ghost).drawn;
    brush.strokeStyle = label < 0 ? rgba(colours.ink, 0.2 * drawn) : rgba(blend(colours.labels[label], colours.ink, 0.35), 0.85 * drawn);
    brush.lineWidth = 1;
    brush.beginPath();
    for (const bar of members) ghostPath(brush, scene, bar, /** @type {Ghost} */ (bar.ghost));
    brush.stroke();
  }
}

/**
 * @param {Brush} brush
 * @param {Scene} scene
 * @param {NoisyBar} bar
 * @param {Ghost} ghost
 */
function ghostPath(brush, { geometry, lanes }, bar, ghost) {
  const targets = geometry.pieces(...ghost.span);
  for (const { row, left, right } of targets) {
    const [top, thick] = [geometry.bottoms[row] + lanes.top(bar.k, row), lanes.thick(bar.k, row)];
    brush.roundRect(left + 0.5, top + 0.5, Math.max(1, right - left - 1), Math.max(0.5, thick - 1), Math.min(2, thick / 2));
  }
  const from = geometry.pieces(bar.start, bar.end).find(({ row }) => row === lanes.row[bar.k]);
  const to = targets.find(({ row }) => row === lanes.row[bar.k]);
  if (!from || !to || lanes.pitches[to.row] < HEAD) return;
  const [x, tip] = [(from.left + from.right) / 2, (to.left + to.right) / 2];
  if (Math.abs(tip - x) < ARROW) return;
  const y = geometry.bottoms[to.row] + lanes.top(bar.k, to.row) + lanes.thick(bar.k, to.row) / 2;
  const back = tip - Math.sign(tip - x) * HEAD * 1.4;
  brush.moveTo(x, y);
  brush.lineTo(tip, y);
  brush.moveTo(back, y - HEAD / 1.6);
  brush.lineTo(tip, y);
  brush.lineTo(back, y + HEAD / 1.6);
}

/**
 * @param {Brush} brush
 * @param {Scene} scene
 * @param {NoisyBar} bar
 * @param {number} alpha
 */
function paintBar(brush, { geometry, lanes, colours }, bar, alpha) {
  brush.fillStyle = rgba(bar.flash ? blend(bar.colour, colours.flash, GLOW * bar.flash) : bar.colour, alpha);
  brush.beginPath();
  for (const { row, left, right } of geometry.pieces(bar.start, bar.end)) {
    const thick = lanes.thick(bar.k, row);
    brush.roundRect(left, geometry.bottoms[row] + lanes.top(bar.k, row), Math.max(2, right - left), thick, Math.min(3, thick / 2));
  }
  brush.fill();
}

/**
 * @param {Brush} brush
 * @param {Scene} scene
 * @param {NoisyBar[]} bars
 */
function paintFlashes(brush, { geometry, lanes, colours }, bars) {
  const flashing = bars.filter(({ flash }) => flash > 0.02);
  const crowded = flashing.length > MANY;
  brush.lineWidth = 1.5;
  for (const bar of crowded ? [] : flashing) {
    brush.strokeStyle = rgba(colours.flash, bar.flash);
    brush.beginPath();
    for (const { row, left, right } of geometry.pieces(bar.start, bar.end)) {
      const top = geometry.bottoms[row] + lanes.top(bar.k, row);
      brush.roundRect(left - 2, top - 2, right - left + 4, lanes.thick(bar.k, row) + 4, 3);
    }
    brush.stroke();
  }
  const named = flashing.filter(({ flash }) => flash > 0.3).slice(0, crowded ? 1 : MOST_TOLD);
  if (named.length) brush.font = `600 12px ${colours.font}`; // a canvas's font makes the page lay itself out
  for (const bar of named) {
    const piece = geometry.pieces(bar.start, bar.end)[0];
    if (!piece) continue;
    const middle = geometry.bottoms[piece.row] + lanes.top(bar.k, piece.row) + lanes.thick(bar.k, piece.row) / 2;
    const text = crowded ? `${flashing.length} spans: ${TAKEN}` : TAKEN;
    writeBeside(brush, { geometry, colours }, piece, middle, text, rgba(colours.flash, Math.min(1, 2 * bar.flash)));
  }
}

/**
 * A word to the right of a stretch, or to its left where there is no room, on a ground of its own.
 * @param {Brush} brush
 * @param {Pick<Scene, 'geometry' | 'colours'>} scene
 * @param {Piece} piece
 * @param {number} middle
 * @param {string} text
 * @param {string} ink
 */
function writeBeside(brush, { geometry, colours }, { left, right }, middle, text, ink) {
  const wide = brush.measureText(text).width;
  const fits = right + BESIDE + wide < geometry.width - BESIDE;
  const x = fits ? right + BESIDE : Math.max(BESIDE, Math.min(left, geometry.width) - BESIDE - wide);
  brush.fillStyle = colours.dark ? 'rgba(20,22,28,0.8)' : 'rgba(255,255,255,0.85)';
  brush.fillRect(x - 3, middle - 8, wide + 6, 16);
  brush.fillStyle = ink;
  brush.fillText(text, x, middle + 4);
}

/**
 * An entity on its way from its words into the bank.
 * @param {Brush} brush
 * @param {Scene} scene
 * @param {number} position
 */
function paintFalling(brush, { payload, geometry, colours, chips }, position) {
  payload.entities.forEach((entity, i) => {
    const way = fallen(entity, position);
    const [piece] = geometry.pieces(entity.start, entity.end);
    const chip = chips[i];
    if (way <= 0 || way >= 1 || !piece || !chip) return;
    const [word, u] = [geometry.words[entity.start], way * way];
    brush.fillStyle = rgba(colours.labels[entity.label], 0.3 + 0.4 * way);
    brush.beginPath();
    brush.roundRect(
      mix(piece.left, chip.left, u), mix(word.top, chip.top, u),
      mix(piece.right - piece.left, chip.width, u), mix(word.bottom - word.top, chip.height, u), 5,
    );
    brush.fill();
  });
}

/**
 * When all is settled, each group of lanes gets the name of its entity.
 * @param {Brush} brush
 * @param {Scene} scene
 * @param {Set<number> | null} slots
 * @param {number} position
 */
function paintNames(brush, { payload, geometry, lanes, colours }, slots, position) {
  const shown = Math.max(0, (position - payload.frames.length + 1) * 2 - 1);
  if (!shown) return;
  brush.font = `600 12px ${colours.font}`;
  payload.entities.forEach((entity, i) => {
    const group = lanes.group(i);
    if (!group || group[2] - group[1] < LEGIBLE || (slots && !slots.has(entity.slot))) return;
    const [row, top, bottom] = group;
    const piece = geometry.pieces(entity.start, entity.end).find((part) => part.row === row);
    if (!piece) return;
    const text = `${entity.text} · ${payload.labels[entity.label].name}`;
    const middle = geometry.bottoms[row] + (top + bottom) / 2;
    writeBeside(brush, { geometry, colours }, piece, middle, text, rgba(colours.ink, 0.9 * shown));
  });
}
