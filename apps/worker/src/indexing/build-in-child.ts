import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { ElfDescription } from '@strata/symbolizer';
import type { BuildAnswer } from './index-builder.ts';

export interface BuildLimits {
  /** What the builder may have of memory of its own; mapped files do not count. */
  readonly bytes: number;
  readonly seconds: number;
}

/** What to build, of what, and where to. */
export interface BuildOrder {
  readonly file: string;
  readonly output: string;
  /** Of the index: larger than that of the one before. */
  readonly generation: number;
  /** Has the files that belong to this one, as `/usr/lib/debug` would. */
  readonly debugFolder: string;
  /** Of the program itself, for when the file is its separate debug information. */
  readonly segments: ElfDescription['segments'];
  /** The index that is there, or ''. */
  readonly olderIndex: string;
}

/** `file`: it is the file's own fault, and will be the next time; `other`: it may go better later. */
export type BuildResult =
  | { readonly built: true }
  | { readonly built: false; readonly fault: 'file' | 'other'; readonly reason: string };

const BUILDER = join(import.meta.dirname, 'index-builder.ts');
const MIB = 1 << 20;
/** Linkers make a few; an argument has room for these. */
const SEGMENTS_MOST = 256;
/** Codes of what is no fault of the file. */
const OTHERS = new Set(['ADDON_MISSING', 'UNREADABLE', 'LIMITS', 'OUTPUT']);

/**
 * Builds an index, in a process whose memory the kernel limits (RLIMIT_DATA) and that is killed when
 * its time is over. Never throws for what the file does to it. `signal` ends it, as `other`.
 */
export async function buildInChild(
  { file, output, generation, debugFolder, segments, olderIndex }: BuildOrder,
  { bytes, seconds }: BuildLimits,
  signal: AbortSignal,
): Promise<BuildResult> {
  const code = JSON.stringify(segments.slice(0, SEGMENTS_MOST));
  const more = [file, output, String(bytes), String(2 * seconds), String(generation), debugFolder, code, olderIndex];
  const child = spawn(process.execPath, ['--max-old-space-size=96', BUILDER, ...more], { stdio: 'pipe' });
  // The builder reads until there is nothing more, and may be gone before.
  child.stdin.on('error', () => undefined);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, seconds * 1000);
  const stop = () => child.kill('SIGKILL');
  signal.addEventListener('abort', stop);
  const ended = new Promise<{ code: number | null; killedBy: string | null }>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, killedBy) => resolve({ code, killedBy }));
  });
  const [{ code: exitCode, killedBy }, said, complaint] = await Promise.all([
    ended,
    text(child.stdout),
    text(child.stderr),
  ]);
  clearTimeout(timer);
  signal.removeEventListener('abort', stop);

  if (signal.aborted) return other('The worker was stopped.');
  const answer = exitCode === 0 ? parseAnswer(said) : null;
  if (answer?.code === null) return { built: true };
  if (answer) return { built: false, fault: OTHERS.has(answer.code!) ? 'other' : 'file', reason: answer.reason };
  if (late) return ofFile(`Building its index took more than ${seconds} seconds.`);
  if (isOutOfMemory(complaint))
    return ofFile(`Building its index took more than ${Math.round(bytes / MIB)} MiB of memory.`);
  return ofFile(`Building its index ended the builder (${killedBy ?? `exit code ${exitCode}`}).`);
}

const other = (reason: string): BuildResult => ({ built: false, fault: 'other', reason });
const ofFile = (reason: string): BuildResult => ({ built: false, fault: 'file', reason });

function parseAnswer(said: string): BuildAnswer | null {
  try {
    return JSON.parse(said) as BuildAnswer;
  } catch {
    // Not a whole answer: it ended on the way to it.
    return null;
  }
}

/** Rust says «memory allocation of N bytes failed», V8 «out of memory» and «allocation failed», C++ «bad_alloc». */
const isOutOfMemory = (complaint: string) =>
  /memory allocation of|out of memory|allocation failed|bad_alloc/i.test(complaint);
