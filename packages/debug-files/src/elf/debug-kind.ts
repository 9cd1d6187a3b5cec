import { DebugFileError } from '../debug-file-error.ts';
import { openRegular } from './regular-file.ts';
import { readSections, type Section } from './section-headers.ts';

/** Where names come from, worst first; the order of the index's source kinds. */
export const DEBUG_KINDS = ['dynsym', 'symtab', 'minidebug', 'pclntab', 'dwarf'] as const;

export type DebugKind = (typeof DEBUG_KINDS)[number];

const SECTION_OF: Readonly<Record<string, DebugKind>> = {
  '.debug_info': 'dwarf',
  '.zdebug_info': 'dwarf',
  '.gopclntab': 'pclntab',
  '.data.rel.ro.gopclntab': 'pclntab',
  '.gnu_debugdata': 'minidebug',
  '.symtab': 'symtab',
  '.dynsym': 'dynsym',
};

/** Above 0: `a` is better than `b`; no kind at all is the worst. */
export function compareKinds(a: DebugKind | null, b: DebugKind | null): number {
  const rank = (kind: DebugKind | null) => (kind === null ? -1 : DEBUG_KINDS.indexOf(kind));
  return rank(a) - rank(b);
}

/** What a file has to give. */
export interface DebugContent {
  readonly kind: DebugKind;
  /** What its sections are when none is compressed. */
  readonly unpackedBytes: number;
}

/** Reads the section table of an ELF file. Throws DebugFileError `NOT_ELF`, `MALFORMED_ELF`, `NO_SYMBOLS`. */
export async function readDebugContent(path: string): Promise<DebugContent> {
  const file = await openRegular(path);
  try {
    const sections = await readSections(file);
    const kind = bestKind(sections);
    if (kind === null) {
      throw new DebugFileError(
        'NO_SYMBOLS',
        'The file has no names: neither debug information nor a table of symbols. Send the one from before stripping.',
      );
    }
    return { kind, unpackedBytes: sections.reduce((sum, section) => sum + section.unpackedBytes, 0) };
  } finally {
    await file.close();
  }
}

/** The best source of names among sections; null when there is none. */
export function bestKind(sections: readonly Section[]): DebugKind | null {
  const kinds = sections.map(({ name }) => (Object.hasOwn(SECTION_OF, name) ? SECTION_OF[name]! : null));
  return kinds.reduce((best, kind) => (compareKinds(kind, best) > 0 ? kind : best), null);
}
