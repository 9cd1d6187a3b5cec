import type { Batch } from '@strata/profile';
import { StorageError } from '../errors.ts';
import type { IdTable } from '../id-table.ts';
import { RowBinaryWriter } from '../row-binary.ts';
import { frameId, NodeHasher, serviceId, sourceId, workloadId } from './content-id.ts';
import { highHalf, KnownRows, lowHalf } from './known-rows.ts';

/** A batch as rows per table; dimension rows only where they are not known to be stored. */
export interface BatchRows {
  readonly workloads: RowBinaryWriter;
  readonly sources: RowBinaryWriter;
  readonly frames: RowBinaryWriter;
  readonly nodes: RowBinaryWriter;
  readonly samples: RowBinaryWriter;
  /** To be called when all dimension rows are stored. */
  markKnown(): void;
}

/** Columns of each table in the order the rows have them. */
export const COLUMNS = {
  workloads: 'id, service, version, environment, namespace, cluster, labels',
  sources: 'id, host, pod, container, process, thread, labels',
  frames: 'id, kind, build_id, address, function, file, line',
  nodes: 'service, depth, id, parent, frame',
  samples: 'profile_type, workload, source, ts, node, value, count',
} as const;

const FRAME_KIND = { native: 1, kernel: 2, jit: 3, symbolized: 4 } as const;

/** Throws StorageError INVALID_BATCH when rows point outside of the batch. */
export function toBatchRows(batch: Batch, known: KnownRows): BatchRows {
  checkBatch(batch);
  const fresh = new KnownRows();
  const workloads = new RowBinaryWriter();
  const workloadIds = batch.workloads.map((workload) => {
    const id = workloadId(workload);
    if (isNew(lowHalf(id), highHalf(id), known.workloads, fresh.workloads)) {
      writeId(workloads, id);
      workloads.string(workload.service);
      workloads.string(workload.version);
      workloads.string(workload.environment);
      workloads.string(workload.namespace);
      workloads.string(workload.cluster);
      workloads.labels(workload.labels);
      workloads.endRow();
    }
    return id;
  });
  const sources = new RowBinaryWriter();
  const sourceIds = batch.sources.map((source) => {
    const id = sourceId(source);
    if (isNew(lowHalf(id), highHalf(id), known.sources, fresh.sources)) {
      writeId(sources, id);
      sources.string(source.host);
      sources.string(source.pod);
      sources.string(source.container);
      sources.string(source.process);
      sources.string(source.thread);
      sources.labels(source.labels);
      sources.endRow();
    }
    return id;
  });
  const { nodeHalves, nodes, frames } = stackRows(batch, known, fresh);
  return {
    workloads,
    sources,
    frames,
    nodes,
    samples: sampleRows(batch, workloadIds, sourceIds, nodeHalves),
    markKnown() {
      for (const table of ['workloads', 'sources', 'frames', 'nodes'] as const) {
        const rows = fresh[table];
        for (let row = 0; row < rows.size; row++) known[table].add(rows.low(row), rows.high(row));
      }
    },
  };
}

/** Ids as halves in typed arrays: a bigint per look-up would cost more than the hashing. */
function stackRows(batch: Batch, known: KnownRows, fresh: KnownRows) {
  const { stacks, samples } = batch;
  const frameIds = BigUint64Array.from(stacks.frames, frameId);
  const nodeIds = new BigUint64Array(stacks.parent.length);
  const depths = new Uint16Array(stacks.parent.length);
  const hasher = new NodeHasher();
  for (let node = 0; node < nodeIds.length; node++) {
    const parent = stacks.parent[node]!;
    nodeIds[node] = hasher.id(parent < 0 ? 0n : nodeIds[parent]!, frameIds[stacks.frame[node]!]!);
    depths[node] = parent < 0 ? 0 : depths[parent]! + 1;
  }
  const nodeHalves = new Uint32Array(nodeIds.buffer);
  const frameHalves = new Uint32Array(frameIds.buffer);
  const nodes = new RowBinaryWriter();
  const frames = new RowBinaryWriter();
  const services = batch.workloads.map(({ service }) => {
    const key = serviceId(service);
    return { service, low: lowHalf(key), high: highHalf(key) };
  });
  for (let row = 0; row < samples.node.length; row++) {
    const { service, low, high } = services[samples.workload[row]!]!;
    // A known node's ancestors are known: they were written with it or before it.
    for (let node = samples.node[row]!; node >= 0; node = stacks.parent[node]!) {
      const nodeLow = nodeHalves[2 * node]!;
      const nodeHigh = nodeHalves[2 * node + 1]!;
      if (!isNew((nodeLow ^ low) >>> 0, (nodeHigh ^ high) >>> 0, known.nodes, fresh.nodes)) break;
      const parent = stacks.parent[node]!;
      const frame = stacks.frame[node]!;
      nodes.string(service);
      nodes.uint16(depths[node]!);
      nodes.id(nodeLow, nodeHigh);
      nodes.id(parent < 0 ? 0 : nodeHalves[2 * parent]!, parent < 0 ? 0 : nodeHalves[2 * parent + 1]!);
      nodes.id(frameHalves[2 * frame]!, frameHalves[2 * frame + 1]!);
      nodes.endRow();
      if (isNew(frameHalves[2 * frame]!, frameHalves[2 * frame + 1]!, known.frames, fresh.frames)) {
        writeFrame(frames, batch, frame, frameIds[frame]!);
      }
    }
  }
  return { nodeHalves, nodes, frames };
}

function writeFrame(frames: RowBinaryWriter, batch: Batch, row: number, id: bigint): void {
  const frame = batch.stacks.frames[row]!;
  const native = frame.kind === 'native';
  writeId(frames, id);
  frames.uint8(FRAME_KIND[frame.kind]);
  frames.string(native ? frame.mapping.buildId : '');
  frames.uint64(native ? frame.address : 0);
  frames.string(native ? '' : frame.function);
  frames.string(native ? frame.mapping.file : frame.file);
  frames.uint32(native ? 0 : frame.line);
  frames.endRow();
}

function sampleRows(batch: Batch, workloads: bigint[], sources: bigint[], nodeHalves: Uint32Array): RowBinaryWriter {
  const { samples } = batch;
  const workloadHalves = new Uint32Array(BigUint64Array.from(workloads).buffer);
  const sourceHalves = new Uint32Array(BigUint64Array.from(sources).buffer);
  const rows = new RowBinaryWriter();
  // One time for the whole batch: one insert goes to one partition.
  const ts = BigInt(Math.round(batch.from));
  const id = (halves: Uint32Array, at: number) => rows.id(halves[2 * at]!, halves[2 * at + 1]!);
  for (let row = 0; row < samples.node.length; row++) {
    rows.string(batch.profileTypes[samples.profileType[row]!]!.name);
    id(workloadHalves, samples.workload[row]!);
    id(sourceHalves, samples.source[row]!);
    rows.int64(ts);
    id(nodeHalves, samples.node[row]!);
    rows.uint64(samples.value[row]!);
    rows.uint32(samples.count[row]!);
    rows.endRow();
  }
  return rows;
}

function isNew(low: number, high: number, known: IdTable, fresh: IdTable): boolean {
  if (known.find(low, high) >= 0) return false;
  const before = fresh.size;
  fresh.add(low, high);
  return fresh.size > before;
}

function writeId(rows: RowBinaryWriter, id: bigint): void {
  rows.id(lowHalf(id), highHalf(id));
}

function checkBatch({ profileTypes, workloads, sources, stacks, samples }: Batch): void {
  const rows = samples.node.length;
  for (const [name, column] of Object.entries(samples) as [string, ArrayLike<number>][]) {
    if (column.length !== rows) throw invalid(`column ${name} has ${column.length} rows, column node has ${rows}`);
  }
  const below = (name: string, column: ArrayLike<number>, limit: number) => {
    for (let row = 0; row < column.length; row++) {
      if (!(column[row]! < limit)) throw invalid(`${name} of row ${row} is ${column[row]}, of only ${limit}`);
    }
  };
  below('profileType', samples.profileType, profileTypes.length);
  below('workload', samples.workload, workloads.length);
  below('source', samples.source, sources.length);
  below('node', samples.node, stacks.parent.length);
  below('frame', stacks.frame, stacks.frames.length);
  for (let node = 0; node < stacks.parent.length; node++) {
    if (stacks.parent[node]! >= node) throw invalid(`node ${node} stands before its parent ${stacks.parent[node]}`);
  }
  for (let row = 0; row < rows; row++) {
    const value = samples.value[row]!;
    if (!Number.isSafeInteger(value) || value < 0) throw invalid(`value of row ${row} is ${value}, not a whole number`);
  }
}

function invalid(reason: string): StorageError {
  return new StorageError('INVALID_BATCH', `The batch contradicts itself: ${reason}.`);
}
