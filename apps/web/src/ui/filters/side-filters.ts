import type { LabelChoice } from '../../address/label.ts';
import type { SelectionState } from '../selection-state.ts';
import type { FilterChoice } from './filters.ts';

/** The name that versions go by among filters. */
const VERSION = 'version';

/** What a service can be filtered by; structural, so that it takes the router's answer as it comes. */
export interface Filterable {
  readonly versions: readonly { readonly version: string }[];
  readonly labels: readonly FilterChoice[];
}

/** Versions and labels of a selection as one list of filters. */
export function filtersOf(selection: SelectionState): LabelChoice[] {
  const { versions, labels } = selection;
  return versions.length > 0 ? [{ name: VERSION, values: versions }, ...labels] : [...labels];
}

/** Versions first, then labels that divide the samples, then those with one value only. */
export function choicesOf(service: Filterable | null | undefined): FilterChoice[] {
  const versions = service?.versions.map(({ version }) => ({ value: version, share: null })) ?? [];
  const labels = (service?.labels ?? []).toSorted((a, b) => Number(b.values.length > 1) - Number(a.values.length > 1));
  return [{ name: VERSION, values: versions }, ...labels].filter(({ values }) => values.length > 0);
}

/** Writes the list back; only what changed becomes a step of history. */
export function setFilters(selection: SelectionState, filters: readonly LabelChoice[]): void {
  const versions = filters.find(({ name }) => name === VERSION)?.values ?? [];
  if (versions.join('\n') !== selection.versions.join('\n')) selection.setVersions(versions);
  selection.setLabels(filters.filter(({ name }) => name !== VERSION));
}
