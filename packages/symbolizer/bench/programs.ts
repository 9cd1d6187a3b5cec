import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const SOURCES = ['shop', 'solve', 'words', 'evaluate'];
const OPTIONS = ['-std=c++17', '-I/usr/include/eigen3', '-DFMT_HEADER_ONLY', '-O3', '-g'];
const SOURCE_FOLDER = join(import.meta.dirname, 'programs');

/** A file that names are looked up in; `peer` is what other tools are given: the file itself, or its debug file. */
export interface Program {
  readonly name: string;
  readonly file: string;
  readonly peer: string;
}

/** A C++ program whose code is mostly other people's templates, in a folder where it is kept between runs. */
export function cppProgram(folder: string, name: string, compiler: string, extra: readonly string[]): Program {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  if (!existsSync(file)) {
    const objects = SOURCES.map((source) => {
      const object = join(folder, `${name}-${source}.o`);
      execFileSync(compiler, [...OPTIONS, ...extra, '-c', join(SOURCE_FOLDER, `${source}.cpp`), '-o', object]);
      return object;
    });
    execFileSync(compiler, [...OPTIONS, ...extra, ...objects, '-o', file]);
  }
  return { name, file, peer: file };
}

/** libc with the debug file that libc6-dbg installs. */
export function libcProgram(): Program {
  const file = '/lib/x86_64-linux-gnu/libc.so.6';
  return { name: 'libc6-dbg', file, peer: debugFileOf(file) };
}

function debugFileOf(file: string): string {
  const notes = execFileSync('readelf', ['-n', file], { encoding: 'utf8' });
  const id = /Build ID: (\w+)/.exec(notes)![1]!;
  return `/usr/lib/debug/.build-id/${id.slice(0, 2)}/${id.slice(2)}.debug`;
}

/** The library of binutils; what its debug file has in common with others is in a dwz file. Both are of libbinutils-dbg. */
export function dwzProgram(): Program {
  const folder = '/usr/lib/x86_64-linux-gnu';
  const name = readdirSync(folder).find((each) => /^libbfd-.*-system\.so$/.test(each)) ?? 'libbfd';
  const file = join(folder, name);
  return { name: 'libbinutils-dbg', file, peer: debugFileOf(file) };
}

/** Our own Rust, as released but with all debug information. */
export function rustProgram(folder: string): Program {
  const file = rustExample(folder, 'build');
  return { name: 'rust-debug-2', file, peer: file };
}

/** The program that measures look-ups alone. */
export const locateProgram = (folder: string) => rustExample(folder, 'locate');

function rustExample(folder: string, name: string): string {
  const native = join(import.meta.dirname, '../../../native');
  execFileSync('cargo', ['build', '--release', '-p', 'strata-symbolize', '--examples'], {
    cwd: native,
    env: { ...process.env, CARGO_PROFILE_RELEASE_DEBUG: '2', CARGO_TARGET_DIR: join(folder, 'rust') },
    stdio: 'ignore',
  });
  return join(folder, 'rust/release/examples', name);
}

/** The Go program that says what its runtime thinks of its own code, and the same without symbol tables. */
export function goPrograms(folder: string): { full: string; stripped: string } {
  const [full, stripped] = [join(folder, 'go-full'), join(folder, 'go-stripped')];
  const cwd = join(SOURCE_FOLDER, 'frames');
  execFileSync('go', ['build', '-buildvcs=false', '-o', full, '.'], { cwd });
  execFileSync('go', ['build', '-buildvcs=false', '-ldflags=-s -w', '-o', stripped, '.'], { cwd });
  return { full, stripped };
}

/** Bytes of `.debug_*` as they are unpacked. */
export function debugBytes(file: string): number {
  let bytes = 0;
  const sections = execFileSync('readelf', ['-tW', file], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  // Name, then address, offset and size, then flags; a compressed section says its real size behind its flags.
  for (const text of sections.split(/\n\s+\[\s*\d+\] /).slice(1)) {
    if (!text.startsWith('.debug_')) continue;
    const packed = /\n\s+(?:ZLIB|ZSTD), ([0-9a-f]+)/.exec(text);
    const plain = /\n\s+\w+\s+[0-9a-f]+\s+[0-9a-f]+\s+([0-9a-f]+)/.exec(text);
    bytes += Number.parseInt((packed ?? plain)![1]!, 16);
  }
  return bytes;
}
