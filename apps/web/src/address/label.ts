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
