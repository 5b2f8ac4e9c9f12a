// The keys of labels: one stroke where a label has a key, else a leading key and a second one.
// The leading keys are the first of LEADERS that nothing else has in the project, so that no key
// that somebody chose is taken away.

const LEADERS = ['K', 'J', 'Q', 'Z', 'V', 'Y', ','];
const PATIENT = 8000; // ms from one stroke to the next
const SECONDS = [...'1234567890ABCDEFGHJKLMNPQRSTUVWXYZ']; // no I and no O, which look like 1 and 0

/**
 * Each label's keys as people press them, such as "1" or "K1"; '' where there are too many labels.
 * `taken` are the keys of actions.
 * @param {Label[]} labels
 * @param {Set<string>} taken
 * @returns {Map<string, string>}
 */
export function strokesOf(labels, taken) {
  const direct = new Set(labels.flatMap(({ key }) => (key ? [key.toUpperCase()] : [])));
  const leaders = LEADERS.filter((key) => !taken.has(key) && !direct.has(key));
  const pairs = leaders.flatMap((leader) => SECONDS.map((second) => leader + second));
  let next = 0;
  return new Map(labels.map(({ name, key }) => {
    if (key) return [name, key.toUpperCase()];
    next += 1;
    return [name, pairs[next - 1] ?? ''];
  }));
}

/** Two strokes that follow each other. What a leading key waits for, the page shows. */
export class LabelStrokes {
  /** @type {string | null} */ leader = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ expiry;

  /**
   * @param {Label[]} labels
   * @param {Set<string>} taken
   */
  constructor(labels, taken) {
    this.of = strokesOf(labels, taken);
    /** @type {Map<string, string>} */
    this.byPair = new Map([...this.of].flatMap(([name, keys]) =>
      (keys.length === 2 ? [[keys, name]] : [])));
    this.leaders = new Set([...this.byPair.keys()].map((pair) => pair[0]));
  }

  /**
   * What a key does: a label after both strokes, "waiting" after the first, "none" where the
   * second belongs to no label; null where the key is no part of a pair.
   * @param {string[]} names the key's names, see `namesOf`
   * @returns {{ label: string } | 'waiting' | 'none' | null}
   */
  press(names) {
    const { leader } = this;
    this.leader = null;
    if (leader) {
      if (names.includes('Escape')) return 'none';
      const label = names.map((name) => this.byPair.get(leader + name)).find(Boolean);
      return label ? { label } : 'none';
    }
    this.leader = names.find((name) => this.leaders.has(name)) ?? null;
    return this.leader ? 'waiting' : null;
  }
}

/**
 * Takes a key as a stroke of a label. Returns whether it was one.
 * @param {Annotator} annotator
 * @param {KeyboardEvent} event
 * @param {string[]} names
 */
export function pressStroke(annotator, event, names) {
  const { keyboard: { strokes }, panel } = annotator;
  if (annotator.readOnly || event.repeat || panel.helpShown || MODIFIERS.has(event.key)) return false;
  const { leader } = strokes;
  const outcome = strokes.press(names);
  markChips(annotator.shell, strokes.leader);
  clearTimeout(strokes.expiry);
  if (outcome === 'waiting') strokes.expiry = setTimeout(() => forgetStroke(annotator), PATIENT);
  if (outcome === 'waiting') panel.flash(`${strokes.leader} …: press the second key of a label, or Esc`);
  else if (outcome === 'none') panel.flash(names.includes('Escape') ? '' : `${leader}${names[0]} is not a label’s key`);
  else if (outcome) {
    panel.flash('');
    annotator.useLabel(outcome.label);
  }
  return outcome !== null;
}

const MODIFIERS = new Set(['Shift', 'Control', 'Alt', 'AltGraph', 'Meta', 'CapsLock']);

/**
 * Waits for no second stroke any longer: whoever clicks somewhere or goes away meant something else.
 * @param {Annotator} annotator
 */
export function forgetStroke({ keyboard: { strokes }, shell, panel }) {
  if (!strokes.leader) return;
  strokes.leader = null;
  clearTimeout(strokes.expiry);
  markChips(shell, null);
  panel.flash('');
}

/**
 * Dims the chips that the leading key rules out; null brings them back.
 * @param {HTMLElement} shell
 * @param {string | null} leader
 */
function markChips(shell, leader) {
  /** @type {NodeListOf<HTMLElement>} */
  const chips = shell.querySelectorAll('button.label');
  for (const chip of chips) {
    chip.classList.toggle('ruled-out', Boolean(leader) && chip.dataset.keys?.[0] !== leader);
  }
}
