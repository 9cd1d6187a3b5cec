// Figures of names: `node packages/symbolizer/bench/symbols.ts [ELF file]`; one JSON line per figure.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LookupAddress, NativeFrame, StackProfile, UnixMs } from '@strata/profile';
import { buildIndex, describeElf, loadKernelSymbols, nameFrames, openIndexStore } from '@strata/symbolizer';

const FRAMES = 100_000;

const print = (name: string, value: number, unit: string) =>
  console.log(JSON.stringify({ name, value: Number(value.toPrecision(4)), unit }));

async function timed<T>(name: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work();
  print(name, performance.now() - start, 'ms');
  return result;
}

const residentBytes = () => process.memoryUsage.rss();

const file = process.argv[2] ?? process.execPath;
const beforeKernel = residentBytes();
const kernel = await timed('symbols/kallsyms-load', () => loadKernelSymbols());
print('symbols/kallsyms-rss', (residentBytes() - beforeKernel) / 2 ** 20, 'MiB');

const lookups = 1_000_000;
const text = 0xffffffff81000000n;
const start = performance.now();
for (let i = 0; i < lookups; i++) kernel.resolve(text + BigInt((i * 7919) % 0x800000));
print('symbols/kallsyms-lookup', ((performance.now() - start) * 1e6) / lookups, 'ns');

const { buildId, segments } = await describeElf(file);
const index = await timed('symbols/build', () => buildIndex(file));
print('symbols/file-size', statSync(file).size / 2 ** 20, 'MiB');
print('symbols/index-size', index.length / 2 ** 20, 'MiB');

const folder = mkdtempSync(join(tmpdir(), 'strata-bench-symbols-'));
const store = openIndexStore(folder);
await timed('symbols/put', () => store.put(buildId, index));

const code = segments.reduce((a, b) => (a.fileSize > b.fileSize ? a : b));
const frames = Array.from(
  { length: FRAMES },
  (_, i): NativeFrame => ({
    kind: 'native',
    mapping: { buildId, file },
    address: (code.virtualAddress + ((i * 104_729) % code.fileSize)) as LookupAddress,
  }),
);
const profile: StackProfile = {
  profileType: { name: 'cpu', unit: 'nanoseconds' },
  from: 0 as UnixMs,
  to: 1 as UnixMs,
  stacks: { frames, parent: new Int32Array(0), frame: new Uint32Array(0) },
  value: new Float64Array(0),
  count: new Float64Array(0),
};
await timed('symbols/name-100k-frames-cold', () => nameFrames(profile, store));
const { names, unresolved } = await timed('symbols/name-100k-frames-warm', () => nameFrames(profile, store));
print('symbols/functions-named', names.functions.name.length, 'functions');
print('symbols/frames-unknown', unresolved.get(buildId)?.frames ?? 0, 'frames');
rmSync(folder, { recursive: true });
