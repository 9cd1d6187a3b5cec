import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DebugFiles } from '@strata/debug-files';
import type { BuildId } from '@strata/profile';
import { buildIndex, describeElf, openIndexStore } from '@strata/symbolizer';
import { afterAll, expect, test } from 'vitest';
import { compileProgram } from '../../../packages/debug-files/test/programs.ts';
import { send } from '../../../packages/debug-files/test/stores.ts';
import { WantedDebugFiles } from '../src/debuginfo/wanted-debug-files.ts';

const MINUTE = 60_000;
const folder = mkdtempSync(join(tmpdir(), 'strata-wanted-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a debug file is asked for once the index knows no more than symbols, one agent at a time, until there is one', async () => {
  const program = compileProgram(folder, 'wanted');
  const { buildId } = await describeElf(program.full);
  const files = new DebugFiles({ folder: join(folder, 'files'), s3: null, bytesMost: 1 << 30, identify: describeElf });
  const indexes = openIndexStore(join(folder, 'symbols'));
  const wanted = new WantedDebugFiles(files, indexes, () => {});
  expect(await wanted.askFor([buildId], 0)).toEqual([]);
  await indexes.put(buildId, await buildIndex(program.stripped));
  expect(await wanted.askFor([buildId], 1 * MINUTE)).toEqual([buildId]);
  expect(await wanted.askFor([buildId], 2 * MINUTE)).toEqual([]);
  expect(await wanted.askFor([buildId], 12 * MINUTE)).toEqual([buildId]);
  wanted.unavailable(buildId, 13 * MINUTE);
  expect(await wanted.askFor([buildId], 72 * MINUTE)).toEqual([]);
  await send(files, buildId, program.debug);
  expect(await wanted.askFor([buildId], 74 * MINUTE)).toEqual([]);
});

test('where the agent can make no index none is waited for', async () => {
  const files = new DebugFiles({ folder: join(folder, 'none'), s3: null, bytesMost: 1 << 30, identify: describeElf });
  const wanted = new WantedDebugFiles(files, openIndexStore(join(folder, 'none')), () => {});
  const buildId = 'gnu:5747' as BuildId;
  expect(await wanted.askFor([buildId], 0)).toEqual([]);
  wanted.indexUnavailable(buildId);
  expect(await wanted.askFor([buildId], 1)).toEqual([buildId]);
  wanted.unavailable(buildId, 1 * MINUTE);
  // Every hour the agent tries again and says the same; only the pause counts.
  wanted.indexUnavailable(buildId);
  expect(await wanted.askFor([buildId], 60 * MINUTE)).toEqual([]);
  expect(await wanted.askFor([buildId], 62 * MINUTE)).toEqual([buildId]);
});

test('a store that cannot say what it has is asked again later, and stands in nobody’s way', async () => {
  const program = compileProgram(folder, 'unsaid');
  const { buildId } = await describeElf(program.full);
  const indexes = openIndexStore(join(folder, 'symbols'));
  await indexes.put(buildId, await buildIndex(program.stripped));
  // A file where its folder should be.
  const files = new DebugFiles({ folder: program.full, s3: null, bytesMost: 1 << 30, identify: describeElf });
  let failures = 0;
  const wanted = new WantedDebugFiles(files, indexes, () => failures++);
  expect(await wanted.askFor([buildId], 0)).toEqual([]);
  expect(await wanted.askFor([buildId], 0.5 * MINUTE)).toEqual([]);
  expect(failures).toBe(1);
  expect(await wanted.askFor([buildId], 2 * MINUTE)).toEqual([]);
  expect(failures).toBe(2);
});
