import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ElfFiles } from './elf-file.ts';
import { Judge, type Judged } from './judge.ts';
import { measurePeer, type PeerVerdict } from './perf-peer.ts';
import type { Stage } from './stage.ts';
import type { SymbolNames } from './symbol-names.ts';
import { Tally, type Verdict } from './tally.ts';
import type { Watch } from './watch.ts';
import type { Group } from './workload.ts';

const DRAIN_MS = 500;
const PEER_PIDS_MOST = 64;

export interface Limits {
  /** Of each group with a target. */
  readonly samples: number;
  readonly seconds: number;
  /** 0: without the peer. */
  readonly peerSeconds: number;
}

export interface Measured {
  readonly group: Group;
  readonly verdict: Verdict;
  /** Why there is none, in a sentence, or `null` when it was not asked for. */
  readonly peer: PeerVerdict | string | null;
}

/** Samples the groups of a workload until each with a target has enough, or the time is over. */
export async function measure(
  watch: Watch,
  groups: readonly Group[],
  stage: Stage,
  names: SymbolNames,
  limits: Limits,
): Promise<readonly Measured[]> {
  const files = new ElfFiles();
  try {
    for (const { name, roots } of groups) for (const { pid } of roots) if (pid) watch.groups.addRoot(pid, name);
    const tallies = new Map(groups.map(({ name }) => [name, new Tally()]));
    await fill(watch, tallies, files, groups, limits);
    const measured: Measured[] = [];
    for (const group of groups) {
      measured.push({
        group,
        verdict: await tallies.get(group.name)!.verdict(names),
        peer: await peerOf(watch, group, files, names, stage, limits.peerSeconds),
      });
    }
    return measured;
  } finally {
    watch.groups.clear();
    files.close();
  }
}

async function fill(
  watch: Watch,
  tallies: ReadonlyMap<string, Tally>,
  files: ElfFiles,
  groups: readonly Group[],
  limits: Limits,
): Promise<void> {
  const judge = new Judge(watch.spaces, files);
  const judged = new Map<string, Judged>();
  const wanted = groups.filter(({ target }) => target !== null);
  const end = performance.now() + limits.seconds * 1000;
  const isEnough = () => wanted.every(({ name }) => tallies.get(name)!.samples >= limits.samples);
  while (performance.now() < end && !isEnough()) {
    await sleep(DRAIN_MS);
    for (const { pid, group, stack, count } of await watch.drain()) {
      const tally = group === undefined ? undefined : tallies.get(group);
      if (!tally) continue;
      if (!stack) {
        tally.addWithoutStack(count);
        continue;
      }
      const key = `${pid} ${stack.id}`;
      const known = judged.get(key) ?? judge.judge(pid, stack);
      judged.set(key, known);
      tally.add(stack, known, count);
    }
  }
}

async function peerOf(
  watch: Watch,
  { name, target }: Group,
  files: ElfFiles,
  names: SymbolNames,
  stage: Stage,
  seconds: number,
): Promise<PeerVerdict | string | null> {
  if (seconds === 0 || target === null) return null;
  try {
    const pids = await lastingPids(watch, name);
    const recording = measurePeer({ pids, seconds, folder: stage.folder, spaces: watch.spaces, files, names });
    return await drainingUntil(watch, recording);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** perf refuses all when one of them has ended; what the others start later is followed. */
async function lastingPids(watch: Watch, group: string): Promise<readonly number[]> {
  await watch.drain();
  const before = watch.groups.living(group);
  await sleep(1_000);
  return before.filter((pid) => existsSync(`/proc/${pid}/stat`)).slice(0, PEER_PIDS_MOST);
}

/** What processes map meanwhile is known by the drains alone. */
async function drainingUntil<T>(watch: Watch, work: Promise<T>): Promise<T> {
  const draining = new AbortController();
  const drains = (async () => {
    while (!draining.signal.aborted) {
      await sleep(DRAIN_MS);
      await watch.drain();
    }
  })();
  try {
    return await work;
  } finally {
    draining.abort();
    await drains;
  }
}
