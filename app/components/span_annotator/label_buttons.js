// Labels as buttons: in the row above the text, where one Tab stop serves all, and at a span.

import { button, el, paint, safeColour, write } from './dom.js';
import { groupsOf } from './label_groups.js';

export const FEW = 10; // labels that are shown everywhere, all of them
const ROWS = 3; // of chips; the others unfold

/**
 * A label's button: its keys, its name and its colour. `shown` is its name in its group.
 * @param {Label} label
 * @param {string} testid
 * @param {Annotator} annotator
 * @param {string} [shown]
 */
export function labelButton(label, testid, annotator, shown = label.name) {
  const press = () => annotator.useLabel(label.name);
  const node = paint(button(testid, 'label', null, press), safeColour(label.color));
  node.dataset.label = label.name;
  const title = [...(shown === label.name ? [] : [label.name]), ...(label.description ? [label.description] : [])];
  if (title.length) node.title = title.join(': ');
  if (shown !== label.name) node.setAttribute('aria-label', label.name);
  const keys = annotator.readOnly ? label.key?.toUpperCase() : annotator.keyboard.strokes.of.get(label.name);
  if (keys) node.append(el('kbd', '', keys));
  node.dataset.keys = keys ?? '';
  node.append(el('span', '', shown));
  return node;
}

/** The row of labels; built again only when the labels are others. */
export class LabelRow {
  /** @type {HTMLElement[]} */ buttons = [];
  /** @type {string | undefined} */ drawn;
  /** @type {string | undefined} */ folded; // what was drawn when it was folded last
  /** @type {string | null} */ armed = null;
  width = 0;

  /**
   * @param {HTMLElement} node
   * @param {Annotator} annotator
   */
  constructor(node, annotator) {
    this.node = node;
    this.annotator = annotator;
    this.more = button('more-labels', 'plain more', '', () => this.toggle());
    node.addEventListener('keydown', (event) => this.walk(event));
    new ResizeObserver(([{ contentRect }]) => {
      if (contentRect.width !== this.width) this.fold();
      this.width = contentRect.width;
    }).observe(node);
  }

  /**
   * @param {Label[]} labels
   * @param {string | null} armed
   */
  draw(labels, armed) {
    const { readOnly, keyboard } = this.annotator;
    const drawn = JSON.stringify([labels, readOnly, [...keyboard.strokes.of]]);
    if (drawn !== this.drawn) {
      this.drawn = drawn;
      this.build(labels);
    }
    const before = this.armed;
    this.armed = armed;
    for (const chip of this.buttons) {
      chip.setAttribute('aria-pressed', String(chip.dataset.label === armed));
    }
    if (drawn !== this.folded || armed !== before) this.fold();
    this.folded = drawn;
  }

  /** @param {Label[]} labels */
  build(labels) {
    const groups = groupsOf(labels).map(({ prefix, members }) => {
      const group = el('div', 'group');
      const chips = members.map(({ label, shown }) => labelButton(label, 'label', this.annotator, shown));
      if (prefix) {
        group.setAttribute('role', 'group');
        group.setAttribute('aria-label', prefix);
        const lead = el('div', 'lead'); // a heading never ends a row
        lead.append(el('span', 'heading', prefix), chips[0]);
        group.append(lead, ...chips.slice(1));
      } else group.append(...chips);
      return { group, chips };
    });
    this.buttons = groups.flatMap(({ chips }) => chips);
    this.node.replaceChildren(...groups.map(({ group }) => group), this.more);
    [...this.buttons, this.more].forEach((chip, i) => { chip.tabIndex = i ? -1 : 0; });
  }

  toggle() {
    const { preferences } = this.annotator;
    preferences.allLabels = !preferences.allLabels;
    this.fold();
  }

  /** Shows whole rows of chips, and a button for the others; the active label is always there. */
  fold() {
    const { buttons, more, annotator: { preferences } } = this;
    for (const chip of buttons) chip.hidden = false;
    more.hidden = true;
    const rows = [...new Set(buttons.map((chip) => chip.offsetTop))].sort((a, b) => a - b);
    if (buttons.length > FEW && rows.length > ROWS) {
      more.hidden = false;
      more.setAttribute('aria-expanded', String(Boolean(preferences.allLabels)));
      write(more, 'Fewer labels');
      if (!preferences.allLabels) this.hideFrom(rows[ROWS]);
    }
    for (const heading of this.node.querySelectorAll('.heading')) {
      const chips = [...heading.closest('.group')?.querySelectorAll('button') ?? []];
      /** @type {HTMLElement} */ (heading).hidden = chips.every((chip) => chip.hidden);
    }
  }

  /** @param {number} top where the first row begins that is not shown */
  hideFrom(top) {
    const { buttons, more } = this;
    const foldable = buttons.filter((chip) => chip.dataset.label !== this.armed);
    const overflowing = foldable.filter((chip) => chip.offsetTop >= top);
    for (const chip of overflowing) chip.hidden = true;
    const shown = foldable.filter((chip) => !chip.hidden);
    do {
      write(more, `+ ${buttons.filter((chip) => chip.hidden).length} more`);
      if (more.offsetTop < top) return;
      const last = shown.pop();
      if (last) last.hidden = true;
    } while (shown.length);
  }

  /** @param {KeyboardEvent} event */
  walk(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
    const all = [...this.buttons, this.more].filter((chip) => !chip.hidden);
    const here = all.findIndex((chip) => event.composedPath().includes(chip));
    const next = all[(here + step + all.length) % all.length];
    for (const chip of [...this.buttons, this.more]) chip.tabIndex = chip === next ? 0 : -1;
    next.focus();
    event.preventDefault();
    event.stopPropagation();
  }
}
