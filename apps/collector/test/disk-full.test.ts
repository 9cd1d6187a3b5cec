import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startCollector } from './collector.ts';
import { pushed, totalOf } from './samples.ts';
import { mountSmallDisk } from './small-disk.ts';

test('while the disk is full every push is told so; with room again each counts once', async ({ skip }) => {
  const folder = mkdtempSync(join(tmpdir(), 'strata-small-'));
  const disk = mountSmallDisk(folder, 128 << 20);
  if (disk.refusal) {
    rmSync(folder, { recursive: true });
    skip(disk.refusal);
  }
  const collector = await startCollector(17418, folder);
  const send = async (method: string, path: string, body: BodyInit) => {
    const response = await fetch(`${collector.url}/api/v1/${path}`, { method, body });
    const answer = (await response.json()) as { stored?: string; error?: { message: string } };
    return { status: response.status, says: answer.stored ?? answer.error!.message };
  };
  const push = (body: BodyInit) => send('POST', 'profiles?service=shop', body);
  const late = [pushed(2), pushed(4), pushed(8)];
  try {
    expect(await push(pushed(1))).toEqual({ status: 200, says: 'stored' });
    disk.fill();
    for (const body of late) {
      const { status, says } = await push(body);
      expect(status).toBe(503);
      expect(says).toMatch(/^ClickHouse’s disk is full, seen while [a-z ]+: make room on it\.$/);
    }
    expect(await send('PUT', 'symbols/gnu:abcd', new Uint8Array(1 << 20))).toMatchObject({
      status: 503,
      says: expect.stringMatching(/^The symbol index cannot be written: ENOSPC[^\n]+\.$/),
    });
    disk.makeRoom();
    for (const body of late) expect(await push(body)).toEqual({ status: 200, says: 'stored' });
    for (const body of late) expect(await push(body)).toEqual({ status: 200, says: 'duplicate' });
    expect(await totalOf(collector.storage, 'shop')).toBe(1 + 2 + 4 + 8);
  } finally {
    disk.unmount();
    await collector.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
