// The document: a row for each sentence, all playing together; a click brings one on the stage.

import { fallen } from './banking.js';
import { positionIn } from './shared_slider.js';
import { Stage } from './stage.js';

export class Overview {
  /** @type {OverviewRow[]} */ sentences = [];
  /** @type {{ button: HTMLElement, count: HTMLElement, stage: Stage, inSight: boolean }[]} */ rows = [];
  shown = ''; // what the rows were built from

  /**
   * @param {HTMLElement} root
   * @param {(sentence: number) => void} choose
   */
  constructor(root, choose) {
    this.root = root;
    this.choose = choose;
    this.visibility = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        const row = this.rows.find(({ button }) => button === target);
        if (!row) continue;
        row.inSight = isIntersecting;
        if (isIntersecting) row.stage.show(row.stage.position);
      }
    });
  }

  destroy() {
    this.visibility.disconnect();
    for (const { stage } of this.rows) stage.destroy();
  }

  /**
   * @param {OverviewRow[]} sentences
   * @param {number | null} current
   */
  update(sentences, current) {
    const ids = sentences.map(({ payload }) => payload.id).join();
    this.sentences = sentences;
    this.root.hidden = !sentences.length;
    if (ids !== this.shown) {
      this.shown = ids;
      this.destroy();
      this.rows = sentences.map((sentence) => this.#row(sentence));
      this.root.replaceChildren(...this.rows.map(({ button }) => button));
      this.rows.forEach(({ button, stage }, i) => {
        stage.load(sentences[i].payload);
        this.visibility.observe(button);
      });
    }
    this.rows.forEach(({ button }, i) => button.setAttribute('aria-current', String(sentences[i].index === current)));
  }

  /** @param {OverviewRow} sentence */
  #row({ index, payload }) {
    const button = document.createElement('div');
    button.className = 'sentence';
    button.tabIndex = 0;
    button.setAttribute('role', 'button');
    const number = document.createElement('i');
    number.textContent = String(index + 1);
    const scene = document.createElement('div');
    scene.className = 'stage';
    scene.append(document.createElement('canvas'), document.createElement('div'));
    scene.children[1].className = 'text';
    scene.children[1].setAttribute('dir', 'auto');
    const count = document.createElement('small');
    button.append(number, scene, count);
    button.onclick = () => this.choose(index);
    button.onkeydown = (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      event.stopPropagation();
      this.choose(index);
    };
    button.title = payload.summary;
    return { button, count, stage: new Stage(button, { small: true }), inSight: true };
  }

  /**
   * @param {number} position
   * @param {number} longest
   */
  show(position, longest) {
    this.rows.forEach(({ count, stage, inSight }, i) => {
      const { payload: { entities } } = this.sentences[i];
      const local = positionIn(position, longest, stage.steps);
      if (inSight) stage.show(local); else stage.position = local;
      const banked = entities.filter((entity) => fallen(entity, local) === 1).length;
      const words = entities.length ? `${banked} of ${entities.length} found` : 'no entity';
      if (count.textContent !== words) count.textContent = words;
    });
  }
}
