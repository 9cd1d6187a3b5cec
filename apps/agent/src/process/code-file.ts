import type { ElfDescription } from '@strata/symbolizer';

/** Where a file can be opened: by its path in the mount namespace of a process that maps it, or by the mapping itself. */
export interface CodeLocation {
  readonly pid: number;
  readonly start: number;
  readonly end: number;
}

/** A file that some process runs code from. The same object for every process that maps the same version of it. */
export interface CodeFile {
  /** As the process saw it, without ` (deleted)`. */
  readonly path: string;
  readonly device: string;
  /** 0 when the kernel told the build ID instead. */
  readonly inode: number;
  /** GNU build ID in hex as the kernel told it, else `''`. */
  readonly kernelBuildId: string;
  /** The latest few, newest last. */
  readonly locations: CodeLocation[];
  /** Null: not tried yet. `unreadable`: it could not be opened, or it is no ELF file. */
  description: ElfDescription | 'unreadable' | null;
}
