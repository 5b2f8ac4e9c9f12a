// Room for the text: the annotator fills the window from where it stands, so that neither the page
// has to scroll nor its last button is out of sight; in full-window mode it takes all of it.

const LEAST = 300; // px that the annotator has however low the window is
const SHARE = 0.2; // of the window's height that what stands below may take from the text

export class Room {
  /**
   * @param {HTMLElement} shell
   * @param {Annotator} annotator
   * @param {AbortSignal} signal
   */
  constructor(shell, annotator, signal) {
    this.shell = shell;
    this.annotator = annotator;
    const root = shell.getRootNode();
    const host = root instanceof ShadowRoot ? root.host : shell;
    this.block = host.closest('[data-testid="stVerticalBlock"]');
    this.page = host.closest('[data-testid="stMain"]');
    this.frame = host.closest('[data-testid="stMainBlockContainer"]');
    const measure = () => this.measure();
    const resized = new ResizeObserver(measure);
    for (const node of [this.block, this.page]) if (node) resized.observe(node);
    window.addEventListener('resize', measure, { signal });
    signal.addEventListener('abort', () => resized.disconnect());
    this.draw();
  }

  /** Gives the annotator the height from its upper rim, the page unscrolled, to the window's end. */
  measure() {
    const { shell, block, page, frame } = this;
    const rect = shell.getBoundingClientRect();
    if (!rect.width || this.annotator.preferences.full) return;
    const top = rect.top + (page?.scrollTop ?? 0);
    const below = block ? block.getBoundingClientRect().bottom - rect.bottom : 0;
    const rim = frame ? parseFloat(getComputedStyle(frame).paddingBottom) : 0;
    const others = Math.min(Math.max(0, below), window.innerHeight * SHARE) + rim;
    const room = window.innerHeight - top - others;
    const height = `${Math.round(Math.max(LEAST, room))}px`;
    if (shell.style.getPropertyValue('--room') !== height) shell.style.setProperty('--room', height);
  }

  /** Takes the whole window, or gives it back. */
  toggle() {
    const { preferences, panel } = this.annotator;
    preferences.full = !preferences.full;
    this.draw();
    this.annotator.redraw();
    panel.say(preferences.full ? 'The text fills the window. Press Escape to leave.' : 'The page is shown again.');
    this.annotator.focus();
  }

  draw() {
    const { preferences } = this.annotator;
    this.shell.classList.toggle('full', preferences.full);
    this.measure();
  }
}
