// When an entity is banked: at the step since which its score has reached φ.

const FALL = 0.4; // of a step, before it ends

/**
 * Numbers of the entities, the first banked first.
 * @param {EntityBar[]} entities
 */
export function bankOrder(entities) {
  return entities.map((_, i) => i).sort((a, b) => entities[a].banked - entities[b].banked || a - b);
}

/**
 * How far an entity has fallen into the bank: 0 not yet, 1 it lies there and stays.
 * @param {EntityBar} entity
 * @param {number} position
 */
export function fallen({ banked }, position) {
  return Math.min(1, Math.max(0, (position - banked) / FALL + 1));
}
