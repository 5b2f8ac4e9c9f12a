// What draws as a canvas does, and makes an SVG picture of it.

/** @param {number} value */
const short = (value) => String(Math.round(value * 100) / 100);
/** @param {string} text */
const escaped = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** @implements {Brush} */
export class SvgBrush {
  fillStyle = '#000';
  strokeStyle = '#000';
  lineWidth = 1;
  font = '12px sans-serif';
  /** @type {string[]} */ parts = [];
  /** @type {string[]} */ path = [];

  /** @param {(text: string, font: string) => number} widthOf */
  constructor(widthOf) { this.widthOf = widthOf; }

  beginPath() { this.path = []; }

  /** @type {Brush['moveTo']} */
  moveTo(x, y) { this.path.push(`M${short(x)} ${short(y)}`); }

  /** @type {Brush['lineTo']} */
  lineTo(x, y) { this.path.push(`L${short(x)} ${short(y)}`); }

  /** @type {Brush['roundRect']} */
  roundRect(x, y, width, height, radius) {
    const r = Math.max(0, Math.min(radius, width / 2, height / 2));
    const [w, h] = [short(width - 2 * r), short(height - 2 * r)];
    const arc = (/** @type {string} */ end) => `a${short(r)} ${short(r)} 0 0 1 ${end}`;
    this.path.push(`M${short(x + r)} ${short(y)}h${w}${arc(`${short(r)} ${short(r)}`)}v${h}`
      + `${arc(`${short(-r)} ${short(r)}`)}h-${w}${arc(`${short(-r)} ${short(-r)}`)}v-${h}${arc(`${short(r)} ${short(-r)}`)}z`);
  }

  fill() { if (this.path.length) this.parts.push(`<path d="${this.path.join('')}" fill="${this.fillStyle}"/>`); }

  stroke() {
    if (!this.path.length) return;
    this.parts.push(`<path d="${this.path.join('')}" fill="none" stroke="${this.strokeStyle}" stroke-width="${this.lineWidth}"/>`);
  }

  /** @type {Brush['fillRect']} */
  fillRect(x, y, width, height) {
    this.parts.push(`<rect x="${short(x)}" y="${short(y)}" width="${short(width)}" height="${short(height)}" fill="${this.fillStyle}"/>`);
  }

  /** @type {Brush['fillText']} */
  fillText(text, x, y) {
    this.parts.push(`<text x="${short(x)}" y="${short(y)}" fill="${this.fillStyle}" style="font:${escaped(this.font)};white-space:pre">${escaped(text)}</text>`);
  }

  /** @type {Brush['measureText']} */
  measureText(text) { return { width: this.widthOf(text, this.font) }; }

  save() { this.parts.push('<g>'); }

  /** @type {Brush['translate']} */
  translate(x, y) { this.parts.push(`<g transform="translate(${short(x)} ${short(y)})">`); }

  restore() { this.parts.push('</g></g>'); }

  /**
   * The whole picture, in pixels.
   * @param {string} namespace of SVG
   * @param {number} width
   * @param {number} height
   */
  picture(namespace, width, height) {
    const size = `width="${Math.ceil(width)}" height="${Math.ceil(height)}" viewBox="0 0 ${Math.ceil(width)} ${Math.ceil(height)}"`;
    return `<svg xmlns="${namespace}" ${size}>${this.parts.join('')}</svg>\n`;
  }
}
