// The sections of a long document, for its outline, and how much each holds; and who is least sure.

import { lowerBound } from './offsets.js';

const LONGEST_HEADING = 80; // UTF-16 units
const SIZE = 3000; // UTF-16 units of a section in a text without headings
const TITLE = 48; // UTF-16 units that a title shows
const FEWEST_HEADINGS = 3;

/**
 * The sections of a text: by its headings, else of about equal length; each begins at a line, or at
 * a blank where lines are very long. Together they cover the text.
 * @param {string} text
 * @returns {Section[]}
 */
export function sectionsOf(text) {
  const headings = headingsOf(text);
  const starts = headings.length < FEWEST_HEADINGS ? evenly(text) : headings;
  if (starts[0] !== 0) starts.unshift(0);
  return starts.map((s, i) => ({ s, e: starts[i + 1] ?? text.length, title: titleAt(text, s) }));
}

/**
 * Where headings begin: marked by #, or short lines that end in no stop before a longer line.
 * @param {string} text
 */
function headingsOf(text) {
  const headings = [];
  const lines = text.split('\n');
  let at = 0;
  for (const [number, line] of lines.entries()) {
    const words = line.trim();
    const short = words.length > 0 && words.length <= LONGEST_HEADING && !/[.?!:;,…。！？]["”»)]?$/u.test(words);
    const next = lines.slice(number + 1, number + 3).find((other) => other.trim()) ?? '';
    if (/^#{1,6} /.test(words) || (short && next.length > LONGEST_HEADING)) headings.push(at);
    at += line.length + 1;
  }
  return headings;
}

/** @param {string} text */
function evenly(text) {
  const starts = [0];
  for (;;) {
    const from = starts[starts.length - 1] + SIZE;
    if (from >= text.length) return starts;
    const line = text.indexOf('\n', from);
    const blank = text.indexOf(' ', from);
    const end = line >= 0 && line - from < SIZE ? line : blank;
    if (end < 0 || end + 1 >= text.length) return starts;
    starts.push(end + 1);
  }
}

/**
 * @param {string} text
 * @param {number} start
 */
function titleAt(text, start) {
  const line = text.slice(start, start + 4 * TITLE).trimStart().replace(/^#+ /, '').split('\n', 1)[0].trim();
  return line.length <= TITLE ? line : `${line.slice(0, TITLE).replace(/\s+\S*$/, '')} …`;
}

/**
 * How many suggestions are left in each section.
 * @param {Section[]} sections
 * @param {Iterable<Span>} spans
 */
export function leftIn(sections, spans) {
  const starts = sections.map(({ s }) => s);
  const left = sections.map(() => 0);
  for (const { s, status } of spans) {
    if (status === 'suggested') left[Math.max(0, lowerBound(starts, s + 1) - 1)] += 1;
  }
  return left;
}

/**
 * The suggestion that the model is least sure of, after those that were visited; the least sure of
 * all where none comes after.
 * @param {Iterable<Span>} spans
 * @param {{ score: number, s: number } | null} visited
 */
export function leastSure(spans, visited) {
  const ranked = [...spans].filter(({ status }) => status === 'suggested')
    .map((span) => ({ id: span.id, s: span.s, score: span.score ?? 0 }))
    .sort((a, b) => a.score - b.score || a.s - b.s);
  const after = visited && ranked.find(({ score, s }) =>
    score > visited.score || (score === visited.score && s > visited.s));
  return after || ranked[0] || null;
}
