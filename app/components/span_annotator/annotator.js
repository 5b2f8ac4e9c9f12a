// The span annotator: a Streamlit Components v2 renderer.
// The view is the server's spans with the operations it has not acknowledged applied on top.

import { overlay } from './bars.js';
import { safeColour } from './dom.js';
import { Editor } from './editor.js';
import { listen } from './keys.js';
import { OffsetMap, Tokens } from './offsets.js';
import { Outbox } from './outbox.js';
import { Panel } from './panel.js';
import { Pointer } from './pointer.js';
import { Popover } from './popover.js';
import { applyOp, countByStatus, fromWire, inReadingOrder } from './spans.js';
import { Surface } from './surface.js';

const INSTANCES = new WeakMap(); // parentElement -> Annotator; the renderer runs for every change
const OUTBOXES = new Map(); // key -> Outbox; unsent edits outlive a re-mount of the component

class Annotator extends Editor {
  constructor(root, outbox) {
    super(outbox);
    this.shell = root.querySelector('.annotator');
    this.frame = 0;
    this.panel = new Panel(this.shell, this);
    const box = this.shell.querySelector('[data-part=text]');
    this.surface = new Surface(root, box, () => this.drawSoon());
    this.popover = new Popover(this.shell.querySelector('[data-part=popover]'), this);
    this.outbox.changed = () => this.drawState();
    this.stop = new AbortController();
    const { signal } = this.stop;
    this.pointer = new Pointer(this, this.surface, signal);
    listen(this, this.shell, box, signal);
    box.addEventListener('blur', () => { this.leaving = false; }, { signal });
    box.addEventListener('scroll', () => this.popover.draw(), { signal });
  }

  destroy() {
    this.stop.abort();
    this.surface.destroy();
    cancelAnimationFrame(this.frame);
  }

  focus() { this.surface.box.focus({ preventScroll: true }); }

  /** Takes what Python sent: the document, the spans it has stored, and its acknowledgement. */
  update(data) {
    const isNew = data.doc_id !== this.data?.doc_id || data.text !== this.data?.text;
    this.data = data;
    this.readOnly = Boolean(data.read_only);
    this.labels = data.labels;
    this.colours = new Map(data.labels.map(({ name, color }) => [name, safeColour(color)]));
    if (isNew) this.open(data);
    this.tokens = new Tokens(data.tokens, this.offsets);
    this.stored = new Map(data.spans.map((span) => [span.id, fromWire(span, this.offsets)]));
    const emptied = this.outbox.acknowledge(data.ack);
    if (data.error && (emptied || data.error !== this.lastError)) this.refused(data.error);
    this.lastError = data.error;
    this.rebuild();
    this.redraw();
    if (emptied) this.saved();
  }

  open(data) {
    this.offsets = new OffsetMap(data.text);
    this.surface.setText(data.text);
    this.reset();
    const active = document.activeElement;
    if (!active || active === document.body) this.focus();
  }

  /** view = stored spans + what is under way. */
  rebuild() {
    const view = new Map(this.stored);
    for (const op of this.outbox.opsOf(this.data.doc_id)) applyOp(view, op, this.offsets);
    this.view = view;
  }

  redraw() {
    this.shown = inReadingOrder(this.view, this.showRejected);
    if (!this.shown.some(({ id }) => id === this.selected)) this.selected = null;
    this.surface.assign(this.shown);
    const counts = countByStatus(this.view);
    this.panel.drawLabels(this.labels, this.armed);
    this.panel.drawCounts(counts, this.showRejected);
    this.panel.drawButtons(counts, {
      readOnly: this.readOnly,
      canUndo: this.history.done.length > 0,
      canRedo: this.history.undone.length > 0,
    });
    this.panel.drawNotice(this.notice(counts));
    this.panel.drawError(this.data.error);
    this.drawState();
    this.draw();
  }

  notice({ rejected }) {
    if (!this.data.text.trim()) return 'This document is empty.';
    if (this.shown.length) return null;
    if (rejected) return 'No entities are left here. Drag over words to add one.';
    return this.data.empty;
  }

  drawState() { this.panel.drawState(this.outbox.state, this.outbox.size, this.readOnly); }

  draw() {
    this.surface.draw((paragraph) => overlay(this.surface, paragraph, this));
    this.popover.draw();
  }

  drawSoon() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => { if (this.view) this.draw(); });
  }
}

function outboxFor(key) {
  if (!OUTBOXES.has(key)) {
    const outbox = new Outbox();
    OUTBOXES.set(key, outbox);
    // For as long as the tab lives: what is unsent may wait while another page is shown.
    window.addEventListener('beforeunload', (event) => { if (outbox.size) event.preventDefault(); });
  }
  return OUTBOXES.get(key);
}

export default function render({ parentElement, data, key, setStateValue, setTriggerValue }) {
  let annotator = INSTANCES.get(parentElement);
  if (!annotator) {
    annotator = new Annotator(parentElement, outboxFor(key));
    INSTANCES.set(parentElement, annotator);
  }
  annotator.outbox.send = (payload) => setStateValue('ops', payload);
  annotator.navigate = (where) => setTriggerValue('navigate', where);
  annotator.update(data);
  return () => {
    annotator.destroy();
    INSTANCES.delete(parentElement);
  };
}
