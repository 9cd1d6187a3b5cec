import { basename } from 'node:path';
import type { Source, Workload } from '@strata/profile';
import type { ProcessFacts } from '../proc/process-facts.ts';
import { placeOf } from './cgroup.ts';
import { type ContainerDetails, imageTag } from './container-details.ts';
import { parseResourceAttributes } from './resource-attributes.ts';
import { scriptName } from './script-name.ts';

/** As what a process's samples are stored; the thread is a sample's own. */
export interface ProcessNames {
  readonly workload: Workload;
  readonly source: Omit<Source, 'thread'>;
}

/** What naming needs besides the facts of the process. */
export interface NamingContext {
  readonly host: string;
  /** Build ID in hex of the main executable, `''` when not known. */
  readonly buildId: string;
  containerDetails(id: string): ContainerDetails;
}

const NAME_CHARACTERS_MOST = 200;
const SHORT_CONTAINER_ID = 12;
const VERSION_DIGITS = 12;
/** One executable under many names: the name it was called by says what it does. */
const MULTI_CALL = new Set(['busybox', 'toybox', 'coreutils']);

/** Control characters would spoil folded lines and labels; what is longer than this is no name. */
const clean = (name: string) =>
  name
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, NAME_CHARACTERS_MOST);

/** The executable's base name; a kernel thread's without its number (`kworker/0:1-events` → `kworker`). */
function processName({ executable, arguments: argv, command, isKernelThread }: ProcessFacts): string {
  if (isKernelThread) return command.split(/[/:]/)[0]!;
  const called = basename((argv[0] ?? '').replace(/ .*/s, '').replace(/:$/, '')).replace(/^-/, '');
  const file = basename(executable);
  if (file === '' || MULTI_CALL.has(file)) return called || command;
  return file;
}

/**
 * service: `OTEL_SERVICE_NAME`, `service.name`, container name, systemd unit, script of an interpreter, executable.
 * version: `service.version`, image tag, first 12 digits of the executable's build ID.
 */
export function nameProcess(facts: ProcessFacts, context: NamingContext): ProcessNames {
  const { environment } = facts;
  const attributes = parseResourceAttributes(environment.get('OTEL_RESOURCE_ATTRIBUTES') ?? '');
  const attribute = (...names: string[]) => names.map((name) => attributes.get(name)).find(Boolean) ?? '';
  const place = placeOf(facts.cgroup);
  const details = place.containerId === '' ? null : context.containerDetails(place.containerId);
  const inPod = place.podUid !== '' || environment.has('KUBERNETES_SERVICE_HOST');
  const variable = (name: string, when: boolean) => (when && environment.get(name)) || '';

  const process = clean(processName(facts));
  const containerName =
    attribute('k8s.container.name', 'container.name') ||
    details?.name ||
    variable('CONTAINER_NAME', place.containerId !== '');
  const service =
    environment.get('OTEL_SERVICE_NAME') ||
    attribute('service.name') ||
    (facts.isKernelThread ? 'kernel' : '') ||
    containerName ||
    place.unit ||
    scriptName(process, facts.arguments, facts.workingFolder) ||
    process;
  return {
    workload: {
      service: clean(service) || 'unknown',
      version: clean(
        attribute('service.version') || imageTag(details?.image ?? '') || context.buildId.slice(0, VERSION_DIGITS),
      ),
      environment: clean(attribute('deployment.environment.name', 'deployment.environment')),
      namespace: clean(
        attribute('service.namespace', 'k8s.namespace.name') || details?.namespace || variable('POD_NAMESPACE', inPod),
      ),
      cluster: clean(attribute('k8s.cluster.name')),
      labels: {},
    },
    source: {
      host: context.host,
      pod: clean(
        attribute('k8s.pod.name') ||
          details?.pod ||
          variable('POD_NAME', inPod) ||
          variable('HOSTNAME', inPod) ||
          place.podUid,
      ),
      container: clean(containerName || place.containerId.slice(0, SHORT_CONTAINER_ID)),
      process,
      labels: {},
    },
  };
}
