'use client';

import { useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { amountOf } from '../amount.ts';
import type { SelectionState } from '../selection-state.ts';
import { useTRPC } from '../trpc.ts';
import { keepExtent, type Span } from './extent.ts';
import { Timeline } from './timeline.tsx';

const STEPS = 240;

export interface ServiceTimelineProps {
  readonly service: string;
  readonly selection: SelectionState;
  /** Unit of the profile type. */
  readonly unit: string;
  readonly versions: readonly { readonly version: string; readonly firstSeen: number }[];
  readonly height?: number;
}

/** The selection over a longer time than the range, so that there is something to drag its edges to. */
export function ServiceTimeline({ service, selection, unit, versions, height = 72 }: ServiceTimelineProps) {
  const { range } = selection;
  const shown = useRef<Span | null>(null);
  shown.current = keepExtent(shown.current, range.now, Date.now() / 1000);
  const extent = shown.current;
  const asked = selection.query(service);
  asked.set('from', String(Math.floor(extent.from)));
  asked.set('to', String(Math.ceil(extent.to)));
  const trpc = useTRPC();
  const { data } = useQuery(
    trpc.service.timeline.queryOptions(
      { selection: asked.toString(), steps: STEPS },
      { refetchInterval: range.refetchInterval },
    ),
  );
  const amount = amountOf(unit, data?.stepSeconds ?? 1);
  const newest = [...versions].sort((a, b) => b.firstSeen - a.firstSeen).slice(0, 4);
  return (
    <div className="px-4 pb-3">
      <Timeline
        extent={extent}
        values={data?.value ?? []}
        start={data?.start ?? extent.from}
        stepSeconds={data?.stepSeconds ?? 1}
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
