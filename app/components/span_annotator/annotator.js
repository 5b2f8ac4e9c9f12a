// The span annotator: a Streamlit Components v2 renderer.
// The view is the server's spans with the operations it has not acknowledged applied on top.

import { Abbreviations, barLetters } from './abbreviations.js';
import { overlay } from './bars.js';
import { Characters } from './characters.js';
import { safeColour } from './dom.js';
import { Decisions } from './decisions.js';
import { comeBack, depart } from './departure.js';
import { Conflicts } from './conflicts.js';
import { DocumentActions } from './document_actions.js';
import { isDone, stateOf } from './document_state.js';
import { drawAll, drawMarks } from './drawing.js';
import { EmptyQuestion } from './empty_question.js';
import { deepEqual } from './equality.js';
import { freshHints, readHints } from './hints.js';
import { Hover } from './hover.js';
import { Keyboard, listen } from './keys.js';
import { LabelFinder } from './label_finder.js';
import { leaveOnClosing } from './leaving.js';
import { LiveChanges } from './live_changes.js';
import { LongDocument } from './long_document.js';
import { Notes } from './notes.js';
import { OffsetMap, Tokens, readPairs } from './offsets.js';
import { PageFollower } from './page_follower.js';
import { Panel } from './panel.js';
import { Pointer } from './pointer.js';
import { Popover } from './popover.js';
import { ReadingQuestion } from './reading_question.js';
import { Review } from './review.js';
import { Room } from './room.js';
import { withNames } from './rows.js';
import { sessionOf } from './session.js';
import { SpanList } from './span_list.js';
import { applyOp, fromWire, same } from './spans.js';
import { TextView } from './text_view.js';
import { Tooltip } from './tooltip.js';
import { Touch } from './touch.js';
import { UnsavedEdits } from './unsaved_edits.js';

/** @type {WeakMap<ParentNode, Annotator>} */
const INSTANCES = new WeakMap(); // parentElement -> Annotator; the renderer runs for every change
const EARLIER = 'An edit of the previous document was not applied: ';

export class Annotator extends DocumentActions {
  /** @type {Map<string, string>} */ colours;
  /** @type {Keyboard} */ keyboard;
  /** @type {Abbreviations} */ abbreviations;
  /** @type {Hint[]} */ allHints;
  /** @type {View} */ stored;
  /** @type {Mark[]} */ marks = [];
  /** @type {(stretches: [number, number][]) => void} */ corrected;
  follower = new PageFollower();
  opened = false; // whether `data` is the person's
  frame = 0;
  scrolling = 0;

  /**
   * @param {HTMLElement | ShadowRoot} root
   * @param {Session} session
   */
  constructor(root, { outbox, preferences }) {
    super(outbox);
    this.preferences = preferences;
    /** @type {Hint[]} */
    this.hints = [];
    this.shell = /** @type {HTMLElement} */ (root.querySelector('.annotator'));
    this.stop = new AbortController();
    const { signal } = this.stop;
    this.panel = new Panel(this.shell, this);
    this.review = new Review(this.panel.find('review'), this.shell, this);
    this.notes = new Notes(this.panel.find, this, signal);
    this.emptyQuestion = new EmptyQuestion(this.panel.find('empty'), this);
    this.conflicts = new Conflicts(this.panel.find('conflicts'), this);
    this.unsaved = new UnsavedEdits(this.panel.find('unsaved'), this);
    const box = this.panel.find('text');
    this.textView = new TextView(root, box, () => this.drawSoon());
    this.finder = new LabelFinder(this);
    this.decisions = new Decisions(this.panel.find('decisions'), this, signal);
    this.popover = new Popover(this.panel.find('popover'), this);
    this.hover = new Hover(this, this.textView, new Tooltip(this.panel.find('tip'), this), signal);
    this.pointer = new Pointer(this, this.textView, this.hover, signal);
    this.touch = new Touch(this, this.textView, this.pointer, signal);
    this.spanList = new SpanList(this.panel.find('spans'), this);
    this.room = new Room(this.shell, this, signal);
    this.long = new LongDocument(this, this.panel.find, signal);
    this.live = new LiveChanges(this, signal);
    leaveOnClosing(this, signal);
    this.readingQuestion = new ReadingQuestion(this.panel.find('unready'), this);
    this.follow();
    listen(this, this.shell, box, signal);
    box.addEventListener('blur', () => { this.leaving = false; }, { signal });
    box.addEventListener('scroll', () => this.scrolled(), { signal, passive: true });
  }

  /**
   * Somebody else has signed in: their work is theirs, and what the person before left unsaved
   * waits for them.
   * @param {Session} session
   */
  switchPerson({ outbox, preferences }) {
    if (outbox === this.outbox) return;
    this.notes.keep();
    this.outbox.suspend();
    this.follower.stop();
    this.opened = false; // everything is opened anew
    Object.assign(this, { outbox, preferences });
    this.follow();
    outbox.findOthers();
  }

  /** Shows what becomes of the edits. */
  follow() {
    this.outbox.changed = () => this.drawState();
    this.outbox.goesOn = () => this.destination === 'next';
    this.outbox.unknown = () => this.navigate('refresh'); // a run of the page tells where it is known
    this.outbox.answered = (answer, emptied, lost) => this.answered(answer, emptied, lost);
  }

  destroy() {
    this.notes.keep();
    this.follower.stop();
    this.outbox.leave();
    this.stop.abort();
    this.spanList.stop();
    this.long.minimap.stop();
    this.textView.destroy();
    cancelAnimationFrame(this.frame);
  }

  leaveFullWindow() { this.room.toggle(); }

  focus() { this.textView.box.focus({ preventScroll: true }); }

  /** @param {Span} span */
  decided(span) { return this.decisions.decided(span); }

  /** @param {string} label */
  colourOf(label) { return this.colours.get(label) ?? '#808080'; }

  /**
   * Takes what the page's run sent.
   * @param {AnnotatorData} data
   */
  run(data) {
    this.update(this.follower.over(data));
    if (this.follower.awaited) return;
    this.outbox.release();
    if (!this.outbox.size) this.saved();
  }

  /**
   * Shows the document that came with an answer, and has the page follow. What is done to it waits a
   * moment for its suggestions, where they are still to come: a draft begins with them.
   * @param {NextDocument} next
   */
  openNext(next) {
    this.destination = null;
    if (!next.ready) this.outbox.hold(next.data.doc_id);
    this.follower.open(next);
    this.update({ ...this.data, ...next.data });
  }

  /**
   * Takes a document, and the spans that are stored of it. An answer to edits may have come since: of
   * the two versions of the work the newer stands.
   * @param {AnnotatorData} data
   */
  update(data) {
    const before = this.opened ? this.data : undefined;
    this.opened = true;
    const isNew = data.doc_id !== before?.doc_id || data.text !== before?.text;
    if (isNew && before) this.notes.keep();
    const overtaken = before && !isNew && data.version < before.version;
    this.data = overtaken ? { ...data, ...stateOf(before) } : data;
    if (isNew) this.outbox.knownVersion = { docId: data.doc_id, version: data.version };
    this.bind(data, before);
    if (isNew) this.open(data);
    if (isNew || data.tokens !== before?.tokens) this.split(data);
    if (isNew || !deepEqual(data.hints, before?.hints)) this.allHints = readHints(data.hints, this.offsets);
    this.takeState();
    if (before && data.flow !== before.flow) this.preferences.flow = data.flow; // the address changed
    if (isNew) this.redraw(); else this.long.steady(() => this.redraw());
    this.decisions.follow();
    const isBehind = (this.outbox.versions.get(data.doc_id) ?? 0) > data.version;
    const isAhead = before !== undefined && data.version > before.version;
    if (isNew ? isBehind : isAhead) this.outbox.poll(data.doc_id);
    this.live.follow();
  }

  /**
   * Takes what the server answered to edits, to those of a document before too.
   * @param {Answer} answer
   * @param {boolean} emptied
   * @param {number} lost
   */
  answered(answer, emptied, lost) {
    const { returned, error, state } = answer;
    const isShown = answer.doc_id === this.data.doc_id;
    const { status } = this.data;
    if (isShown && state) {
      this.data = { ...this.data, ...state };
      this.outbox.knownVersion = { docId: answer.doc_id, version: state.version };
    }
    if (lost && returned) this.returned(returned.why);
    if (this.selected !== null) this.selected = this.outbox.nameOf(this.selected);
    if (error && (emptied || error !== this.lastError)) this.refused(isShown ? error : EARLIER + error);
    this.lastError = error;
    if (isShown) this.announce(answer.news);
    this.takeState();
    this.long.steady(() => this.redraw());
    this.decisions.follow();
    const next = emptied && this.destination === 'next' ? answer.next : null;
    if (isShown && this.data.around && answer.corrected.length && !next) this.corrected(answer.corrected);
    if (next) this.openNext(next);
    else if (emptied) this.saved();
    else if (isDone(this.data.status) !== isDone(status)) this.navigate('refresh');
    this.live.refresh();
  }

  /** The state as it is stored, with what is under way on top. */
  takeState() {
    const { spans, conflicts, read_only: readOnly } = this.data;
    this.readOnly = Boolean(readOnly);
    this.stored = new Map(spans.map((span) => [span.id, this.known(fromWire(span, this.offsets))]));
    this.conflicts.receive(conflicts);
    this.rebuild();
  }

  /**
   * Labels and keys.
   * @param {AnnotatorData} data
   * @param {AnnotatorData | undefined} before
   */
  bind({ labels, actions, read_only: readOnly }, before) {
    if (before && deepEqual(labels, before.labels) && deepEqual(actions, before.actions)) return;
    this.labels = labels;
    this.colours = new Map(labels.map(({ name, color }) => [name, safeColour(color)]));
    this.keyboard = new Keyboard(actions, labels);
    this.abbreviations = new Abbreviations(labels.map(({ name }) => name), barLetters(this.shell));
    this.panel.bind(actions, labels, this.keyboard);
    this.textView.touchAll();
  }

  /** @param {AnnotatorData} data */
  open(data) {
    this.offsets = new OffsetMap(data.text);
    this.textView.setText(data.text);
    this.pointer.finish();
    this.reset();
    this.decisions.reset();
    this.notes.reset();
    this.long.open(data);
    this.readingQuestion.close();
    const active = document.activeElement;
    if (!active || active === document.body) this.focus();
  }

  /** @param {AnnotatorData} data */
  split(data) {
    this.tokens = new Tokens(readPairs(data.tokens), this.offsets);
    this.characters = new Characters(data.text, this.tokens);
  }

  /**
   * The span as it is drawn already, if it is the same: then nothing is drawn again.
   * @param {StoredSpan} span
   * @returns {StoredSpan}
   */
  known(span) {
    const drawn = this.view?.get(span.id);
    return drawn && same(drawn, span) && deepEqual(drawn.confidence, span.confidence) ? drawn : span;
  }

  /** view = stored spans + what is under way. */
  rebuild() {
    const view = new Map(this.stored);
    for (const op of this.outbox.opsOf(this.data.doc_id)) applyOp(view, op, this.offsets);
    for (const [id, span] of view) view.set(id, this.known(span));
    this.view = view;
    this.hints = freshHints(this.allHints, view);
  }

  redraw() { drawAll(this); }

  drawState() {
    const { outbox, notes } = this;
    const state = notes.pending && !['late', 'signed-out'].includes(outbox.state) ? 'saving' : outbox.state;
    this.panel.drawState(state, outbox.size + Number(notes.pending), this.readOnly);
  }

  draw() {
    this.cover();
    this.popover.draw();
  }

  cover() {
    drawMarks(this);
    this.textView.draw((paragraph, window) => overlay(this, paragraph, window));
  }

  /** @param {TextRange | null} range */
  preview(range) {
    this.dragged = range;
    this.draw();
  }

  drawSoon() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => { if (this.view) this.draw(); });
  }

  scrolled() {
    cancelAnimationFrame(this.scrolling);
    this.scrolling = requestAnimationFrame(() => {
      this.textView.viewport.scrolled();
      this.hover.point(null); // what lies under the mouse now, nobody pointed to
      this.popover.position();
    });
  }
}

/**
 * @param {RenderArguments} component
 * @returns {() => void}
 */
export default function render({ parentElement, data: sent, setStateValue, setTriggerValue }) {
  const data = withNames(sent);
  let annotator = INSTANCES.get(parentElement);
  const session = sessionOf(data);
  if (annotator) annotator.switchPerson(session);
  else {
    annotator = new Annotator(parentElement, session);
    INSTANCES.set(parentElement, annotator);
  }
  annotator.outbox.resume();
  annotator.outbox.moved(data.edits);
  annotator.corrected = (stretches) => setTriggerValue('corrected', stretches);
  annotator.decisions.changed = (flow) => setStateValue('flow', flow);
  const leaving = annotator;
  annotator.navigate = (where) => setTriggerValue('navigate', where === 'denoise' ? depart(leaving, session) : where);
  annotator.long.ask = (offset) => setStateValue('visible', { doc_id: leaving.data.doc_id, offset: leaving.offsets.toPoints(offset) });
  annotator.follower.report = (opened) => setTriggerValue('opened', opened);
  annotator.run(data);
  comeBack(annotator, session);
  return () => {
    annotator.destroy();
    INSTANCES.delete(parentElement);
  };
}
