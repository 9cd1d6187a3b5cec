// The thread behind LargeBodies: it has a connection to ClickHouse of its own.
import { parentPort, workerData } from 'node:worker_threads';
import type { Settings } from '@strata/settings';
import { openStorage, type Storage } from '@strata/storage';
import { UNPACKED_BYTES_MOST } from './body.ts';
import { asCollectorError } from './collector-error.ts';
import type { Answer } from './large-bodies.ts';
import { type Body, storeBody } from './store-body.ts';

let storage: Storage | null = null;

parentPort!.on('message', async ({ packed, origin }: Body) => {
  const { buffer, byteOffset, length } = packed.bytes;
  const bytes = Buffer.from(buffer, byteOffset, length);
  parentPort!.postMessage(await answerTo({ packed: { ...packed, bytes }, origin }));
});

async function answerTo(body: Body): Promise<Answer> {
  try {
    // The collector itself has waited for ClickHouse already: is it gone, the sender should hear so at once.
    storage ??= await openStorage(workerData as Settings, { waitMs: 0 });
    return await storeBody(storage, body, UNPACKED_BYTES_MOST);
  } catch (error) {
    const { code, message } = asCollectorError(error);
    return { refused: { code, message } };
  }
}
