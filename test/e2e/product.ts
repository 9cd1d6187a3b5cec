import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Program, programsFor } from '../../apps/launcher/src/programs.ts';
import { Supervisor } from '../../apps/launcher/src/supervisor.ts';
import { buildWorkload, type Workload, workloads } from '../../demo/workloads.ts';
import {
  clickhousePasswordFile,
  openDataFolder,
  readSettings,
  type Settings,
} from '../../packages/settings/src/index.ts';
import { ROOT } from '../source-files.ts';

/** The whole product on ports and a data folder of its own, each program under the launcher's supervisor. */
export interface Product {
  readonly settings: Settings;
  readonly web: string;
  readonly collector: string;
  readonly agent: string;
  start(name: Program['name']): Promise<void>;
  /** Ends one program for good; `start` brings it back. */
  stop(name: Program['name']): Promise<void>;
  /** `kill -9`; the supervisor starts it again. Resolves when it is ready. */
  kill(name: Program['name']): Promise<void>;
  /** Answers one question to ClickHouse, rows as objects. */
  query<Row>(sql: string): Promise<Row[]>;
  close(): Promise<void>;
}

/** Waits until `condition` answers something; its last error is the reason when the time is up. */
export async function eventually<T>(
  what: string,
  seconds: number,
  condition: () => Promise<T | undefined | false>,
): Promise<T> {
  const until = Date.now() + seconds * 1000;
  let last: unknown;
  while (Date.now() < until) {
    try {
      const answer = await condition();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      last = error;
    }
    await sleep(250);
  }
  throw new Error(`Waited ${seconds} s in vain for: ${what}`, { cause: last });
}

/** `firstPort` and the four after it must be free; `more` are settings beside ports and data folder. */
export async function startProduct(firstPort: number, more: Record<string, string> = {}): Promise<Product> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'strata-e2e-'));
  const environment = {
    ...process.env,
    STRATA_DATA: dataFolder,
    STRATA_WEB_PORT: String(firstPort),
    STRATA_COLLECTOR_PORT: String(firstPort + 1),
    STRATA_CLICKHOUSE_PORT: String(firstPort + 2),
    STRATA_AGENT_PORT: String(firstPort + 3),
    STRATA_WORKER_PORT: String(firstPort + 4),
    ...more,
  };
  const settings = readSettings(environment);
  openDataFolder(dataFolder);
  const programs = new Map(programsFor(settings).map((program) => [program.name, program]));
  const running = new Map<string, Supervisor>();
  const ready = ({ name, port, healthPath }: Program) =>
    eventually(
      `${name} to be ready`,
      90,
      async () => (await fetch(base(port) + healthPath, { signal: AbortSignal.timeout(2_000) })).ok,
    );
  const base = (port: number) => `http://${settings.host}:${port}`;

  const product: Product = {
    settings,
    web: base(settings.ports.web),
    collector: base(settings.ports.collector),
    agent: base(settings.ports.agent),

    async start(name) {
      const program = programs.get(name)!;
      const supervisor = new Supervisor(program, ROOT, join(dataFolder, 'logs'), environment, {
        exited: (_, reason) => console.error(`${name} ended: ${reason}`),
      });
      running.set(name, supervisor);
      supervisor.start();
      await ready(program);
    },

    async stop(name) {
      await running.get(name)?.stop();
      running.delete(name);
    },

    async kill(name) {
      const { pid } = running.get(name)!;
      process.kill(pid!, 'SIGKILL');
      await eventually(
        `${name} to be started again`,
        30,
        async () => ![undefined, pid].includes(running.get(name)!.pid),
      );
      await ready(programs.get(name)!);
    },

    async query<Row>(sql: string) {
      const password = readFileSync(clickhousePasswordFile(dataFolder), 'utf8').trim();
      const answer = await fetch(`${settings.clickhouse.url}/?database=${settings.clickhouse.database}`, {
        method: 'POST',
        headers: { 'X-ClickHouse-User': settings.clickhouse.user, 'X-ClickHouse-Key': password },
        body: sql.startsWith('SELECT')
          ? `${sql} FORMAT JSONEachRow SETTINGS output_format_json_quote_64bit_integers=0`
          : sql,
      });
      const body = await answer.text();
      if (!answer.ok) throw new Error(body);
      return body
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Row);
    },

    async close() {
      for (const name of [...running.keys()].reverse()) await product.stop(name as Program['name']);
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
  await product.start('clickhouse');
  await Promise.all((['collector', 'worker', 'web', 'agent'] as const).map((name) => product.start(name)));
  return product;
}

/** A program of the demo, built and started; resolves to what stops it. */
export function runWorkload(
  match: (workload: Workload) => boolean,
  output: string,
  environment: Record<string, string>,
): () => void {
  const workload = workloads(join(ROOT, 'demo'), output).find(match)!;
  buildWorkload(workload);
  const child = spawn(workload.run[0]!, workload.run.slice(1), {
    stdio: 'ignore',
    env: {
      ...process.env,
      OTEL_SERVICE_NAME: workload.service,
      OTEL_RESOURCE_ATTRIBUTES: `service.version=${workload.version}`,
      ...environment,
    },
  });
  return () => child.kill('SIGKILL');
}
