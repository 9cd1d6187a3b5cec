import type { Selection } from '@strata/storage';
import { z } from 'zod';
import { groupLabels, parseLabel, STANDARD_LABELS } from '../address/label.ts';
import { resolveRange, STANDARD_RANGE } from '../address/time.ts';
import { WebError } from './errors.ts';

const MOST_VALUES = 64;
const MOST_CHARACTERS = 1_024;

const text = z.string().max(MOST_CHARACTERS, `must have at most ${MOST_CHARACTERS} characters`);
const list = z.array(text).max(MOST_VALUES, `may be given at most ${MOST_VALUES} times`);
const schema = z.object({
  service: text.min(1, 'must not be empty'),
  type: text.min(1, 'must not be empty').default('cpu'),
  from: text.default(STANDARD_RANGE.from),
  to: text.default(STANDARD_RANGE.to),
  version: list.default([]),
  label: list.default([]),
});

/** Parameters of an address, each with all its values. */
export type ParameterMap = ReadonlyMap<string, readonly string[]>;

export function parameterMap(search: URLSearchParams): ParameterMap {
  const map = new Map<string, string[]>();
  for (const [name, value] of search) map.set(name, [...(map.get(name) ?? []), value]);
  return map;
}

/**
 * Reads what a view looks at from an address: `service`, `type`, `from`, `to`, `version` (repeatable), labels as
 * `label=name:value`, `label.NAME=value` or, for the standard ones, `host=value` (all repeatable; values of one label are
 * alternatives). `now` is Unix seconds. `more` names what else the caller understands. Throws WebError, whose sentence
 * names the parameter.
 */
export function readSelection(parameters: ParameterMap, now: number, more: readonly string[] = []): Selection {
  const labels: string[] = [...(parameters.get('label') ?? [])];
  const given: Record<string, unknown> = {};
  for (const [name, values] of parameters) {
    if (name === 'version' || name === 'label') given[name] = values;
    else if (Object.hasOwn(schema.shape, name)) given[name] = onlyOne(name, values);
    else if (name.startsWith('label.') && name.length > 'label.'.length)
      labels.push(...values.map((value) => `${name.slice('label.'.length)}:${value}`));
    else if ((STANDARD_LABELS as readonly string[]).includes(name))
      labels.push(...values.map((value) => `${name}:${value}`));
    else if (!more.includes(name)) throw unknownParameter(name, more);
  }
  const parsed = schema.safeParse({ ...given, label: labels });
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const name = String(issue.path[0]);
    if (given[name] === undefined && name === 'service')
      throw new WebError('INVALID_PARAMETER', 'The parameter service is missing: name the service to look at.');
    throw new WebError('INVALID_PARAMETER', `The parameter ${name} cannot be used: it ${issue.message}.`);
  }
  const { service, type, from, to, version } = parsed.data;
  const wrong = labels.find((label) => parseLabel(label) === null);
  if (wrong !== undefined)
    throw new WebError('INVALID_PARAMETER', `label=${wrong.slice(0, 80)} cannot be used: write name:value.`);
  const range = resolveRange({ from, to }, now);
  if ('problem' in range) throw new WebError('INVALID_PARAMETER', range.problem);
  return {
    service,
    profileType: type,
    versions: [...new Set(version)],
    labels: groupLabels(labels),
    from: range.from as Selection['from'],
    to: range.to as Selection['to'],
  };
}

/** The value of a parameter that may be given once. */
export function onlyOne(name: string, values: readonly string[]): string {
  if (values.length > 1) throw new WebError('INVALID_PARAMETER', `The parameter ${name} may be given only once.`);
  return values[0]!;
}

function unknownParameter(name: string, more: readonly string[]): WebError {
  const known = [...Object.keys(schema.shape), ...more, ...STANDARD_LABELS, 'label.NAME'];
  return new WebError(
    'UNKNOWN_PARAMETER',
    `The parameter ${name.slice(0, 80)} is not known here; known are ${known.join(', ')}.`,
  );
}

/** `service=…&type=…&from=…&…` with absolute times, sorted: equal for equal selections. */
export function writeSelection(selection: Selection): string {
  const search = new URLSearchParams([
    ['service', selection.service],
    ['type', selection.profileType],
    ['from', String(selection.from)],
    ['to', String(selection.to)],
    ...selection.versions.toSorted().map((version) => ['version', version]),
    ...selection.labels
      .flatMap(({ name, values }) => values.map((value) => ['label', `${name}:${value}`]))
      .toSorted((a, b) => (a[1]! < b[1]! ? -1 : 1)),
  ]);
  return search.toString();
}
