// The small toolbar at the selected span or the chosen words, so that all works by mouse.

import { describe } from './bars.js';
import { button, el } from './dom.js';
import { labelButton } from './panel.js';

const GAP = 6; // px between the bars and the toolbar

export class Popover {
  constructor(node, annotator) {
    this.node = node;
    this.annotator = annotator;
    // Pressing a button must not take the focus from the text.
    node.addEventListener('mousedown', (event) => event.preventDefault());
  }

  draw() {
    const { annotator, node } = this;
    const span = annotator.quiet ? null : annotator.selectedSpan;
    if (annotator.readOnly || !(span || annotator.candidate)) {
      node.hidden = true;
      return;
    }
    node.replaceChildren(...(span ? this.forSpan(span) : this.forWords()));
    for (const each of node.querySelectorAll('button')) each.tabIndex = -1; // keys do the same
    node.hidden = false;
    this.place(span ?? annotator.candidate);
  }

  forSpan(span) {
    const { annotator } = this;
    const row = el('div', 'row');
    const about = el('span', 'about', describe(span));
    about.dataset.testid = 'about';
    row.append(about);
    const act = (id, text, key, press) => {
      const node = button(id, 'plain', text, press);
      node.append(el('kbd', '', key));
      row.append(node);
    };
    if (span.status === 'rejected') {
      const restore = button('restore', 'plain', 'Restore', () => annotator.unreject());
      row.append(restore);
    }
    if (span.status !== 'accepted') act('accept', 'Accept', 'A', () => annotator.accept());
    if (span.status !== 'rejected') {
      if (span.source === 'model') act('reject', 'Reject', 'X', () => annotator.reject());
      else act('delete', 'Delete', 'Del', () => annotator.reject());
    }
    return [row, this.chips(span.label)];
  }

  forWords() {
    const row = el('div', 'row');
    row.append(el('span', 'about', 'Add as'));
    return [row, this.chips(this.annotator.lastLabel)];
  }

  chips(current) {
    const row = el('div', 'row');
    this.annotator.labels.forEach((label, i) => {
      const node = labelButton(label, i, 'chip', (name) => this.annotator.useLabel(name));
      node.setAttribute('aria-pressed', String(label.name === current));
      row.append(node);
    });
    return row;
  }

  /** Under the range's last line and its bars, kept within the component's width. */
  place({ s, e }) {
    const { surface, shell } = this.annotator;
    const paragraph = surface.covering(s, e).at(-1);
    const box = paragraph && surface.boxes(paragraph, s, e).at(-1);
    if (!box) { this.node.hidden = true; return; }
    const outer = shell.getBoundingClientRect();
    const text = surface.box.getBoundingClientRect();
    const origin = paragraph.node.getBoundingClientRect();
    const under = origin.top + box.top + box.height + paragraph.depth * 18 + GAP;
    const inView = under > text.top && origin.top + box.top < text.bottom;
    this.node.style.visibility = inView ? '' : 'hidden';
    const left = Math.min(origin.left + box.left - outer.left,
      outer.width - this.node.offsetWidth - 12);
    this.node.style.left = `${Math.max(12, left)}px`;
    this.node.style.top = `${under - outer.top}px`;
  }
}
