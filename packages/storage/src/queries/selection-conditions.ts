import type { Selection } from '../api.ts';
import type { Parameters } from '../connection.ts';

const WORKLOAD_COLUMNS: readonly string[] = ['version', 'environment', 'namespace', 'cluster'];
const SOURCE_COLUMNS: readonly string[] = ['host', 'pod', 'container', 'process', 'thread'];

/** Names a selection may use for labels that every sample has; others are the sender's. */
export const FIXED_LABELS: readonly string[] = [...WORKLOAD_COLUMNS, ...SOURCE_COLUMNS];

/** A selection as conditions on columns `profile_type`, `workload` and `source`; what users typed is bound, never text. */
export interface SelectionConditions {
  /** On `profile_type` and `workload` alone: true of rolled-up rows as well. */
  readonly workload: string;
  /** Also on `source`; the same as `workload` when no label asks for it. */
  readonly all: string;
  readonly needsSource: boolean;
  readonly parameters: Parameters;
}

export function selectionConditions(database: string, selection: Selection): SelectionConditions {
  const parameters: Record<string, unknown> = { service: selection.service, type: selection.profileType };
  const ofWorkload = ['service = {service:String}'];
  const ofSource: string[] = [];
  const ofEither: string[] = [];
  if (selection.versions.length > 0) {
    parameters.versions = selection.versions;
    ofWorkload.push('version IN {versions:Array(String)}');
  }
  selection.labels.forEach(({ name, values }, index) => {
    if (values.length === 0) return;
    parameters[`values${index}`] = values;
    const among = `IN {values${index}:Array(String)}`;
    if (WORKLOAD_COLUMNS.includes(name)) ofWorkload.push(`${name} ${among}`);
    else if (SOURCE_COLUMNS.includes(name)) ofSource.push(`${name} ${among}`);
    else {
      parameters[`name${index}`] = name;
      const label = `mapContains(labels, {name${index}:String}) AND labels[{name${index}:String}] ${among}`;
      ofEither.push(
        `(workload IN (SELECT id FROM ${database}.workloads WHERE service = {service:String} AND ${label})
          OR source IN (SELECT id FROM ${database}.sources WHERE ${label}))`,
      );
    }
  });
  const workload = `profile_type = {type:String}
    AND workload IN (SELECT id FROM ${database}.workloads WHERE ${ofWorkload.join(' AND ')})`;
  const more = [...ofEither];
  if (ofSource.length > 0) more.push(`source IN (SELECT id FROM ${database}.sources WHERE ${ofSource.join(' AND ')})`);
  return { workload, all: [workload, ...more].join('\n    AND '), needsSource: more.length > 0, parameters };
}
