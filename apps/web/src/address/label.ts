/** Alternatives for one label. */
export interface LabelChoice {
  readonly name: string;
  readonly values: readonly string[];
}

/** Reads `name:value`; the first colon separates, a value may hold more of them. `null` without a colon or a name. */
export function parseLabel(text: string): { readonly name: string; readonly value: string } | null {
  const colon = text.indexOf(':');
  return colon > 0 ? { name: text.slice(0, colon), value: text.slice(colon + 1) } : null;
}

/** Collects `name:value` pairs into alternatives per label, in the order of first sight; pairs that are none are left out. */
export function groupLabels(texts: readonly string[]): LabelChoice[] {
  const byName = new Map<string, string[]>();
  for (const text of texts) {
    const label = parseLabel(text);
    if (label === null) continue;
    const values = byName.get(label.name) ?? [];
    if (!values.includes(label.value)) values.push(label.value);
    byName.set(label.name, values);
  }
  return [...byName].map(([name, values]) => ({ name, values }));
}

export const writeLabels = (labels: readonly LabelChoice[]): string[] =>
  labels.flatMap(({ name, values }) => values.map((value) => `${name}:${value}`));

/** Labels that are columns of every sample; any other is `label.NAME`. */
export const STANDARD_LABELS = [
  'environment',
  'namespace',
  'cluster',
  'host',
  'pod',
  'container',
  'process',
  'thread',
] as const;

/**
 * Parameters with labels as pages write them, `label=thread:main`, where they were written as the API also takes them,
 * `thread=main` or `label.team=pay`; `null` where there is nothing to respell.
 */
export function respellLabels(parameters: readonly (readonly [string, string])[]): URLSearchParams | null {
  const labelOf = (name: string) =>
    name.startsWith('label.') && name.length > 'label.'.length && !['label.a', 'label.b'].includes(name)
      ? name.slice('label.'.length)
      : STANDARD_LABELS.find((label) => label === name);
  if (parameters.every(([name]) => labelOf(name) === undefined)) return null;
  return new URLSearchParams(
    parameters.map(([name, value]) => {
      const label = labelOf(name);
      return label === undefined ? [name, value] : ['label', `${label}:${value}`];
    }),
  );
}
