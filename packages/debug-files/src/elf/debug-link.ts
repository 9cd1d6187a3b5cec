import { bestKind, type DebugKind } from './debug-kind.ts';
import { openRegular } from './regular-file.ts';
import { readSection, readSections } from './section-headers.ts';

/** File names are at most 255 bytes; then come padding and the checksum. */
const LINK_BYTES_MOST = 4_096;

/** What an executable says of where its names are. */
export interface DebugPointers {
  readonly kind: DebugKind | null;
  /** `.gnu_debuglink`: the name of its debug file, without a folder; null when it has none. */
  readonly link: string | null;
}

/** Throws DebugFileError `NOT_ELF`, `MALFORMED_ELF`, and what opening throws. */
export async function readDebugPointers(path: string): Promise<DebugPointers> {
  const file = await openRegular(path);
  try {
    const sections = await readSections(file);
    const section = sections.find(({ name }) => name === '.gnu_debuglink');
    const content = section && (await readSection(file, section, LINK_BYTES_MOST));
    const name = content?.toString('utf8', 0, Math.max(0, content.indexOf(0))) ?? '';
    return { kind: bestKind(sections), link: isFileName(name) ? name : null };
  } finally {
    await file.close();
  }
}

/** What a hostile file names must not lead anywhere else. */
const isFileName = (name: string) => name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name);
