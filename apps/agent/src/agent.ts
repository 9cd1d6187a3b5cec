import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';
import type { Drain, Sampler, UnwindTables } from '@strata/bpf';
import { encodeBatch } from '@strata/profile';
import type { Logger } from '@strata/settings';
import type { Attributor } from './attribution/attributor.ts';
import { readProcText } from './proc/proc-files.ts';
import type { ProcessTable } from './process/process-table.ts';
import { type CollectorClient, jsonBody } from './push/collector-client.ts';
import type { Pusher } from './push/pusher.ts';
import type { Spool } from './push/spool.ts';
import type { AgentState, Report, ReportedCounts } from './report.ts';
import { stackReport } from './stacks/stack-report.ts';
import { unwindCounters } from './stacks/unwind-counters.ts';
import type { DebugFileService } from './symbols/debug-file-service.ts';
import type { SymbolService } from './symbols/symbol-service.ts';
import { Window } from './window.ts';

/** How often things happen, in milliseconds. */
export interface Rhythm {
  /** Windows start at whole multiples of this on the wall clock; a multiple of `drainMs`. */
  readonly windowMs: number;
  /** Between drains: a process that lives longer than this is read in /proc while it is there. */
  readonly drainMs: number;
}

export const RHYTHM: Rhythm = { windowMs: 10_000, drainMs: 1_000 };

/** A window with more rows is closed early, so that a batch stays within what the collector takes. */
const ROWS_MOST = 50_000;
const RECONCILE_MS = 60_000;
/** What the launcher grants before it kills is more than both together. */
const LAST_PUSH_MS = 8_000;
const LAST_REPORT_MS = 2_000;

const compress = promisify(zstdCompress);

const areProgramStatsOn = () => readProcText('/proc/sys/kernel/bpf_stats_enabled', 16)?.trim() === '1';

/** The parts an agent is made of. `sampler` is null, with the reason, where this machine does not let it sample. */
export interface AgentParts {
  readonly sampler: Sampler | null;
  readonly reason: string;
  readonly frequencyHz: number;
  readonly rhythm: Rhythm;
  readonly attributor: Attributor;
  readonly table: ProcessTable;
  readonly spool: Spool;
  readonly pusher: Pusher;
  readonly symbols: SymbolService;
  readonly debugFiles: DebugFileService;
  readonly client: CollectorClient;
  readonly report: (state: AgentState, reason: string, counts: ReportedCounts) => Report;
  readonly logger: Logger;
}

/** Drains the sampler, closes windows, pushes them and reports. */
export class Agent {
  #parts: AgentParts;
  #window = new Window();
  #windowFrom = Date.now();
  #recordings = new Set<Window>();
  #totals: Drain['totals'] | null = null;
  /** Samples drained since the start. */
  #kept = 0;
  #programStats: ReturnType<Sampler['programStats']> = null;
  #drainFailures = 0;
  #failure = '';
  #timer: NodeJS.Timeout | null = null;
  #turn: Promise<void> = Promise.resolve();
  #reconcileAt = Date.now() + RECONCILE_MS;
  #stopped = false;

  constructor(parts: AgentParts) {
    this.#parts = parts;
  }

  /** Time one sample stands for. */
  get nanosecondsPerSample(): number {
    return Math.round(1e9 / this.#parts.frequencyHz);
  }

  /** Why it does not sample, or `''`. */
  get reason(): string {
    return this.#parts.reason || this.#failure;
  }

  /** Everything counted since the start, flat: none goes backwards but those that say how much there is now. */
  get counters(): Readonly<Record<string, number>> {
    return this.#countersWith(this.#parts.sampler?.tables() ?? null);
  }

  #countersWith(unwind: UnwindTables | null): Readonly<Record<string, number>> {
    const { attributor, debugFiles, pusher, spool, symbols, table } = this.#parts;
    const totals = this.#totals;
    const bpf = this.#programStats;
    const prefixed = (prefix: string, counts: Readonly<Record<string, bigint>>) =>
      Object.entries(counts).map(([name, count]) => [`${prefix}.${name}`, Number(count)] as const);
    return {
      ...(totals && {
        // The kernel counts on while it is drained: what it has kept beyond the drained samples is told next time.
        events: Number(totals.events) - Number(totals.kept) + this.#kept,
        kept: this.#kept,
        idle: Number(totals.idle),
        'process_events.lost': Number(totals.lostProcessEvents),
        ...Object.fromEntries([...prefixed('outcome', totals.outcomes), ...prefixed('dropped', totals.dropped)]),
      }),
      ...(bpf && { 'bpf.runtime_ns': Number(bpf.runtimeNs), 'bpf.runs': Number(bpf.runs) }),
      ...(unwind && unwindCounters(unwind)),
      'stacks.missing': attributor.counters.missingStacks,
      'drain.failed': this.#drainFailures,
      'spool.bytes': spool.bytes,
      'spool.batches': spool.length,
      'spool.dropped_batches': spool.counters.droppedBatches,
      'spool.dropped_samples': spool.counters.droppedSamples,
      'push.stored': pusher.counters.stored,
      'push.duplicate': pusher.counters.duplicate,
      'push.refused': pusher.counters.refused,
      'push.refused_samples': pusher.counters.refusedSamples,
      'push.retries': pusher.counters.retries,
      'symbols.sent': symbols.counters.sent,
      'symbols.unavailable': symbols.counters.unavailable,
      'symbols.failed': symbols.counters.failed,
      'debug_files.sent': debugFiles.counters.sent,
      'debug_files.unavailable': debugFiles.counters.unavailable,
      'debug_files.failed': debugFiles.counters.failed,
      processes: table.size,
    };
  }

  start(): void {
    if (this.#parts.sampler) this.#parts.table.scan();
    this.#windowFrom = Date.now();
    this.#parts.pusher.wake();
    void this.#sendReport(this.reason ? 'unavailable' : 'sampling');
    this.#schedule();
  }

  /** Samples of this node over the next seconds, from the drains that happen anyway. */
  async record(seconds: number, signal: AbortSignal): Promise<Window> {
    const recording = new Window();
    await this.#drainInTurn();
    this.#recordings.add(recording);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, seconds * 1000);
      signal.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    });
    await this.#drainInTurn();
    this.#recordings.delete(recording);
    return recording;
  }

  /** Drains once more, pushes or leaves on disk what there is, and says that it stopped. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#drainInTurn();
    await this.#closeWindow(Date.now());
    await this.#parts.sampler?.stop();
    await this.#parts.pusher.finish(LAST_PUSH_MS);
    this.#parts.symbols.stop();
    this.#parts.debugFiles.stop();
    await this.#sendReport('stopped', AbortSignal.timeout(LAST_REPORT_MS));
    this.#parts.client.close();
  }

  /** Drains stand at multiples of `drainMs` on the wall clock, so that one falls on the end of each window. */
  #schedule(): void {
    if (this.#stopped) return;
    const { rhythm, sampler } = this.#parts;
    const everyMs = sampler ? rhythm.drainMs : rhythm.windowMs;
    this.#timer = setTimeout(() => void this.#tick().finally(() => this.#schedule()), everyMs - (Date.now() % everyMs));
  }

  async #tick(): Promise<void> {
    await this.#drainInTurn();
    const { windowMs } = this.#parts.rhythm;
    const boundary = Math.floor(Date.now() / windowMs) * windowMs;
    if (boundary > this.#windowFrom) {
      await this.#closeWindow(boundary);
      await this.#sendReport(this.reason ? 'unavailable' : 'sampling');
    } else if (this.#window.rows > ROWS_MOST) await this.#closeWindow(Date.now());
    // A clock that was set back would keep the window open for as long as it went back.
    else if (Date.now() < this.#windowFrom) this.#windowFrom = Date.now();
  }

  /** One drain at a time, whoever asks for it. */
  #drainInTurn(): Promise<void> {
    this.#turn = this.#turn.then(() => this.#drain());
    return this.#turn;
  }

  async #drain(): Promise<void> {
    const { attributor, logger, sampler, table } = this.#parts;
    if (!sampler) return;
    try {
      const drain = await sampler.drain();
      for (const sample of await attributor.attribute(drain)) {
        this.#window.add(sample);
        this.#kept += sample.count;
        for (const recording of this.#recordings) recording.add(sample);
      }
      const lost = drain.totals.lostProcessEvents > (this.#totals?.lostProcessEvents ?? 0n);
      this.#totals = drain.totals;
      this.#failure = '';
      if (Date.now() < this.#reconcileAt && !lost) return;
      this.#reconcileAt = Date.now() + RECONCILE_MS;
      table.reconcile(drain.toNs);
    } catch (error) {
      this.#drainFailures++;
      if (!this.#failure) logger.error({ error }, 'the sampler could not be drained');
      this.#failure = `The sampler could not be drained: ${(error as Error).message}`;
    }
  }

  async #closeWindow(to: number): Promise<void> {
    const window = this.#window;
    const from = this.#windowFrom;
    this.#window = new Window();
    this.#windowFrom = to;
    if (window.rows === 0) return;
    const json = JSON.stringify(encodeBatch(window.toBatch(from, to, this.nanosecondsPerSample)));
    const params = { [constants.ZSTD_c_checksumFlag]: 1 };
    this.#parts.spool.add(await compress(json, { params }), window.samples);
    this.#parts.pusher.wake();
  }

  async #sendReport(state: AgentState, signal?: AbortSignal): Promise<void> {
    const { attributor, client, logger, report, sampler } = this.#parts;
    try {
      // Asking would switch them on for every BPF program of the machine; that is its owner's to decide.
      if (state === 'sampling' && areProgramStatsOn()) this.#programStats = sampler?.programStats() ?? null;
      const reason = state === 'unavailable' ? this.reason : '';
      const unwind = sampler?.tables() ?? null;
      const counters = this.#countersWith(unwind);
      const stacks = unwind && stackReport(attributor.outcomes, unwind);
      await client.send('POST', 'api/v1/agents', jsonBody(report(state, reason, { counters, stacks })), signal);
    } catch (error) {
      // The next report says it all again.
      logger.debug({ reason: (error as Error).message }, 'the report did not arrive');
    }
  }
}
