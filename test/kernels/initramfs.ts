import { execFileSync } from 'node:child_process';
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

const FILE = 0o100000;
const FOLDER = 0o040000;

interface Entry {
  readonly path: string;
  readonly mode: number;
  readonly bytes: Uint8Array;
}

/**
 * An archive that the kernel unpacks as its first file system (cpio «newc», Documentation/driver-api/early-userspace/
 * buffer-format.rst): the files by their path there, the shared libraries that the programs among them need, and every
 * folder above.
 */
export function buildInitramfs(files: Readonly<Record<string, string | Uint8Array>>): Buffer {
  const contents = new Map<string, Entry>();
  const add = (path: string, mode: number, bytes: Uint8Array) => {
    const folder = dirname(path);
    if (folder !== '/' && !contents.has(folder)) add(folder, FOLDER | 0o755, new Uint8Array());
    contents.set(path, { path, mode, bytes });
  };
  for (const [path, source] of Object.entries(files)) {
    if (typeof source !== 'string') {
      add(path, FILE | 0o644, source);
      continue;
    }
    add(path, FILE | (statSync(source).mode & 0o777), readFileSync(source));
    for (const library of sharedLibraries(source)) add(library, FILE | 0o755, readFileSync(realpathSync(library)));
  }
  return Buffer.concat([...contents.values(), { path: '/TRAILER!!!', mode: 0, bytes: new Uint8Array() }].map(encode));
}

/** Paths as the program's loader looks for them; none for a file that is no program. */
function sharedLibraries(program: string): string[] {
  if (readFileSync(program).subarray(0, 4).toString('latin1') !== '\x7fELF') return [];
  return execFileSync('ldd', [program], { encoding: 'utf8' })
    .split('\n')
    .map((line) => /(\/\S+) \(0x[0-9a-f]+\)$/.exec(line)?.[1])
    .filter((path) => path !== undefined);
}

let inodes = 0;

function encode({ path, mode, bytes }: Entry): Buffer {
  const name = `${path.slice(1)}\0`;
  // Magic, inode, mode, owner, group, links, time, size, device ×2, special device ×2, size of the name, checksum.
  const fields = [++inodes, mode, 0, 0, 1, 1, bytes.length, 0, 0, 0, 0, name.length, 0];
  const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`;
  return Buffer.concat([aligned(Buffer.from(header + name, 'latin1')), aligned(bytes)]);
}

const aligned = (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
