import type { TimeRange } from '@strata/storage';
import { z } from 'zod';
import { resolveRange } from '../address/time.ts';
import { listMissingNames } from './debug-files/missing-names.ts';
import { WebError } from './errors.ts';
import { createRouter, procedure } from './procedure.ts';
import { parameterMap, readSelection } from './selection.ts';
import { createSnapshot, readSnapshot, type SnapshotSummary, snapshotRequest } from './snapshots.ts';

const SPARKLINE_STEPS = 60;
const MOST_STEPS = 1_000;

const rangeText = z.object({ from: z.string().max(64), to: z.string().max(64) });

function resolved(text: z.infer<typeof rangeText>) {
  const range = resolveRange(text, Date.now() / 1000);
  if ('problem' in range) throw new WebError('INVALID_PARAMETER', range.problem);
  return range;
}

/** A selection as the address has it: `service=…&type=…&from=…`. */
const selectionText = z.string().max(16_384);
const readSelectionText = (text: string) => readSelection(parameterMap(new URLSearchParams(text)), Date.now() / 1000);

/** What pages ask for, besides profiles themselves. */
export const appRouter = createRouter({
  services: createRouter({
    /** Every service of the range, most cores first. */
    list: procedure.input(rangeText).query(async ({ ctx, input }) => {
      const range = resolved(input);
      const services = await ctx.parts.storage.listServices(
        range as Parameters<typeof ctx.parts.storage.listServices>[0],
        SPARKLINE_STEPS,
      );
      return { range, services: services.toSorted((a, b) => b.cores - a.cores || (a.service < b.service ? -1 : 1)) };
    }),
  }),
  service: createRouter({
    /** Profile types, versions and labels to choose from; `null` for a service that is not there. */
    describe: procedure
      .input(selectionText)
      .query(({ ctx, input }) => ctx.parts.storage.describeService(readSelectionText(input))),
    /** The selection's value over its range. */
    timeline: procedure
      .input(z.object({ selection: selectionText, steps: z.int().min(2).max(MOST_STEPS) }))
      .query(({ ctx, input }) => ctx.parts.storage.timeline(readSelectionText(input.selection), input.steps)),
  }),
  snapshots: createRouter({
    create: procedure.input(snapshotRequest).mutation(({ ctx, input }) => createSnapshot(ctx.parts, input)),
    /** All of a snapshot but its columns, which `/api/v1/snapshots/ID` has. */
    get: procedure.input(z.string().max(64)).query(async ({ ctx, input }): Promise<SnapshotSummary> => {
      const { id, createdAt, expiresAt, title, view } = await readSnapshot(ctx.parts, input);
      return { id, createdAt, expiresAt, title, view };
    }),
  }),
  names: createRouter({
    /** Files with frames without a name, by how many samples have one in their stack, each with the reason. */
    missing: procedure
      .input(rangeText)
      .query(async ({ ctx, input }) => listMissingNames(ctx.parts, resolved(input) as TimeRange)),
  }),
  agents: createRouter({
    /** The last report of every agent, with the server's time, so that ages need no clock of the reader's. */
    list: procedure.query(async ({ ctx }) => ({
      now: Date.now() / 1000,
      agents: await ctx.parts.storage.listAgents(),
    })),
    /** How stacks ended in each program of an agent's node; `null` for one that does not tell. */
    stacks: procedure
      .input(z.string().min(1).max(256))
      .query(({ ctx, input }) => ctx.parts.storage.readAgentStacks(input)),
  }),
});

export type AppRouter = typeof appRouter;
