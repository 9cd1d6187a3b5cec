// Databases and web servers as their packages ship them, each with its usual load generator, on sockets in the stage's folder or on
// loopback.
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { type Stage, userNamed } from '../corpus/stage.ts';
import { NATIVE_TARGET, type Workload } from '../corpus/workload.ts';

const postgres: Workload = {
  name: 'postgres',
  needs: ['postgres', 'pgbench'],
  async start(stage) {
    const user = userNamed('postgres');
    const cluster = stage.folderOf('cluster', user);
    const [bin] = readdirSync('/usr/lib/postgresql').map((version) => `/usr/lib/postgresql/${version}/bin`);
    stage.finish(`${bin}/initdb`, ['-D', cluster, '-A', 'trust', '--no-sync'], { user });
    const server = stage.run(
      `${bin}/postgres`,
      ['-D', cluster, '-k', cluster, '-c', 'listen_addresses=', '-c', 'fsync=off', '-c', 'shared_buffers=64MB'],
      { user, signal: 'SIGINT' },
    );
    const pgbench = ['pgbench', '-h', cluster];
    await stage.until(() => stage.finish('pgbench', ['-h', cluster, '-i', '-q', '-s', '5', 'postgres'], { user }));
    const [length] = [['-T', '3600', 'postgres']];
    const clients = [
      stage.run('pgbench', [...pgbench.slice(1), '-c', '3', '-b', 'tpcb-like@1', '-b', 'select-only@4', ...length], {
        user,
      }),
      // A new connection, which is a new process, for every transaction.
      stage.run('pgbench', [...pgbench.slice(1), '-c', '1', '-C', '-b', 'select-only', '-R', '50', ...length], {
        user,
      }),
    ];
    return [
      { name: 'postgres', roots: [server], target: NATIVE_TARGET },
      { name: 'pgbench', roots: clients, target: null },
    ];
  },
};

const redis: Workload = {
  name: 'redis',
  needs: ['redis-server', 'redis-benchmark'],
  async start(stage) {
    const socket = stage.path('redis.sock');
    const server = stage.run('redis-server', [
      '--port',
      '0',
      '--unixsocket',
      socket,
      '--save',
      '20',
      '1',
      '--dir',
      stage.folder,
    ]);
    await stage.until(() => stage.finish('redis-cli', ['-s', socket, 'ping']));
    const script = 'local n=0 for i=1,200 do n=n+redis.call("incr","k"..i%10) end return n';
    const clients = [
      stage.run('redis-benchmark', ['-s', socket, '-l', '-q', '-P', '16', '-r', '100000', '-n', '200000']),
      stage.run('redis-benchmark', ['-s', socket, '-l', '-q', '-c', '2', '-n', '10000', 'eval', script, '0']),
    ];
    return [
      { name: 'redis', roots: [server], target: NATIVE_TARGET },
      { name: 'redis-benchmark', roots: clients, target: null },
    ];
  },
};

const nginxConfiguration = (folder: string, port: number, tlsPort: number) => `
daemon off; worker_processes 2; pid ${folder}/nginx.pid; error_log ${folder}/error.log; user root;
events { worker_connections 256; }
http {
  access_log ${folder}/access.log; gzip on; gzip_types *; gzip_comp_level 6;
  client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p; fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u;
  scgi_temp_path ${folder}/s;
  server {
    listen 127.0.0.1:${port}; listen 127.0.0.1:${tlsPort} ssl;
    ssl_certificate ${folder}/cert.pem; ssl_certificate_key ${folder}/key.pem;
    root ${folder}/files;
    location ~ ^/again/(.*)$ { rewrite ^/again/(.*)$ /$1 break; proxy_pass http://127.0.0.1:${port}; }
  }
}
`;

/** Loopback ports that nobody listens on at this moment. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

const nginx: Workload = {
  name: 'nginx',
  needs: ['nginx', 'wrk', 'openssl'],
  async start(stage) {
    const subject = ['-subj', '/CN=localhost', '-days', '2', '-nodes'];
    const keys = ['-keyout', stage.path('key.pem'), '-out', stage.path('cert.pem')];
    stage.finish('openssl', ['req', '-x509', '-newkey', 'rsa:2048', ...subject, ...keys]);
    stage.finish('mkdir', ['files']);
    stage.write('files/page.html', 'A page that is long enough to be compressed.\n'.repeat(400));
    const [port, tlsPort] = await freePorts(2);
    const configuration = stage.write('nginx.conf', nginxConfiguration(stage.folder, port!, tlsPort!));
    const server = stage.run('nginx', ['-c', configuration, '-e', stage.path('error.log')], { signal: 'SIGTERM' });
    const load = ['-t', '1', '-c', '8', '-d', '3600s'];
    const [plain, tls] = [`http://127.0.0.1:${port}`, `https://127.0.0.1:${tlsPort}`];
    await stage.until(() => stage.finish('bash', ['-c', `: < /dev/tcp/127.0.0.1/${port}`]));
    const clients = [
      stage.run('wrk', [...load, `${plain}/page.html`]),
      stage.run('wrk', [...load, '-H', 'Accept-Encoding: gzip', '-H', 'Connection: close', `${tls}/again/page.html`]),
    ];
    return [
      { name: 'nginx', roots: [server], target: NATIVE_TARGET },
      { name: 'wrk', roots: clients, target: null },
    ];
  },
};

/** sysbench's Lua scripts are run by LuaJIT's own interpreter. */
async function sysbench(stage: Stage, socket: string) {
  const database = ['--db-driver=mysql', `--mysql-socket=${socket}`, '--mysql-user=root', '--mysql-db=corpus'];
  const tables = ['--tables=4', '--table-size=20000'];
  stage.finish('sysbench', ['oltp_read_write', ...database, ...tables, 'prepare']);
  return stage.run('sysbench', ['oltp_read_write', ...database, ...tables, '--threads=4', '--time=3600', 'run']);
}

const mariadb: Workload = {
  name: 'mariadb',
  needs: ['mariadbd', 'mariadb-install-db', 'sysbench'],
  async start(stage) {
    const user = userNamed('mysql');
    const folder = stage.folderOf('mariadb', user);
    const socket = `${folder}/socket`;
    stage.finish(
      'mariadb-install-db',
      ['--no-defaults', `--datadir=${folder}`, '--auth-root-authentication-method=normal'],
      {
        user,
      },
    );
    const server = stage.run(
      'mariadbd',
      [
        ...['--no-defaults', `--datadir=${folder}`, `--socket=${socket}`, '--skip-networking', '--skip-grant-tables'],
        ...['--innodb-flush-log-at-trx-commit=0', '--innodb-buffer-pool-size=64M'],
      ],
      { user, signal: 'SIGTERM' },
    );
    await stage.until(() => stage.finish('mariadb', ['-S', socket, '-e', 'create database if not exists corpus']));
    return [
      { name: 'mariadb', roots: [server], target: NATIVE_TARGET },
      { name: 'sysbench', roots: [await sysbench(stage, socket)], target: null },
    ];
  },
};

export const SERVERS: readonly Workload[] = [postgres, redis, nginx, mariadb];
