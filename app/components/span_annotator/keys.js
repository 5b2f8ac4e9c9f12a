// Every key and what it does: the one table that both the keyboard and the help read.

/** [keys as event.key in lower case, how help names them, what they do, the command] */
const PLAIN = [
  [['a'], 'A', 'Accept the selected span', (a) => a.accept()],
  [['x', 'delete'], 'X or Delete', 'Reject the selected span; one you added is deleted',
    (a) => a.reject()],
  [['[', ']'], '[ ]', 'Move its right boundary by a word',
    (a, { key }) => a.nudge('end', key === ']' ? 1 : -1)],
  [['{', '}'], 'Shift+[ ]', 'Move its left boundary by a word',
    (a, { key }) => a.nudge('start', key === '}' ? 1 : -1)],
  [['arrowleft', 'arrowright'], '← →', 'Choose a word', (a, { key }) => a.walk(direction(key))],
  [['enter'], 'Enter', 'Add the chosen words with the label used last', (a) => a.addAgain()],
  [['escape'], 'Esc', 'Clear the selection; then Tab leaves the text', (a) => a.escape()],
  [['s'], 'S', 'Skip this document', (a) => a.skip()],
  [['d'], 'D', 'Watch the model denoise this text', (a) => a.leaveFor('denoise')],
  [['h', '?'], 'H or ?', 'Show or hide this help', (a) => a.toggleHelp()],
];
const SHIFTED = [
  [['arrowleft', 'arrowright'], 'Shift+← →', 'Choose a word fewer or more',
    (a, { key }) => a.widen(direction(key))],
];
const CONTROL = [
  [['z'], 'Ctrl+Z', 'Undo', (a, { shiftKey }) => (shiftKey ? a.redo() : a.undo())],
  [['y'], 'Ctrl+Shift+Z', 'Redo', (a) => a.redo()],
  [['enter'], 'Ctrl+Enter', 'Accept what is left, submit, next document', (a) => a.submit()],
  [['arrowleft', 'arrowright'], 'Ctrl+← →', 'Previous or next document',
    (a, { key }) => a.leaveFor(direction(key) > 0 ? 'next' : 'previous')],
];

const direction = (key) => (key === 'ArrowRight' ? 1 : -1);

/** [keys, meaning] pairs for the help, in the order shown. */
export const HELP = [
  ['1–9, 0', 'Label the chosen words, relabel the selected span, or keep the label ready: '
    + 'each drag then adds it at once'],
  ['Tab, Shift+Tab', 'Next and previous span'],
  ...[...PLAIN, ...SHIFTED, ...CONTROL].map(([, name, meaning]) => [name, meaning]),
];

/** The key's name: the Latin letter of the place on keyboards of other scripts. */
function nameOf(event) {
  const latin = event.key.length > 1 || /^[ -~]$/.test(event.key);
  return latin ? event.key.toLowerCase() : event.code.replace(/^Key/, '').toLowerCase();
}

const isTyping = (event) => event.isComposing || event.keyCode === 229
  || event.composedPath()[0]?.matches?.('input, textarea, select, [contenteditable]');

const findIn = (table, name) => table.find(([keys]) => keys.includes(name))?.[3];

/** Runs the command of a key press. Returns whether there was one. */
function run(annotator, event, inText) {
  const name = nameOf(event);
  const altGraph = event.getModifierState('AltGraph'); // how some layouts type [ ] { }
  const control = (event.ctrlKey || event.metaKey) && !altGraph;
  if (event.altKey && !altGraph) return false;
  if (name === 'tab') return inText && annotator.step(event.shiftKey ? -1 : 1);
  if (!inText && (name === 'enter' || name === ' ') && !control) return false; // presses buttons
  const table = control ? CONTROL : [...(event.shiftKey ? SHIFTED : []), ...PLAIN];
  const command = findIn(table, name);
  if (command) {
    command(annotator, event);
    return true;
  }
  if (control || !/^[0-9]$/.test(name)) return false;
  return annotator.useLabelAt(name === '0' ? 9 : Number(name) - 1);
}

/** Listens on the whole component; `box` is the text, where Tab walks through the spans. */
export function listen(annotator, shell, box, signal) {
  shell.addEventListener('keydown', (event) => {
    if (isTyping(event)) return;
    event.stopPropagation(); // or Streamlit's own R and C would fire
    if (run(annotator, event, event.target === box)) event.preventDefault();
  }, { signal });
}
