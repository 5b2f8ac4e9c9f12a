// Labels of one prefix belong together: "bio:gene", "bio.protein" and "bio-cell" are the group bio.

const PREFIX = /^([^:./-]+)[:./-]+(?=[^:./-])/;

/**
 * A label's prefix and what follows it; none where the name has no such parts.
 * @param {string} name
 */
function splitName(name) {
  const [whole, prefix] = PREFIX.exec(name) ?? [];
  return whole ? { prefix, rest: name.slice(whole.length) } : { prefix: '', rest: name };
}

/**
 * The labels by prefix, in the order of the list: first those without a group, then each group
 * where its first label stands. A prefix that one label alone has makes no group.
 * @param {Label[]} labels
 * @returns {LabelGroup[]}
 */
export function groupsOf(labels) {
  /** @type {Map<string, GroupedLabel[]>} */
  const byPrefix = new Map();
  for (const label of labels) {
    const { prefix, rest } = splitName(label.name);
    byPrefix.set(prefix, [...(byPrefix.get(prefix) ?? []), { label, shown: rest }]);
  }
  const isGroup = /** @param {string} prefix */ (prefix) => prefix && (byPrefix.get(prefix)?.length ?? 0) > 1;
  const single = labels.filter(({ name }) => !isGroup(splitName(name).prefix))
    .map((label) => ({ label, shown: label.name }));
  const groups = [...byPrefix].filter(([prefix]) => isGroup(prefix))
    .map(([prefix, members]) => ({ prefix, members }));
  return [...(single.length ? [{ prefix: '', members: single }] : []), ...groups];
}
