/**
 * How many profiles of 200 samples a second the collector stores and acknowledges, from one client and from eight, each
 * waiting for its answer before it sends the next. The real collector process and engine; the bodies are pprof, gzip. The
 * peer is storage alone in the same run: the same batches written by as many callers, without HTTP and decoding.
 * One JSON line per figure: {"name","value","unit","peer","ratio"}.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { startEmbeddedClickHouse } from '@strata/embedded-clickhouse';
import { decodePprof } from '@strata/profile';
import { readSettings } from '@strata/settings';
import { openStorage, type Storage } from '@strata/storage';
import { profileBodies } from './profile-bodies.ts';

const CLICKHOUSE_PORT = 17412;
const COLLECTOR_PORT = 17413;
const SECONDS = 15;
const WARM_UP_SECONDS = 3;
const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const url = `http://127.0.0.1:${COLLECTOR_PORT}`;

const dataFolder = mkdtempSync(join(tmpdir(), 'strata-bench-ingest-'));
const environment = {
  STRATA_DATA: dataFolder,
  STRATA_CLICKHOUSE_PORT: String(CLICKHOUSE_PORT),
  STRATA_COLLECTOR_PORT: String(COLLECTOR_PORT),
  STRATA_LOG_LEVEL: 'error',
};
const settings = readSettings(environment);
const engine = await startEmbeddedClickHouse({ dataFolder, port: CLICKHOUSE_PORT });
const collector = spawn(process.execPath, [MAIN], { env: { ...process.env, ...environment }, stdio: 'inherit' });
const storage = await openStorage(settings);
const bodies = profileBodies();
const agent = new Agent({ keepAlive: true });

try {
  await ready(collector);
  for (const clients of [1, 8]) {
    const throughDoor = await rate(clients, () => push(bodies.next().value));
    const alone = await rate(clients, () => write(storage, bodies.next().value));
    report(`ingest_profiles_per_second_${clients}_client${clients === 1 ? '' : 's'}`, throughDoor, alone);
  }
} finally {
  collector.kill('SIGTERM');
  await storage.close();
  await engine.stop();
  rmSync(dataFolder, { recursive: true, force: true });
}

/** Calls a second, by `callers` that each wait for their own. */
async function rate(callers: number, call: () => Promise<void>): Promise<number> {
  const start = performance.now();
  const counted = { from: start + WARM_UP_SECONDS * 1000, to: start + (WARM_UP_SECONDS + SECONDS) * 1000, calls: 0 };
  const caller = async () => {
    while (performance.now() < counted.to) {
      await call();
      const now = performance.now();
      if (now >= counted.from && now < counted.to) counted.calls++;
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return counted.calls / SECONDS;
}

function push(body: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `${url}/api/v1/profiles?service=shop&version=1&host=n1`,
      { method: 'POST', agent },
      (answer) => {
        answer.resume().on('end', () => {
          if (answer.statusCode === 200) resolve();
          else reject(new Error(`The collector answered ${answer.statusCode}.`));
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

async function write(storage: Storage, body: Buffer): Promise<void> {
  const workload = { service: 'alone', version: '1', environment: '', namespace: '', cluster: '', labels: {} };
  const source = { host: 'n1', pod: '', container: '', process: '', thread: '', labels: {} };
  const batch = decodePprof(gunzipSync(body), { workload, source });
  await storage.writeBatch(batch, `alone-${batch.from}`);
}

async function ready(child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const answer = await fetch(`${url}/healthz`).catch(() => null);
    if (answer?.ok) return;
    await sleep(100);
  }
  throw new Error('The collector ended before it was ready.');
}

function report(name: string, value: number, peer: number): void {
  const round = (number: number) => Number(number.toPrecision(3));
  console.log(
    JSON.stringify({ name, value: round(value), unit: 'profiles/s', peer: round(peer), ratio: round(value / peer) }),
  );
}
