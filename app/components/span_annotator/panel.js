// Everything around the text: labels above, the state and the buttons below, help, messages.

import { LabelRow } from './label_buttons.js';
import { button, grouped, write } from './dom.js';
import { helpSheet } from './help.js';

/** @type {Record<SavingState, (count: number) => string>} */
const SAVING = {
  idle: () => 'no changes yet',
  saved: () => 'saved',
  saving: (count) => `saving ${count}…`,
  late: () => 'not saved – retrying; keep this page open',
  'signed-out': () => 'not saved – you are signed out; reload this page to sign in, your edits stay in this tab',
  aside: () => 'some edits are not saved: see above',
};
const FLASH = 5000; // ms that a passing message is shown

export class Panel {
  /**
   * @param {HTMLElement} shell
   * @param {Annotator} annotator
   */
  constructor(shell, annotator) {
    /** @type {NodeListOf<HTMLElement>} */
    const nodes = shell.querySelectorAll('[data-part]');
    const parts = new Map([...nodes].map((node) => [node.dataset.part, node]));
    /** @type {(part: string) => HTMLElement} */
    this.find = (part) => /** @type {HTMLElement} */ (parts.get(part));
    this.annotator = annotator;
    this.labels = new LabelRow(this.find('labels'), annotator);
    /** @type {(name: string, text: string, press: () => void) => HTMLButtonElement} */
    const plain = (name, text, press) => button(name, 'plain', text, press);
    this.buttons = {
      undo: plain('undo', 'Undo', () => annotator.undo()),
      redo: plain('redo', 'Redo', () => annotator.redo()),
      characters: plain('characters', '', () => annotator.toggleCharacters()),
      one_by_one: plain('one-by-one', '', () => annotator.decisions.toggle()),
      hints: plain('hints', '', () => annotator.toggleHints()),
      comment: plain('comment', 'Comment', () => annotator.notes.toggleComment()),
      rejected: plain('show-rejected', '', () => annotator.toggleRejected()),
      history: plain('history', 'History', () => annotator.navigateTo('history')),
      full: plain('full', 'Full window', () => annotator.room.toggle()),
      help: plain('help', 'Help', () => annotator.toggleHelp()),
      suggest: plain('suggest', 'Denoise the rest', () => annotator.suggest()),
      skip: plain('skip', 'Skip', () => annotator.notes.openSkip()),
      submit: button('submit', 'primary', '', () => annotator.submit()),
    };
    const { suggest, skip, submit, ...tools } = this.buttons;
    this.find('tools').replaceChildren(...Object.values(tools));
    this.find('finish').replaceChildren(suggest, skip, submit);
  }

  /**
   * Takes the table of actions: help and the buttons tell their keys.
   * @param {Action[]} actions
   * @param {Label[]} labels
   * @param {Keyboard} keyboard
   */
  bind(actions, labels, keyboard) {
    this.find('help').replaceChildren(
      helpSheet(actions, labels, keyboard, () => this.annotator.toggleHelp()),
    );
    this.find('text').setAttribute('aria-label', 'Document text. Tab moves through the spans, '
      + `arrow keys move through the words, ${keyboard.of('help')} shows all keys.`);
    for (const [name, node] of Object.entries(this.buttons)) {
      const key = keyboard.of(name);
      if (key) node.title = key;
    }
    this.buttons.characters.title = `Choose whole words or single characters (${keyboard.of('characters')})`;
    this.buttons.one_by_one.title = `One decision at a time (${keyboard.of('one_by_one')})`;
    this.buttons.hints.title = `What the model may have missed (${keyboard.of('hints')})`;
    this.buttons.rejected.title = 'Show what was rejected, to restore it';
    this.buttons.history.title = `See what was done here, and restore any version (${keyboard.of('history')})`;
    this.buttons.suggest.title = 'The model suggests again: accepted spans stay, rejected ones '
      + `do not come back (${keyboard.of('suggest')})`;
  }

  /**
   * @param {Record<Status, number>} counts
   * @param {Annotator} annotator
   */
  drawCounts({ suggested, accepted, rejected }, { preferences: { rejected: shown }, data }) {
    write(this.find('counts'),
      `${grouped(suggested)} ${data.edits ? 'to review' : 'suggested'} · ${grouped(accepted)} accepted · ${grouped(rejected)} rejected`);
    const toggle = this.buttons.rejected;
    toggle.hidden = !rejected;
    press(toggle, shown, `Rejected (${grouped(rejected)})`);
  }

  /**
   * @param {Record<Status, number>} counts
   * @param {Annotator} annotator
   */
  drawButtons({ suggested, accepted }, { readOnly, history, data }) {
    const { undo, redo, submit, suggest } = this.buttons;
    undo.hidden = readOnly;
    redo.hidden = readOnly;
    undo.disabled = !history.done.length;
    redo.disabled = !history.undone.length;
    this.buttons.history.hidden = !data.edits;
    this.find('finish').hidden = readOnly;
    suggest.hidden = !data.can_ask;
    if (suggested) write(submit, `Accept ${grouped(suggested)} & submit`);
    else write(submit, accepted ? 'Submit' : 'Submit without entities');
  }

  /** @param {Annotator} annotator */
  drawChoices({ preferences, hints, readOnly, comment }) {
    const { buttons } = this;
    press(buttons.full, preferences.full, 'Full window');
    buttons.characters.hidden = readOnly;
    press(buttons.characters, preferences.characters, preferences.characters ? 'Characters' : 'Words');
    buttons.one_by_one.hidden = readOnly;
    press(buttons.one_by_one, Boolean(preferences.flow), 'One at a time');
    buttons.hints.hidden = readOnly || !hints.length;
    press(buttons.hints, preferences.hints, `Hints (${hints.length})`);
    buttons.comment.classList.toggle('filled', Boolean(comment));
    buttons.comment.setAttribute('aria-label', comment ? 'Comment (not empty)' : 'Comment');
    buttons.comment.hidden = readOnly && !comment;
  }

  /**
   * @param {SavingState} state
   * @param {number} count
   * @param {boolean} readOnly
   */
  drawState(state, count, readOnly) {
    const node = this.find('state');
    node.dataset.state = state;
    write(node, readOnly && state === 'idle' ? 'read-only' : SAVING[state](count));
  }

  /**
   * @param {string} part
   * @param {string | null | undefined | false} text
   */
  drawOptional(part, text) {
    const node = this.find(part);
    node.hidden = !text;
    write(node, text || '');
  }

  /** @param {boolean} shown */
  set helpShown(shown) {
    this.find('help').hidden = !shown;
    this.buttons.help.setAttribute('aria-expanded', String(shown));
  }

  get helpShown() { return !this.find('help').hidden; }

  /**
   * Tells a screen reader.
   * @param {string} text
   */
  say(text) {
    const live = this.find('live');
    const again = text && live.textContent === text; // only what changes is read
    write(live, again ? `${text}\u00a0` : text);
  }

  /**
   * Tells everybody, for a moment.
   * @param {string} text
   */
  flash(text) {
    this.say(text);
    this.drawOptional('flash', text);
    clearTimeout(this.fading);
    this.fading = setTimeout(() => this.drawOptional('flash', ''), FLASH);
  }
}

/**
 * @param {HTMLElement} node
 * @param {boolean} pressed
 * @param {string} text
 */
function press(node, pressed, text) {
  write(node, text);
  node.setAttribute('aria-pressed', String(pressed));
}
