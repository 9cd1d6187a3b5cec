import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Spool } from '../src/push/spool.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'strata-spool-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const batch = (text: string) => Buffer.from(text.padEnd(100, '.'));

/** Takes all that waits, oldest first. */
function drain(spool: Spool): string[] {
  const texts: string[] = [];
  for (let next = spool.take(); next; next = spool.take()) {
    texts.push(next.content.toString().replace(/\.+$/, ''));
    spool.remove(next.entry);
  }
  return texts;
}

describe('Spool', () => {
  test('gives batches back in the order they came, also to the next run', () => {
    const first = new Spool(folder);
    for (let i = 0; i < 12; i++) first.add(batch(`b${i}`), 1);
    const next = new Spool(folder);
    next.add(batch('new'), 1);
    expect(drain(next)).toEqual([...Array.from({ length: 12 }, (_, i) => `b${i}`), 'new']);
    expect([next.bytes, readdirSync(folder)]).toEqual([0, []]);
  });

  test('stays within its bytes: the oldest goes first and is counted with its samples', () => {
    const spool = new Spool(folder, 250);
    for (const [i, samples] of [10, 20, 30, 40].entries()) spool.add(batch(`b${i}`), samples);
    expect(spool.bytes).toBeLessThanOrEqual(250);
    expect(spool.counters).toEqual({ droppedBatches: 2, droppedSamples: 30 });
    expect(drain(spool)).toEqual(['b2', 'b3']);
  });

  test('a smaller budget at the next start holds at once', () => {
    const first = new Spool(folder);
    for (let i = 0; i < 4; i++) first.add(batch(`b${i}`), 1);
    const next = new Spool(folder, 100);
    expect(drain(next)).toEqual(['b3']);
    expect(next.counters.droppedBatches).toBe(3);
  });

  test('a batch being sent is not dropped under the sender’s hands', () => {
    const spool = new Spool(folder, 250);
    spool.add(batch('sent'), 1);
    const { entry } = spool.take()!;
    for (let i = 0; i < 3; i++) spool.add(batch(`b${i}`), 1);
    spool.remove(entry);
    expect(drain(spool)).toEqual(['b2']);
    expect(spool.counters.droppedBatches).toBe(2);
  });

  test('a crash in the middle of a write leaves nothing, what was whole stays', () => {
    const crashed = new Spool(folder);
    crashed.add(batch('whole'), 1);
    writeFileSync(join(folder, '000000000002-1-100-00000000.batch.part'), 'half');
    writeFileSync(join(folder, 'symbols.index'), 'half');
    const next = new Spool(folder);
    expect(drain(next)).toEqual(['whole']);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a file that the machine’s crash tore is dropped and counted', () => {
    const crashed = new Spool(folder);
    crashed.add(batch('torn'), 7);
    crashed.add(batch('whole'), 1);
    truncateSync(join(folder, readdirSync(folder).sort()[0]!), 50);
    const next = new Spool(folder);
    expect(drain(next)).toEqual(['whole']);
    expect(next.counters).toEqual({ droppedBatches: 1, droppedSamples: 7 });
  });

  test('a file whose bytes are not the ones written is dropped and counted, also when none is missing', () => {
    const crashed = new Spool(folder);
    crashed.add(batch('damaged'), 7);
    crashed.add(batch('whole'), 1);
    const file = join(folder, readdirSync(folder).sort()[0]!);
    const content = readFileSync(file);
    content[0]! ^= 1;
    writeFileSync(file, content);
    const next = new Spool(folder);
    expect(drain(next)).toEqual(['whole']);
    expect(next.counters).toEqual({ droppedBatches: 1, droppedSamples: 7 });
  });

  test('while the disk takes nothing, batches wait in memory', () => {
    const spool = new Spool(folder);
    spool.add(batch('disk'), 1);
    rmSync(folder, { recursive: true });
    spool.add(batch('memory'), 1);
    expect([spool.length, drain(spool)]).toEqual([2, ['memory']]);
    expect(spool.counters.droppedBatches).toBe(1);
    folder = mkdtempSync(join(tmpdir(), 'strata-spool-'));
  });
});
