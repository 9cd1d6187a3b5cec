import { createLogger } from '@strata/settings';
import { describe, expect, test } from 'vitest';
import { Runner } from '../src/runner.ts';
import { createServer } from '../src/server.ts';

const logger = createLogger('test', 'fatal');
const HOURLY = '0 * * * *';
const settled = () => new Promise((resolve) => setTimeout(resolve, 50));

describe('the schedule runner', () => {
  test('runs a job at start and tells how it went', async () => {
    let runs = 0;
    const runner = new Runner([{ name: 'tidy', schedule: HOURLY, run: async () => void runs++ }], logger);
    await settled();
    expect(runs).toBe(1);
    expect(runner.states).toMatchObject([{ name: 'tidy', runs: 1, failures: 0, lastError: null }]);
    await runner.stop();
  });

  test('a failing job makes the worker unhealthy with its reason, and the others run', async () => {
    let runs = 0;
    const fail = async () => {
      throw new Error('the disk is full');
    };
    const runner = new Runner(
      [
        { name: 'broken', schedule: HOURLY, run: fail },
        { name: 'tidy', schedule: HOURLY, run: async () => void runs++ },
      ],
      logger,
    );
    await settled();
    const app = createServer(runner);
    const health = await app.inject('/healthz');
    expect(health.statusCode).toBe(503);
    expect(health.json().reason).toBe('The job broken failed: the disk is full');
    expect((await app.inject('/metrics')).body).toContain('strata_worker_job_failures{job="broken"} 1');
    expect(runs).toBe(1);
    await runner.stop();
    await app.close();
  });

  test('a job that is still running is not started a second time', async () => {
    let running = 0;
    let most = 0;
    const slow = async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      running--;
    };
    const runner = new Runner([{ name: 'slow', schedule: '* * * * * *', run: slow }], logger);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(most).toBe(1);
    await runner.stop();
    expect(running).toBe(0);
  });
});
