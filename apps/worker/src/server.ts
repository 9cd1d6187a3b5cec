import { refusalOf } from '@strata/settings';
import Fastify, { type FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Runner } from './runner.ts';

/** `/healthz` (503 with the reason while a job's last run failed) and `/metrics`. */
export function createServer(runner: Runner): FastifyInstance {
  const app = Fastify({ logger: false });
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const gauge = (name: string, help: string) => new Gauge({ name, help, labelNames: ['job'], registers: [registry] });
  const runs = gauge('strata_worker_job_runs', 'Runs of a job since start');
  const failures = gauge('strata_worker_job_failures', 'Runs of a job that failed since start');
  const seconds = gauge('strata_worker_job_last_seconds', 'How long the last run took');

  app.addHook('onRequest', async (request, reply) => {
    const refusal = refusalOf(request.raw);
    if (!refusal) return;
    const { status, code, message } = refusal;
    return reply.code(status).send({ error: { code, message } });
  });
  app.get('/healthz', async (_request, reply) => {
    const failed = runner.states.find(({ lastError }) => lastError !== null);
    if (!failed) return { ok: true, jobs: runner.states };
    return reply
      .code(503)
      .send({ ok: false, reason: `The job ${failed.name} failed: ${failed.lastError}`, jobs: runner.states });
  });
  app.get('/metrics', async (_request, reply) => {
    for (const state of runner.states) {
      runs.set({ job: state.name }, state.runs);
      failures.set({ job: state.name }, state.failures);
      seconds.set({ job: state.name }, state.lastSeconds ?? 0);
    }
    return reply.type(registry.contentType).send(await registry.metrics());
  });
  return app;
}
