// The mouse: drag to choose words, click to choose spans, drag a handle to move a boundary.

import { spansAt } from './spans.js';

export class Pointer {
  constructor(annotator, surface, signal) {
    this.annotator = annotator;
    this.surface = surface;
    const box = surface.box;
    box.addEventListener('pointerdown', (event) => this.down(event), { signal });
    document.addEventListener('pointermove', (event) => this.move(event), { signal });
    document.addEventListener('pointerup', (event) => this.up(event), { signal });
    document.addEventListener('pointercancel', () => this.cancel(), { signal });
  }

  down(event) {
    if (event.button !== 0) return;
    this.press = {
      x: event.clientX,
      y: event.clientY,
      bar: event.target.closest?.('.bar'),
      edge: event.target.closest?.('.handle')?.dataset.edge,
    };
  }

  move(event) {
    if (!this.press?.edge) return;
    const offset = this.surface.offsetAt(event.clientX, event.clientY);
    const { selectedSpan, tokens } = this.annotator;
    if (offset === null || !selectedSpan) return;
    this.press.range = tokens.drag(selectedSpan, this.press.edge, offset);
    this.annotator.preview(this.press.range);
  }

  cancel() {
    if (this.press?.edge) this.annotator.preview(null);
    this.press = null;
  }

  up(event) {
    const { press, annotator } = this;
    this.press = null;
    if (!press) return;
    annotator.focus();
    if (press.edge) annotator.moveTo(press.range ?? null);
    else if (press.bar) annotator.select(press.bar.dataset.id);
    else this.released(event, press);
  }

  released(event, press) {
    const { annotator, surface } = this;
    const chosen = surface.selected();
    const offset = surface.offsetAt(event.clientX, event.clientY);
    const here = offset === null ? [] : spansAt(annotator.shown, offset);
    const still = Math.hypot(event.clientX - press.x, event.clientY - press.y) < 4;
    const walking = still && here.length > 0; // a double click on a span walks, it chooses no word
    if (chosen && !walking) {
      document.getSelection().removeAllRanges();
      annotator.choose(annotator.tokens.snap(...chosen));
      return;
    }
    if (walking) document.getSelection().removeAllRanges();
    if (!here.length) { annotator.clear(); return; }
    const current = here.findIndex(({ id }) => id === annotator.selected);
    annotator.select(here[(current + 1) % here.length].id); // again: outwards, then the inner one
  }
}
