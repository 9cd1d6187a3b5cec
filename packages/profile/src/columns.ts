import { Field, makeVector, Schema, Table, tableFromIPC, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow';
import type { CallTree, DiffTree, FunctionTable } from './call-tree.ts';
import { ProfileError } from './profile-error.ts';

/**
 * Trees on the wire: two Arrow IPC streams, the first preceded by its length in bytes (u32, little endian). The first holds
 * the nodes in preorder (`depth` u16, `function` u32, `inlined` u8, one self column a side), the second the functions
 * (`name`, `file`, `binary`, `kind` u8, `line` u32). The nodes' schema metadata carries `meta`, the caller's JSON, and per self column its `scale`: the
 * greatest common divisor of the values, so that sums of nanoseconds travel as small counts. Totals are not sent.
 */
const LENGTH_BYTES = 4;
const UINT32_MOST = 0xffff_ffff;

type Column = Uint8Array | Uint16Array | Uint32Array | Float64Array;
type Columns = Readonly<Record<string, Column>>;

/** `meta` is any JSON value; it comes back from `decodeCallTree` as it went in. */
export function encodeCallTree(tree: CallTree, meta: unknown): Uint8Array {
  return encode(tree, { self: tree.self }, meta);
}

export function decodeCallTree<Meta>(bytes: Uint8Array): { tree: CallTree; meta: Meta } {
  const { meta, sides, ...nodes } = decode<Meta>(bytes, ['self']);
  const [self] = sides;
  return { tree: { ...nodes, self: self!, total: totalsOf(nodes.depth, self!) }, meta };
}

export function encodeDiffTree(tree: DiffTree, meta: unknown): Uint8Array {
  return encode(tree, { selfA: tree.selfA, selfB: tree.selfB }, meta);
}

export function decodeDiffTree<Meta>(bytes: Uint8Array): { tree: DiffTree; meta: Meta } {
  const { meta, sides, ...nodes } = decode<Meta>(bytes, ['selfA', 'selfB']);
  const [selfA, selfB] = sides as [Float64Array, Float64Array];
  const totals = { totalA: totalsOf(nodes.depth, selfA), totalB: totalsOf(nodes.depth, selfB) };
  return { tree: { ...nodes, selfA, selfB, ...totals }, meta };
}

/** Totals of preorder columns: a node's own and all that follow it deeper. */
export function totalsOf(depth: Uint16Array, self: Float64Array): Float64Array {
  const total = Float64Array.from(self);
  // Sums of what is deeper than the node at hand, per depth, from the back.
  const below: number[] = [];
  for (let node = depth.length - 1; node >= 0; node--) {
    const at = depth[node]!;
    total[node]! += below[at + 1] ?? 0;
    below[at + 1] = 0;
    below[at] = (below[at] ?? 0) + total[node]!;
  }
  return total;
}

function encode(
  tree: Pick<CallTree, 'depth' | 'function' | 'inlined' | 'functions'>,
  sides: Readonly<Record<string, Float64Array>>,
  meta: unknown,
): Uint8Array {
  const metadata = new Map([['meta', JSON.stringify(meta)]]);
  const columns: Record<string, Column> = { depth: tree.depth, function: tree.function, inlined: tree.inlined };
  for (const [name, values] of Object.entries(sides)) {
    const scale = commonDivisor(values);
    metadata.set(`${name}.scale`, String(scale));
    const scaled = values.map((value) => value / scale);
    columns[name] = scaled.every((value) => value <= UINT32_MOST && Number.isInteger(value))
      ? Uint32Array.from(scaled)
      : scaled;
  }
  const nodes = tableToIPC(tableOf(columns, metadata), 'stream');
  const functions = tableToIPC(functionTable(tree.functions), 'stream');
  const bytes = new Uint8Array(LENGTH_BYTES + nodes.length + functions.length);
  new DataView(bytes.buffer).setUint32(0, nodes.length, true);
  bytes.set(nodes, LENGTH_BYTES);
  bytes.set(functions, LENGTH_BYTES + nodes.length);
  return bytes;
}

function tableOf(columns: Columns, metadata: Map<string, string>): Table {
  const vectors = Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, makeVector(values)]));
  const table = new Table(vectors);
  const fields = table.schema.fields.map(({ name, type }) => new Field(name, type, false));
  return new Table(new Schema(fields, metadata), table.batches);
}

function functionTable({ name, file, binary, kind, line }: FunctionTable): Table {
  const text = (values: readonly string[]) => vectorFromArray(values, new Utf8());
  return new Table({
    name: text(name),
    file: text(file),
    binary: text(binary),
    kind: makeVector(kind),
    line: makeVector(line),
  });
}

function decode<Meta>(bytes: Uint8Array, sideNames: readonly string[]) {
  try {
    const length = new DataView(bytes.buffer, bytes.byteOffset, LENGTH_BYTES).getUint32(0, true);
    // Arrow reads columns in place; the streams must start where their numbers are aligned.
    const nodes = tableFromIPC(bytes.slice(LENGTH_BYTES, LENGTH_BYTES + length));
    const functions = tableFromIPC(bytes.slice(LENGTH_BYTES + length));
    const text = (name: string) => Array.from(functions.getChild(name)!, String);
    return {
      depth: nodes.getChild('depth')!.toArray() as Uint16Array,
      function: nodes.getChild('function')!.toArray() as Uint32Array,
      // Snapshots are kept for months: those of before inlined calls and lines were known have no such columns.
      inlined: (nodes.getChild('inlined')?.toArray() ?? new Uint8Array(nodes.numRows)) as Uint8Array,
      functions: {
        name: text('name'),
        file: text('file'),
        binary: text('binary'),
        kind: functions.getChild('kind')!.toArray() as Uint8Array,
        line: (functions.getChild('line')?.toArray() ?? new Uint32Array(functions.numRows)) as Uint32Array,
      },
      meta: JSON.parse(nodes.schema.metadata.get('meta')!) as Meta,
      sides: sideNames.map((name) => {
        const scale = Number(nodes.schema.metadata.get(`${name}.scale`));
        const scaled = nodes.getChild(name)!.toArray() as Uint32Array | Float64Array;
        // A loop: mapping by `from` asks an iterator for every node, ten times as slow.
        const values = new Float64Array(scaled.length);
        for (let i = 0; i < values.length; i++) values[i] = scaled[i]! * scale;
        return values;
      }),
    };
  } catch (cause) {
    throw new ProfileError(
      'INVALID_COLUMNS',
      'The columns of the view could not be read: they are not what this version of Strata writes.',
      { cause },
    );
  }
}

/** 1 where there are no values, or not whole ones. */
function commonDivisor(values: Float64Array): number {
  let divisor = 0;
  for (const value of values) {
    let [a, b] = [value, divisor];
    if (!Number.isSafeInteger(a)) return 1;
    while (b !== 0) [a, b] = [b, a % b];
    divisor = a;
    if (divisor === 1) return 1;
  }
  return divisor || 1;
}
