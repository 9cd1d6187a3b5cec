import type { BuildId } from '@strata/profile';
import { type ClaimedBuildId, candidatesOf } from './claimed-build-id.ts';
import { compareKinds, type DebugKind } from './elf/debug-kind.ts';
import type { Objects } from './objects/objects.ts';
import {
  blobKey,
  type DebugFileOutcome,
  type DebugFileRecord,
  type IndexTicket,
  NEEDING,
  needingFolder,
  needOf,
  outcomeKey,
  parseOutcome,
  parseRecord,
  parseTicket,
  QUEUE,
  recordKey,
  ticketKey,
} from './records.ts';

/** A file that is kept, and what became of it; null while its index waits to be built. */
export interface KeptFile {
  readonly record: DebugFileRecord;
  readonly outcome: DebugFileOutcome | null;
}

/** What an uploader tells of the file that it would send. */
export interface Offer {
  readonly claim: ClaimedBuildId;
  /** '' when it was not said. */
  readonly hash: string;
  /** Null when it was not said: then it may be the best. */
  readonly kind: DebugKind | null;
  readonly force: boolean;
}

const nowSeconds = () => Math.floor(Date.now() / 1000);

/**
 * Debug files by build ID, one each, under the hash of their content; and the queue of those whose index is to be built.
 * Every step may be repeated: after a crash nothing is lost, and nothing is built that was built.
 */
export class KeptFiles {
  readonly #objects: Objects;

  constructor(objects: Objects) {
    this.#objects = objects;
  }

  async find(buildId: BuildId): Promise<KeptFile | null> {
    const record = await this.#read(recordKey(buildId), parseRecord);
    if (record === null) return null;
    const outcome = await this.#read(outcomeKey(buildId), parseOutcome);
    return { record, outcome: outcome?.sha256 === record.sha256 ? outcome : null };
  }

  async findClaimed(claim: ClaimedBuildId): Promise<KeptFile | null> {
    for (const buildId of candidatesOf(claim)) {
      const found = await this.find(buildId);
      if (found !== null) return found;
    }
    return null;
  }

  /** Whether to send such a file, with the reason in one sentence. */
  async decide(offer: Offer): Promise<{ wanted: boolean; reason: string }> {
    const kept = await this.findClaimed(offer.claim);
    return { wanted: true, reason: 'There is no debug file for this build ID yet.', ...(kept && judge(kept, offer)) };
  }

  /** Takes a file over as the one of its build ID, and queues it for its index: with `force` for one that replaces any other. */
  async keep(record: DebugFileRecord, path: string, force = false): Promise<void> {
    const before = await this.find(record.buildId);
    await this.#objects.adopt(blobKey(record.sha256), path);
    // The ticket first: one without a record does nothing, a record without its ticket would never be built.
    await this.enqueue(record, force);
    await this.#objects.writeText(recordKey(record.buildId), JSON.stringify(record));
    if (before !== null && before.record.sha256 !== record.sha256) {
      await this.#objects.remove(blobKey(before.record.sha256));
    }
  }

  async enqueue({ buildId, sha256 }: Pick<DebugFileRecord, 'buildId' | 'sha256'>, force = false): Promise<void> {
    await this.#writeTicket({ buildId, sha256, attempts: 0, force, since: nowSeconds() });
  }

  /** Oldest first. */
  async tickets(): Promise<readonly IndexTicket[]> {
    const tickets: IndexTicket[] = [];
    for (const key of await this.#objects.list(QUEUE)) {
      const ticket = await this.#read(key, parseTicket);
      if (ticket !== null) tickets.push(ticket);
    }
    return tickets.sort((a, b) => a.since - b.since);
  }

  /** Notes that building begins, before it does: a file that ends the worker itself is not built for ever. */
  async start(ticket: IndexTicket): Promise<IndexTicket> {
    const started = { ...ticket, attempts: ticket.attempts + 1 };
    await this.#writeTicket(started);
    return started;
  }

  /** Notes what became of a file and takes its ticket away. */
  async settle(ticket: IndexTicket, outcome: Omit<DebugFileOutcome, 'sha256' | 'time'>): Promise<void> {
    const { buildId, sha256 } = ticket;
    const noted: DebugFileOutcome = { ...outcome, sha256, time: nowSeconds() };
    await this.#objects.writeText(outcomeKey(buildId), JSON.stringify(noted));
    await this.drop(ticket);
  }

  /** Takes back that building began: what hindered it had nothing to do with the file. */
  async postpone(ticket: IndexTicket): Promise<void> {
    await this.#writeTicket({ ...ticket, attempts: Math.max(0, ticket.attempts - 1) });
  }

  /** Notes that the index of `buildId` needs the file of `needed` as well: it is to be built anew when that arrives. */
  async noteNeed(buildId: BuildId, needed: BuildId): Promise<void> {
    await this.#objects.writeText(`${needingFolder(needed)}/${buildId.replace(':', '-')}`, buildId);
  }

  /** The files that indexes need besides their own, here or not. */
  async listNeeded(): Promise<readonly BuildId[]> {
    const keys = await this.#objects.list(NEEDING);
    return [...new Set(keys.map((key) => needOf(key).needed))];
  }

  /** By build ID of a file the one that its index needs as well and that is not here. */
  async listUnmet(): Promise<ReadonlyMap<BuildId, BuildId>> {
    const unmet = new Map<BuildId, BuildId>();
    const isHere = new Map<BuildId, boolean>();
    for (const key of await this.#objects.list(NEEDING)) {
      const { buildId, needed } = needOf(key);
      if (!isHere.has(needed)) isHere.set(needed, await this.#objects.has(recordKey(needed)));
      if (!isHere.get(needed)) unmet.set(buildId, needed);
    }
    return unmet;
  }

  /** Queues those whose index needs the file that arrived. */
  async requeueNeeding(arrived: BuildId): Promise<void> {
    for (const key of await this.#objects.list(needingFolder(arrived))) {
      const kept = await this.find((await this.#objects.readText(key)) as BuildId);
      if (kept !== null) await this.#enqueueUnlessWaiting(kept.record);
      await this.#objects.remove(key);
    }
  }

  async drop(ticket: IndexTicket): Promise<void> {
    await this.#objects.remove(ticketKey(ticket));
  }

  /** Hands out a file's content while `use` runs; null when it was replaced meanwhile. */
  async withContent<T>(record: DebugFileRecord, use: (path: string) => Promise<T>): Promise<T | null> {
    return this.#objects.withFile(blobKey(record.sha256), use);
  }

  /** Queues what another builder than `builder` failed with, and what was indexed and has its index no more; says how many. */
  async requeueOutdated(builder: string, hasIndex: (kept: KeptFile) => Promise<boolean>): Promise<number> {
    let queued = 0;
    for (const key of await this.#objects.list('files')) {
      const record = await this.#read(key, parseRecord);
      const kept = record && (await this.find(record.buildId));
      if (kept === null || kept.outcome === null) continue;
      const { outcome } = kept;
      const isDealtWith = outcome.state === 'failed' ? outcome.builder === builder : await hasIndex(kept);
      if (!isDealtWith && (await this.#enqueueUnlessWaiting(kept.record))) queued++;
    }
    return queued;
  }

  /** One that waits keeps its attempts, and whether it is forced. */
  async #enqueueUnlessWaiting(record: DebugFileRecord): Promise<boolean> {
    if (await this.#objects.has(ticketKey(record))) return false;
    await this.enqueue(record);
    return true;
  }

  async #writeTicket(ticket: IndexTicket): Promise<void> {
    await this.#objects.writeText(ticketKey(ticket), JSON.stringify(ticket));
  }

  async #read<T>(key: string, parse: (text: string, key: string) => T): Promise<T | null> {
    const text = await this.#objects.readText(key);
    return text === null ? null : parse(text, key);
  }
}

function judge({ record, outcome }: KeptFile, { hash, kind, force }: Offer): { wanted: boolean; reason: string } {
  if (force) return { wanted: true, reason: 'A debug file is kept already, and replaced as you ask.' };
  const same = hash !== '' && (hash === record.sha256 || hash === record.xxh64);
  if (outcome?.state === 'failed') {
    if (!same) return { wanted: true, reason: `The debug file that is kept cannot be used: ${outcome.reason}` };
    return { wanted: false, reason: `This very file is kept already and cannot be used: ${outcome.reason}` };
  }
  if (same) return { wanted: false, reason: 'This very file is kept already.' };
  const better = kind === null ? record.kind !== 'dwarf' : compareKinds(kind, record.kind) > 0;
  if (better) return { wanted: true, reason: `What is kept so far has its names from ${record.kind} only.` };
  return { wanted: false, reason: `A debug file with ${record.kind} is kept already.` };
}
