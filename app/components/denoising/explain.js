// What the view says in words about an entity or a noisy span.

import { landed } from './selection.js';

/** @param {number} perMille */
export const percent = (perMille) => `${Math.round(perMille / 10)} %`;

/**
 * @param {DenoisingPayload} payload
 * @param {number} i
 */
export function explainEntity(payload, i) {
  const entity = payload.entities[i];
  const [mine, all] = [entity.collapsed.length, payload.frames[0].at.length];
  const label = payload.labels[entity.label].name;
  const met = mine ? `${mine} of ${all} noisy spans collapsed here` : `proposed at step ${entity.step}`;
  return `${met} · ${label} · ${entity.score === null ? '–' : `${Math.round(entity.score * 100)} %`}`;
}

/**
 * @param {DenoisingPayload} payload
 * @param {number} k
 */
export function explainSpan(payload, k) {
  const entity = payload.entities.find((candidate) => candidate.collapsed.includes(k));
  const last = payload.frames.length - 1;
  const [start, end] = payload.frames[last].spans[k];
  const fate = entity ? `collapsed on ${entity.text}` : `ends on “${wordsOf(payload, start, end)}”, not kept as an entity`;
  const label = payload.frames[last].labels[k];
  const type = entity || label < 0 ? '' : ` (${payload.labels[label].name})`;
  return `noisy span ${k + 1} ${fate}${type}`;
}

/**
 * Where an entity came from: when it was first met, when it was surest, who visited.
 * @param {DenoisingPayload} payload
 * @param {number} i
 */
export function story(payload, i) {
  const entity = payload.entities[i];
  const met = payload.frames.map((frame) => frame.at.filter((_, k) => landed(frame, k, entity)).length);
  const first = met.findIndex((count) => count > 0);
  const visitors = new Set(payload.frames.flatMap((frame) => frame.at.flatMap((_, k) => (landed(frame, k, entity) ? [k] : []))));
  const parts = [`${entity.collapsed.length} noisy ${entity.collapsed.length === 1 ? 'span' : 'spans'} collapsed here`];
  if (first > 0) parts.push(`first reached at step ${first}`);
  parts.push(`most confident at step ${entity.step}`);
  if (visitors.size > entity.collapsed.length) parts.push(`${visitors.size} passed here in total`);
  return `${parts.join(' · ')}.`;
}

/**
 * @param {DenoisingPayload} payload
 * @param {number} start
 * @param {number} end
 */
export function wordsOf({ words, gaps }, start, end) {
  return words.slice(start, end).map((word, i) => (i < end - start - 1 ? word + gaps[start + i] : word)).join('');
}

/**
 * The likely words of one edge (0 left, 1 right) of span k at a step, as [word, per mille].
 * @param {Frame} frame
 * @param {number} k
 * @param {number} edge
 */
export function pointed(frame, k, edge) {
  const flat = frame.pointers[k]?.[edge] ?? [];
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i], flat[2 * i + 1]]);
}

/**
 * The best words beside the one that was taken, in words.
 * @param {DenoisingPayload} payload
 * @param {Frame} frame
 * @param {number} k
 * @param {number} edge
 * @param {number} most
 */
export function runnersUp({ words }, frame, k, edge, most) {
  const taken = frame.spans[k][edge] - edge;
  const others = pointed(frame, k, edge).filter(([word]) => word !== taken).slice(0, most);
  if (!frame.pointers.length) return '';
  return others.map(([word, p]) => `${words[word]} ${percent(p)}`).join(', ') || 'none above 1 %';
}

