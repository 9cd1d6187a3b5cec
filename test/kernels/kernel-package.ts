import { spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A kernel of Debian's: of all releases in the suite that match, the newest. */
export interface DebianKernel {
  readonly name: string;
  readonly suite: string;
  /** What `uname -r` says. */
  readonly release: RegExp;
}

/** Thrown where a kernel cannot be had: not Debian, no network, no such package. */
export class KernelUnavailable extends Error {}

const FOLDER = join(tmpdir(), 'strata-kernels');

/** The kernel's image, from the cache or else from the mirror that this machine's packages come from. */
export function fetchKernel(kernel: DebianKernel): string {
  const image = join(FOLDER, `vmlinuz-${kernel.name}`);
  if (existsSync(image)) return image;
  const apt = aptFor(kernel);
  apt('apt-get', 'update');
  const release = newestRelease(apt('apt-cache', 'pkgnames', 'linux-image-'), kernel);
  // Since 7.3 the image has a package of its own.
  const binary = `linux-binary-${release}`;
  const packages = apt('apt-cache', 'pkgnames', binary).split('\n');
  const unpacked = join(FOLDER, `${kernel.name}.unpacked`);
  rmSync(unpacked, { recursive: true, force: true });
  mkdirSync(unpacked, { recursive: true });
  apt('apt-get', 'download', packages.includes(binary) ? binary : `linux-image-${release}`);
  const [archive] = globSync(join(FOLDER, kernel.name, '*.deb'));
  run('dpkg-deb', ['--extract', archive!, unpacked], {});
  const [found] = globSync(join(unpacked, '{boot/vmlinuz-*,usr/lib/modules/*/vmlinuz}'));
  if (!found) throw new KernelUnavailable(`The package of kernel ${release} has no image.`);
  renameSync(found, image);
  rmSync(unpacked, { recursive: true });
  rmSync(archive!);
  return image;
}

function newestRelease(names: string, { name, suite, release }: DebianKernel): string {
  const releases = names
    .split('\n')
    .map((line) => line.slice('linux-image-'.length))
    .filter((candidate) => release.test(candidate))
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  if (releases.length === 0) throw new KernelUnavailable(`Debian's ${suite} has no kernel ${name}.`);
  return releases.at(-1)!;
}

/** Runs apt's programs on this one suite, without touching what the machine itself is installed from. */
function aptFor({ name, suite }: DebianKernel): (program: string, ...options: string[]) => string {
  const folder = join(FOLDER, name);
  mkdirSync(join(folder, 'lists/partial'), { recursive: true });
  mkdirSync(join(folder, 'cache/archives/partial'), { recursive: true });
  const keys = '/usr/share/keyrings/debian-archive-keyring.gpg';
  writeFileSync(join(folder, 'sources.list'), `deb [signed-by=${keys}] ${mirrorOf(suite)} ${suite} main\n`);
  const settings = {
    'Dir::Etc::SourceList': join(folder, 'sources.list'),
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::State::Lists': join(folder, 'lists'),
    'Dir::State::Status': '/dev/null',
    'Dir::Cache': join(folder, 'cache'),
    'Acquire::Languages': 'none',
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled': 'false',
    'APT::Architecture': 'amd64',
    'APT::Update::Error-Mode': 'any',
  };
  const file = join(folder, 'apt.conf');
  const lines = Object.entries(settings).map(([key, value]) => `${key} "${value}";\n`);
  writeFileSync(file, lines.join(''));
  return (program, ...options) => run(program, options, { cwd: folder, env: { ...process.env, APT_CONFIG: file } });
}

/** Where this machine gets Debian's packages from, or for a security suite its security updates. */
function mirrorOf(suite: string): string {
  const uris = run('apt-get', ['--print-uris', 'update'], {});
  const found = [...uris.matchAll(/^'(\S+)\/dists\/([^/]+)\/InRelease'/gm)].find(
    ([, uri, of]) => /\/debian(-security)?$/.test(uri!) && of!.endsWith('-security') === suite.endsWith('-security'),
  );
  if (!found) throw new KernelUnavailable(`This machine has no package source like ${suite}.`);
  return found[1]!;
}

function run(program: string, options: readonly string[], how: { cwd?: string; env?: NodeJS.ProcessEnv }): string {
  const result = spawnSync(program, options, { encoding: 'utf8', maxBuffer: 1 << 26, timeout: 120_000, ...how });
  if (result.status === 0) return result.stdout;
  const said = result.error?.message ?? result.stderr.trim().split('\n').at(-1);
  throw new KernelUnavailable(`«${program} ${options.join(' ')}» failed: ${said}`);
}
