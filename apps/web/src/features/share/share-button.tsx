'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { usePathname, useSearchParams } from 'next/navigation';
import { useEffect, useRef } from 'react';
import { Button, buttonClass } from '../../ui/button.tsx';
import { etagOnScreen } from '../../ui/flame-frame/use-columns.ts';
import { useCopy } from '../../ui/flame-frame/use-copy.ts';
import { Flyout } from '../../ui/flyout.tsx';
import { InBar } from '../../ui/page-bar/bar-slot.tsx';
import { useTRPC } from '../../ui/trpc.ts';
import { type Download, downloadsOf } from './downloads.ts';
import { writeDate } from './write-date.ts';

/** In the page's bar: one press keeps what is on screen and copies a link to it. */
export function ShareButton({ service }: { readonly service: string }) {
  return (
    <InBar>
      <Flyout align="end" label="Share" buttonClass={buttonClass('primary')} trigger="Share">
        {() => <SharePanel service={service} />}
      </Flyout>
    </InBar>
  );
}

function SharePanel({ service }: { readonly service: string }) {
  const path = usePathname();
  const search = useSearchParams();
  const client = useQueryClient();
  const trpc = useTRPC();
  const { copy, copied } = useCopy();
  const create = useMutation(
    trpc.snapshots.create.mutationOptions({
      onSuccess: ({ id }) => copy(linkTo(id)),
    }),
  );
  const asked = useRef(false);
  const make = create.mutate;
  useEffect(() => {
    if (asked.current) return;
    asked.current = true;
    const etag = etagOnScreen(client);
    const compared = path.endsWith('/compare');
    make({
      view: search.size > 0 ? `${path}?${search}` : path,
      title: compared ? `${service}, compared` : service,
      ...(etag === null ? {} : { etag }),
    });
  }, [client, make, path, search, service]);
  return (
    <div className="w-[360px] max-w-[calc(100vw-16px)] p-4">
      <h2 className="text-[13px] font-semibold">Link to what is on screen</h2>
      {create.isPending && <p className="mt-1 text-ink-2">Keeping a snapshot …</p>}
      {create.error !== null && (
        <div className="mt-1">
          <p role="alert" className="text-bad">
            {create.error.message}
          </p>
          <Button className="mt-2" onClick={() => create.variables && make(create.variables)}>
            Try again
          </Button>
        </div>
      )}
      {create.data !== undefined && (
        <>
          <p role="status" className="mt-1 text-ink-2">
            {copied ? 'Copied. ' : ''}It shows this picture until{' '}
            <b className="font-medium text-ink">{writeDate(create.data.expiresAt)}</b>, also when its samples are gone.
          </p>
          <div className="mt-3 flex gap-2">
            <input
              data-autofocus=""
              readOnly
              aria-label="Link to the snapshot"
              value={linkTo(create.data.id)}
              className="h-8 min-w-0 flex-1 rounded-lg border border-line-strong bg-ground px-2 font-mono text-[12px]"
              onFocus={(event) => event.currentTarget.select()}
            />
            <Button onClick={() => copy(linkTo(create.data.id))}>Copy</Button>
          </div>
          <a href={`/share/${create.data.id}`} className="mt-2 inline-block text-[12px] text-accent hover:underline">
            Open it
          </a>
        </>
      )}
      <h2 className="mt-4 border-t border-line pt-3 text-[13px] font-semibold">Download the profile</h2>
      <ul className="mt-1">
        {downloadsOf(service, path.endsWith('/compare'), search).map((download) => (
          <DownloadRow key={download.name} download={download} />
        ))}
      </ul>
    </div>
  );
}

function DownloadRow({ download }: { readonly download: Download }) {
  return (
    <li className="flex items-center gap-3 py-1">
      <span className="flex-1 text-ink-2">{download.name}</span>
      {download.links.map(({ format, href }) => (
        <a key={format} href={href} download="" className="rounded-md px-1.5 text-accent hover:bg-chip hover:underline">
          {format}
        </a>
      ))}
    </li>
  );
}

const linkTo = (id: string) => `${location.origin}/share/${id}`;
