// A moving picture as a GIF: one table of colours for all frames, and of each frame what changed.

const CELLS = 1 << 15; // colours, with five bits a channel
const MOST_COLOURS = 255;
const UNCHANGED = 255; // the index of pixels that stay as they are
const LOOPS = [0x21, 0xff, 11, ...letters('NETSCAPE2.0'), 3, 1, 0, 0, 0]; // for ever
const [CLEAR, END, FIRST, LIMIT] = [256, 257, 258, 4096]; // codes of LZW
const BLOCK = 255; // bytes at most

/** @param {string} text */
function letters(text) { return [...text].map((letter) => letter.charCodeAt(0)); }

/** @param {number} number */
const twoBytes = (number) => [number & 255, number >> 8];

/** The most frequent colours of some pictures. */
export class ColourTable {
  /** @param {Uint8ClampedArray[]} pictures red, green, blue and alpha of each pixel */
  constructor(pictures) {
    const counts = new Uint32Array(CELLS);
    const sums = new Float64Array(3 * CELLS);
    for (const picture of pictures) {
      for (let at = 0; at < picture.length; at += 4) {
        const cell = cellOf(picture, at);
        counts[cell] += 1;
        for (let channel = 0; channel < 3; channel += 1) sums[3 * cell + channel] += picture[at + channel];
      }
    }
    const cells = [...counts.keys()].filter((cell) => counts[cell]).sort((a, b) => counts[b] - counts[a]);
    const frequent = cells.slice(0, MOST_COLOURS);
    this.colours = frequent.map((cell) => [0, 1, 2].map((channel) => Math.round(sums[3 * cell + channel] / counts[cell])));
    this.indexes = new Int16Array(CELLS).fill(-1);
    frequent.forEach((cell, index) => { this.indexes[cell] = index; });
  }

  /**
   * The index of a pixel's colour, or of the one nearest to it.
   * @param {Uint8ClampedArray} picture
   * @param {number} at
   */
  indexAt(picture, at) {
    const cell = cellOf(picture, at);
    if (this.indexes[cell] < 0) this.indexes[cell] = this.#nearest(picture[at], picture[at + 1], picture[at + 2]);
    return this.indexes[cell];
  }

  /**
   * @param {number} red
   * @param {number} green
   * @param {number} blue
   */
  #nearest(red, green, blue) {
    const distances = this.colours.map(([r, g, b]) => (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2);
    return distances.indexOf(Math.min(...distances));
  }

  get bytes() {
    const bytes = this.colours.flat();
    return [...bytes, ...Array.from({ length: 3 * 256 - bytes.length }, () => 0)];
  }
}

/**
 * @param {Uint8ClampedArray} picture
 * @param {number} at
 */
const cellOf = (picture, at) => ((picture[at] >> 3) << 10) | ((picture[at + 1] >> 3) << 5) | (picture[at + 2] >> 3);

export class Gif {
  /** @type {Uint8Array | null} */ before = null; // the last frame's indexes

  /**
   * @param {number} width
   * @param {number} height
   * @param {ColourTable} table
   */
  constructor(width, height, table) {
    this.size = [...twoBytes(width), ...twoBytes(height)];
    this.table = table;
    this.parts = [Uint8Array.from([...letters('GIF89a'), ...this.size, 0xf7, 0, 0, ...table.bytes, ...LOOPS])];
  }

  /**
   * @param {Uint8ClampedArray} picture of the whole size
   * @param {number} duration milliseconds
   */
  add(picture, duration) {
    const indexes = new Uint8Array(picture.length / 4);
    for (let i = 0; i < indexes.length; i += 1) indexes[i] = this.table.indexAt(picture, 4 * i);
    const { before } = this;
    const drawn = before ? indexes.map((index, i) => (index === before[i] ? UNCHANGED : index)) : indexes;
    this.before = indexes;
    const control = [0x21, 0xf9, 4, 0b101, ...twoBytes(Math.round(duration / 10)), UNCHANGED, 0];
    this.parts.push(Uint8Array.from([...control, 0x2c, 0, 0, 0, 0, ...this.size, 0, 8]));
    this.parts.push(...blocks(compressed(drawn)));
  }

  /** The whole file. */
  blob() { return new Blob([...this.parts, Uint8Array.of(0x3b)], { type: 'image/gif' }); }
}

/**
 * @param {number[]} bytes
 * @returns {Uint8Array<ArrayBuffer>[]}
 */
function blocks(bytes) {
  const parts = [];
  for (let at = 0; at < bytes.length; at += BLOCK) {
    const block = bytes.slice(at, at + BLOCK);
    parts.push(Uint8Array.from([block.length, ...block]));
  }
  return [...parts, Uint8Array.of(0)];
}

/**
 * LZW with codes of 9 to 12 bits, the lowest bits first.
 * @param {Uint8Array} indexes
 */
function compressed(indexes) {
  /** @type {number[]} */
  const bytes = [];
  const children = new Uint16Array(LIMIT << 8); // the code of a known run and one index more
  let [size, next, held, bits] = [9, FIRST, 0, 0];
  /** @param {number} code */
  const emit = (code) => {
    held |= code << bits;
    bits += size;
    for (; bits >= 8; bits -= 8, held >>>= 8) bytes.push(held & 255);
    if (next === 1 << size && size < 12) size += 1;
  };
  emit(CLEAR);
  let run = indexes[0];
  for (let i = 1; i < indexes.length; i += 1) {
    const longer = (run << 8) | indexes[i];
    if (children[longer]) { run = children[longer]; continue; }
    emit(run);
    run = indexes[i];
    if (next < LIMIT) { children[longer] = next; next += 1; continue; }
    emit(CLEAR);
    children.fill(0);
    [size, next] = [9, FIRST];
  }
  emit(run);
  emit(END);
  if (bits) bytes.push(held & 255);
  return bytes;
}
