import { createServer, type Server, type ServerResponse } from 'node:http';
import { refusalOf } from '@strata/settings';
import type { IndexStore } from '@strata/symbolizer';
import type { Registry } from 'prom-client';
import type { Agent } from '../agent.ts';
import { encodeNodeProfile } from './node-profile.ts';

const SECONDS_MOST = 300;
const SECONDS_STANDARD = 10;
const RECORDINGS_MOST = 4;

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(value));
}

const refuse = (response: ServerResponse, status: number, code: string, message: string) =>
  sendJson(response, status, { error: { code, message } });

/** The agent's own doors, all of them GET: /healthz, /metrics, /debug/pprof/profile. */
export function createAgentServer(agent: Agent, metrics: Registry, symbols: IndexStore): Server {
  let recordings = 0;

  async function sendProfile(response: ServerResponse, query: URLSearchParams): Promise<void> {
    const unknown = [...query.keys()].find((name) => name !== 'seconds');
    if (unknown !== undefined) {
      return refuse(
        response,
        400,
        'UNKNOWN_PARAMETER',
        `The parameter ${unknown} is not known; seconds is the only one.`,
      );
    }
    const seconds = Number(query.get('seconds') ?? SECONDS_STANDARD);
    if (!(Number.isInteger(seconds) && seconds >= 1 && seconds <= SECONDS_MOST)) {
      return refuse(
        response,
        400,
        'BAD_PARAMETER',
        `seconds=${query.get('seconds')} cannot be used: give a whole number from 1 to ${SECONDS_MOST}.`,
      );
    }
    if (agent.reason) return refuse(response, 503, 'NOT_SAMPLING', agent.reason);
    if (recordings >= RECORDINGS_MOST) {
      return refuse(response, 429, 'BUSY', `${RECORDINGS_MOST} profiles are being recorded; try again later.`);
    }
    recordings++;
    try {
      const gone = new AbortController();
      response.once('close', () => gone.abort());
      const from = Date.now();
      const window = await agent.record(seconds, gone.signal);
      if (response.destroyed) return;
      const span = { from, to: Date.now(), nanosecondsPerSample: agent.nanosecondsPerSample };
      const body = await encodeNodeProfile(window, span, symbols);
      response.writeHead(200, {
        'content-type': 'application/octet-stream',
        'content-disposition': 'attachment; filename="profile.pb.gz"',
        'content-length': body.length,
      });
      response.end(body);
    } finally {
      recordings--;
    }
  }

  async function answer(method: string, url: URL, response: ServerResponse): Promise<void> {
    if (method !== 'GET' && method !== 'HEAD') {
      return refuse(response, 405, 'METHOD_NOT_ALLOWED', `${method} is not possible here; use GET.`);
    }
    switch (url.pathname) {
      case '/healthz':
        return agent.reason
          ? sendJson(response, 503, { status: 'unavailable', reason: agent.reason })
          : sendJson(response, 200, { status: 'ok' });
      case '/metrics':
        response.writeHead(200, { 'content-type': metrics.contentType }).end(await metrics.metrics());
        return;
      case '/debug/pprof/profile':
        return sendProfile(response, url.searchParams);
      default:
        return refuse(response, 404, 'NOT_FOUND', `There is nothing at ${url.pathname}.`);
    }
  }

  return createServer((request, response) => {
    const refusal = refusalOf(request);
    if (refusal) return refuse(response, refusal.status, refusal.code, refusal.message);
    // Not relative to it: an address that begins with two slashes would be another host's.
    const url = URL.parse(`http://agent${request.url ?? '/'}`);
    if (url === null) return refuse(response, 400, 'NOT_FOUND', 'This is no address.');
    answer(request.method ?? 'GET', url, response).catch((error: Error) => {
      if (response.headersSent) response.destroy();
      else refuse(response, 500, 'INTERNAL', `The agent could not answer: ${error.message}`);
    });
  });
}
