import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSampler } from '@strata/bpf';
import { type Batch, type BuildId, framesOf, type NativeFrame } from '@strata/profile';
import { readSettings } from '@strata/settings';
import { describeElf, loadJitDump, loadKernelSymbols, loadPerfMap, openIndexStore } from '@strata/symbolizer';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startAgent } from '../src/start-agent.ts';
import { CollectorStub, eventually } from './collector-stub.ts';

/** Why the kernel cannot be sampled here, or ''. In CI it must be possible. */
const reason = await startSampler({ frequencyHz: 99 }).then(
  (sampler) => sampler.stop().then(() => ''),
  (error: Error) => error.message,
);
const skip = reason !== '' && process.env.CI !== 'true';

const RHYTHM = { windowMs: 1_000, drainMs: 250 };
const AGENT = 'http://127.0.0.1:17443';
const native = { startSampler, describeElf, loadJitDump, loadKernelSymbols, loadPerfMap, openIndexStore };

let folder: string;
let program: string;
let collector: CollectorStub;
let stop: () => Promise<void> = async () => {};
const children: ChildProcess[] = [];

function run(command: string, args: readonly string[], environment: Record<string, string> = {}): ChildProcess {
  const child = spawn(command, args, { cwd: folder, stdio: 'ignore', env: { PATH: process.env.PATH, ...environment } });
  children.push(child);
  return child;
}

/** Rows of one service: its stack leaf first, as frames, and how often. */
function samplesOf(service: string) {
  return collector.batches.flatMap((batch: Batch) =>
    [...batch.samples.node].flatMap((node, row) => {
      const workload = batch.workloads[batch.samples.workload[row]!]!;
      const source = batch.sources[batch.samples.source[row]!]!;
      if (workload.service !== service) return [];
      const frames = [...framesOf(batch.stacks, node)].map((frame) => batch.stacks.frames[frame]!);
      return [{ workload, source, frames, count: batch.samples.count[row]! }];
    }),
  );
}

const countOf = (service: string) => samplesOf(service).reduce((sum, { count }) => sum + count, 0);

/** Name of the function at an address of the program, by its own symbol table as nm prints it. */
function nameAt(address: number): string {
  const symbols = execFileSync('nm', ['-n', '--defined-only', program], { encoding: 'utf8' })
    .split('\n')
    .map((line) => /^([0-9a-f]+) [tT] (\S+)$/.exec(line))
    .filter((row) => row !== null)
    .map(([, start, name]) => ({ start: Number.parseInt(start!, 16), name: name! }));
  return symbols.findLast(({ start }) => start <= address)?.name ?? '?';
}

const buildIdOf = (file: string) =>
  `gnu:${/Build ID: ([0-9a-f]+)/.exec(execFileSync('readelf', ['-n', file], { encoding: 'utf8' }))![1]}` as BuildId;

test.runIf(skip)(`skipped: ${reason}`, () => {});

describe.skipIf(skip)('the agent on the real kernel', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'strata-sampling-'));
    program = join(folder, 'known-path');
    const source = join(import.meta.dirname, 'fixtures', 'known-path.c');
    const flags = ['-O0', '-fomit-frame-pointer'];
    execFileSync('gcc', [...flags, '-fPIE', '-pie', '-Wl,--build-id', source, '-o', program]);
    collector = new CollectorStub(17_444);
    await collector.start();
    const settings = readSettings({
      STRATA_DATA: folder,
      STRATA_AGENT_PORT: '17443',
      STRATA_COLLECTOR_URL: collector.url,
      STRATA_LOG_LEVEL: 'warn',
    });
    // It runs before the agent does: found in /proc, not by events.
    run(program, ['60000'], { OTEL_SERVICE_NAME: 'before', OTEL_RESOURCE_ATTRIBUTES: 'service.version=7' });
    stop = await startAgent(settings, native, RHYTHM);
  });
  // What spins on would slow down all that comes after, most of all the index builder, which runs at low priority.
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });
  afterAll(async () => {
    await stop();
    await collector.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  test('the path of a program without frame pointers is exact, with its build ID, name and version', async () => {
    run(program, ['60000']);
    await eventually('samples of both', 30, () => countOf('before') > 200 && countOf('known-path') > 200);
    for (const [service, version] of [
      ['before', '7'],
      ['known-path', buildIdOf(program).slice(4, 16)],
    ] as const) {
      const samples = samplesOf(service);
      // Not one from before it was executed, when the thread still had its parent's name.
      const { workload, source } = samples.find(({ frames }) =>
        frames.some((frame) => frame.kind === 'native' && frame.mapping.file === program),
      )!;
      expect(workload.version).toBe(version);
      expect(source).toMatchObject({ process: 'known-path', thread: 'known-path' });
      const own = samples.map(({ frames, count }) => {
        const mine = frames.filter(
          (frame): frame is NativeFrame => frame.kind === 'native' && frame.mapping.file === program,
        );
        expect(new Set(mine.map(({ mapping }) => mapping.buildId))).toEqual(
          new Set(mine.length > 0 ? [buildIdOf(program)] : []),
        );
        return {
          path: mine
            .map(({ address }) => nameAt(address))
            .reverse()
            .join(';'),
          count,
        };
      });
      const exact = own
        .filter(({ path }) => path === '_start;main;middle;leaf')
        .reduce((sum, { count }) => sum + count, 0);
      const all = own.reduce((sum, { count }) => sum + count, 0);
      expect(exact / all).toBeGreaterThan(0.95);
    }
  });

  test('processes that live for a moment have their own name, not their shell’s', async () => {
    const brief = join(folder, 'brief-program');
    copyFileSync(program, brief);
    const script = join(folder, 'starter.sh');
    writeFileSync(script, `for i in $(seq 40); do ${brief} 60; done\n`);
    const starter = run('bash', [script], { OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test' });
    await new Promise((resolve) => starter.once('exit', resolve));
    await eventually('their samples', 20, () => countOf('brief-program') > 40);
    // A process may be gone before its environment was read; that of most is.
    const environments = samplesOf('brief-program').map(({ workload }) => workload.environment);
    expect(environments.filter((name) => name === 'test').length).toBeGreaterThan(environments.length / 2);
    const shell = samplesOf('starter').filter(({ frames }) =>
      frames.some((frame) => frame.kind === 'native' && frame.mapping.file === brief),
    );
    expect(shell).toEqual([]);
  });

  test('kernel frames stand on user frames, with names; kernel threads are the service kernel', async () => {
    run('dd', ['if=/dev/zero', 'of=/dev/null', 'bs=1'], { OTEL_SERVICE_NAME: 'caller' });
    await eventually('samples in the kernel', 20, () =>
      samplesOf('caller').some(({ frames }) => frames[0]?.kind === 'kernel'),
    );
    const mixed = samplesOf('caller').find(
      ({ frames }) => frames[0]?.kind === 'kernel' && frames.at(-1)?.kind === 'native',
    );
    const kinds = mixed!.frames.map(({ kind }) => kind);
    expect(kinds.lastIndexOf('kernel')).toBeLessThan(kinds.indexOf('native'));
    const names = samplesOf('caller').flatMap(({ frames }) =>
      frames.map((frame) => (frame.kind === 'kernel' ? frame.function : '')),
    );
    expect(names.some((name) => /entry_SYSCALL_64|do_syscall_64|vfs_(read|write)/.test(name))).toBe(true);
  });

  test('code of a JIT has its function’s name and file from the perf map', async () => {
    const script = join(folder, 'jitted.js');
    writeFileSync(
      script,
      'function spin() { let n = 0; for (let i = 0; i < 3e7; i++) n += i % 7; return n; }\nfor (;;) spin();\n',
    );
    run(process.execPath, ['--perf-basic-prof', '--interpreted-frames-native-stack', script]);
    const spins = () =>
      samplesOf('jitted').filter(({ frames }) =>
        frames.some((frame) => frame.kind === 'jit' && frame.function === 'spin'),
      );
    await eventually('samples of spin', 30, () => spins().length > 0);
    const frame = spins()[0]!.frames.find((each) => each.kind === 'jit' && each.function === 'spin');
    expect(frame).toMatchObject({ kind: 'jit', file: script, line: 1 });
  });

  test('a symbol index that is wanted arrives and knows the functions; one that cannot be is said to be unavailable', async () => {
    const buildId = buildIdOf(program);
    const unknown = `gnu:${'0'.repeat(40)}`;
    let asked = false;
    collector.wanted = () => {
      if (asked) return [];
      asked = true;
      return [buildId, unknown];
    };
    await eventually('the index', 60, () => collector.symbols.has(buildId) && collector.unavailable.has(unknown));
    const store = openIndexStore(join(folder, 'symbols'));
    await store.put(buildId, collector.symbols.get(buildId)!);
    const addresses = samplesOf('known-path')
      .flatMap(({ frames }) => frames)
      .filter((frame): frame is NativeFrame => frame.kind === 'native' && frame.mapping.buildId === buildId)
      .map(({ address }) => address);
    const names = (await store.resolve(buildId, addresses))!.map(([frame]) => frame?.function);
    expect(names).toEqual(addresses.map(nameAt));
    expect(collector.unavailable.get(unknown)).toBe('This agent has not seen the file since it started.');
  });

  test('/debug/pprof/profile holds this node’s stacks, and go tool pprof opens it', async () => {
    run(program, ['60000']);
    const answer = await fetch(`${AGENT}/debug/pprof/profile?seconds=3`);
    const body = Buffer.from(await answer.arrayBuffer());
    const file = join(folder, 'node.pb.gz');
    writeFileSync(file, body);
    const top = execFileSync('go', ['tool', 'pprof', '-top', '-nodefraction=0', '-sample_index=cpu', file], {
      encoding: 'utf8',
    });
    expect(top).toMatch(/Type: cpu/);
    expect(top).toMatch(/\bleaf\b/);
    const raw = execFileSync('go', ['tool', 'pprof', '-raw', file], { encoding: 'utf8' });
    expect(raw).toContain(`${program} ${buildIdOf(program).slice(4)}`);
  });

  test('what was kept has arrived, each once; events = kept + idle + dropped', async () => {
    await stop();
    stop = async () => {};
    const { state, counters } = collector.reports.at(-1)!;
    const dropped = Object.entries(counters).filter(([name]) => name.startsWith('dropped.'));
    const outcomes = Object.entries(counters).filter(([name]) => name.startsWith('outcome.'));
    const sum = (entries: readonly (readonly [string, number])[]) =>
      entries.reduce((total, [, count]) => total + count, 0);
    expect(state).toBe('stopped');
    expect(collector.samples).toBe(counters.kept);
    expect(counters.events).toBe(counters.kept! + counters.idle! + sum(dropped));
    // The kernel goes on while it is drained.
    expect(sum(outcomes)).toBeGreaterThanOrEqual(counters.kept!);
    expect([collector.duplicates, counters['stacks.missing']]).toEqual([0, 0]);
  });
});
