import type { Batch, BuildId, ProfileType, StackProfile, UnixSeconds } from '@strata/profile';

/** Half-open: from ≤ t < to. */
export interface TimeRange {
  readonly from: UnixSeconds;
  readonly to: UnixSeconds;
}

/** What a view looks at. Empty lists mean: no restriction. Values of one label are alternatives, labels add up. */
export interface Selection extends TimeRange {
  readonly service: string;
  /** Name of the profile type, such as `cpu`. */
  readonly profileType: string;
  readonly versions: readonly string[];
  readonly labels: readonly { readonly name: string; readonly values: readonly string[] }[];
}

export interface ServiceSummary {
  readonly service: string;
  /** CPU cores used: mean over the range. 0 for services without a cpu profile. */
  readonly cores: number;
  readonly samples: number;
  readonly instances: number;
  /** Newest first; `firstSeen`, `lastSeen` within the data, not within the range. */
  readonly versions: readonly {
    readonly version: string;
    readonly firstSeen: UnixSeconds;
    readonly lastSeen: UnixSeconds;
  }[];
  readonly profileTypes: readonly ProfileType[];
  /** Cores per step over the range. */
  readonly sparkline: readonly number[];
  readonly lastSample: UnixSeconds;
}

export interface ServiceDetail {
  readonly service: string;
  readonly profileTypes: readonly ProfileType[];
  readonly versions: ServiceSummary['versions'];
  /** Label names with their values and share of the selected total, largest first. */
  readonly labels: readonly {
    readonly name: string;
    readonly values: readonly { readonly value: string; readonly share: number }[];
  }[];
  readonly lastSample: UnixSeconds | null;
}

export interface Timeline {
  readonly start: UnixSeconds;
  readonly stepSeconds: number;
  /** Units of the profile type per step; cores are value / 1e9 / stepSeconds. */
  readonly value: readonly number[];
}

/** The sum per stack over the selection, exact, untrimmed. `count` is samples; `instances` distinct host+container+process. */
export interface SelectionSums {
  readonly profile: StackProfile;
  readonly samples: number;
  readonly instances: number;
  /** When the first sample of all was taken; before it nothing can have been seen. `null` without any. */
  readonly recordedSince: UnixSeconds | null;
}

/** What the last report of an agent said. Counters are since the agent's start. */
export interface AgentReport {
  readonly agent: string;
  readonly host: string;
  readonly agentVersion: string;
  readonly kernel: string;
  readonly time: UnixSeconds;
  readonly startedAt: UnixSeconds;
  readonly state: 'sampling' | 'unavailable' | 'stopped';
  /** Why it is not sampling, one sentence; '' while it is. */
  readonly reason: string;
  readonly frequencyHz: number;
  /** `events`, `kept`, `outcome.*`, `dropped.*`, `spool.*`. */
  readonly counters: Readonly<Record<string, number>>;
}

/** Why a file has an unwind table or none, as its agent says. */
export interface UnwindTable {
  readonly rows: number;
  /** Distinct rules. */
  readonly rules: number;
  /** In the kernel; 0 without a table. */
  readonly bytes: number;
  readonly buildMs: number;
  /** Why there is no table, or ''. */
  readonly failure: string;
}

/** How stacks ended on an agent's node since its start, and the unwind tables they hang on. Counts are samples by outcome. */
export interface StackReport {
  /** First the most sampled, 200 at most. Threads of the kernel are `[kernel]`; of `[unknown]` nothing is known. */
  readonly executables: readonly {
    readonly path: string;
    readonly outcomes: Readonly<Record<string, number>>;
    /** Of the executable itself, where one was asked for. */
    readonly table: UnwindTable | null;
  }[];
  /** Of all other executables. */
  readonly others: Readonly<Record<string, number>>;
  /** Files without a table first, then the largest, 200 at most. */
  readonly tables: readonly (UnwindTable & { readonly path: string })[];
}

export interface Snapshot {
  readonly id: string;
  readonly createdAt: UnixSeconds;
  readonly expiresAt: UnixSeconds;
  readonly title: string;
  /** The page and its address parameters, so that the same picture is drawn. */
  readonly view: string;
  /** The bytes the browser got: encoded columns (packages/profile, columns.ts). */
  readonly columns: Uint8Array;
}

/** A file that samples of the last day have addresses of. */
export interface SampledFile {
  readonly buildId: BuildId;
  readonly file: string;
  /** Distinct addresses. */
  readonly frames: number;
}

/** That debug information of a file was looked for somewhere. */
export interface SymbolSearch {
  readonly buildId: BuildId;
  /** `agent`, or the address of a debuginfod server. */
  readonly place: string;
  readonly found: boolean;
  /** One sentence; '' when it was found. */
  readonly reason: string;
  /** Paths or addresses. */
  readonly lookedAt: readonly string[];
  readonly time: UnixSeconds;
}

export interface Storage {
  /** Writes the batch exactly once per `token` (a hash of its content); `duplicate` when it was there already. */
  writeBatch(batch: Batch, token: string): Promise<'stored' | 'duplicate'>;
  /** Keeps the report with what it tells of stacks, if anything. */
  writeAgentReport(report: AgentReport, stacks: StackReport | null): Promise<void>;
  listAgents(): Promise<readonly AgentReport[]>;
  /** What an agent's last report told of stacks; null where it told nothing. */
  readAgentStacks(agent: string): Promise<StackReport | null>;
  /** The 10,000 with the most addresses, those first. */
  listRecentBuildIds(): Promise<readonly SampledFile[]>;
  /** Keeps the latest of each build ID and place. */
  noteSymbolSearch(search: SymbolSearch): Promise<void>;
  listSymbolSearches(buildIds: readonly BuildId[]): Promise<readonly SymbolSearch[]>;
  listServices(range: TimeRange, steps: number): Promise<readonly ServiceSummary[]>;
  describeService(selection: Selection): Promise<ServiceDetail | null>;
  timeline(selection: Selection, steps: number): Promise<Timeline>;
  sumStacks(selection: Selection, signal?: AbortSignal): Promise<SelectionSums>;
  saveSnapshot(snapshot: Snapshot): Promise<void>;
  readSnapshot(id: string): Promise<Snapshot | null>;
  /** Deletes what is past its time: raw 14 days, hourly 35 days, snapshots at their expiry. Returns rows or parts removed per table. */
  applyRetention(now: UnixSeconds): Promise<Readonly<Record<string, number>>>;
  ping(): Promise<void>;
  close(): Promise<void>;
}
