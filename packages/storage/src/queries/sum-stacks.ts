import type { NamedFrame, StackProfile, StackTrie, UnixMs } from '@strata/profile';
import type { Selection, SelectionSums } from '../api.ts';
import type { Connection } from '../connection.ts';
import type { ServiceTrie } from '../tries/service-trie.ts';
import type { TrieCache } from '../tries/trie-cache.ts';
import { describeSelection } from './describe-selection.ts';
import { selectionConditions } from './selection-conditions.ts';
import { settleRange } from './settle-range.ts';
import { NODE_SUM_DOUBLES, NODE_SUM_HALVES, type NodeSums, sumNodes } from './sum-nodes.ts';

const EMPTY = {
  stacks: { frames: [], parent: new Int32Array(0), frame: new Uint32Array(0) },
  value: new Float64Array(0),
  count: new Float64Array(0),
};

/** Stands for every stack that samples name and storage no longer has. */
const LOST: NamedFrame = { kind: 'symbolized', function: '[stack lost in storage]', file: '', line: 0 };

/** Sums per leaf come from ClickHouse; what the leaves are comes from the process's own tries: no join on the way. */
export async function sumStacks(
  connection: Connection,
  tries: TrieCache,
  asked: Selection,
  signal?: AbortSignal,
): Promise<SelectionSums> {
  const { needsSource } = selectionConditions(connection.database, asked);
  const selection = settleRange(asked, needsSource, Date.now() / 1000);
  const [sums, { unit, ...description }] = await Promise.all([
    sumNodes(connection, selection, signal),
    describeSelection(connection, selection, signal),
  ]);
  const range = { from: (selection.from * 1000) as UnixMs, to: (selection.to * 1000) as UnixMs };
  const profileType = { name: selection.profileType, unit };
  // Also an unknown service: the cache keeps no place for it.
  if (sums.length === 0) return { profile: { profileType, ...range, ...EMPTY }, samples: 0, ...description };
  const nodes = new Int32Array(sums.length);
  const trie = await tries.get(selection.service, (candidate) => findAll(candidate, sums, nodes));
  const known = trie.stacks();
  const stacks = nodes.includes(-1) ? withLost(known) : known;
  const value = new Float64Array(stacks.parent.length);
  const count = new Float64Array(stacks.parent.length);
  let samples = 0;
  for (let row = 0; row < sums.length; row++) {
    const node = nodes[row]! < 0 ? known.parent.length : nodes[row]!;
    value[node]! += sums.doubles[row * NODE_SUM_DOUBLES + 1]!;
    count[node]! += sums.doubles[row * NODE_SUM_DOUBLES + 2]!;
    samples += sums.doubles[row * NODE_SUM_DOUBLES + 2]!;
  }
  const profile: StackProfile = {
    profileType,
    ...range,
    ...onlyNeeded(stacks, value, count),
  };
  return { profile, samples, ...description };
}

/** Fills in the trie's row of each sum, −1 where it has none; whether it has all. */
function findAll(trie: ServiceTrie, sums: NodeSums, nodes: Int32Array): boolean {
  let complete = true;
  for (let row = 0; row < sums.length; row++) {
    const at = row * NODE_SUM_HALVES;
    nodes[row] = trie.ids.find(sums.halves[at]!, sums.halves[at + 1]!);
    complete &&= nodes[row]! >= 0;
  }
  return complete;
}

/** A database that lost stacks, as by a power cut, still gives exact totals, and shows what it no longer can tell. */
function withLost({ frames, parent, frame }: StackTrie): StackTrie {
  const size = parent.length;
  return {
    frames: [...frames, LOST],
    parent: Int32Array.from({ length: size + 1 }, (_, node) => (node < size ? parent[node]! : -1)),
    frame: Uint32Array.from({ length: size + 1 }, (_, node) => (node < size ? frame[node]! : frames.length)),
  };
}

/** Without the nodes and frames that no counted stack goes through; the arrays given when all are needed. */
function onlyNeeded(stacks: StackTrie, value: Float64Array, count: Float64Array) {
  const size = stacks.parent.length;
  const row = new Int32Array(size);
  let needed = 0;
  for (let node = size - 1; node >= 0; node--) {
    if (row[node] === 0 && count[node] === 0 && value[node] === 0) continue;
    row[node] = 1;
    needed++;
    if (stacks.parent[node]! >= 0) row[stacks.parent[node]!] = 1;
  }
  if (needed === size) return { stacks, value, count };
  const frameRow = new Int32Array(stacks.frames.length);
  const kept = {
    stacks: {
      frames: [] as StackTrie['frames'][number][],
      parent: new Int32Array(needed),
      frame: new Uint32Array(needed),
    },
    value: new Float64Array(needed),
    count: new Float64Array(needed),
  };
  let next = 0;
  for (let node = 0; node < size; node++) {
    if (row[node] === 0) continue;
    const parent = stacks.parent[node]!;
    const frame = stacks.frame[node]!;
    if (frameRow[frame] === 0) frameRow[frame] = kept.stacks.frames.push(stacks.frames[frame]!);
    kept.stacks.parent[next] = parent < 0 ? -1 : row[parent]!;
    kept.stacks.frame[next] = frameRow[frame]! - 1;
    kept.value[next] = value[node]!;
    kept.count[next] = count[node]!;
    row[node] = next++;
  }
  return kept;
}
