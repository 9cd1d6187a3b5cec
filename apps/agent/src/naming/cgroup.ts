/** What the paths of /proc/PID/cgroup say about where a process runs. Empty strings: they do not say. */
export interface CgroupPlace {
  /** 64 hex digits, or the name for LXC. */
  readonly containerId: string;
  /** As in the kubelet's paths, with dashes. */
  readonly podUid: string;
  /** systemd's unit without `.service`; empty inside a container. */
  readonly unit: string;
}

/**
 * Container runtimes put the id, bare or between a prefix and `.scope`, into the last folder that has one:
 * `/docker/ID`, `docker-ID.scope`, `cri-containerd-ID.scope`, `crio-ID.scope`, `libpod-ID.scope`, `nerdctl-ID.scope`,
 * `/kubepods/besteffort/podUID/ID`, `….slice:cri-containerd:ID`. The monitors (`crio-conmon-ID`) are not containers.
 */
const CONTAINER =
  /(?:^|[/:])(?:(?:docker|cri-containerd|crio|libpod|nerdctl|containerd)[-_])?([0-9a-f]{64})(?:\.scope)?(?=$|\/)/g;
const LXC = /\/lxc(?:\.payload)?[./]([^/]+)/;
const POD = /pod([0-9a-f]{8}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{4}[-_][0-9a-f]{12}|[0-9a-f]{32})(?=[./]|$)/;

/** systemd writes `-` as \x2d in unit names. */
const unescapeUnit = (name: string) =>
  name.replace(/\\x([0-9a-f]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));

/** The innermost service of a path; a user's own manager (`user@1000.service`) is not what runs in it. */
function unitOf(path: string): string {
  const services = path.split('/').filter((part) => part.endsWith('.service') && !part.startsWith('user@'));
  return unescapeUnit((services.at(-1) ?? '').replace(/\.service$/, ''));
}

/** Reads cgroup v1 (`4:memory:/path`), v2 (`0::/path`) and both at once; systemd's own hierarchy is asked first. */
export function placeOf(cgroup: string): CgroupPlace {
  const rows = cgroup
    .split('\n')
    .map((line) => /^\d+:([^:]*):(\/.*)$/.exec(line))
    .filter((row) => row !== null)
    .map(([, controllers, path]) => ({ controllers: controllers!, path: path! }));
  const rank = (controllers: string) => (controllers === 'name=systemd' ? 0 : controllers === '' ? 1 : 2);
  const paths = rows.sort((a, b) => rank(a.controllers) - rank(b.controllers)).map(({ path }) => path);
  const first = (find: (path: string) => string | undefined) => paths.map(find).find(Boolean) ?? '';

  const containerId = first((path) => [...path.matchAll(CONTAINER)].at(-1)?.[1] ?? LXC.exec(path)?.[1]);
  return {
    containerId,
    podUid: first((path) => POD.exec(path)?.[1]?.replaceAll('_', '-')),
    unit: containerId === '' ? first(unitOf) : '',
  };
}
