'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { amountOf } from '../amount.ts';
import type { SelectionState } from '../selection-state.ts';
import { useTRPC } from '../trpc.ts';
import { keepExtent, type Span } from './extent.ts';
import { stepsOf } from './steps.ts';
import { Timeline } from './timeline.tsx';

const MOST_STEPS = 240;
/** Shorter steps than this would show the rhythm of pushes and not of the service. */
const SHORTEST_STEP_SECONDS = 30;

export interface ServiceTimelineProps {
  readonly service: string;
  readonly selection: SelectionState;
  /** Unit of the profile type. */
  readonly unit: string;
  readonly versions: readonly { readonly version: string; readonly firstSeen: number; readonly lastSeen: number }[];
  readonly height?: number;
}

/** The selection over a longer time than the range, so that there is something to drag its edges to; nothing without a range. */
export function ServiceTimeline({ service, selection, unit, versions, height = 68 }: ServiceTimelineProps) {
  const { range } = selection;
  const shown = useRef<Span | null>(null);
  shown.current = keepExtent(shown.current, range.now, Math.floor(Date.now() / 1000));
  const extent = shown.current;
  const asked = selection.query(service);
  asked.set('from', String(Math.floor(extent.from)));
  asked.set('to', String(Math.ceil(extent.to)));
  const steps = Math.max(8, Math.min(MOST_STEPS, Math.floor((extent.to - extent.from) / SHORTEST_STEP_SECONDS)));
  const trpc = useTRPC();
  const { data } = useQuery(
    trpc.service.timeline.queryOptions(
      { selection: asked.toString(), steps },
      { refetchInterval: range.refetchInterval, placeholderData: keepPreviousData, enabled: range.problem === null },
    ),
  );
  if (range.problem !== null) return null;
  const amount = amountOf(unit, data?.stepSeconds ?? 1);
  const newest = [...versions].sort((a, b) => b.firstSeen - a.firstSeen).slice(0, 4);
  return (
    <div className="px-4 pb-3 max-sm:pb-1.5">
      <Timeline
        extent={extent}
        steps={data === undefined ? [] : stepsOf(data, versions, Date.now() / 1000)}
        range={range.now}
        onRange={({ from, to }) => range.set({ from: String(from), to: String(to) })}
        markers={newest
          .filter(({ firstSeen }) => firstSeen > extent.from && firstSeen < extent.to)
          .map(({ version, firstSeen }) => ({ at: firstSeen, label: version }))}
        write={amount.text}
        label={`${service} over time`}
        height={height}
      />
    </div>
  );
}
