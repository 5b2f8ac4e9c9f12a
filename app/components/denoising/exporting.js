// Saves what is on the stage: a step as a picture, the whole animation as a video or a GIF.

import { bankedWords } from './bank.js';
import { fallen } from './banking.js';
import { inkOn, rgba } from './colour.js';
import { ColourTable, Gif } from './gif.js';
import { SPOKEN } from './stage.js';
import { SvgBrush } from './svg.js';
import { positionIn } from './shared_slider.js';

const EDGE_AROUND = 20; // pixels around a picture
const HEAD_HIGH = 34; // pixels for the step in words
const SHARPNESS = 2;
const STEP_TIME = 900; // milliseconds, as the player has it
const LEAD_TIME = 600;
const HOLD_TIME = 1600;
const FRAMES_A_SECOND = 30;
const BITS_A_SECOND = 6_000_000;
const GIF_TIME = 80; // milliseconds a frame
const SAMPLES = 8; // pictures that a GIF's colours are taken from
export const VIDEO_TYPES = ['video/mp4;codecs=avc1.640028', 'video/webm;codecs=vp9', 'video/webm'];

/** @typedef {import('./stage.js').Stage} Stage */

/** @param {Stage[]} stages */
function pictureSize(stages) {
  const width = stages.reduce((sum, stage) => sum + stage.width + EDGE_AROUND, EDGE_AROUND);
  const height = 2 * EDGE_AROUND + HEAD_HIGH + Math.max(...stages.map((stage) => stage.stage.scrollHeight));
  return { width: 2 * Math.ceil(width / 2), height: 2 * Math.ceil(height / 2) }; // videos have even sides
}

/**
 * All stages beside one another.
 * @param {Brush} brush
 * @param {Stage[]} stages
 * @param {number} position on the slider
 */
function paintPicture(brush, stages, position) {
  const { width, height } = pictureSize(stages);
  const { dark } = /** @type {Scene} */ (stages[0].scene).colours;
  brush.fillStyle = dark ? '#14161c' : '#ffffff';
  brush.fillRect(0, 0, width, height);
  const longest = Math.max(...stages.map(({ steps }) => steps));
  let left = EDGE_AROUND;
  for (const stage of stages) {
    brush.save();
    brush.translate(left, EDGE_AROUND);
    paintScene(brush, stage, positionIn(position, longest, stage.steps));
    brush.restore();
    left += stage.width + EDGE_AROUND;
  }
}

/**
 * @param {Brush} brush
 * @param {Stage} stage
 * @param {number} position
 */
function paintScene(brush, stage, position) {
  const scene = /** @type {Scene} */ (stage.scene);
  const { payload, geometry, colours } = scene;
  const { readout } = payload.frames[Math.floor(position + SPOKEN)] ?? payload;
  brush.fillStyle = rgba(colours.ink, 1);
  brush.font = `600 16px ${colours.font}`;
  brush.fillText(stage.name ? `${stage.name} · ${readout}` : readout, 0, 16);
  brush.save();
  brush.translate(0, HEAD_HIGH);
  stage.paint(brush, position);
  brush.fillStyle = rgba(colours.ink, 1);
  brush.font = `${geometry.size}px ${colours.font}`;
  payload.words.forEach((word, i) => {
    brush.fillText(word, geometry.words[i].left, geometry.words[i].top + geometry.ascent);
  });
  payload.entities.forEach((entity, i) => {
    if (fallen(entity, position) === 1 && scene.chips[i]) paintChip(brush, scene, i);
  });
  brush.restore();
}

/**
 * @param {Brush} brush
 * @param {Scene} scene
 * @param {number} i
 */
function paintChip(brush, { payload, colours, chips }, i) {
  const entity = payload.entities[i];
  const { left, top, width, height } = chips[i];
  const middle = top + height / 2 + 4;
  const colour = colours.labels[entity.label];
  const label = payload.labels[entity.label].name;
  brush.strokeStyle = rgba(colours.ink, 0.25);
  brush.lineWidth = 1;
  brush.beginPath();
  brush.roundRect(left, top, width, height, 6);
  brush.stroke();
  let x = left + 6;
  /** @type {(text: string, font: string, style: string) => void} */
  const write = (text, font, style) => {
    brush.font = `${font} ${colours.font}`;
    brush.fillStyle = style;
    brush.fillText(text, x, middle);
    x += brush.measureText(text).width;
  };
  brush.font = `700 11px ${colours.font}`;
  brush.fillStyle = rgba(colour, 1);
  brush.fillRect(x, top + 5, brush.measureText(label).width + 8, height - 10);
  x += 4;
  write(label, '700 11px', inkOn(colour));
  x += 10;
  write(entity.text, '600 14px', rgba(colours.ink, 1));
  x += 8;
  write(bankedWords(payload, i), '12px', rgba(colours.ink, 0.75));
}

/**
 * @param {Stage[]} stages
 * @param {number} position
 * @param {string} namespace of SVG
 */
export function svgPicture(stages, position, namespace) {
  const pen = /** @type {CanvasRenderingContext2D} */ (document.createElement('canvas').getContext('2d'));
  const brush = new SvgBrush((text, font) => {
    pen.font = font;
    return pen.measureText(text).width;
  });
  paintPicture(brush, stages, position);
  const { width, height } = pictureSize(stages);
  return new Blob([brush.picture(namespace, width, height)], { type: 'image/svg+xml' });
}

/**
 * @param {Stage[]} stages
 * @param {number} position
 * @returns {Promise<Blob | null>}
 */
export function pngPicture(stages, position) {
  const { canvas, context } = sheet(stages, SHARPNESS);
  paintPicture(context, stages, position);
  return new Promise((resolve) => { canvas.toBlob(resolve, 'image/png'); });
}

/**
 * Plays the animation once on a canvas of its own, and records that.
 * @param {Stage[]} stages
 * @param {string} type
 * @param {(share: number) => void} onProgress
 * @param {AbortSignal} signal
 * @returns {Promise<Blob | null>} null where it was stopped
 */
export async function video(stages, type, onProgress, signal) {
  const { canvas, context } = sheet(stages, SHARPNESS);
  const end = endOf(stages);
  const whole = LEAD_TIME + end * STEP_TIME + HOLD_TIME;
  paintPicture(context, stages, 0);
  const recorder = new MediaRecorder(canvas.captureStream(FRAMES_A_SECOND), { mimeType: type, videoBitsPerSecond: BITS_A_SECOND });
  /** @type {Blob[]} */
  const parts = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  const stopped = new Promise((resolve) => { recorder.onstop = resolve; });
  recorder.start();
  const began = performance.now();
  for (let passed = 0; passed < whole && !signal.aborted; passed = performance.now() - began) {
    await new Promise((resolve) => { requestAnimationFrame(resolve); });
    paintPicture(context, stages, Math.min(end, Math.max(0, (passed - LEAD_TIME) / STEP_TIME)));
    onProgress(Math.min(1, passed / whole));
  }
  recorder.stop();
  await stopped;
  return signal.aborted ? null : new Blob(parts, { type: type.split(';')[0] });
}

/**
 * Draws the animation frame by frame; the page stays alive between two.
 * @param {Stage[]} stages
 * @param {(share: number) => void} onProgress
 * @param {AbortSignal} signal
 * @returns {Promise<Blob | null>} null where it was stopped
 */
export async function animatedGif(stages, onProgress, signal) {
  const { canvas: { width, height }, context } = sheet(stages, 1);
  const end = endOf(stages);
  /** @type {(position: number) => Uint8ClampedArray} */
  const pixels = (position) => {
    paintPicture(context, stages, position);
    return context.getImageData(0, 0, width, height).data;
  };
  const samples = Array.from({ length: SAMPLES }, (_, i) => pixels((end * i) / (SAMPLES - 1)));
  const gif = new Gif(width, height, new ColourTable(samples));
  const last = Math.round((end * STEP_TIME) / GIF_TIME);
  for (let i = 0; i <= last && !signal.aborted; i += 1) {
    gif.add(pixels((end * i) / last), i === 0 ? LEAD_TIME : i === last ? HOLD_TIME : GIF_TIME);
    onProgress(i / last);
    await new Promise((resolve) => { setTimeout(resolve); });
  }
  return signal.aborted ? null : gif.blob();
}

/** @param {Stage[]} stages */
const endOf = (stages) => Math.max(...stages.map(({ steps }) => steps)) + 1;

/**
 * @param {Stage[]} stages
 * @param {number} sharpness pixels of the picture to one of the page
 */
function sheet(stages, sharpness) {
  const { width, height } = pictureSize(stages);
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: width * sharpness, height: height * sharpness });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: sharpness === 1 }));
  context.scale(sharpness, sharpness);
  return { canvas, context };
}

/**
 * @param {Blob} blob
 * @param {string} name
 */
export function download(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
