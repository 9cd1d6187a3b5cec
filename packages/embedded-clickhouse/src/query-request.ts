import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { QueryContext } from './engine.ts';
import { ClickHouseException } from './exceptions.ts';

/** What the address and the headers of a request ask for, besides the statement itself. */
export interface QueryRequest {
  readonly context: QueryContext;
  /** The parameter `query`, empty when the body is the whole statement. */
  readonly query: string;
  /** For a statement without FORMAT. */
  readonly defaultFormat: string;
  /** Answer only when the query has ended, so that the status tells how. */
  readonly waitForEnd: boolean;
  readonly compressAnswer: boolean;
  readonly zlibLevel: number;
}

/** Parameters that are this server's own business; every other one is a setting of the engine. */
const OWN_PARAMETERS = new Set([
  'query',
  'database',
  'user',
  'password',
  'quota_key',
  'query_id',
  'default_format',
  'wait_end_of_query',
  'http_wait_end_of_query',
  'buffer_size',
  'http_response_buffer_size',
  'enable_http_compression',
  'http_zlib_compression_level',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
  'stacktrace',
  'client_protocol_version',
  'log_comment',
]);

/** What ClickHouse's server can do and this one cannot; see the README. */
const NOT_THERE = new Set(['session_id', 'session_timeout', 'session_check', 'close_session', 'role']);

/** Throws ClickHouseException when the request asks for what is not there. */
export function readQueryRequest(request: IncomingMessage, parameters: URLSearchParams): QueryRequest {
  const settings = new Map<string, string>();
  const bound = new Map<string, string>();
  for (const [name, value] of parameters) {
    if (name.startsWith('param_')) bound.set(parameterName(name.slice('param_'.length)), value);
    else if (NOT_THERE.has(name) || ((name === 'compress' || name === 'decompress') && value !== '0')) {
      throw ClickHouseException.of('NOT_IMPLEMENTED', `The embedded ClickHouse has no ${name} over HTTP`);
    } else if (!OWN_PARAMETERS.has(name) && name !== 'compress' && name !== 'decompress') {
      if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) {
        throw ClickHouseException.of('BAD_ARGUMENTS', `Setting ${name} is neither a builtin setting nor a parameter`);
      }
      settings.set(name, value);
    }
  }
  // As ClickHouse has it: GET changes nothing but settings.
  if (request.method === 'GET') settings.set('readonly', '2');
  const header = (name: string) => request.headers[name]?.toString();
  return {
    context: {
      id: parameters.get('query_id') || header('x-clickhouse-query-id') || randomUUID(),
      database: parameters.get('database') || header('x-clickhouse-database') || 'default',
      settings,
      parameters: bound,
    },
    query: parameters.get('query') ?? '',
    defaultFormat: parameters.get('default_format') || header('x-clickhouse-format') || 'TabSeparated',
    waitForEnd: isOn(parameters.get('wait_end_of_query') ?? parameters.get('http_wait_end_of_query')),
    compressAnswer: isOn(parameters.get('enable_http_compression')),
    zlibLevel: Math.min(9, Math.max(1, Number(parameters.get('http_zlib_compression_level')) || 3)),
  };
}

/** The name behind `param_`. Throws ClickHouseException when it is none. */
export function parameterName(name: string): string {
  if (/^\w+$/.test(name)) return name;
  throw ClickHouseException.of('BAD_ARGUMENTS', `Query parameter ${name} is not named by letters, digits and _`);
}

function isOn(value: string | null): boolean {
  return value === '1' || value?.toLowerCase() === 'true';
}
