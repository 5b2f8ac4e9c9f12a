// Everything around the text: labels above, the state and the buttons below, help, messages.

import { button, el, paint, safeColour } from './dom.js';
import { HELP } from './keys.js';

const keyOf = (i) => (i < 9 ? String(i + 1) : i === 9 ? '0' : '');

/** A label's button: its key, its name and its colour. */
export function labelButton(label, i, testid, press) {
  const node = paint(button(testid, 'label', null, () => press(label.name)), safeColour(label.color));
  node.dataset.label = label.name;
  if (label.description) node.title = label.description;
  if (keyOf(i)) node.append(el('kbd', '', keyOf(i)));
  node.append(el('span', '', label.name));
  return node;
}

const SAVING = {
  idle: () => 'no changes yet',
  saved: () => 'saved',
  saving: (count) => `saving ${count}…`,
  late: () => 'not saved – retrying; keep this page open',
};

export class Panel {
  constructor(shell, annotator) {
    this.find = (name) => shell.querySelector(`[data-part=${name}]`);
    this.annotator = annotator;
    this.buttons = {
      undo: button('undo', 'plain', 'Undo', () => annotator.undo()),
      redo: button('redo', 'plain', 'Redo', () => annotator.redo()),
      help: button('help', 'plain', 'Help', () => annotator.toggleHelp()),
      rejected: button('show-rejected', 'plain', '', () => annotator.toggleRejected()),
      skip: button('skip', 'plain', 'Skip', () => annotator.skip()),
      submit: button('submit', 'primary', '', () => annotator.submit()),
    };
    const { undo, redo, help, rejected, skip, submit } = this.buttons;
    this.find('tools').replaceChildren(undo, redo, help, rejected);
    this.find('finish').replaceChildren(skip, submit);
    this.find('help').replaceChildren(this.helpSheet());
  }

  helpSheet() {
    const sheet = el('div', 'sheet');
    const list = el('dl');
    for (const [keys, meaning] of HELP) {
      const pair = el('div');
      pair.append(el('dt', '', keys), el('dd', '', meaning));
      list.append(pair);
    }
    const close = button('close-help', 'plain', 'Close', () => this.annotator.toggleHelp());
    sheet.append(el('h3', '', 'Keys'), list, el('p', '',
      'Mouse: drag over words to choose them, click a span to select it, click again for the one '
      + 'around it, drag its ends to move them. A double click chooses a word.'), close);
    return sheet;
  }

  drawLabels(labels, armed) {
    this.find('labels').replaceChildren(...labels.map((label, i) => {
      const node = labelButton(label, i, 'label', (name) => this.annotator.useLabel(name));
      node.setAttribute('aria-pressed', String(label.name === armed));
      return node;
    }));
  }

  drawCounts({ suggested, accepted, rejected }, showRejected) {
    this.find('counts').textContent = `${suggested} to review · ${accepted} accepted · `
      + `${rejected} rejected`;
    const toggle = this.buttons.rejected;
    toggle.hidden = !rejected;
    toggle.textContent = showRejected ? 'Hide rejected' : `Show rejected (${rejected})`;
    toggle.setAttribute('aria-pressed', String(showRejected));
  }

  drawButtons({ suggested, accepted }, { readOnly, canUndo, canRedo }) {
    this.buttons.undo.disabled = readOnly || !canUndo;
    this.buttons.redo.disabled = readOnly || !canRedo;
    this.find('finish').hidden = readOnly;
    let submit = 'Submit';
    if (suggested) submit = `Accept ${suggested} & submit`;
    else if (!accepted) submit = 'Submit without entities';
    this.buttons.submit.textContent = submit;
    this.buttons.submit.title = 'Ctrl+Enter';
  }

  drawState(state, count, readOnly) {
    const node = this.find('state');
    node.dataset.state = state;
    node.textContent = readOnly && state === 'idle' ? 'read only' : SAVING[state](count);
  }

  drawNotice(text) { this.drawOptional('notice', text); }

  drawError(text) { this.drawOptional('error', text); }

  drawOptional(part, text) {
    const node = this.find(part);
    node.hidden = !text;
    if (node.textContent !== (text ?? '')) node.textContent = text ?? '';
  }

  set helpShown(shown) {
    this.find('help').hidden = !shown;
    this.buttons.help.setAttribute('aria-expanded', String(shown));
  }

  get helpShown() { return !this.find('help').hidden; }

  say(text) { this.find('live').textContent = text; }
}
