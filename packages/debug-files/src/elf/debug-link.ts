import type { BuildId } from '@strata/profile';
import { bestKind, type DebugKind } from './debug-kind.ts';
import { openRegular } from './regular-file.ts';
import { readSection, readSections } from './section-headers.ts';

/** File names are at most 255 bytes; then come padding and the checksum. */
const LINK_BYTES_MOST = 4_096;

/** What a file says of where its names are. */
export interface DebugPointers {
  readonly kind: DebugKind | null;
  /** `.gnu_debuglink`: the name of its debug file, without a folder; null when it has none. */
  readonly link: string | null;
  /** `.gnu_debugaltlink`: the file to which dwz moved what several have in common; null when it has none. */
  readonly alternate: BuildId | null;
}

/** Throws DebugFileError `NOT_ELF`, `MALFORMED_ELF`, and what opening throws. */
export async function readDebugPointers(path: string): Promise<DebugPointers> {
  const file = await openRegular(path);
  try {
    const sections = await readSections(file);
    const content = async (wanted: string) => {
      const section = sections.find(({ name }) => name === wanted);
      return section ? readSection(file, section, LINK_BYTES_MOST) : Buffer.alloc(0);
    };
    const link = await content('.gnu_debuglink');
    const name = link.toString('utf8', 0, Math.max(0, link.indexOf(0)));
    const alternate = await content('.gnu_debugaltlink');
    const id = alternate.toString('hex', alternate.indexOf(0) + 1);
    return {
      kind: bestKind(sections),
      link: isFileName(name) ? name : null,
      alternate: /^[a-f0-9]{2,64}$/.test(id) ? (`gnu:${id}` as BuildId) : null,
    };
  } finally {
    await file.close();
  }
}

/** What a hostile file names must not lead anywhere else. */
const isFileName = (name: string) => name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name);
