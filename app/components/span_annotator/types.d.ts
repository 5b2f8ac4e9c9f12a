// What Python sends to the span annotator, what goes back, and what both look like in between.
// Offsets of the wire (start, end) are code points, those of the view (s, e) UTF-16 units; both
// are half-open. `app/components/span_annotator/__init__.py` says the same in Python.

type Annotator = import('./annotator.js').Annotator;
type OffsetMap = import('./offsets.js').OffsetMap;
type Tokens = import('./offsets.js').Tokens;
type Characters = import('./characters.js').Characters;
type TextView = import('./text_view.js').TextView;
type Keyboard = import('./keys.js').Keyboard;
type DeadLetterOutbox = import('./dead_letters.js').DeadLetterOutbox;

// --- from Python ---

/** A person's work on a document: what edits change. */
interface DocumentState {
  spans: WireSpan[];
  /** Which version of the draft this is. */
  version: number;
  status: string;
  read_only: boolean;
  comment: string;
  skip_reason: string;
  conflicts: Conflict[];
}

/** A document and a person's work on it. */
interface DocumentData extends DocumentState {
  doc_id: string | number;
  text: string;
  /** The document and its project, told where the annotator covers the page's heading. */
  title: string;
  /** What a text without spans is told as. */
  empty: string;
  /** Whether there is a model to ask. */
  can_ask: boolean;
  /** Models are measured on it: it is asked about before it is submitted without an entity. */
  held_out: boolean;
  labels: Label[];
  hints: WireHint[];
  /** The gap before each word and its length, in turn. */
  tokens: string;
  /** Missing or null where no suggestions are to come. */
  reading?: ReadingProgress | null;
}

interface AnnotatorData extends DocumentData {
  /** Where edits are sent, below the server's folder. */
  edits: string;
  /** Whether the model looks again around what the person corrects. */
  around: boolean;
  /** The database: its name, a blank, and more. */
  store: string;
  /** Whose edits are sent. */
  person: string;
  flow: Flow;
  actions: Action[];
  /** The number of the last document that the annotator opened and the page followed to. */
  opened: number;
}

/** What the page goes on to; `ready` with its suggestions. */
interface NextDocument {
  ready: boolean;
  data: DocumentData;
}

/** How far a model has read a long document. */
interface ReadingProgress {
  read: number;
  /** 0 where that is not known yet. */
  sentences: number;
  /** [start, end) where it has not looked. */
  unread: [number, number][];
  /** Whether it failed. */
  stopped: boolean;
}

/** A part of a long document, for its outline. */
interface Section extends TextRange {
  title: string;
}

interface Label {
  name: string;
  /** #rrggbb */
  color: string;
  key?: string | null;
  description?: string;
}

/** A label with its name in its group. */
interface GroupedLabel {
  label: Label;
  shown: string;
}

/** Labels of one prefix; '' for those without one. */
interface LabelGroup {
  prefix: string;
  members: GroupedLabel[];
}

interface Action {
  name: string;
  keys: string[];
  meaning: string;
  group: string;
}

/** How suggestions come: all at once, or one at a time, the least sure first or in order. */
type Flow = '' | 'unsure' | 'order';

type Status = 'suggested' | 'accepted' | 'rejected';

interface Confidence {
  left: number;
  right: number;
  type: number;
}

interface WirePlace {
  start: number;
  end: number;
}

/** The part of a long paragraph that has its bars, and where the paragraph lay in the view then. */
interface DrawnWindow extends WirePlace {
  top: number;
  height: number;
}

interface SpanFields {
  id: string;
  label: string;
  status: Status;
  /** 0 to 1; null where a person or a rule found the span. */
  score: number | null;
  source: 'model' | 'person' | 'rule';
  confidence?: Confidence | null;
}

type WireSpan = WirePlace & SpanFields;

/** A span as it is sent: what it says in this order, without names; the confidence where it is known. */
type SpanRow = [string, number, number, string, Status, number | null, SpanFields['source'], ...number[]];

/** Data of a document whose spans are as they are sent. */
type Sent<T extends { spans: WireSpan[] }> = Omit<T, 'spans'> & { spans: SpanRow[] };

/** An answer as it is sent. */
type SentAnswer = Omit<Answer, 'state' | 'next'> & {
  state: Sent<DocumentState> | null;
  next: { ready: boolean; data: Sent<DocumentData> } | null;
};

interface WireHint extends WirePlace {
  label: string;
  score: number | null;
  confidence?: Confidence | null;
}

/** The last operation of a client that the server applied. */
interface Ack {
  client: string;
  seq: number;
}

/** What the server can never save as it was sent. */
interface Returned {
  client: string;
  doc_id: string | number;
  /** Whether the client's name is somebody else's. */
  wrong_owner: boolean;
  why: string;
}

/** A span, a comment, or null where there is none. */
type Version = PlainSpan | string | null;

/** A span of the log, which may say nothing of a score. */
type PlainSpan = Omit<WireSpan, 'score'> & { score?: number | null };

/** A change that met somebody else's. */
interface Conflict {
  client: string;
  seq: number;
  /** A span's id, or ":comment". */
  target: string;
  mine: Version;
  theirs: Version;
  by: string;
  /** ISO 8601 */
  at: string;
}

/** What others did. */
interface News {
  version: number;
  text: string;
  spans: string[];
}

// --- to Python ---

type SpanOperation =
  | ({ op: 'add'; id: string; label: string } & WirePlace)
  | ({ op: 'restore' } & WireSpan)
  | { op: 'delete' | 'accept' | 'reject'; id: string }
  | { op: 'relabel'; id: string; label: string }
  | ({ op: 'move'; id: string } & WirePlace);

type DocumentOperation =
  | { op: 'accept_all' | 'reject_all'; ids: string[]; above?: number }
  | { op: 'comment'; text: string }
  | { op: 'skip'; reason: string }
  | { op: 'submit' }
  | { op: 'settle'; client: string; of: number; target: string };

type Operation = SpanOperation | DocumentOperation;

/** An operation with its number and the version of the draft that the person looked at. */
type SentOperation = Operation & { seq: number; base_version?: number };

/** What others did up to this version of a document was told. */
interface KnownVersion {
  docId: string | number;
  version: number;
}

/** What is sent to the server; without operations the page asks what others did. */
interface Message {
  doc_id: string | number;
  client: string;
  person: string;
  /** All clients whose operations the page has seen. */
  sibling_clients: string[];
  /** The version of the draft that the page shows; null where it shows another document. */
  version: number | null;
  /** Whether the page goes on to the next document. */
  go_on: boolean;
  ops: SentOperation[];
}

/** What came of a message. */
interface Answer {
  doc_id: string | number;
  ack: Ack | null;
  /** Why the server refused an operation, or could save nothing. */
  error: string | null;
  returned: Returned | null;
  /** How the document stands now. */
  state: DocumentState | null;
  news: News | null;
  /** Where the message corrected the model: [start, end) in code points. */
  corrected: [number, number][];
  /** The document to go on to, where the message asked for it and its own is done. */
  next: NextDocument | null;
}

/** The document that the annotator shows, until a run of the page has followed. */
interface Opened {
  doc_id: string | number;
  number: number;
  ready: boolean;
}

/** The value of the component's trigger `navigate`; after the @ an offset, in code points. */
type Destination = 'next' | 'previous' | 'denoise' | `denoise@${number}` | 'history' | 'suggest' | 'refresh';

interface RenderArguments {
  parentElement: HTMLElement | ShadowRoot;
  data: Sent<AnnotatorData>;
  setStateValue(name: 'flow', value: Flow): void;
  setStateValue(name: 'visible', value: { doc_id: string | number; offset: number }): void;
  setTriggerValue(name: 'navigate', value: Destination): void;
  setTriggerValue(name: 'opened', value: Opened): void;
  setTriggerValue(name: 'corrected', value: [number, number][]): void;
}

// --- in between ---

interface TextRange {
  s: number;
  e: number;
}

interface StoredSpan extends TextRange, SpanFields {}

/** What the model nearly suggested, as a span that is not one yet. */
interface Hint extends TextRange, Omit<SpanFields, 'status'> {
  status: 'hint';
  source: 'model';
}

type Span = StoredSpan | Hint;

/** The spans by id, as the person sees them. */
type View = Map<string, StoredSpan>;

type Edge = 'start' | 'end';
type Side = 'left' | 'right';

/** Words or characters: what boundaries go by. */
type Units = Tokens | Characters;

/** An operation on its way to the server. */
interface Entry {
  docId: string | number;
  client: string;
  person: string;
  /** When it was made, in ms. */
  at: number;
  op: SentOperation;
  /** Why it cannot be saved. */
  why?: string;
}

/** What another person left unsent in this tab. */
interface LeftEntries {
  key: string;
  person: string;
  entries: Entry[];
}

/** A span before and after an edit; null where there was none. */
interface Change {
  id: string;
  before: StoredSpan | null;
  after: StoredSpan | null;
}

/** Where a person is in a text: what is chosen, and how far down the text is scrolled, in px. */
interface ViewState {
  selected: string | null;
  candidate: TextRange | null;
  scrolled: number;
}

/** What one edit changed, and where the person was when they made it. */
interface Edit {
  changes: Change[];
  viewState: ViewState;
}

/** One step of undo or redo, and how many of its changes others have overtaken. */
interface HistoryStep {
  ops: SpanOperation[];
  left: number;
  viewState: ViewState;
}

/** What labels the words of a place. */
type Labelling = { op: 'add' } | { op: 'accept' | 'relabel'; id: string };

/** Another occurrence of the same words, and what labels it. */
type Occurrence = TextRange & Labelling;

/** Occurrences to be labelled once the person agrees. */
interface Proposal {
  words: string;
  label: string;
  occurrences: Occurrence[];
  range: TextRange;
  id: string | null;
}

/** Whether edits are saved; `late`: no answer for 5 s, `aside`: some can be saved nowhere. */
type SavingState = 'idle' | 'saving' | 'late' | 'signed-out' | 'aside' | 'saved';

/** What a person prefers, for as long as the tab lives. */
interface Preferences {
  characters: boolean;
  hints: boolean;
  rejected: boolean;
  /** Whether a long document's outline is shown; it is unless somebody hid it. */
  outline?: boolean;
  /** The confidence from which suggestions are accepted. */
  above: number;
  /** Names of labels, the last used first. */
  recent: string[];
  /** Whether all rows of labels are shown. */
  allLabels: boolean;
  flow: Flow;
  /** Whether the annotator takes the whole window. */
  full: boolean;
}

interface Session {
  outbox: DeadLetterOutbox;
  preferences: Preferences;
  /** Until the document that somebody left for its denoising is open again. */
  departure?: { docId: string | number, selected: string | null, scrolled: number, pageScrolled: number } | null;
}

/** In pixels of the positioned parent. */
interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** The box at which a span starts or ends, and at which side of it. */
interface BoxEnd {
  box: number;
  side: Side;
}

type Ends = Record<Edge, BoxEnd | null>;

interface Paragraph {
  start: number;
  end: number;
  node: HTMLElement;
  /** Holds the bars. */
  over: HTMLElement;
  words: HTMLElement;
  textNode: Text;
  spans: Map<string, Span>;
  lanes: { span: Span; lane: number }[];
  hints: Span[];
  /** How many lanes hang under each line. */
  depth: number;
  /** Whether it has text from right to left. */
  mixed: boolean;
}

/** Something marked over the text besides the spans. */
interface Mark extends TextRange {
  kind: string;
  drawn: boolean;
}

/** A pressed mouse button. */
interface Press {
  x: number;
  y: number;
  id?: string;
  act?: string;
  bar: HTMLElement | null;
  edge?: Edge;
  double?: boolean;
  moved?: boolean;
  anchor?: number | null;
  span?: Span | null;
  /** Chosen words, whose end is dragged. */
  words?: TextRange | null;
}
