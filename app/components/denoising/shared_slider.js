// Animations of different length on one slider.

/**
 * Where an animation of `steps` stands while the longest, of `longest` steps, is at `position`. What
 * follows the last step takes equally long in both.
 * @param {number} position
 * @param {number} longest
 * @param {number} steps
 */
export function positionIn(position, longest, steps) {
  return position <= longest ? (position * steps) / longest : steps + position - longest;
}
