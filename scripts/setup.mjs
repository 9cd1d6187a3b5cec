#!/usr/bin/env node
// Makes a fresh clone ready to run: system packages, npm packages, native addon, web build. Plain JavaScript without
// imports of ours, because it runs on whatever Node the machine has, before any package is installed.
// usage: node scripts/setup.mjs [--tests]     --tests adds what only the tests need
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const withTests = process.argv.includes('--tests');
const stamps = join(root, 'node_modules', '.cache', 'strata-setup');

/** What the native addon is compiled with, and what tests drive beside it. Debian 12 names. */
const BUILD_PACKAGES = ['clang-19', 'libelf-dev', 'zlib1g-dev', 'pkg-config', 'gcc', 'libc6-dev', 'make'];
const TEST_PACKAGES = [
  ...[
    'chromium',
    'clang-format-19',
    'llvm-19',
    'lld-19',
    'g++',
    'binutils',
    'xz-utils',
    'dwz',
    'gdb',
    'libbinutils-dbg',
    'elfutils',
    'libc6-dbg',
  ],
  // C++ of other people, for the benchmark of names.
  ...['nlohmann-json3-dev', 'libeigen3-dev', 'librange-v3-dev', 'libfmt-dev'],
  // Other kernels are booted with these.
  ...['qemu-system-x86', 'bpftool'],
  // Asked for debug files as other people's servers are.
  'debuginfod',
];

const S3_SERVER_VERSION = '1.8.0';

class Unavailable extends Error {}

function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28, ...options });
  if (result.error?.code === 'ENOENT') throw new Unavailable(`${command} is not installed`);
  if (result.status !== 0) {
    const said = `${result.stdout ?? ''}${result.stderr ?? ''}`.trim().split('\n').slice(-25).join('\n');
    throw new Error(`«${[command, ...args].join(' ')}» failed with exit code ${result.status}:\n${said}`);
  }
  return result.stdout ?? '';
}

function has(command) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, command)));
}

/** Content hash of everything below the given paths, without what builds leave behind. */
function digest(paths) {
  const hash = createHash('sha256');
  const visit = (path) => {
    if (!existsSync(path)) return;
    if (!statSync(path).isDirectory()) return void hash.update(path.slice(root.length)).update(readFileSync(path));
    for (const name of readdirSync(path).sort()) {
      if (/^(node_modules|target|\.next.*|test|bench|next-env\.d\.ts|index\.d\.ts)$|\.node$|\.tsbuildinfo$/.test(name))
        continue;
      visit(join(path, name));
    }
  };
  for (const path of paths) visit(join(root, path));
  return hash.digest('hex');
}

/** Runs `work` unless the same inputs were built before and `product` is still there. */
function once(name, inputs, product, work) {
  const stamp = join(stamps, name);
  const now = digest(inputs);
  if (existsSync(join(root, product)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === now) return 'up to date';
  work();
  mkdirSync(stamps, { recursive: true });
  writeFileSync(stamp, now);
  return 'done';
}

function systemPackages() {
  if (!has('dpkg-query'))
    throw new Unavailable('this is not Debian: install clang 19, libelf and zlib headers yourself');
  const wanted = [...BUILD_PACKAGES, ...(withTests ? TEST_PACKAGES : [])];
  const installed = spawnSync('dpkg-query', ['-W', '-f', `\${Package}|\${db:Status-Status}\n`, ...wanted], {
    encoding: 'utf8',
  });
  const present = new Set(
    installed.stdout
      .split('\n')
      .filter((line) => line.endsWith('|installed'))
      .map((line) => line.split('|')[0]),
  );
  const missing = wanted.filter((name) => !present.has(name));
  if (missing.length === 0) return 'up to date';
  const command = `apt-get update && apt-get install -y --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid() !== 0) throw new Unavailable(`type: sudo sh -c '${command}'`);
  run('sh', ['-c', command], { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  return `installed ${missing.join(', ')}`;
}

// Not `npm ci`: it insists on optional packages of every platform, which a registry mirror need not have.
const npmPackages = () =>
  once('npm', ['package-lock.json'], 'node_modules/.bin/node', () =>
    run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error']),
  );

/** npm scripts must run on the pinned Node, not on the machine's. */
const pinned = () => ({
  env: {
    ...process.env,
    NEXT_TELEMETRY_DISABLED: '1',
    PATH: `${join(root, 'node_modules/.bin')}${delimiter}${process.env.PATH}`,
  },
});

function nativeAddon() {
  const cargoHome = join(process.env.CARGO_HOME ?? join(process.env.HOME ?? '', '.cargo'), 'bin');
  if (!has('cargo') && existsSync(join(cargoHome, 'cargo')))
    process.env.PATH = `${cargoHome}${delimiter}${process.env.PATH}`;
  return once('native', ['native'], 'native/crates/addon/strata.node', () => {
    if (!has('cargo')) throw new Unavailable('Rust is not installed: see https://rustup.rs');
    run('npm', ['run', 'build', '-w', 'native/crates/addon'], pinned());
  });
}

const webBuild = () =>
  once(
    'web',
    ['apps/web', 'packages/profile', 'packages/settings', 'package-lock.json'],
    'apps/web/.next/BUILD_ID',
    () => run('npm', ['run', 'build', '-w', 'apps/web'], pinned()),
  );

/** A real S3 server, which keeps its objects in a folder; packages/debug-files/test/s3-server.ts starts it. */
const s3Server = () =>
  once(`versitygw-${S3_SERVER_VERSION}`, [], 'node_modules/.cache/strata-tests/versitygw', () =>
    run('go', ['install', `github.com/versity/versitygw/cmd/versitygw@v${S3_SERVER_VERSION}`], {
      env: { ...process.env, GOBIN: join(root, 'node_modules/.cache/strata-tests') },
    }),
  );

/** `optional`: without it everything but the agent works, so setting up goes on. */
const steps = [
  { name: 'System packages', work: systemPackages, optional: true },
  { name: 'npm packages', work: npmPackages, optional: false },
  { name: 'Native addon (Rust, BPF; some minutes the first time)', work: nativeAddon, optional: true },
  { name: 'Web build', work: webBuild, optional: false },
  ...(withTests ? [{ name: 'S3 server for the tests', work: s3Server, optional: false }] : []),
];

for (const [index, step] of steps.entries()) {
  const started = Date.now();
  process.stdout.write(`[${index + 1}/${steps.length}] ${step.name} … `);
  try {
    const outcome = step.work();
    console.log(`${outcome} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  } catch (error) {
    if (!step.optional || withTests) {
      console.log('failed');
      console.error(error.message);
      process.exit(1);
    }
    console.log(error instanceof Unavailable ? `skipped: ${error.message}` : `failed: ${error.message}`);
    console.log('      Without it this node is not sampled; everything else runs.');
  }
}
