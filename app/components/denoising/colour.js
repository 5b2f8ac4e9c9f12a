// Colours as [red, green, blue].
/**
 * @param {number} a
 * @param {number} b
 * @param {number} u
 */
export const mix = (a, b, u) => a + (b - a) * u;
/**
 * @param {Colour} a
 * @param {Colour} b
 * @param {number} u
 * @returns {Colour}
 */
export const blend = (a, b, u) => [mix(a[0], b[0], u), mix(a[1], b[1], u), mix(a[2], b[2], u)];
/**
 * @param {Colour} c
 * @param {number} alpha
 */
export const rgba = (c, alpha) => `rgba(${c.map(Math.round).join(',')},${alpha.toFixed(3)})`;
/** @param {string} text */
const hex = (text) => [1, 3, 5].map((i) => parseInt(text.slice(i, i + 2), 16));

/** @param {Colour} colour */
function luminance(colour) {
  const [r, g, b] = colour.map((v) => {
    const u = v / 255;
    return u <= 0.04045 ? u / 12.92 : ((u + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/**
 * Black or white, whichever reads better on the colour.
 * @param {Colour} colour
 */
export const inkOn = (colour) => (luminance(colour) > 0.22 ? '#10131a' : '#ffffff');

/**
 * The page's own ink, and each label's colour made light enough for a dark page.
 * @param {Element} element
 * @param {DenoisingPayload['labels']} labels
 * @returns {Palette}
 */
export function palette(element, labels) {
  const ink = (getComputedStyle(element).color.match(/[\d.]+/g) ?? [0, 0, 0]).slice(0, 3).map(Number);
  const dark = luminance(ink) > 0.4;
  /** @type {(colour: Colour) => Colour} */
  const lighten = (colour) => (dark ? blend(colour, [255, 255, 255], 0.18) : colour);
  return {
    ink, dark, labels: labels.map((label) => lighten(hex(label.color))),
    flash: dark ? [255, 196, 84] : [176, 92, 0], font: getComputedStyle(element).fontFamily,
  };
}
