import { readProcChunks } from './proc-files.ts';

/** One executable range of a process's address space, AVMA, half-open. */
export interface CodeMapping {
  readonly start: number;
  readonly end: number;
  readonly fileOffset: number;
  /** As the kernel names it: a path in the process's mount namespace, `[vdso]`, or `''` for anonymous memory. */
  readonly file: string;
  /** `major:minor` in hex as /proc writes it, and the inode; inode 0 means: no file behind it. */
  readonly device: string;
  readonly inode: number;
  /** GNU build ID in hex where the kernel told it, else `''`. */
  readonly buildId: string;
}

/** 100,000 lines of 160 bytes; a process with more keeps what comes first. */
const BYTES_MOST = 16 << 20;
const MAPPINGS_MOST = 8_192;
const NEWLINE = 10;
const SPACE = 32;
const EXECUTABLE = 120;

const hex = (text: string) => Number.parseInt(text, 16);

/** One line of /proc/PID/maps: `start-end perms offset device inode   path`; null when it says something else. */
function parseLine(line: string): CodeMapping | null {
  const fields = /^([0-9a-f]+)-([0-9a-f]+) \S{4} ([0-9a-f]+) ([0-9a-f]+:[0-9a-f]+) (\d+) *(.*)$/.exec(line);
  if (fields === null) return null;
  const [, start, end, offset, device, inode, file] = fields;
  return {
    start: hex(start!),
    end: hex(end!),
    fileOffset: hex(offset!),
    // The kernel writes a newline in a path as \012.
    file: file!.replaceAll('\\012', '\n'),
    device: device!,
    inode: Number(inode),
    buildId: '',
  };
}

/** True when the permissions of this line, which follow the first space as `r-xp`, contain `x`. */
function isExecutable(bytes: Buffer, start: number, end: number): boolean {
  const space = bytes.indexOf(SPACE, start);
  return space !== -1 && space + 3 < end && bytes[space + 3] === EXECUTABLE;
}

/**
 * The executable mappings of a process in order of address, or null when they cannot be read. Only executable lines
 * become strings, so that a heap of 100,000 mappings costs little more than the kernel's own work.
 */
export function readCodeMappings(path: string): readonly CodeMapping[] | null {
  const mappings: CodeMapping[] = [];
  let rest = Buffer.alloc(0);
  const take = (bytes: Buffer, from: number, to: number) => {
    if (!isExecutable(bytes, from, to)) return;
    const mapping = parseLine(bytes.toString('utf8', from, to));
    if (mapping) mappings.push(mapping);
  };
  const read = readProcChunks(path, BYTES_MOST, (chunk) => {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let from = 0;
    for (let to = bytes.indexOf(NEWLINE); to !== -1; to = bytes.indexOf(NEWLINE, from)) {
      take(bytes, from, to);
      from = to + 1;
    }
    // A copy: the chunk's memory is used again for the next one.
    rest = Buffer.from(bytes.subarray(from));
    return mappings.length < MAPPINGS_MOST;
  });
  return read ? mappings.slice(0, MAPPINGS_MOST) : null;
}
