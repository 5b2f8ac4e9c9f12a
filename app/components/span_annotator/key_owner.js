// Who has a key press: the control that has the focus, or the annotator. It has every key that no
// control needs, wherever the focus is: nobody has to click into the text first.

const ARROWS = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'];
const PRESSING = ['Enter', ' '];
const POPOVER = '[data-testid="stPopoverBody"]'; // Streamlit's; it calls itself a dialog
const IN_POPOVER = ['Escape', 'Tab']; // that close it, and walk through it
const MODAL = `[aria-modal="true"], [role="dialog"]:not(${POPOVER})`;
const TYPED_INTO = 'textarea, select, [role="textbox"], [role="combobox"], '
  + '[contenteditable]:not([contenteditable="false"]), '
  + 'input:not([type="range"], [type="checkbox"], [type="radio"], [type="button"], [type="submit"])';

/** @type {[string, string[]][]} Controls, and the plain keys that they need. */
const NEEDS = [
  ['input[type="range"], [role="slider"]', [...ARROWS, 'Home', 'End', 'PageUp', 'PageDown']],
  ['[role="toolbar"] button, [role="tab"], [role="radio"], input[type="radio"]',
    [...ARROWS, 'Home', 'End']],
  ['[role="menu"], [role="listbox"], [role="grid"], [role="tree"]',
    [...ARROWS, ...PRESSING, 'Tab', 'Home', 'End', 'PageUp', 'PageDown', 'Escape']],
  ['button, a[href], summary, input, [role="button"], [role="tab"], [role="switch"]', PRESSING],
  ['[role="alertdialog"]', [...PRESSING, 'Tab', 'Escape']],
];

/** @param {KeyboardEvent} event */
const isComposing = (event) => event.isComposing || event.keyCode === 229;

/**
 * Whether another component of the page, such as the denoising view, has the focus.
 * @param {KeyboardEvent} event
 * @param {HTMLElement} box
 */
const isElsewhere = (event, box) => event.composedPath()
  .some((node) => node instanceof ShadowRoot && node !== box.getRootNode());

/**
 * Whether the annotator has a key press. What is typed into, a modal dialog and another component
 * keep every key; other controls keep the plain keys that they need. Tab leaves a control that it came to; in the
 * text, `box`, and after a click on anything, it walks through the spans.
 * @param {KeyboardEvent} event
 * @param {HTMLElement} box
 * @param {boolean} clicked whether the last thing that was done is a click
 */
export function annotatorHas(event, box, clicked) {
  const path = event.composedPath().filter((node) => node instanceof Element);
  const [target] = path;
  if (event.defaultPrevented || isComposing(event) || document.querySelector(MODAL)) return false;
  if (IN_POPOVER.includes(event.key) && document.querySelector(POPOVER)) return false;
  if (!target || target === box) return true;
  if (isElsewhere(event, box)) return false;
  if (path.some((node) => node.matches(TYPED_INTO))) return false;
  if (event.ctrlKey || event.metaKey || event.altKey) return true;
  if (event.key === 'Tab' && !clicked && target.matches(':focus-visible')) return false;
  return !NEEDS.some(([selector, keys]) => keys.includes(event.key)
    && path.some((node) => node.matches(selector)));
}
