// What a bar shows of a label whose name does not fit: a form that no other label has.

const WORD_PARTS = /[\p{Lu}]?[\p{Ll}\p{M}]+|[\p{Lu}]+(?![\p{Ll}])|[\p{Nd}]+|[\p{L}]+/gu;
const MOST_LETTERS = 12; // letters of an abbreviation; a bar with room for more shows these

/**
 * The ways to write a name in `length` letters, the most telling first.
 * @param {string} name
 * @param {number} length
 */
function* forms(name, length) {
  const letters = [...name];
  yield letters.slice(0, length).join('');
  const parts = name.match(WORD_PARTS) ?? [name];
  const last = [...(parts.at(-1) ?? '')];
  if (last.length === length) yield last.join('');
  const first = parts.slice(0, -1).join('');
  const room = length - last.length;
  if (room >= 3) yield `${[...first].slice(0, room - 1).join('')}…${last.join('')}`;
  if (room >= 1) yield [...first].slice(0, room).join('') + last.join('');
  const initials = parts.slice(0, -1).map((part) => [...part][0]).join('');
  yield [...initials].slice(0, Math.max(1, length - 1)).join('').concat(last.join('')).slice(0, length);
  yield [...initials + (last[0] ?? '')].slice(-length).join('');
  const compact = [...parts.join('')];
  for (let at = 1; at + length - 1 <= compact.length; at += 1) {
    yield compact[0] + compact.slice(at, at + length - 1).join('');
  }
  for (let number = 1; number < 36 ** (length - 1); number += 1) yield compact[0] + number.toString(36).toUpperCase();
}

/**
 * Of each name its forms, the longest first and the name itself before them. A form belongs to
 * one name alone, and no other name begins with it. For many names there is none of one letter.
 * @param {string[]} names
 * @returns {Map<string, string[]>}
 */
export function abbreviate(names) {
  const formsOf = new Map(names.map((name) => [name, [name]]));
  const taken = new Set();
  const beginnings = countBeginnings(names);
  const longest = Math.max(0, ...names.map((name) => [...name].length - 1));
  for (let length = Math.min(MOST_LETTERS, longest); length > 0; length -= 1) {
    for (const name of names) {
      const form = freeForm(name, length, beginnings, taken);
      if (!form) continue;
      taken.add(form.toUpperCase());
      formsOf.get(name)?.push(form);
    }
  }
  return formsOf;
}

/**
 * How many names begin with each text, whatever their case.
 * @param {string[]} names
 */
function countBeginnings(names) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const name of names) {
    const upper = name.toUpperCase();
    for (let end = 1; end <= upper.length; end += 1) {
      const beginning = upper.slice(0, end);
      counts.set(beginning, (counts.get(beginning) ?? 0) + 1);
    }
  }
  return counts;
}

/**
 * @param {string} name
 * @param {number} length
 * @param {Map<string, number>} beginnings
 * @param {Set<string>} taken
 */
function freeForm(name, length, beginnings, taken) {
  if ([...name].length <= length) return null;
  for (const form of forms(name, length)) {
    const upper = form.toUpperCase();
    const others = (beginnings.get(upper) ?? 0) - Number(name.toUpperCase().startsWith(upper));
    const ends = /[\p{L}\p{N}\p{M}]$/u.test(form); // not in the "_" between two parts
    if (!others && !taken.has(upper) && ends && [...form].length <= length) return form;
  }
  return null;
}

/** The forms of a project's labels, measured as the bars draw them. */
export class Abbreviations {
  /** @type {Map<string, number>} */ widths = new Map();
  /** @type {Map<string, string[]>} */ forms;

  /**
   * @param {string[]} names
   * @param {(text: string) => number} measure the width of a text in px
   */
  constructor(names, measure) {
    this.measure = measure;
    this.forms = abbreviate(names);
  }

  /** @param {string} text */
  width(text) {
    const known = this.widths.get(text) ?? this.measure(text);
    this.widths.set(text, known);
    return known;
  }

  /**
   * As much of a label as fits into `width` px: its name, else its longest form. The shortest
   * where none fits. A label that the project does not have is cut.
   * @param {string} label
   * @param {number} width
   */
  fit(label, width) {
    const forms = this.forms.get(label) ?? [...label].map((_, i, all) => all.slice(0, all.length - i).join(''));
    return forms.find((form) => this.width(form) <= width) ?? forms.at(-1) ?? '';
  }
}

/**
 * Measures texts in a bar's letters.
 * @param {HTMLElement} node whose font the bars have
 * @returns {(text: string) => number}
 */
export function barLetters(node) {
  const context = document.createElement('canvas').getContext('2d');
  if (!context) return (text) => text.length * 7;
  context.font = `700 10px ${getComputedStyle(node).fontFamily}`;
  return (text) => context.measureText(text).width + 0.2 * text.length; // letter-spacing: 0.02em
}
