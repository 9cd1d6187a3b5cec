import type { LabelChoice } from '../../address/label.ts';

/** What one may filter by, with each value's share of what is selected now. */
export interface FilterChoice {
  readonly name: string;
  readonly values: readonly { readonly value: string; readonly share: number | null }[];
}

/** The filters with one value added or, when it was there, taken away. */
export function toggle(filters: readonly LabelChoice[], name: string, value: string): LabelChoice[] {
  const known = filters.find((filter) => filter.name === name);
  if (known === undefined) return [...filters, { name, values: [value] }];
  const values = known.values.includes(value)
    ? known.values.filter((other) => other !== value)
    : [...known.values, value];
  return filters
    .map((filter) => (filter === known ? { name, values } : filter))
    .filter((filter) => filter.values.length > 0);
}
