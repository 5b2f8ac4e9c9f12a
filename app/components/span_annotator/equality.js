/**
 * Whether two plain values are the same throughout.
 * @param {unknown} a
 * @param {unknown} b
 */
export const deepEqual = (a, b) => a === b || JSON.stringify(a) === JSON.stringify(b);
