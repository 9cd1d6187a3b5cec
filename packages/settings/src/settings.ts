import { join, resolve } from 'node:path';
import { z } from 'zod';
import { parseS3Location, type S3Location } from './s3-location.ts';

const LOOPBACK = ['127.0.0.1', '::1', 'localhost'];
const port = (standard: number) => z.coerce.number().int().min(1).max(65_535).default(standard);
const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an address that begins with http:// or https://' });

/** Every environment variable Strata reads, with its meaning. The README's table is checked against this. */
const schema = z.object({
  STRATA_DATA: z.string().min(1).default('.strata').describe('Folder of all data'),
  STRATA_HOST: z
    .enum(LOOPBACK as [string, ...string[]], {
      error: 'must be a loopback address: there is no authentication yet, so Strata refuses to listen elsewhere',
    })
    .default('127.0.0.1')
    .describe('Address every program listens on'),
  STRATA_WEB_PORT: port(7400).describe('Port of the web app'),
  STRATA_COLLECTOR_PORT: port(7401).describe('Port of the collector'),
  STRATA_CLICKHOUSE_PORT: port(7402).describe('Port of the embedded ClickHouse'),
  STRATA_AGENT_PORT: port(7403).describe('Port of the agent'),
  STRATA_WORKER_PORT: port(7404).describe('Port of the worker'),
  STRATA_CLICKHOUSE_URL: httpUrl.optional().describe('A ClickHouse server to use instead of the embedded one'),
  STRATA_CLICKHOUSE_USER: z.string().default('strata').describe('User at ClickHouse'),
  STRATA_CLICKHOUSE_PASSWORD: z
    .string()
    .optional()
    .describe('Password at ClickHouse; the embedded one generates its own'),
  STRATA_CLICKHOUSE_DATABASE: z
    .string()
    .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'must be an identifier')
    .default('strata')
    .describe('Database at ClickHouse'),
  STRATA_COLLECTOR_URL: httpUrl.optional().describe('Where the agent pushes to; this machine’s collector by default'),
  STRATA_SAMPLE_HZ: z.coerce.number().int().min(1).max(999).default(99).describe('Samples per second and CPU'),
  STRATA_KERNEL_BYTES: z.coerce
    .number()
    .int()
    .min(16 << 20)
    .default(128 << 20)
    .describe('Memory that sampling may take in the kernel, most of it unwind tables'),
  // Read by the sampler itself (native/crates/sampler/src/btf.rs), before there are settings there.
  STRATA_BTF_FOLDER: z
    .string()
    .optional()
    .describe('Where files with the types of kernels lie that do not tell them; `btf` in the data folder by default'),
  STRATA_DEBUG_FILES_URL: z
    .string()
    .optional()
    .transform((text, context) => {
      if (text === undefined) return null;
      const location = parseS3Location(text);
      if (typeof location !== 'string') return location;
      context.addIssue({ code: 'custom', message: location });
      return z.NEVER;
    })
    .describe(
      'Where debug files are kept, `s3://BUCKET/PREFIX?endpoint=…&region=…`; `debug-files` in the data folder by default',
    ),
  STRATA_DEBUG_FILE_BYTES: z.coerce
    .number()
    .int()
    .min(1 << 20)
    .default(4 * 2 ** 30)
    .describe('Size of a debug file above which it is refused'),
  STRATA_INDEX_BYTES: z.coerce
    .number()
    .int()
    .min(256 << 20)
    .default(4 * 2 ** 30)
    .describe('Memory that building a symbol index may take'),
  STRATA_UPLOAD_BYTES_PER_SECOND: z.coerce
    .number()
    .int()
    .min(64 << 10)
    .default(8 << 20)
    .describe('How fast an agent may upload debug files, all together'),
  DEBUGINFOD_URLS: z
    .string()
    .default('')
    .transform((text, context) => {
      const urls = text.split(/\s+/).filter((url) => url !== '');
      const wrong = urls.find((url) => !/^https?:$/.test(URL.parse(url)?.protocol ?? ''));
      if (wrong === undefined) return urls;
      context.addIssue({ code: 'custom', message: `${wrong} is no http or https address` });
      return z.NEVER;
    })
    .describe('debuginfod servers to ask for debug files that nobody uploaded, with spaces between them'),
  STRATA_SOURCE_FOLDER: z
    .string()
    .optional()
    .describe('Folder in which the text of source files is looked for, for the source pane'),
  STRATA_SOURCE_URL: httpUrl
    .refine((url) => url.includes('{file}'), 'must have {file} in it')
    .optional()
    .describe('Where their text is fetched otherwise, `https://git.example/raw/{version}/{file}`'),
  STRATA_LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'])
    .default('info')
    .describe('Least severe log line to print'),
});

export interface Settings {
  /** Absolute. */
  readonly dataFolder: string;
  readonly host: string;
  readonly ports: {
    readonly web: number;
    readonly collector: number;
    readonly clickhouse: number;
    readonly agent: number;
    readonly worker: number;
  };
  readonly clickhouse: {
    readonly url: string;
    readonly embedded: boolean;
    readonly user: string;
    /** `null`: read it from the data folder (`clickhouse-password`). */
    readonly password: string | null;
    readonly database: string;
  };
  readonly collectorUrl: string;
  readonly frequencyHz: number;
  readonly kernelBytes: number;
  readonly debugFiles: {
    /** Absolute; what is on its way lies there even when the rest is kept on S3. */
    readonly folder: string;
    readonly s3: S3Location | null;
    /** Size of a file above which it is refused. */
    readonly bytesMost: number;
    /** Memory that building an index may take. */
    readonly indexBytesMost: number;
    readonly uploadBytesPerSecond: number;
    /** Each is asked in turn. */
    readonly debuginfodUrls: readonly string[];
  };
  /** Where the text of source files is taken from. */
  readonly sources: {
    /** Absolute. */
    readonly folder: string | null;
    /** With `{file}` and perhaps `{version}` in it. */
    readonly url: string | null;
  };
  readonly logLevel: string;
}

/** A setting that cannot be used; the message is one sentence that names it. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly code = 'INVALID_SETTING';
}

/** Name, default and meaning of each variable, for the README and `--help`. */
export function describeSettings(): readonly { name: string; standard: string; meaning: string }[] {
  return Object.entries(schema.shape).map(([name, field]) => {
    const standard = field.safeParse(undefined);
    return { name, standard: standard.success ? String(standard.data ?? '') : '', meaning: field.description ?? '' };
  });
}

/** Reads the environment once. Throws SettingsError that names the first wrong variable. An empty value means unset. */
export function readSettings(environment: Readonly<Record<string, string | undefined>> = process.env): Settings {
  const known = Object.keys(schema.shape);
  const given = Object.fromEntries(known.map((name) => [name, environment[name] || undefined]));
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const name = String(issue.path[0]);
    throw new SettingsError(`${name}=${given[name]} cannot be used: ${issue.message}.`);
  }
  const s = parsed.data;
  refuseSharedPorts(s);
  const at = (number: number) => `http://${s.STRATA_HOST === '::1' ? '[::1]' : s.STRATA_HOST}:${number}`;
  return {
    dataFolder: resolve(s.STRATA_DATA),
    host: s.STRATA_HOST,
    ports: {
      web: s.STRATA_WEB_PORT,
      collector: s.STRATA_COLLECTOR_PORT,
      clickhouse: s.STRATA_CLICKHOUSE_PORT,
      agent: s.STRATA_AGENT_PORT,
      worker: s.STRATA_WORKER_PORT,
    },
    clickhouse: {
      url: s.STRATA_CLICKHOUSE_URL ?? at(s.STRATA_CLICKHOUSE_PORT),
      embedded: s.STRATA_CLICKHOUSE_URL === undefined,
      user: s.STRATA_CLICKHOUSE_USER,
      password: s.STRATA_CLICKHOUSE_PASSWORD ?? null,
      database: s.STRATA_CLICKHOUSE_DATABASE,
    },
    collectorUrl: s.STRATA_COLLECTOR_URL ?? at(s.STRATA_COLLECTOR_PORT),
    frequencyHz: s.STRATA_SAMPLE_HZ,
    kernelBytes: s.STRATA_KERNEL_BYTES,
    debugFiles: {
      folder: join(resolve(s.STRATA_DATA), 'debug-files'),
      s3: s.STRATA_DEBUG_FILES_URL,
      bytesMost: s.STRATA_DEBUG_FILE_BYTES,
      indexBytesMost: s.STRATA_INDEX_BYTES,
      uploadBytesPerSecond: s.STRATA_UPLOAD_BYTES_PER_SECOND,
      debuginfodUrls: s.DEBUGINFOD_URLS,
    },
    sources: {
      folder: s.STRATA_SOURCE_FOLDER === undefined ? null : resolve(s.STRATA_SOURCE_FOLDER),
      url: s.STRATA_SOURCE_URL ?? null,
    },
    logLevel: s.STRATA_LOG_LEVEL,
  };
}

function refuseSharedPorts(settings: Readonly<Record<string, unknown>>): void {
  const taken = new Map<unknown, string>();
  for (const name of Object.keys(settings).filter((setting) => setting.endsWith('_PORT'))) {
    const other = taken.get(settings[name]);
    if (other)
      throw new SettingsError(`${other} and ${name} are both ${settings[name]}: give each program its own port.`);
    taken.set(settings[name], name);
  }
}
