'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { STANDARD_RANGE } from '../../address/time.ts';
import { formatCount, formatShare } from '../../ui/amount.ts';
import { Button } from '../../ui/button.tsx';
import { FirstRows } from '../../ui/first-rows.tsx';
import { useRange } from '../../ui/selection-state.ts';
import { Loading, Skeleton } from '../../ui/skeleton.tsx';
import { EmptyState, ErrorState, StaleNotice } from '../../ui/states.tsx';
import { useTRPC } from '../../ui/trpc.ts';
import { useLastingError } from '../../ui/use-lasting-error.ts';
import { useLate } from '../../ui/use-late.ts';
import { DropZone } from './drop-zone.tsx';
import { MissingRow } from './missing-row.tsx';
import { UploadList } from './upload-list.tsx';
import { useUploads } from './use-uploads.ts';

/** While an index is being built its state changes within seconds; else it is all samples that are looked at. */
const WAITING_MS = 4_000;
const REFRESH_MS = 30_000;
const FILES_FIRST = 30;

/** Files whose frames have no names, by how much they cost, with the reason of each and a place for what is missing. */
export function SymbolsPage() {
  const trpc = useTRPC();
  const range = useRange();
  const missing = useQuery(
    trpc.names.missing.queryOptions(range.text, {
      refetchInterval: ({ state }) =>
        state.data?.files.some((file) => file.state === 'waiting') ? WAITING_MS : REFRESH_MS,
      placeholderData: keepPreviousData,
    }),
  );
  const { data, refetch } = missing;
  const error = useLastingError(missing, `${range.text.from} ${range.text.to}`);
  const late = useLate(missing.isPending || missing.isPlaceholderData);
  const { uploads, send, forget } = useUploads(() => void refetch());
  const files = data?.files ?? [];
  return (
    <div className="mx-auto flex w-full max-w-300 flex-col gap-4 px-6 py-5 max-sm:px-4">
      <div>
        <h1 className="text-[22px] leading-7 font-semibold tracking-tight">
          {data === undefined || files.length === 0 ? (
            'Symbols'
          ) : (
            <>
              {formatCount(files.length)} {files.length === 1 ? 'file' : 'files'}{' '}
              <span className="text-[14px] font-normal tracking-normal text-ink-3">
                without all names, the first in {formatShare(data.samples > 0 ? files[0]!.samples / data.samples : 0)}{' '}
                of samples
              </span>
            </>
          )}
        </h1>
        <p className="text-[12px] text-ink-2">
          Frames of these files show as [FILE]. Names are not kept with samples: once a file’s debug information is
          here, everything that was ever sampled of it has names within a minute.
        </p>
      </div>
      <DropZone onFiles={(dropped) => send(dropped, null)} />
      <UploadList uploads={uploads} files={files} onForget={forget} />
      {late && error === null && <StaleNotice>Still looking through the samples of this range …</StaleNotice>}
      {error !== null && data !== undefined && <StaleNotice>This is not up to date: {error.message}</StaleNotice>}
      <div className="rounded-xl border border-line bg-panel">
        {error !== null && data === undefined ? (
          <ErrorState
            title="The files without names cannot be listed"
            actions={
              range.problem === null ? (
                <Button look="primary" onClick={() => void refetch()}>
                  Try again
                </Button>
              ) : (
                <Button look="primary" onClick={() => range.set(STANDARD_RANGE)}>
                  Last 15 minutes
                </Button>
              )
            }
          >
            {error.message}
          </ErrorState>
        ) : data === undefined ? (
          <div className="flex flex-col gap-6 p-5">
            <Loading what="files without names" />
            {['a', 'b', 'c'].map((row) => (
              <div key={row} className="flex flex-col gap-2">
                <Skeleton className="h-5 w-56" />
                <Skeleton className="h-4 w-full" />
                <Skeleton className="h-4 w-2/3" />
              </div>
            ))}
          </div>
        ) : files.length === 0 ? (
          <EmptyState
            title={data.samples === 0 ? 'No samples in this range' : 'Every frame has a name'}
            actions={
              data.samples === 0 && (
                <Button onClick={() => range.set({ from: 'now-24h', to: 'now' })}>Last 24 hours</Button>
              )
            }
          >
            {data.samples === 0
              ? 'Files are listed here by the samples that have frames of theirs without names.'
              : `All ${formatCount(data.samples)} samples of this range were looked through. Debug files can be dropped above all the same: they add lines and inlined calls.`}
          </EmptyState>
        ) : (
          <FirstRows rows={files} what="files" first={FILES_FIRST} className="mx-2 my-1.5 max-sm:mx-1">
            {(shown) => (
              <ul aria-label="Files without names">
                {shown.map((file) => (
                  <MissingRow
                    key={file.buildId}
                    file={file}
                    samples={data.samples}
                    now={Date.now() / 1000}
                    onFiles={(chosen) => send(chosen, file.buildId)}
                  />
                ))}
              </ul>
            )}
          </FirstRows>
        )}
      </div>
    </div>
  );
}
