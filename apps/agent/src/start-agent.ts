import { hostname, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Sampler, SamplerOptions, SamplerSizes } from '@strata/bpf';
import { createLogger, openDataFolder, type Settings } from '@strata/settings';
import type { SymbolizerApi } from '@strata/symbolizer';
import { Agent, RHYTHM } from './agent.ts';
import { Attributor } from './attribution/attributor.ts';
import { FrameTable } from './attribution/frames.ts';
import { JitMaps } from './attribution/jit-maps.ts';
import { KernelStacks } from './attribution/kernel-stacks.ts';
import { UserStacks } from './attribution/user-stacks.ts';
import { metricsOf } from './http/metrics.ts';
import { createAgentServer } from './http/server.ts';
import { readContainerDetails } from './naming/container-details.ts';
import { CodeFiles } from './process/code-files.ts';
import { ProcessTable } from './process/process-table.ts';
import { CollectorClient } from './push/collector-client.ts';
import { Pusher } from './push/pusher.ts';
import { Spool } from './push/spool.ts';
import { reporter } from './report.ts';
import { DebugFileService } from './symbols/debug-file-service.ts';
import { SymbolService } from './symbols/symbol-service.ts';

/** What reaches into the machine: packages/bpf and packages/symbolizer. */
export type Native = {
  readonly startSampler: (options: SamplerOptions, sizes?: Partial<SamplerSizes>) => Promise<Sampler>;
} & Pick<SymbolizerApi, 'describeElf' | 'loadJitDump' | 'loadKernelSymbols' | 'loadPerfMap' | 'openIndexStore'>;

/** A file whose index takes longer, at its low priority, is given up. */
const BUILD_SECONDS_MOST = 10 * 60;

/** Starts the sampler, or says in one sentence why it cannot be: the agent stays up and reports that. */
async function trySampler(
  start: Native['startSampler'],
  { frequencyHz, kernelBytes, dataFolder }: Settings,
): Promise<{ sampler: Sampler | null; reason: string }> {
  try {
    const sampler = await start({ frequencyHz }, { kernelBytes, tableFolder: join(dataFolder, 'unwind-tables') });
    return { sampler, reason: '' };
  } catch (error) {
    return { sampler: null, reason: (error as Error).message };
  }
}

/** Brings the agent up, with its port open; resolves to what stops it. Throws what makes a start useless. */
export async function startAgent(settings: Settings, native: Native, rhythm = RHYTHM): Promise<() => Promise<void>> {
  const logger = createLogger('strata-agent', settings.logLevel);
  openDataFolder(settings.dataFolder);
  const spoolFolder = join(settings.dataFolder, 'agent-spool');
  const spool = new Spool(spoolFolder);
  const client = new CollectorClient(settings.collectorUrl);
  const files = new CodeFiles(native.describeElf);
  const table = new ProcessTable(files);
  const symbols = new SymbolService(files, client, logger, spoolFolder, {
    bytes: Math.min(settings.debugFiles.indexBytesMost, totalmem() / 2),
    seconds: BUILD_SECONDS_MOST,
  });
  const debugFiles = new DebugFileService(files, client, logger, {
    collectorUrl: settings.collectorUrl,
    bytesPerSecond: settings.debugFiles.uploadBytesPerSecond,
  });
  const pusher = new Pusher(spool, client, logger, (wanted) => {
    symbols.want(wanted.symbols);
    debugFiles.want(wanted.debugFiles);
  });

  const { sampler, reason } = await trySampler(native.startSampler, settings);
  if (reason) logger.error({ reason }, 'this node is not sampled');
  const kernelSymbols =
    sampler &&
    (await native.loadKernelSymbols().catch((error: Error) => {
      logger.warn({ reason: error.message }, 'functions of the kernel have no names');
      return null;
    }));
  const frames = new FrameTable();
  const userStacks = new UserStacks(frames, table, files, new JitMaps(native));
  const attributor = new Attributor(table, files, frames, new KernelStacks(frames, kernelSymbols), userStacks, {
    host: hostname(),
    containerDetails: readContainerDetails,
  });

  const { frequencyHz } = settings;
  const report = reporter(settings.ports.agent, frequencyHz);
  const agent = new Agent({
    sampler,
    reason,
    frequencyHz,
    rhythm,
    attributor,
    table,
    spool,
    pusher,
    symbols,
    debugFiles,
    client,
    report,
    logger,
  });
  const server = createAgentServer(
    agent,
    metricsOf(() => agent.counters),
    native.openIndexStore(join(settings.dataFolder, 'symbols')),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: settings.host, port: settings.ports.agent }, resolve);
  }).catch(async (error) => {
    await sampler?.stop();
    throw error;
  });
  agent.start();
  logger.info({ port: settings.ports.agent, frequencyHz, sampling: reason === '' }, 'listening');
  return async () => {
    server.close();
    server.closeAllConnections();
    await agent.stop();
  };
}
