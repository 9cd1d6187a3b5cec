import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What a container runtime's own files say about a container. Empty strings: not known. */
export interface ContainerDetails {
  readonly name: string;
  readonly image: string;
  readonly pod: string;
  readonly namespace: string;
}

/** Files of runtimes are small; a podman with thousands of containers keeps one list of a few megabytes. */
const FILE_BYTES_MOST = 8 << 20;
const NOT_KNOWN: ContainerDetails = { name: '', image: '', pod: '', namespace: '' };

type Json = Readonly<Record<string, unknown>>;

function readJson(path: string): unknown {
  try {
    return statSync(path).size <= FILE_BYTES_MOST ? JSON.parse(readFileSync(path, 'utf8')) : null;
  } catch {
    return null;
  }
}

const object = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function listFolder(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** Docker: /var/lib/docker/containers/ID/config.v2.json. */
function fromDocker(root: string, id: string): ContainerDetails | null {
  const file = object(readJson(join(root, 'var/lib/docker/containers', id, 'config.v2.json')));
  const config = object(file.Config);
  const labels = object(config.Labels);
  const name = text(labels['io.kubernetes.container.name']) || text(file.Name).replace(/^\//, '');
  if (name === '') return null;
  return {
    name,
    image: text(config.Image),
    pod: text(labels['io.kubernetes.pod.name']),
    namespace: text(labels['io.kubernetes.pod.namespace']),
  };
}

/** Annotations of an OCI runtime's config.json, as containerd's CRI plugin, nerdctl and cri-o write them. */
function fromAnnotations(path: string): ContainerDetails | null {
  const notes = object(object(readJson(path)).annotations);
  const first = (...names: string[]) => names.map((name) => text(notes[name])).find((value) => value !== '') ?? '';
  const name = first('io.kubernetes.cri.container-name', 'io.kubernetes.container.name', 'nerdctl/name');
  if (name === '') return null;
  return {
    name,
    image: first('io.kubernetes.cri.image-name', 'io.kubernetes.cri-o.ImageName', 'io.kubernetes.cri-o.Image'),
    pod: first('io.kubernetes.cri.sandbox-name', 'io.kubernetes.pod.name'),
    namespace: first('io.kubernetes.cri.sandbox-namespace', 'io.kubernetes.pod.namespace'),
  };
}

/** containerd: /run/containerd/io.containerd.runtime.v2.task/NAMESPACE/ID/config.json. */
function fromContainerd(root: string, id: string): ContainerDetails | null {
  const tasks = join(root, 'run/containerd/io.containerd.runtime.v2.task');
  for (const namespace of listFolder(tasks)) {
    const found = fromAnnotations(join(tasks, namespace, id, 'config.json'));
    if (found) return found;
  }
  return null;
}

/** cri-o: /run/containers/storage/overlay-containers/ID/userdata/config.json. */
function fromCrio(root: string, id: string): ContainerDetails | null {
  return fromAnnotations(join(root, 'run/containers/storage/overlay-containers', id, 'userdata/config.json'));
}

/** podman: one list of all containers, and one of those that are removed when they end. */
function fromPodman(root: string, id: string): ContainerDetails | null {
  for (const file of ['containers.json', 'volatile-containers.json']) {
    const list = readJson(join(root, 'var/lib/containers/storage/overlay-containers', file));
    const entry = Array.isArray(list) ? object(list.find((each) => object(each).id === id)) : {};
    const name = Array.isArray(entry.names) ? text(entry.names[0]) : '';
    if (name === '') continue;
    let metadata: Json = {};
    try {
      metadata = object(JSON.parse(text(entry.metadata)));
    } catch {
      // A container without readable metadata still has its name.
    }
    return { ...NOT_KNOWN, name, image: text(metadata['image-name']) };
  }
  return null;
}

/** Asks every runtime's files below `root` for the container; all empty when none of them knows it or may be read. */
export function readContainerDetails(id: string, root = '/'): ContainerDetails {
  return fromDocker(root, id) ?? fromContainerd(root, id) ?? fromCrio(root, id) ?? fromPodman(root, id) ?? NOT_KNOWN;
}

/** `registry:5000/team/shop:1.4@sha256:…` → `1.4`; `latest` says nothing, so it counts as no tag. */
export function imageTag(image: string): string {
  if (image.startsWith('sha256:')) return '';
  const tag = /:([\w][\w.-]{0,127})$/.exec(image.replace(/@sha256:.*$/, ''))?.[1] ?? '';
  return tag === 'latest' ? '' : tag;
}
