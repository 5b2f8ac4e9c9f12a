// Small helpers for building elements. Text only ever enters the page through textContent.

/**
 * A new element with a class and, if given, literal text.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {string} [className]
 * @param {string | null} [text]
 * @returns {HTMLElementTagNameMap[T]}
 */
export function el(tag, className = '', text = null) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== null) node.textContent = text;
  return node;
}

/**
 * Gives a node a text, and leaves it alone where it has it: unchanged nodes cost no layout.
 * @param {Element} node
 * @param {string} text
 */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * A button that runs `press`; `testid` is how tests find it.
 * @param {string} testid
 * @param {string} className
 * @param {string | null} text
 * @param {(event: MouseEvent) => void} press
 */
export function button(testid, className, text, press) {
  const node = el('button', className, text);
  node.type = 'button';
  node.dataset.testid = testid;
  node.addEventListener('click', press);
  return node;
}

/**
 * Places an element by its box, in pixels of its positioned parent.
 * @template {HTMLElement} T
 * @param {T} node
 * @param {Box} box
 */
export function setBox(node, { left, top, width, height }) {
  Object.assign(node.style, {
    left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px`,
  });
  return node;
}

const HEX = /^#[0-9a-f]{6}$/i;
const GREY = '#808080';

/**
 * The colour if it is #rrggbb, else grey: a label's colour comes from a person's input.
 * @param {string} colour
 */
export const safeColour = (colour) => (HEX.test(colour) ? colour : GREY);

/**
 * Black or white, whichever contrasts more with the colour (WCAG relative luminance).
 * @param {string} colour
 */
export function inkOn(colour) {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const c = parseInt(colour.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return (luminance + 0.05) / 0.05 > 1.05 / (luminance + 0.05) ? '#000000' : '#ffffff';
}

/**
 * Sets --c (the label's colour) and --ink (text on it).
 * @template {HTMLElement} T
 * @param {T} node
 * @param {string} colour
 */
export function paint(node, colour) {
  node.style.setProperty('--c', colour);
  node.style.setProperty('--ink', inkOn(colour));
  return node;
}

/** @param {number} number */
export const grouped = (number) => number.toLocaleString('en');

/** @param {number} score */
export const percent = (score) => `${Math.round(score * 100)}%`;
