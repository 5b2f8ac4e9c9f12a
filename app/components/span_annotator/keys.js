// The keyboard: from a key press to the action or the label that has this key.

import { COMMANDS } from './commands.js';
import { annotatorHas } from './key_owner.js';
import { LabelStrokes, pressStroke } from './label_strokes.js';

/** @type {Record<string, string>} */
const SIGNS = {
  ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓', Escape: 'Esc', Delete: 'Del',
  Backspace: '⌫',
};

/**
 * A key as people read it: "Ctrl+→" for "Ctrl+ArrowRight".
 * @param {string} key
 */
export const written = (key) => key.split(/\+(?=.)/).map((part) => SIGNS[part] ?? part).join('+');

/**
 * The key of an event as hotkeys.py writes it.
 * @param {KeyboardEvent} event
 * @param {string} key
 * @param {boolean} altGraph
 */
function nameOf({ ctrlKey, metaKey, altKey, shiftKey }, key, altGraph) {
  const last = key === ' ' ? 'Space' : key.length === 1 ? key.toUpperCase() : key;
  const shifted = shiftKey && (last.length > 1 || last.toLowerCase() !== last);
  const held = [
    (ctrlKey || metaKey) && !altGraph && 'Ctrl', altKey && !altGraph && 'Alt', shifted && 'Shift',
  ];
  return [...held.filter(Boolean), last].join('+');
}

/**
 * The names of a key press: as typed, then the Latin letter of its place on other layouts.
 * @param {KeyboardEvent} event
 */
function namesOf(event) {
  const altGraph = event.getModifierState('AltGraph'); // how some layouts type [ ] { }
  const names = [nameOf(event, event.key, altGraph)];
  const latinLetter = /^Key([A-Z])$/.exec(event.code)?.[1];
  if (latinLetter && !/^[ -~]+$/.test(event.key)) names.push(nameOf(event, latinLetter, altGraph));
  return names;
}

/** Which action or label each key has. */
export class Keyboard {
  /**
   * @param {Action[]} actions
   * @param {Label[]} labels
   */
  constructor(actions, labels) {
    /** @type {Map<string, { label: string, action?: undefined } | { action: string, label?: undefined }>} */
    this.bound = new Map();
    for (const { name, keys } of actions) {
      for (const key of keys) this.bound.set(key, { action: name });
    }
    for (const { name, key } of labels) { // last: a key that somebody chose stays theirs
      if (key) this.bound.set(key.toUpperCase(), { label: name });
    }
    this.strokes = new LabelStrokes(labels, new Set(this.bound.keys()));
    this.first = new Map(actions.map(({ name, keys }) => [name, written(keys[0])]));
  }

  /** @param {KeyboardEvent} event */
  find(event) {
    return namesOf(event).map((name) => this.bound.get(name)).find(Boolean);
  }

  /**
   * The first key of an action, as people read it.
   * @param {string} action
   */
  of(action) { return this.first.get(action); }
}

/**
 * Runs what a key press stands for. Returns whether there was something.
 * @param {Annotator} annotator
 * @param {KeyboardEvent} event
 */
function run(annotator, event) {
  if (pressStroke(annotator, event, namesOf(event))) return true;
  const binding = annotator.keyboard.find(event);
  if (binding && event.repeat && !HELD.has(binding.action)) return true; // one press, one decision
  if (binding && annotator.panel.helpShown && !OVER_HELP.has(binding.action)) return true;
  if (!binding) return false;
  if (binding.label !== undefined) {
    annotator.useLabel(binding.label);
    return true;
  }
  if (!KEEPING.has(binding.action)) annotator.dropProposal();
  return COMMANDS[binding.action](annotator) !== false;
}

// What a key that is held down goes on doing.
/** @type {Set<string | undefined>} */
const HELD = new Set(['next_span', 'previous_span', 'outwards', 'inwards', 'next_word',
  'previous_word', 'line_down', 'line_up', 'more', 'less', 'end_later', 'end_earlier',
  'start_later', 'start_earlier', 'undo', 'redo']);
/** @type {Set<string | undefined>} */
const OVER_HELP = new Set(['help', 'clear']); // the sheet hides the spans
const KEEPING = new Set(['again', 'clear', 'help']); // what may follow a look at a proposal

/**
 * Listens on the component and, since a key needs no click before it, on the page around it; the
 * focus follows a key into the text `box`, unless the key has taken it elsewhere.
 * @param {Annotator} annotator
 * @param {HTMLElement} shell
 * @param {HTMLElement} box
 * @param {AbortSignal} signal
 */
export function listen(annotator, shell, box, signal) {
  const root = /** @type {Document | ShadowRoot} */ (shell.getRootNode());
  let clicked = !document.activeElement?.matches(':focus-visible'); // as who came by a link
  window.addEventListener('pointerdown', () => { clicked = true; }, { signal, capture: true });
  const focused = () => root.activeElement ?? document.activeElement;
  /** @param {KeyboardEvent} event */
  const press = (event) => {
    const before = focused();
    if (!run(annotator, event)) return;
    event.preventDefault();
    const inList = before instanceof Element && before.matches('[role="listbox"]');
    if (focused() === before && !inList) annotator.focus();
  };
  shell.addEventListener('keydown', (event) => {
    const ours = annotatorHas(event, box, clicked);
    if (ours || event.key !== 'Escape') event.stopPropagation(); // or Streamlit's R and C would fire
    if (ours) press(event);
  }, { signal });
  shell.addEventListener('mousedown', (event) => { // a pressed button must not keep the focus
    if (!(event.target instanceof Element && event.target.closest('button'))) return;
    event.preventDefault();
    annotator.focus();
  }, { signal });
  window.addEventListener('keydown', (event) => {
    const ours = annotatorHas(event, box, clicked);
    clicked &&= ours; // a control that took a key may have given the focus to another
    if (!ours || event.composedPath().includes(shell)) return;
    event.stopImmediatePropagation();
    press(event);
  }, { signal, capture: true });
}
