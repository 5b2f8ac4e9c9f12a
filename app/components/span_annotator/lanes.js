// Lanes: which bar lies under which, so that nested and crossing spans never cover each other.

/**
 * Gives each span the first lane that no overlapping span has; shorter spans come first.
 * @param {Span[]} spans
 */
export function inLanes(spans) {
  return clusters(spans).flatMap(stacked);
}

/**
 * Runs of spans that overlap each other, directly or through others.
 * @param {Span[]} spans
 */
function clusters(spans) {
  const runs = [];
  let reach = -1;
  for (const span of [...spans].sort((a, b) => a.s - b.s)) {
    if (span.s < reach) runs[runs.length - 1].push(span); else runs.push([span]);
    reach = Math.max(reach, span.e);
  }
  return runs;
}

/** @param {Span[]} cluster */
function stacked(cluster) {
  if (cluster.length === 1) return [{ span: cluster[0], lane: 0 }];
  const placed = [];
  for (const span of cluster.sort((a, b) => (a.e - a.s) - (b.e - b.s) || a.s - b.s)) {
    const taken = [];
    for (const { span: other, lane } of placed) {
      if (other.s < span.e && span.s < other.e) taken[lane] = true;
    }
    let lane = 0;
    while (taken[lane]) lane += 1;
    placed.push({ span, lane });
  }
  return placed;
}
