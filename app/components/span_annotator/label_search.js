// Which labels typed letters mean, and in which order they are offered.

import { groupsOf } from './label_groups.js';

const PART = /[\s_:./-]+/;

/**
 * How well a label's name matches what was typed, 0 the best; null where it does not.
 * @param {Label} label
 * @param {string} typed in lower case
 * @param {string} keys
 */
function rank({ name, description }, typed, keys) {
  const lower = name.toLowerCase();
  const parts = lower.split(PART);
  if (lower === typed || keys.toLowerCase() === typed) return 0;
  if (lower.startsWith(typed)) return 1;
  if (parts.some((part) => part.startsWith(typed))) return 2;
  if (parts.map((part) => [...part][0]).join('').startsWith(typed)) return 3;
  if (lower.includes(typed)) return 4;
  if (inOrder(lower, typed)) return 5;
  return description?.toLowerCase().includes(typed) ? 6 : null;
}

/**
 * Whether the letters stand in the text in their order.
 * @param {string} text
 * @param {string} letters
 */
function inOrder(text, letters) {
  let at = -1;
  return [...letters].every((letter) => { at = text.indexOf(letter, at + 1); return at >= 0; });
}

/**
 * The labels to offer, by group: all of them with the recent ones first while nothing is typed,
 * else the matches, the best first and among equals the recent ones.
 * @param {Label[]} labels
 * @param {string} typed
 * @param {string[]} recent names, the last used first
 * @param {Map<string, string>} keys
 * @returns {LabelGroup[]}
 */
export function searchLabels(labels, typed, recent, keys) {
  const query = typed.trim().toLowerCase();
  const used = recent.flatMap((name) => labels.filter((label) => label.name === name));
  if (!query) {
    const groups = groupsOf(labels.filter((label) => !used.includes(label)));
    const shown = used.map((label) => ({ label, shown: label.name }));
    return used.length ? [{ prefix: 'Recent', members: shown }, ...groups] : groups;
  }
  const matches = [...used, ...labels.filter((label) => !used.includes(label))]
    .map((label) => ({ label, shown: label.name, rank: rank(label, query, keys.get(label.name) ?? '') }))
    .filter((match) => match.rank !== null)
    .sort((a, b) => Number(a.rank) - Number(b.rank));
  return matches.length ? [{ prefix: '', members: matches.map(({ label, shown }) => ({ label, shown })) }] : [];
}
