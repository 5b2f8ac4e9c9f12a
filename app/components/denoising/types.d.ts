// What Python sends to the denoising view, and what goes back. `app/components/denoising/animation.py`
// says the same in Python, and what each field means.

type Colour = number[];

interface Frame {
  readout: string;
  summary: string;
  /** Continuous word offsets of the noisy spans. */
  at: [number, number][];
  spans: [number, number][];
  /** Indices into the labels, -1 for ∅. */
  labels: number[];
  scores: number[];
  confident: boolean[];
  probabilities: [number, number, number][];
  renewed: number[];
  pointers: [number[], number[]][];
}

interface EntityBar {
  start: number;
  end: number;
  offsets: [number, number];
  text: string;
  label: number;
  /** Null where the model gives none. */
  score: number | null;
  row: number;
  slot: number;
  step: number;
  banked: number;
  scores: number[];
  surest: number;
  collapsed: number[];
}

interface DenoisingPayload {
  id: string;
  words: string[];
  gaps: string[];
  labels: { name: string; color: string }[];
  frames: Frame[];
  entities: EntityBar[];
  readout: string;
  summary: string;
  threshold: number;
}

/** The value of the component's state `chosen`: indices of an entity and of a noisy span. */
interface Chosen {
  animation: string;
  entity: number | null;
  span: number | null;
}

/** A sentence of the document, by its number from 0. */
interface OverviewRow {
  index: number;
  payload: DenoisingPayload;
}

interface DenoisingData {
  payload: DenoisingPayload;
  autoplay: boolean;
  /** A second animation on the same slider. */
  beside?: DenoisingPayload | null;
  /** What tells the two apart. */
  names?: string[];
  overview?: OverviewRow[];
  /** The sentence of the overview that is on the stage. */
  sentence?: number | null;
}

interface DenoisingArguments {
  parentElement: HTMLElement | ShadowRoot;
  data: DenoisingData;
  /** Missing where the view stands in a file of its own, as is the next one. */
  setStateValue?(name: 'chosen', value: Chosen): void;
  /** The sentence of the overview that somebody wants on the stage. */
  setTriggerValue?(name: 'sentence', value: number): void;
}

interface Palette {
  ink: Colour;
  dark: boolean;
  labels: Colour[];
  /** Of spans that start again. */
  flash: Colour;
  font: string;
}

/** What draws: a canvas, or what makes an SVG picture. */
interface Brush {
  fillStyle: any;
  strokeStyle: any;
  lineWidth: number;
  font: string;
  beginPath(): void;
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  roundRect(x: number, y: number, width: number, height: number, radius: number): void;
  fill(): void;
  stroke(): void;
  fillRect(x: number, y: number, width: number, height: number): void;
  fillText(text: string, x: number, y: number): void;
  measureText(text: string): { width: number };
  save(): void;
  translate(x: number, y: number): void;
  restore(): void;
}

/** Widths of the words and of the gaps after them, and where a row may end. */
interface Measures {
  words: number[];
  gaps: number[];
  breakable: boolean[];
}

interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** A payload with what the stage made of it; all but `renewed` follows the page's width. */
interface Scene {
  payload: DenoisingPayload;
  /** The noisy spans that started again, by frame. */
  renewed: Set<number>[];
  /** In the overview: bars and tints alone. */
  small: boolean;
  lanes: import('./lanes.js').Lanes;
  colours: Palette;
  geometry: import('./geometry.js').Geometry;
  /** Where the entities lie in the bank. */
  chips: Box[];
}

/** How a bar looks. */
interface BarStyle {
  colour: Colour;
  alpha: number;
  /** Whether the model gave it a label. */
  typed: boolean;
}

/** A bar between two word offsets. */
interface PlacedBar extends BarStyle {
  start: number;
  end: number;
}

/** Where a noisy span predicts to be, drawn from 0 to 1. */
interface Ghost {
  span: [number, number];
  label: number;
  drawn: number;
}

/** The bar of noisy span k; `flash` is 1 as it is thrown elsewhere. */
interface NoisyBar extends PlacedBar {
  k: number;
  ghost: Ghost | null;
  flash: number;
}

/** A stretch of one row, in pixels of the stage. */
interface Piece {
  row: number;
  left: number;
  right: number;
}

type Point = [number, number];
