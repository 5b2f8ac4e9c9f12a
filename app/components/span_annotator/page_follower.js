// The next document comes with the answer to a submission. It is shown at once, before the page's run
// knows of it; the run follows, with the address and what stands around the text.

const FOLLOW_LIMIT = 3000; // ms; until a run has followed, it is asked anew: Streamlit drops what is said
// to it while its socket is down
let openings = 0; // in this tab: no number comes twice, whoever works in it

export class PageFollower {
  /** @type {Opened | null} */ awaited = null; // what no run of the page has followed to
  /** @type {DocumentData | null} */ document = null; // as it came
  /** @type {(opened: Opened) => void} */ report = () => {};
  /** @type {ReturnType<typeof setInterval> | undefined} */ timer;

  /** @param {NextDocument} next */
  open({ ready, data }) {
    openings += 1;
    this.document = data;
    this.awaited = { doc_id: data.doc_id, number: openings, ready };
    clearInterval(this.timer);
    this.timer = setInterval(() => this.ask(), FOLLOW_LIMIT);
    this.ask();
  }

  ask() { if (this.awaited) this.report(this.awaited); }

  /**
   * What is to be shown of a run: a run that has not followed yet may still have the document before.
   * @param {AnnotatorData} data
   * @returns {AnnotatorData}
   */
  over(data) {
    if (data.opened === this.awaited?.number) this.stop();
    return this.awaited ? { ...data, ...this.document } : data;
  }

  stop() {
    clearInterval(this.timer);
    this.awaited = this.document = null;
  }
}
