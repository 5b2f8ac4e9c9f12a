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
  score: number;
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

interface DenoisingArguments {
  parentElement: HTMLElement | ShadowRoot;
  data: { payload: DenoisingPayload; autoplay: boolean };
  /** Missing where the view stands in a file of its own. */
  setStateValue?(name: 'chosen', value: Chosen): void;
}

interface Palette {
  ink: Colour;
  dark: boolean;
  labels: Colour[];
}

/** A payload with what the view made of it; `colours` and `geometry` follow the page's width. */
interface Scene {
  payload: DenoisingPayload;
  lanes: import('./lanes.js').Lanes;
  /** The noisy spans that started again, by frame. */
  renewed: Set<number>[];
  highlight: import('./word_highlight.js').WordHighlight;
  colours: Palette;
  geometry: import('./geometry.js').Geometry;
}

/** How a bar looks. */
interface BarStyle {
  colour: Colour;
  alpha: number;
}

/** A bar between two word offsets. */
interface PlacedBar extends BarStyle {
  start: number;
  end: number;
}

/** The bar of noisy span k, `top` and `thick` in pixels. */
interface NoisyBar extends PlacedBar {
  k: number;
  top: number;
  thick: number;
}

/** A stretch of one line, in pixels of the stage; `y` is its lower rim. */
interface Piece {
  left: number;
  right: number;
  y: number;
}

type Point = [number, number];
