import type { Source, Workload } from '@strata/profile';
import { CollectorError } from './collector-error.ts';

const WORKLOAD = ['service', 'version', 'environment', 'namespace', 'cluster'] as const;
const SOURCE = ['host', 'pod', 'container', 'process'] as const;
const LABEL = 'label.';
const LABELS_MOST = 64;
const VALUE_CHARACTERS_MOST = 256;

/**
 * What a pprof push says of itself in its address: `service` (required), the other workload and source labels, and
 * `label.NAME`. Throws CollectorError `MISSING_SERVICE`, `UNKNOWN_PARAMETER`, `BAD_PARAMETER`.
 */
export function parsePushParameters(query: URLSearchParams): { workload: Workload; source: Source } {
  // Without a prototype, so that a label may be called anything.
  const known: Record<string, string> = Object.create(null);
  const labels: Record<string, string> = Object.create(null);
  for (const [name, value] of query) {
    const isLabel = name.startsWith(LABEL) && name.length > LABEL.length;
    if (!isLabel && !([...WORKLOAD, ...SOURCE] as readonly string[]).includes(name)) {
      throw new CollectorError(
        'UNKNOWN_PARAMETER',
        `The parameter ${name} is not known; known are ${[...WORKLOAD, ...SOURCE].join(', ')} and label.NAME for labels of your own.`,
      );
    }
    if (Math.max(name.length, value.length) > VALUE_CHARACTERS_MOST) {
      throw new CollectorError(
        'BAD_PARAMETER',
        `The parameter ${name.slice(0, 40)} or its value is longer than ${VALUE_CHARACTERS_MOST} characters.`,
      );
    }
    const target = isLabel ? labels : known;
    const key = isLabel ? name.slice(LABEL.length) : name;
    if (Object.hasOwn(target, key)) throw new CollectorError('BAD_PARAMETER', `The parameter ${name} is given twice.`);
    target[key] = value;
  }
  if (!known.service?.trim()) {
    throw new CollectorError(
      'MISSING_SERVICE',
      'The parameter service is missing: say whose profile this is, such as ?service=shop.',
    );
  }
  // A service has its place in an address, where these two mean something else.
  if (known.service === '.' || known.service === '..') {
    throw new CollectorError('BAD_PARAMETER', `A service cannot be called ${known.service}: no address could name it.`);
  }
  if (Object.keys(labels).length > LABELS_MOST) {
    throw new CollectorError('BAD_PARAMETER', `More than ${LABELS_MOST} labels are given.`);
  }
  const pick = (name: string) => known[name] ?? '';
  return {
    workload: {
      service: pick('service'),
      version: pick('version'),
      environment: pick('environment'),
      namespace: pick('namespace'),
      cluster: pick('cluster'),
      labels: {},
    },
    source: {
      host: pick('host'),
      pod: pick('pod'),
      container: pick('container'),
      process: pick('process'),
      thread: '',
      labels: { ...labels },
    },
  };
}
