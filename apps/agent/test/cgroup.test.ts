import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { placeOf } from '../src/naming/cgroup.ts';
import { imageTag, readContainerDetails } from '../src/naming/container-details.ts';

const ID = '0123456789abcdef'.repeat(4);
const POD = '01234567-89ab-cdef-0123-456789abcdef';

describe('placeOf', () => {
  test.each([
    ['docker, v2', `0::/system.slice/docker-${ID}.scope`, ID, '', ''],
    ['docker, v1', `12:memory:/docker/${ID}\n1:name=systemd:/docker/${ID}`, ID, '', ''],
    ['kubernetes, cgroupfs', `0::/kubepods/burstable/pod${POD}/${ID}`, ID, POD, ''],
    [
      'kubernetes, systemd',
      `0::/kubepods.slice/kubepods-pod${POD.replaceAll('-', '_')}.slice/cri-containerd-${ID}.scope`,
      ID,
      POD,
      '',
    ],
    [
      'containerd with colons',
      `0::/system.slice/containerd.service/kubepods-pod${POD.replaceAll('-', '_')}.slice:cri-containerd:${ID}`,
      ID,
      POD,
      '',
    ],
    [
      'cri-o',
      `0::/kubepods.slice/kubepods-pod${POD.replaceAll('-', '_')}.slice/crio-${ID}.scope/container`,
      ID,
      POD,
      '',
    ],
    ['cri-o’s monitor', `0::/system.slice/crio-conmon-${ID}.scope`, '', '', ''],
    ['podman', `0::/machine.slice/libpod-${ID}.scope/container`, ID, '', ''],
    ['docker in docker: the inner one', `0::/docker/${'aa'.repeat(32)}/docker/${ID}`, ID, '', ''],
    ['lxc', '0::/lxc.payload.web/system.slice/nginx.service', 'web', '', ''],
    ['unit, v2', '0::/system.slice/postgresql@15-main.service', '', '', 'postgresql@15-main'],
    ['unit, v1', '4:memory:/system.slice/x.service\n1:name=systemd:/system.slice/ssh.service\n0::/', '', '', 'ssh'],
    ['escaped unit', '0::/system.slice/front\\x2ddoor.service', '', '', 'front-door'],
    ['a user’s unit', '0::/user.slice/user-1000.slice/user@1000.service/app.slice/sync.service', '', '', 'sync'],
    ['a user’s manager', '0::/user.slice/user-1000.slice/user@1000.service/init.scope', '', '', ''],
    ['session', '0::/user.slice/user-0.slice/session-3.scope', '', '', ''],
    ['root', '0::/', '', '', ''],
    ['nothing', '', '', '', ''],
    ['nonsense', 'a:b\n:::\n\n0::relative', '', '', ''],
  ])('%s', (_, cgroup, containerId, podUid, unit) => {
    expect(placeOf(cgroup)).toEqual({ containerId, podUid, unit });
  });
});

describe('readContainerDetails', () => {
  const root = mkdtempSync(join(tmpdir(), 'strata-containers-'));
  afterAll(() => rmSync(root, { recursive: true }));
  const write = (path: string, content: unknown) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
  };
  const id = (digit: string) => digit.repeat(64);

  test('docker', () => {
    write(`var/lib/docker/containers/${id('1')}/config.v2.json`, { Name: '/web', Config: { Image: 'nginx:1.25' } });
    expect(readContainerDetails(id('1'), root)).toEqual({ name: 'web', image: 'nginx:1.25', pod: '', namespace: '' });
  });

  test('containerd under Kubernetes', () => {
    write(`run/containerd/io.containerd.runtime.v2.task/k8s.io/${id('2')}/config.json`, {
      annotations: {
        'io.kubernetes.cri.container-name': 'cart',
        'io.kubernetes.cri.image-name': 'reg/cart:3',
        'io.kubernetes.cri.sandbox-name': 'cart-1',
        'io.kubernetes.cri.sandbox-namespace': 'shop',
      },
    });
    expect(readContainerDetails(id('2'), root)).toEqual({
      name: 'cart',
      image: 'reg/cart:3',
      pod: 'cart-1',
      namespace: 'shop',
    });
  });

  test('cri-o', () => {
    write(`run/containers/storage/overlay-containers/${id('3')}/userdata/config.json`, {
      annotations: {
        'io.kubernetes.container.name': 'api',
        'io.kubernetes.pod.name': 'api-1',
        'io.kubernetes.pod.namespace': 'n',
      },
    });
    expect(readContainerDetails(id('3'), root)).toEqual({ name: 'api', image: '', pod: 'api-1', namespace: 'n' });
  });

  test('podman, removed at its end', () => {
    write('var/lib/containers/storage/overlay-containers/volatile-containers.json', [
      { id: id('4'), names: ['job'], metadata: '{"image-name":"docker.io/library/job:9"}' },
    ]);
    expect(readContainerDetails(id('4'), root)).toMatchObject({ name: 'job', image: 'docker.io/library/job:9' });
  });

  test('a broken file is a container without a name', () => {
    write(`var/lib/docker/containers/${id('5')}/config.v2.json`, '{"Name": "/we');
    expect(readContainerDetails(id('5'), root).name).toBe('');
  });
});

test.each([
  ['nginx:1.25', '1.25'],
  ['reg:5000/team/shop', ''],
  ['reg:5000/team/shop:2.0@sha256:abc', '2.0'],
  ['shop:latest', ''],
  ['sha256:0123', ''],
])('the tag of %s is «%s»', (image, tag) => expect(imageTag(image)).toBe(tag));
