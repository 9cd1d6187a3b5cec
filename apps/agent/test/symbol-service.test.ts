import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BuildId } from '@strata/profile';
import { createLogger } from '@strata/settings';
import { describeElf } from '@strata/symbolizer';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { CodeFile } from '../src/process/code-file.ts';
import { CollectorClient } from '../src/push/collector-client.ts';
import { SymbolService } from '../src/symbols/symbol-service.ts';
import { CollectorStub } from './collector-stub.ts';

const MIB = 1 << 20;
const collector = new CollectorStub(14_719);
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'strata-symbol-service-'));
  await collector.start();
});
afterAll(async () => {
  await collector.kill();
  rmSync(folder, { recursive: true });
});

/** Compiles functions `f0` to `fN`, each with a long name. */
function compile(name: string, functions: number): string {
  const [source, program] = [join(folder, `${name}.s`), join(folder, name)];
  const labels = Array.from({ length: functions }, (_, i) => {
    const label = `f${i}_${'x'.repeat(200)}`;
    return `.globl ${label}\n.type ${label},@function\n${label}: ret\n.size ${label},1\n`;
  });
  writeFileSync(source, `.text\n${labels.join('')}.globl main\nmain: ret\n.section .note.GNU-stack\n`);
  execFileSync('gcc', ['-o', program, source]);
  return program;
}

async function serve(paths: readonly string[], limits: { bytes: number; seconds: number }) {
  const files = new Map<BuildId, CodeFile>();
  for (const path of paths) {
    const description = await describeElf(path);
    const file = { path, device: '', inode: 0, kernelBuildId: '', locations: [], description };
    files.set(description.buildId, file);
  }
  const withBuildId = (buildId: BuildId) => files.get(buildId);
  const client = new CollectorClient(collector.url);
  const service = new SymbolService({ withBuildId }, client, createLogger('test', 'fatal'), folder, limits);
  const buildIds = [...files.keys()];
  service.want(buildIds);
  const { counters } = service;
  await vi.waitFor(() => expect(counters.sent + counters.unavailable + counters.failed).toBe(paths.length), 30_000);
  service.stop();
  client.close();
  return buildIds;
}

test('a file that needs more memory than builds may have is reported, and the next one is built', async () => {
  const [large, small] = [compile('large', 150_000), compile('small', 3)];
  const [first, second] = await serve([large, small], { bytes: 64 * MIB, seconds: 60 });
  expect(collector.unavailable.get(first!)).toBe(`Building the index of ${large} took more than 64 MiB of memory.`);
  expect(collector.symbols.has(second!)).toBe(true);
});

test('a file that takes too long is reported', async () => {
  const program = compile('slow', 4);
  const [buildId] = await serve([program], { bytes: 256 * MIB, seconds: 0.01 });
  expect(collector.unavailable.get(buildId!)).toBe(`Building the index of ${program} took more than 0.01 seconds.`);
});
