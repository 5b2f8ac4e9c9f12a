// Which words stand in which row of the stage, and how large: the text fills the width.

const SLACK = 0.985; // text is measured at one size and drawn at another
const FINER = 0.5; // pixels between the sizes that are tried

/**
 * Rows of words as [first, after the last). A row ends where a gap may be broken; within a run
 * of words without gaps, as a web address or Chinese is, only where the run is too wide.
 * @param {Measures} measures
 * @param {number} available
 * @returns {[number, number][]}
 */
export function breakRows({ words, gaps, breakable }, available) {
  /** @type {[number, number][]} */
  const rows = [];
  let first = 0;
  let width = 0;
  /** @type {(at: number, needed: number) => void} */
  const assign = (at, needed) => {
    if (at > first && width + needed > available) {
      rows.push([first, at]);
      [first, width] = [at, 0];
    }
  };
  for (let from = 0; from < words.length;) {
    let to = from + 1;
    while (to < words.length && !breakable[to - 1]) to++;
    const run = sum(words, from, to) + sum(gaps, from, to - 1);
    assign(from, run);
    for (let i = from; i < to; i++) {
      if (run > available) assign(i, words[i]);
      width += words[i] + gaps[i];
    }
    from = to;
  }
  if (words.length) rows.push([first, words.length]);
  return rows;
}

/**
 * The largest size, within limits, at which the text fills as few rows as at the least size.
 * @param {Measures} measures taken at the size `measured`
 * @param {number} measured
 * @param {number} available
 * @param {{ least: number, most: number }} sizes
 */
export function fitRows(measures, measured, available, { least, most }) {
  const { words, gaps } = measures;
  /** @type {(size: number) => [number, number][]} */
  const rowsAt = (size) => breakRows(measures, (available * SLACK * measured) / size);
  const whole = sum(words, 0, words.length) + sum(gaps, 0, words.length - 1);
  const single = (measured * available * SLACK) / Math.max(1, whole);
  if (single >= least) {
    return { size: Math.min(most, single), rows: words.length ? [/** @type {[number, number]} */ ([0, words.length])] : [] };
  }
  const fewest = rowsAt(least).length;
  let size = most;
  while (size > least && rowsAt(size).length > fewest) size -= FINER;
  size = Math.max(least, size);
  return { size, rows: rowsAt(size) };
}

/**
 * The row of a word.
 * @param {[number, number][]} rows
 * @param {number} word
 */
export function rowOf(rows, word) {
  const row = rows.findIndex(([, end]) => word < end);
  return row < 0 ? Math.max(0, rows.length - 1) : row;
}

/**
 * @param {number[]} values
 * @param {number} from
 * @param {number} to
 */
function sum(values, from, to) {
  let total = 0;
  for (let i = from; i < to; i++) total += values[i];
  return total;
}
