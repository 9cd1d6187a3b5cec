'use client';

import type { CallTree, Group } from '@strata/profile';
import Link from 'next/link';
import { useEffect, useMemo, useRef, useState } from 'react';
import { formatShare } from '../../ui/amount.ts';
import { Button, buttonClass } from '../../ui/button.tsx';
import { Loading, Skeleton } from '../../ui/skeleton.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import { LineTable } from './line-table.tsx';
import type { ProfileWords } from './profile-words.ts';
import { linkTo, NO_LINK, readLink, type SourceLink, writeLink } from './source-link.ts';
import { SourceLinkForm } from './source-link-form.tsx';
import { sourceRows } from './source-rows.ts';
import { useLines, useText } from './use-source.ts';

/** Weights change slowly beside the graph. */
const LEAST_INTERVAL_MS = 10_000;

export interface SourcePaneProps {
  readonly functions: CallTree['functions'];
  /** Row of `functions`; −1 while nothing is selected. */
  readonly functionRow: number;
  readonly group: Group;
  readonly service: string;
  /** The selection and naming that the graph shows. */
  readonly query: URLSearchParams;
  /** The one version that is selected, or `''`. */
  readonly version: string;
  readonly words: ProfileWords;
  readonly refetchInterval: number | false;
}

/** The lines of the selected function with what each is worth, and their text where it is to be had. */
export function SourcePane(props: SourcePaneProps) {
  const { functions, functionRow, group } = props;
  if (functionRow < 0)
    return (
      <EmptyState title="No frame is selected">
        Click a frame: here are its source lines then, with the time spent in each.
      </EmptyState>
    );
  if (group === 'binary')
    return (
      <EmptyState title="A binary has no lines of its own">
        Merge by function, line or file to see source lines.
      </EmptyState>
    );
  if (functions.file[functionRow] === '' || functions.line[functionRow] === 0)
    return (
      <EmptyState
        title="The lines of this function are not known"
        actions={
          <Link href="/symbols" className={buttonClass()}>
            Missing debug information
          </Link>
        }
      >
        Its names come without lines: kernels, JITs and files without debug information have none. They appear by
        themselves when debug information is uploaded.
      </EmptyState>
    );
  return <Lines {...props} key={`${functions.name[functionRow]}\n${functions.file[functionRow]}`} />;
}

function Lines({ functions, functionRow, group, service, query, version, words, refetchInterval }: SourcePaneProps) {
  const shownName = functions.name[functionRow]!;
  const file = functions.file[functionRow]!;
  // Merged by line, a row is called `function:line`, and the function is what is asked for.
  const name = group === 'line' ? shownName.replace(/:\d+$/, '') : shownName;
  const asked = new URLSearchParams(query);
  if (group === 'line') asked.delete('group');
  asked.set('function', name);
  asked.set('file', file);
  asked.set('binary', functions.binary[functionRow]!);
  const lines = useLines(asked, refetchInterval === false ? false : Math.max(refetchInterval, LEAST_INTERVAL_MS));
  const text = useText(file, version, lines.data);
  const [link, setLink] = useState<SourceLink>(NO_LINK);
  useEffect(() => setLink(readLink(service)), [service]);
  const rows = useMemo(() => sourceRows(lines.data?.lines ?? [], text.data ?? null), [lines.data, text.data]);
  const body = useRef<HTMLDivElement>(null);
  const heaviest = functions.line[functionRow]!;
  const hasText = text.data !== undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: where the heaviest line lies changes when text comes
  useEffect(() => {
    body.current?.querySelector(`[data-line="${heaviest}"]`)?.scrollIntoView({ block: 'center' });
  }, [heaviest, hasText, lines.data === undefined]);

  const beyond = text.data !== undefined && (lines.data?.lines.at(-1)?.line ?? 0) > text.data.count;
  return (
    <section aria-label="Source" className="flex h-full min-h-0 flex-col rounded-lg border border-line bg-panel">
      <header className="flex items-center gap-3 border-b border-line py-2 pr-2 pl-3">
        <div className="min-w-0 flex-1">
          <h2 className="truncate font-mono text-[12px] font-semibold" title={name}>
            {name}
          </h2>
          <p className="truncate font-mono text-[11px] text-ink-2" title={file}>
            {file}
          </p>
        </div>
        <SourceLinkForm
          link={link}
          file={file}
          line={heaviest}
          version={version}
          onLink={(next) => {
            setLink(next);
            writeLink(service, next);
          }}
        />
      </header>
      {text.error !== null && (
        <p role="status" className="border-b border-line bg-chip px-3 py-1.5 text-[12px] text-ink-2">
          {text.error.message}
          {linkTo(link, file, heaviest, version) === null && ' Or link the lines to your repository.'}
        </p>
      )}
      {beyond && (
        <p role="status" className="border-b border-line bg-bad-soft px-3 py-1.5 text-[12px] text-bad">
          {text.data!.path} has only {text.data!.count} lines: it is of another version than what ran.
        </p>
      )}
      {lines.error !== null && lines.data === undefined ? (
        <ErrorState
          title="The lines could not be fetched"
          actions={
            <Button look="primary" onClick={() => void lines.refetch()}>
              Try again
            </Button>
          }
        >
          {lines.error.message}
        </ErrorState>
      ) : lines.data === undefined ? (
        <div className="flex flex-col gap-2 p-3">
          <Loading what="source lines" />
          {['a', 'b', 'c', 'd', 'e', 'f'].map((row) => (
            <Skeleton key={row} className="h-4 w-full" />
          ))}
        </div>
      ) : (
        <LineTable
          ref={body}
          rows={rows}
          words={words}
          linkOf={(line) => linkTo(link, file, line, version)}
          from={text.data === undefined ? null : text.data.path}
        />
      )}
      <footer className="truncate border-t border-line px-3 py-1 text-[11px] text-ink-2" title={text.data?.path}>
        {text.data === undefined
          ? `${lines.data?.lines.length ?? 0} ${lines.data?.lines.length === 1 ? 'line' : 'lines'} with samples, at most ${formatShare(largest(lines.data?.lines, words.whole))} of all`
          : `Text from ${text.data.path}`}
      </footer>
    </section>
  );
}

function largest(lines: readonly { readonly total: number }[] | undefined, whole: number): number {
  return whole > 0 ? Math.max(0, ...(lines ?? []).map(({ total }) => total)) / whole : 0;
}
