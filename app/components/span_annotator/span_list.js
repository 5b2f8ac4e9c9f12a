// The spans as a list: for who hears the page, and for who goes through them one by one. It shows
// itself once it has the focus; keys act on the selected item as they do in the text.

import { describe } from './bars.js';
import { el } from './dom.js';

const SETTLING = 150; // ms after an edit in which the list is not brought up to date
const LETTERS = 80; // of a span's words that are read

export class SpanList {
  /** @type {Map<string, { span: Span, node: HTMLElement }>} */ items = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */ timer;

  /**
   * @param {HTMLElement} node
   * @param {Annotator} annotator
   */
  constructor(node, annotator) {
    this.node = node;
    this.annotator = annotator;
    node.addEventListener('keydown', (event) => this.pressed(event));
    node.addEventListener('click', (event) => this.clicked(event));
    node.addEventListener('focus', () => this.entered());
  }

  /** Brings the items up to date a moment later, at once while somebody goes through them. */
  draw() {
    clearTimeout(this.timer);
    if (this.node.matches(':focus')) this.fill();
    else this.timer = setTimeout(() => this.fill(), SETTLING);
  }

  stop() { clearTimeout(this.timer); }

  fill() {
    clearTimeout(this.timer);
    const { shown } = this.annotator;
    const items = new Map(shown.map((span) => [span.id, this.item(span)]));
    const nodes = [...items.values()].map(({ node }) => node);
    if (nodes.length !== this.node.children.length || nodes.some((node, at) => node !== this.node.children[at])) {
      this.node.replaceChildren(...nodes);
    }
    this.items = items;
    this.mark();
  }

  /** @param {Span} span */
  item(span) {
    const known = this.items.get(span.id);
    const node = known?.node ?? el('div', 'item');
    if (known?.span !== span) {
      const words = this.annotator.wordsOf(span);
      const shortened = words.length > LETTERS ? `${words.slice(0, LETTERS)}…` : words;
      node.textContent = `${shortened}: ${describe(span)}`;
      Object.assign(node, { id: `span-${span.id}`, role: 'option' });
      node.dataset.id = span.id;
    }
    return { span, node };
  }

  mark() {
    const { selected } = this.annotator;
    const active = selected === null ? undefined : this.items.get(selected)?.node;
    for (const node of this.node.querySelectorAll('[aria-selected="true"]')) {
      if (node !== active) node.ariaSelected = 'false';
    }
    if (active) {
      active.ariaSelected = 'true';
      this.node.setAttribute('aria-activedescendant', active.id);
      active.scrollIntoView({ block: 'nearest' });
    } else this.node.removeAttribute('aria-activedescendant');
  }

  open() {
    if (this.annotator.shown.length) this.node.focus();
    else this.annotator.panel.flash('There are no spans to list.');
  }

  entered() {
    this.fill();
    if (this.annotator.selected === null) this.go('next');
  }

  /** @param {KeyboardEvent} event */
  pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'ArrowDown') this.go('next');
    else if (event.key === 'ArrowUp') this.go('previous');
    else if (event.key === 'Home') this.go('first');
    else if (event.key === 'End') this.go('last');
    else if (['Enter', ' ', 'Escape'].includes(event.key)) this.annotator.focus();
    else return;
    event.preventDefault();
  }

  /** @param {MouseEvent} event */
  clicked({ target }) {
    const item = target instanceof Element && target.closest('[data-id]');
    if (item instanceof HTMLElement) this.select(item.dataset.id ?? '');
  }

  /** @param {'next' | 'previous' | 'first' | 'last'} where */
  go(where) {
    const { shown, selected } = this.annotator;
    const last = shown.length - 1;
    const here = shown.findIndex(({ id }) => id === selected);
    const at = { next: Math.min(here + 1, last), previous: Math.max(here - 1, 0), first: 0, last }[where];
    if (shown[at]) this.select(shown[at].id);
  }

  /** @param {string} id */
  select(id) {
    const span = this.annotator.spanOf(id);
    this.annotator.select(id);
    this.annotator.panel.say(''); // the list's item is read already
    if (span) this.annotator.textView.reveal(span.s);
  }
}
