import { rmSync } from 'node:fs';
import { buildIndex, describeElf, openIndexStore } from '@strata/symbolizer';
import { afterAll, expect, test } from 'vitest';
import { DEBUG_KINDS, parseIndexHeader, readIndexHeader } from '../src/index.ts';
import { compileProgram } from './programs.ts';
import { temporaryFolder } from './stores.ts';

const folder = temporaryFolder('index-header');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the header of an index says what its names come from', async () => {
  const program = compileProgram(folder, 'header');
  const { buildId } = await describeElf(program.full);
  expect(parseIndexHeader(await buildIndex(program.stripped))?.kind).toBe('dynsym');
  const full = await buildIndex(program.full);
  expect(DEBUG_KINDS.indexOf(parseIndexHeader(full)!.kind)).toBeGreaterThan(DEBUG_KINDS.indexOf('dynsym'));
  expect(await readIndexHeader(folder, buildId)).toBeNull();
  await openIndexStore(folder).put(buildId, full);
  expect(await readIndexHeader(folder, buildId)).toEqual(parseIndexHeader(full));
  expect(parseIndexHeader(Buffer.from('no index'))).toBeNull();
});
