// Lists of labels as projects have them.

const numbers = Array.from({ length: 60 }, (_, i) => i + 1);

export const projects = {
  three: ['PER', 'ORG', 'LOC'],
  numbered: numbers.slice(0, 30).map((n) => `LABEL_NUMBER_${String(n).padStart(2, '0')}`),
  sixty: numbers.map((n) => `LABEL ${n}`),
  prefixed: ['bio:gene', 'bio:protein', 'bio.cell', 'chem-drug', 'chem-dose', 'chem/salt', 'Person'],
  alike: ['Quantity', 'QuantityUnit', 'PERSON', 'PERCENT', 'PRODUCT', 'GENE_NAME', 'DRUG_NAME', '東京大学'],
};

/** Labels of these names, the first ten with digits for keys. */
export const labelsOf = (names) => names.map((name, i) => ({
  name, color: '#0072b2', key: '1234567890'[i] ?? null, description: '',
}));
