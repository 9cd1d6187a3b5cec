'use client';

import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { STANDARD_RANGE } from '../../address/time.ts';
import { formatBytes } from '../../ui/amount.ts';
import { Button } from '../../ui/button.tsx';
import { TypePicker } from '../../ui/filters/type-picker.tsx';
import { Fetching } from '../../ui/flame-frame/fetching.tsx';
import { GraphSkeleton } from '../../ui/flame-frame/graph-skeleton.tsx';
import { useColumns } from '../../ui/flame-frame/use-columns.ts';
import { namesInterval } from '../../ui/naming/names-interval.ts';
import { NamingMenus } from '../../ui/naming/naming-menus.tsx';
import { type NamingState, useNaming } from '../../ui/naming/use-naming.ts';
import { NoService } from '../../ui/no-service.tsx';
import { InBar } from '../../ui/page-bar/bar-slot.tsx';
import { SegmentedControl } from '../../ui/segmented-control.tsx';
import { type SelectionState, useSelection } from '../../ui/selection-state.ts';
import { ErrorState, StaleNotice } from '../../ui/states.tsx';
import { useTRPC } from '../../ui/trpc.ts';
import { decodeDiff } from './diff-columns.ts';
import { DiffExplorer } from './diff-explorer.tsx';
import { holdingsOf } from './holdings.ts';
import { NoSides } from './no-sides.tsx';
import { NORM_OPTIONS } from './norm-options.ts';
import { arePartsOfOne, mayHoldSamples, presets, type SideChoice, type VersionSpan } from './presets.ts';
import { SidePane } from './side-pane.tsx';
import { useDiffState } from './use-diff-state.ts';
import { useStandardSides } from './use-standard-sides.ts';

const NO_VERSIONS: readonly VersionSpan[] = [];

/** Two selections of one service against each other. Everything it shows follows from the address. */
export function ComparePage({ service }: { readonly service: string }) {
  const a = useSelection('a');
  const b = useSelection('b');
  const state = useDiffState();
  const naming = useNaming();
  const trpc = useTRPC();
  const detail = useQuery(
    trpc.service.describe.queryOptions(
      new URLSearchParams({ service, type: b.type, from: 'now-35d', to: 'now' }).toString(),
    ),
  );
  const versions = detail.isError || detail.data === null ? NO_VERSIONS : detail.data?.versions;
  const settled = useStandardSides(service, b.type, versions);
  const intervals = [a, b].map((side) => side.range.refetchInterval).filter((ms) => ms !== false);
  const refetchInterval = intervals.length > 0 ? Math.min(...intervals) : (false as const);
  const diff = useColumns({
    url: `/api/v1/diff?${diffQuery(service, a, b, naming)}`,
    decode: decodeDiff,
    refetchInterval: (last) => namesInterval(refetchInterval, (last?.a.unresolved?.length ?? 0) > 0),
    enabled: settled,
  });
  const shown = diff.data?.value;

  const baselines = useMemo(() => {
    const now = Date.now() / 1000;
    const known = versions ?? NO_VERSIONS;
    return presets(choiceOf(b), b.range.now.to - b.range.now.from, known, now).filter(({ choice }) =>
      mayHoldSamples(choice, known, now),
    );
  }, [b, versions]);
  const choose = (side: SelectionState, { range, versions }: SideChoice) => {
    side.range.set(range);
    side.setVersions(versions);
  };
  const swap = () => {
    const [before, after] = [a, b].map((side) => ({
      range: side.range.text,
      versions: side.versions,
      labels: side.labels,
    }));
    choose(a, after!);
    a.setLabels(after!.labels);
    choose(b, before!);
    b.setLabels(before!.labels);
  };
  const held = useMemo(() => (shown === undefined ? null : holdingsOf(shown)), [shown]);
  const unclear = [a, b].filter((side) => side.range.problem !== null);
  const empty = shown === undefined ? null : emptySides(shown.tree.totalA[0]!, shown.tree.totalB[0]!);
  return (
    <div className="relative flex-1">
      <InBar>
        <TypePicker
          type={b.type}
          types={detail.data?.profileTypes.map(({ name }) => name) ?? [b.type]}
          onType={b.setType}
        />
        <span className="max-lg:hidden">
          <SegmentedControl
            label="Measure"
            options={NORM_OPTIONS}
            value={state.norm}
            onValue={(norm) => state.set({ norm })}
          />
        </span>
        <Button onClick={swap} title="Make A of B and B of A">
          <span aria-hidden="true">⇄</span> <span className="max-sm:sr-only">Swap</span>
        </Button>
      </InBar>
      <div className="absolute inset-0 flex flex-col max-lg:overflow-y-auto">
        <div className="relative flex shrink-0 border-b border-line max-lg:flex-col max-sm:py-1">
          <span className="absolute inset-x-0 -bottom-px">
            <Fetching active={diff.isPlaceholderData} />
          </span>
          <SidePane
            name="a"
            service={service}
            selection={a}
            detail={detail.data}
            unit={shown?.unit ?? 'nanoseconds'}
            held={held?.a ?? null}
            baselines={baselines}
            onBaseline={(choice) => choose(a, choice)}
          />
          <SidePane
            name="b"
            service={service}
            selection={b}
            detail={detail.data}
            unit={shown?.unit ?? 'nanoseconds'}
            held={held?.b ?? null}
          />
        </div>
        {versions !== undefined && arePartsOfOne({ a: choiceOf(a), b: choiceOf(b) }, versions) && (
          <p role="status" className="border-b border-line px-4 py-1.5 text-[12px] text-ink-2">
            Only version {versions[0]!.version} is recorded so far, so two parts of its time are compared: first A, then
            B.
          </p>
        )}
        {diff.error !== null && shown !== undefined && diff.error.code !== 'NO_SAMPLES' && (
          <div className="pointer-events-none absolute inset-x-4 bottom-10 z-20 flex justify-center *:shadow-float">
            <StaleNotice>{diff.error.message} What is shown is from before.</StaleNotice>
          </div>
        )}
        {shown !== undefined && empty === null && diff.error?.code !== 'NO_SAMPLES' ? (
          <DiffExplorer
            tree={shown.tree}
            unit={shown.unit}
            a={shown.a}
            b={shown.b}
            state={state}
            tools={<NamingMenus naming={naming} />}
            source={
              <span className="tabular-nums max-sm:hidden">
                Fetched {formatBytes(diff.data!.bytes)} in {Math.round(diff.data!.ms)} ms
              </span>
            }
          />
        ) : empty !== null ? (
          <NoSides
            title={empty}
            service={service}
            type={b.type}
            baselines={baselines}
            onBaseline={(choice) => choose(a, choice)}
          >
            Choose another range or version above: a comparison needs samples on both sides.
          </NoSides>
        ) : diff.error?.code === 'UNKNOWN_SERVICE' ? (
          <NoService name={service} />
        ) : diff.error?.code === 'NO_SAMPLES' ? (
          <NoSides
            title="No samples to compare"
            service={service}
            type={b.type}
            baselines={baselines}
            onBaseline={(choice) => choose(a, choice)}
          >
            {diff.error.message}
          </NoSides>
        ) : diff.error !== null ? (
          <ErrorState
            title="The comparison could not be fetched"
            actions={
              unclear.length > 0 ? (
                <Button look="primary" onClick={() => unclear.forEach((side) => void side.range.set(STANDARD_RANGE))}>
                  Last 15 minutes
                </Button>
              ) : (
                <Button look="primary" onClick={() => void diff.refetch()}>
                  Try again
                </Button>
              )
            }
          >
            {diff.error.message}
          </ErrorState>
        ) : (
          <GraphSkeleton />
        )}
      </div>
    </div>
  );
}

const choiceOf = (side: SelectionState): SideChoice => ({ range: side.range.text, versions: side.versions });

/** `service`, `type`, and for each side its own parameters with `.a` or `.b` behind them. */
function diffQuery(service: string, a: SelectionState, b: SelectionState, naming: NamingState): URLSearchParams {
  const query = new URLSearchParams([
    ['service', service],
    ['type', b.type],
    ...naming.parameters.map((pair) => [...pair]),
  ]);
  for (const [end, side] of [
    ['a', a],
    ['b', b],
  ] as const)
    for (const [name, value] of side.query(service))
      if (name !== 'service' && name !== 'type') query.append(`${name}.${end}`, value);
  return query;
}

/** Why there is nothing to compare, or `null`. */
function emptySides(totalA: number, totalB: number): string | null {
  return totalA === 0 && totalB === 0 ? 'No samples on either side' : null;
}
