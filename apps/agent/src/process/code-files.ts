import { statSync } from 'node:fs';
import type { BuildId } from '@strata/profile';
import type { ElfDescription } from '@strata/symbolizer';
import type { CodeMapping } from '../proc/maps.ts';
import type { CodeFile } from './code-file.ts';
import type { Code } from './process-image.ts';

const FILES_MOST = 8_192;
const LOCATIONS_MOST = 4;

/** Memory that programs fill with code themselves; a JIT's memory may have a file that nobody can read names from. */
const isAnonymous = ({ file, inode, buildId }: CodeMapping) =>
  (inode === 0 && buildId === '') || !/^\/(?!\/|memfd:|dev\/|SYSV)/.test(file);

const hexRange = (start: number, end: number) => `${start.toString(16)}-${end.toString(16)}`;

/** Size and time of a file, or null when it is not (any longer) the file with this inode; 0 stands for any. */
function versionAt(path: string, inode: number): string | null {
  try {
    const stat = statSync(path);
    return inode === 0 || stat.ino === inode ? `${stat.size}-${stat.mtimeMs}` : null;
  } catch {
    return null;
  }
}

/** All files that code runs from, each described once per version. Keeps the 8,192 seen last. */
export class CodeFiles {
  #files = new Map<string, CodeFile>();
  #byBuildId = new Map<BuildId, CodeFile>();
  #describe: (path: string) => Promise<ElfDescription>;

  constructor(describe: (path: string) => Promise<ElfDescription>) {
    this.#describe = describe;
  }

  /** What stands behind a mapping of a process. A file overwritten in place is another file. */
  behind(pid: number, mapping: CodeMapping): Code {
    if (mapping.file === '[vdso]' || mapping.file === '[vsyscall]') return 'vdso';
    if (isAnonymous(mapping)) return 'jit';
    const { device, inode, buildId: kernelBuildId, start, end } = mapping;
    const path = mapping.file.replace(/ \(deleted\)$/, '');
    const version = kernelBuildId || versionAt(`/proc/${pid}/root${path}`, inode) || '';
    const key = `${device} ${inode} ${version} ${path}`;
    let file = this.#files.get(key);
    if (file) this.#files.delete(key);
    else file = { path, device, inode, kernelBuildId, locations: [], description: null };
    this.#files.set(key, file);
    if (file.locations.at(-1)?.pid !== pid) file.locations.push({ pid, start, end });
    if (file.locations.length > LOCATIONS_MOST) file.locations.shift();
    if (this.#files.size > FILES_MOST) this.#files.delete(this.#files.keys().next().value!);
    return file;
  }

  /** Reads what is needed of a file, once: afterwards `description` is not null. */
  async describe(file: CodeFile): Promise<void> {
    if (file.description !== null) return;
    const expected = file.kernelBuildId === '' ? null : (`gnu:${file.kernelBuildId}` as BuildId);
    file.description = (expected && this.#byBuildId.get(expected)?.description) ?? null;
    for (const path of file.description === null ? pathsOf(file) : []) {
      try {
        const description = await this.#describe(path);
        // Where the kernel told the build ID instead of the inode, it tells whether this is still the file.
        if (expected !== null && description.buildId !== expected) continue;
        file.description = description;
        break;
      } catch {
        // The process may have gone, or the file is no ELF: another way to it may still do.
      }
    }
    file.description ??= 'unreadable';
    if (file.description !== 'unreadable') this.#remember(file.description.buildId, file);
  }

  withBuildId(buildId: BuildId): CodeFile | undefined {
    return this.#byBuildId.get(buildId);
  }

  #remember(buildId: BuildId, file: CodeFile): void {
    this.#byBuildId.delete(buildId);
    this.#byBuildId.set(buildId, file);
    if (this.#byBuildId.size > FILES_MOST) this.#byBuildId.delete(this.#byBuildId.keys().next().value!);
  }
}

/**
 * Paths under which the file can be opened now, best first: in the mount namespace of a process that maps it; by the
 * kernel's own link to what is mapped, which also reaches deleted files; in our own namespace. Where the inode is known,
 * only the right one counts.
 */
export function pathsOf({ path, inode, locations }: CodeFile): readonly string[] {
  const candidates = locations
    .toReversed()
    .flatMap(({ pid, start, end }) => [`/proc/${pid}/root${path}`, `/proc/${pid}/map_files/${hexRange(start, end)}`]);
  return [...candidates, path].filter((candidate) => versionAt(candidate, inode) !== null);
}
