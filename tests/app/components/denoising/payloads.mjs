// Small animations for the tests: each noisy span walks from noise to its place.

/**
 * @param {{ words?: number, entities?: object[], noise: [number, number][], steps: { at: [number, number][], spans: [number, number][], labels: number[], renewed?: number[] }[] }} how
 */
export function payloadOf({ words = 10, entities = [], noise, steps }) {
  const empty = { spans: [], labels: [], scores: [], confident: [], probabilities: [], renewed: [], pointers: [] };
  return {
    id: 'test', words: Array.from({ length: words }, (_, i) => `w${i}`), gaps: Array(words).fill(' '),
    labels: [{ name: 'PER', color: '#e4572e' }, { name: 'ORG', color: '#2e86ab' }],
    frames: [
      { ...empty, at: noise, readout: 'noise', summary: '' },
      ...steps.map((step, i) => ({
        ...empty, renewed: [], ...step, scores: step.labels.map(() => 0.9), readout: `step ${i + 1}`, summary: '',
      })),
    ],
    entities: entities.map((entity) => ({ label: 0, row: 0, banked: 1, scores: [0.9], collapsed: [], ...entity })),
    readout: 'done', summary: '', threshold: 0.7,
  };
}

/** A scene of a payload whose sentence stands in one row. */
export function sceneOf(payload, lanes) {
  return {
    payload, lanes, small: false, chips: [],
    renewed: payload.frames.map((frame) => new Set(frame.renewed)),
    colours: { ink: [0, 0, 0], dark: false, labels: [[228, 87, 46], [46, 134, 171]], flash: [1, 2, 3], font: 'sans-serif' },
  };
}
