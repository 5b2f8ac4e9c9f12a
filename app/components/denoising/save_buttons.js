// The buttons that save a step or the whole animation, and how far a video or a GIF is.

import { VIDEO_TYPES, animatedGif, download, pngPicture, svgPicture, video } from './exporting.js';

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
    /** @type {Record<string, HTMLButtonElement>} */
    this.buttons = { GIF: find('save-gif'), Video: find('save-video') };
    /** @type {HTMLProgressElement} */ this.progress = find('saving');
    this.namespace = root.querySelector('svg')?.namespaceURI ?? '';
    this.type = 'MediaRecorder' in globalThis ? VIDEO_TYPES.find((type) => MediaRecorder.isTypeSupported(type)) : undefined;
    this.buttons.Video.hidden = !this.type;
    find('save-png').onclick = async () => {
      const { stages, position, name } = shown();
      const blob = await pngPicture(stages, position);
      if (blob) download(blob, `${name}-step-${Math.floor(position)}.png`);
    };
    find('save-svg').onclick = () => {
      const { stages, position, name } = shown();
      download(svgPicture(stages, position, this.namespace), `${name}-step-${Math.floor(position)}.svg`);
    };
    for (const [kind, button] of Object.entries(this.buttons)) {
      button.onclick = () => { if (this.recording) this.recording.abort(); else this.#record(kind); };
    }
  }

  /** @param {string} kind */
  async #record(kind) {
    const { stages, name } = this.shown();
    const type = /** @type {string} */ (this.type);
    const { signal } = this.recording = new AbortController();
    /** @type {(share: number) => void} */
    const onProgress = (share) => this.#draw(kind, share);
    onProgress(0);
    try {
      const blob = await (kind === 'GIF' ? animatedGif(stages, onProgress, signal) : video(stages, type, onProgress, signal));
      if (blob) download(blob, `${name}.${blob.type.split('/')[1]}`);
    } finally {
      this.recording = null;
      this.#draw(kind, null);
    }
  }

  destroy() { this.recording?.abort(); }

  /**
   * @param {string} recorded
   * @param {number | null} share null while nothing is recorded
   */
  #draw(recorded, share) {
    this.progress.hidden = share === null;
    this.progress.value = share ?? 0;
    for (const [kind, button] of Object.entries(this.buttons)) {
      button.disabled = share !== null && kind !== recorded;
      button.textContent = share === null || button.disabled ? kind : `Recording ${Math.round(100 * share)} % – stop`;
    }
  }
}
