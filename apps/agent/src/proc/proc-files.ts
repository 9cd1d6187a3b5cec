import { closeSync, openSync, readdirSync, readlinkSync, readSync } from 'node:fs';

const CHUNK_BYTES = 64 << 10;
const chunk = Buffer.allocUnsafe(CHUNK_BYTES);

/**
 * Hands a file of /proc over in chunks of at most 64 KiB, which are valid only during the call, until `take` answers
 * false, the file ends or `mostBytes` are read. False when it cannot be read: processes go away at any moment.
 * Reads are synchronous: the kernel makes these files in memory, and a trip through a thread pool costs more.
 */
export function readProcChunks(path: string, mostBytes: number, take: (chunk: Buffer) => boolean): boolean {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return false;
  }
  try {
    for (let total = 0; total < mostBytes; ) {
      const length = readSync(file, chunk, 0, Math.min(CHUNK_BYTES, mostBytes - total), null);
      if (length === 0 || !take(chunk.subarray(0, length))) break;
      total += length;
    }
    return true;
  } catch {
    return false;
  } finally {
    closeSync(file);
  }
}

/** The first `mostBytes` of a file of /proc as text, or null when it cannot be read. */
export function readProcText(path: string, mostBytes: number): string | null {
  const parts: string[] = [];
  const whole = readProcChunks(path, mostBytes, (bytes) => {
    parts.push(bytes.toString('utf8'));
    return true;
  });
  return whole ? parts.join('') : null;
}

/** Where a link of /proc points, or `''` when it cannot be read (kernel threads have no `exe`). */
export function readProcLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

/** All processes there are at this moment. */
export function listPids(procRoot = '/proc'): readonly number[] {
  return readdirSync(procRoot)
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}
