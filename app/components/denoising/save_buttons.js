// The buttons that save a step or the whole animation, and how far a video is.

import { VIDEO_TYPES, download, pngPicture, svgPicture, video } from './exporting.js';

export class SaveButtons {
  /** @type {AbortController | null} */ recording = null;

  /**
   * @param {HTMLElement} root
   * @param {() => { stages: import('./stage.js').Stage[], position: number, name: string }} shown
   */
  constructor(root, shown) {
    /** @type {(name: string) => any} */
    const find = (name) => root.querySelector(`.${name}`);
    this.shown = shown;
    /** @type {HTMLButtonElement} */ this.button = find('save-video');
    /** @type {HTMLProgressElement} */ this.progress = find('saving');
    this.namespace = root.querySelector('svg')?.namespaceURI ?? '';
    this.type = 'MediaRecorder' in globalThis ? VIDEO_TYPES.find((type) => MediaRecorder.isTypeSupported(type)) : undefined;
    this.button.hidden = !this.type;
    find('save-png').onclick = async () => {
      const { stages, position, name } = shown();
      const blob = await pngPicture(stages, position);
      if (blob) download(blob, `${name}-step-${Math.floor(position)}.png`);
    };
    find('save-svg').onclick = () => {
      const { stages, position, name } = shown();
      download(svgPicture(stages, position, this.namespace), `${name}-step-${Math.floor(position)}.svg`);
    };
    this.button.onclick = () => { if (this.recording) this.recording.abort(); else this.#record(); };
  }

  async #record() {
    const { stages, name } = this.shown();
    const type = /** @type {string} */ (this.type);
    this.recording = new AbortController();
    this.#draw(0);
    try {
      const blob = await video(stages, type, (share) => this.#draw(share), this.recording.signal);
      if (blob) download(blob, `${name}.${/^video\/(\w+)/.exec(type)?.[1]}`);
    } finally {
      this.recording = null;
      this.#draw(null);
    }
  }

  destroy() { this.recording?.abort(); }

  /** @param {number | null} share null while nothing is recorded */
  #draw(share) {
    this.progress.hidden = share === null;
    this.progress.value = share ?? 0;
    this.button.textContent = share === null ? 'Video' : `Recording ${Math.round(100 * share)} % – stop`;
  }
}
