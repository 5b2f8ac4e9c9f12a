// Which noisy span lies under a point of the stage.

const REACH = 2; // pixels around a bar that still hit it
const VISIBLE = 0.05;

/**
 * The nearest where several are; null where none is.
 * @param {Scene} scene
 * @param {NoisyBar[]} bars
 * @param {number} x
 * @param {number} y
 */
export function barUnder({ geometry, lanes }, bars, x, y) {
  /** @type {number | null} */
  let nearestBar = null;
  let nearest = Infinity;
  for (const { k, start, end, alpha } of bars) {
    if (alpha < VISIBLE) continue;
    for (const { row, left, right } of geometry.pieces(start, end)) {
      const thick = lanes.thick(k, row);
      const away = Math.abs(y - geometry.bottoms[row] - lanes.top(k, row) - thick / 2);
      if (x < left - REACH || x > Math.max(right, left + 2) + REACH) continue;
      if (away <= thick / 2 + REACH && away < nearest) [nearestBar, nearest] = [k, away];
    }
  }
  return nearestBar;
}
