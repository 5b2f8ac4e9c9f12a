// The animation's position in time. Under prefers-reduced-motion it jumps from frame to frame.
const STEP_MS = 900;
const STILL_MS = 1100;
const WAIT_MS = 700;

export class Player {
  /** @param {() => void} onMove */
  constructor(onMove) {
    this.onMove = onMove;
    this.position = 0;
    this.end = 0;
    this.speed = 1;
    /** @type {ReturnType<typeof setTimeout> | null} */
    this.timer = null;
    /** @type {number | null} */
    this.frame = null;
    this.reducedMotion = matchMedia('(prefers-reduced-motion: reduce)');
  }

  get playing() { return this.timer !== null || this.frame !== null; }

  /** @param {number} end */
  load(end) { this.end = end; this.scrub(0); }

  /** @param {number} position */
  seek(position) {
    const bounded = Math.min(this.end, Math.max(0, position));
    this.position = this.reducedMotion.matches ? Math.round(bounded) : bounded;
    this.onMove();
  }

  /** @param {number} position */
  scrub(position) { this.pause(); this.seek(position); }

  /**
   * To the next whole frame in a direction, wherever between two frames the animation stands.
   * @param {number} by
   */
  step(by) {
    this.scrub(by > 0 ? Math.floor(this.position + 1.001) : Math.ceil(this.position - 1.001));
  }

  toggle() { if (this.playing) this.pause(); else this.play(); }

  play() {
    if (this.position >= this.end) this.position = 0;
    if (this.reducedMotion.matches) this.#jump(); else this.#glide();
    this.onMove();
  }

  // By itself, a moment later; whoever asked for reduced motion presses play.
  playSoon() {
    if (this.reducedMotion.matches) return;
    this.timer = setTimeout(() => { this.timer = null; this.play(); }, WAIT_MS);
    this.onMove();
  }

  pause() {
    if (this.timer !== null) clearTimeout(this.timer);
    if (this.frame !== null) cancelAnimationFrame(this.frame);
    this.timer = null;
    this.frame = null;
    this.onMove();
  }

  /** @param {number} by */
  #advance(by) {
    this.seek(this.position + by);
    if (this.position >= this.end) this.pause();
    return this.position < this.end;
  }

  #jump() {
    this.timer = setTimeout(() => { if (this.#advance(1)) this.#jump(); }, STILL_MS / this.speed);
  }

  #glide() {
    /** @type {number | null} */
    let last = null;
    /** @type {FrameRequestCallback} */
    const tick = (now) => {
      const passed = last === null ? 0 : Math.max(0, now - last);
      last = now;
      if (this.#advance((passed / STEP_MS) * this.speed)) this.frame = requestAnimationFrame(tick);
    };
    this.frame = requestAnimationFrame(tick);
  }
}
