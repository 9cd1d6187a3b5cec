import { describe, expect, test } from 'vitest';
import { nameProcess } from '../src/naming/process-names.ts';
import { scriptName } from '../src/naming/script-name.ts';
import { type ProcessFacts, parseArguments, parseEnvironment, parseStat } from '../src/proc/process-facts.ts';

const ID = '4f'.repeat(32);
const DOCKER = `0::/system.slice/docker-${ID}.scope`;
const KUBE = `0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod01234567_89ab_cdef_0123_456789abcdef.slice/cri-containerd-${ID}.scope`;

function facts(executable: string, command: string, environment: string, cgroup: string): ProcessFacts {
  return {
    pid: 7,
    parentPid: 1,
    startTicks: 1,
    isKernelThread: false,
    command: 'comm',
    arguments: command === '' ? [] : command.split(' '),
    environment: parseEnvironment(environment.replaceAll(' ', '\0')),
    cgroup,
    executable,
    workingFolder: '/srv/shop',
  };
}

const context = {
  host: 'node-1',
  buildId: 'deadbeefcafe0123456789',
  containerDetails: (id: string) =>
    id === ID
      ? { name: 'cart', image: 'reg:5000/team/cart:1.4', pod: 'cart-7d9-x1', namespace: 'prod' }
      : { name: '', image: '', pod: '', namespace: '' },
};

describe('service and version', () => {
  test.each([
    // executable, command line, environment, cgroup → service, version
    [
      '/usr/bin/nginx',
      'nginx -g x',
      'OTEL_SERVICE_NAME=edge OTEL_RESOURCE_ATTRIBUTES=service.name=no',
      DOCKER,
      'edge',
      '1.4',
    ],
    [
      '/usr/bin/nginx',
      'nginx',
      'OTEL_RESOURCE_ATTRIBUTES=service.name=my%20shop,service.version=2%2E1',
      DOCKER,
      'my shop',
      '2.1',
    ],
    ['/usr/bin/nginx', 'nginx', '', DOCKER, 'cart', '1.4'],
    ['/usr/bin/nginx', 'nginx', '', `0::/docker/${'ab'.repeat(32)}`, 'nginx', 'deadbeefcafe'],
    ['/usr/bin/nginx', 'nginx', 'CONTAINER_NAME=web', `0::/docker/${'ab'.repeat(32)}`, 'web', 'deadbeefcafe'],
    ['/usr/bin/nginx', 'nginx', 'CONTAINER_NAME=web', '0::/', 'nginx', 'deadbeefcafe'],
    ['/usr/sbin/nginx', 'nginx: worker', '', '0::/system.slice/front-door.service', 'front-door', 'deadbeefcafe'],
    ['/usr/bin/node', 'node server.js', '', '0::/user.slice/user-0.slice/session-1.scope', 'server', 'deadbeefcafe'],
    ['/usr/bin/node', 'node --import x app/index.js', '', '0::/', 'app', 'deadbeefcafe'],
    ['/usr/bin/node', 'node --import x index.js', '', '0::/', 'shop', 'deadbeefcafe'],
    ['/usr/bin/bash', '-bash', '', '0::/', 'bash', 'deadbeefcafe'],
    ['/opt/shop/checkout', '/opt/shop/checkout --fast', '', '0::/', 'checkout', 'deadbeefcafe'],
    ['/bin/busybox', 'httpd -f', '', '0::/', 'httpd', 'deadbeefcafe'],
    ['', 'postgres: writer', '', '0::/', 'postgres', 'deadbeefcafe'],
    ['', '', '', '', 'comm', 'deadbeefcafe'],
  ])('%s · %s · %s · %s → %s %s', (executable, command, environment, cgroup, service, version) => {
    const { workload } = nameProcess(facts(executable, command, environment, cgroup), context);
    expect([workload.service, workload.version]).toEqual([service, version]);
  });

  test('a kernel thread belongs to the service kernel', () => {
    const thread = { ...facts('', '', '', ''), isKernelThread: true, command: 'kworker/0:1-events' };
    const { workload, source } = nameProcess(thread, { ...context, buildId: '' });
    expect([workload.service, workload.version, source.process]).toEqual(['kernel', '', 'kworker']);
  });
});

test('environment, namespace, cluster, host, pod, container and process become labels', () => {
  const attributes = 'deployment.environment.name=prod,k8s.cluster.name=eu,service.namespace=shop';
  const named = nameProcess(facts('/app/cart', 'cart', `OTEL_RESOURCE_ATTRIBUTES=${attributes}`, KUBE), context);
  expect(named.workload).toMatchObject({ environment: 'prod', namespace: 'shop', cluster: 'eu' });
  expect(named.source).toEqual({ host: 'node-1', pod: 'cart-7d9-x1', container: 'cart', process: 'cart', labels: {} });
});

test('without the runtime’s files a pod is known by HOSTNAME, else by its uid, and a container by its short id', () => {
  const unknown = { ...context, containerDetails: () => ({ name: '', image: '', pod: '', namespace: '' }) };
  const source = (environment: string) => nameProcess(facts('/app/cart', 'cart', environment, KUBE), unknown).source;
  expect(source('HOSTNAME=cart-0')).toMatchObject({ pod: 'cart-0', container: ID.slice(0, 12) });
  expect(source('')).toMatchObject({ pod: '01234567-89ab-cdef-0123-456789abcdef' });
});

describe('script of an interpreter', () => {
  test.each([
    ['node', 'node server.js', 'server'],
    ['node', 'node -r dotenv/config --max-old-space-size=96 --enable-source-maps dist/server.mjs --port 1', 'server'],
    ['node', 'node /srv/shop/apps/collector/src/main.ts', 'collector'],
    ['node', 'node -e code', ''],
    ['node', 'node', ''],
    ['node', 'strata-agent', 'strata-agent'],
    ['python3.11', 'python3 -u -W ignore manage.py runserver', 'manage'],
    ['python3.11', 'python3 -m http.server 80', 'http.server'],
    ['python3.11', 'python3 -um shop.jobs', 'shop.jobs'],
    ['python3.11', 'python3 -Wignore -Xdev run.py', 'run'],
    ['python3.11', 'python3 -Ic code x.py', ''],
    ['python3.11', 'python3 -', ''],
    ['python3.11', '/venv/bin/python /venv/bin/gunicorn app:app', 'gunicorn'],
    ['ruby3.1', 'ruby -Ilib -r bundler/setup bin/worker.rb', 'worker'],
    ['ruby3.1', 'puma 6.4.0 (tcp://0.0.0.0:3000) [shop]'.replaceAll(' ', '\u00a0'), 'puma'],
    ['perl', 'perl -w -I lib report.pl', 'report'],
    ['perl', 'perl -we code', ''],
    ['php8.2', 'php -d x=1 -f artisan.php', 'artisan'],
    ['java', 'java -Xmx1g -cp a:b -jar /opt/shop-1.4.2-SNAPSHOT.jar --x', 'shop'],
    ['java', 'java -cp a:b com.acme.Gateway', 'Gateway'],
    ['java', 'java -cp a:b com.acme.shop.Main', 'shop'],
    ['java', 'java -p mods -m shop.app/com.acme.Cart', 'Cart'],
    ['dotnet', 'dotnet exec Shop.Api.dll', 'Shop.Api'],
    ['deno', 'deno run --allow-net serve.ts', 'serve'],
    ['bash', 'bash -eu ./deploy.sh now', 'deploy'],
    ['bash', 'bash -c sleep', ''],
    ['checkout', 'checkout index.js', ''],
  ])('%s: %s → %s', (executable, command, name) => {
    expect(scriptName(executable, command.split(' '), '/srv/shop')).toBe(name);
  });
});

describe('/proc', () => {
  test('a command with brackets and spaces does not shift the fields of stat', () => {
    const tail = 'S 3 4 4 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 1234 0 0';
    expect(parseStat(`9 (a) b (c)) ${tail}`)).toEqual({
      command: 'a) b (c)',
      parentPid: 3,
      startTicks: 1234,
      isKernelThread: true,
    });
    expect(parseStat('nonsense')).toBeNull();
  });

  test('a title written over the arguments leaves no empty ones', () => {
    expect(parseArguments('strata-agent\0\0\0\0')).toEqual(['strata-agent']);
    expect(parseArguments('')).toEqual([]);
  });

  test('of the environment only what names a process is kept, the first of a name', () => {
    const text = 'SECRET=1\0OTEL_SERVICE_NAME=a=b\0OTEL_SERVICE_NAME=c\0=odd\0HOSTNAME=h';
    expect([...parseEnvironment(text)]).toEqual([
      ['OTEL_SERVICE_NAME', 'a=b'],
      ['HOSTNAME', 'h'],
    ]);
  });
});
