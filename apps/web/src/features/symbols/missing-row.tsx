'use client';

import Link from 'next/link';
import { useSearchParams } from 'next/navigation';
import { formatAge } from '../../ui/age.ts';
import { formatCount, formatShare } from '../../ui/amount.ts';
import { withRange } from '../../ui/page-bar/with-range.ts';
import { BuildIdText } from './build-id-text.tsx';
import { baseName, type MissingFile, stateOf } from './missing-file.ts';

const TONES = {
  bad: 'bg-bad-soft text-bad',
  quiet: 'bg-chip text-ink-2',
  accent: 'bg-accent-soft text-accent',
};
const SERVICES_SHOWN = 3;

export interface MissingRowProps {
  readonly file: MissingFile;
  /** Samples of all services that were looked at. */
  readonly samples: number;
  /** Unix seconds. */
  readonly now: number;
  /** Sends a file that must be of this build ID. */
  readonly onFiles: (files: readonly File[]) => void;
}

/** One file: how much it costs, why its frames have no name, and where names were looked for. */
export function MissingRow({ file, samples, now, onFiles }: MissingRowProps) {
  const search = useSearchParams();
  const { word, tone } = stateOf(file);
  const share = samples > 0 ? file.samples / samples : 0;
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_11rem] gap-x-6 gap-y-2 border-b border-line px-5 py-4 last:border-b-0 max-sm:grid-cols-1 max-sm:px-4">
      <div className="min-w-0">
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <h2 className="font-mono text-[13px] font-semibold break-all">{baseName(file.path)}</h2>
          <span className={`rounded-md px-1.5 text-[11px] leading-5 font-medium ${TONES[tone]}`}>{word}</span>
        </div>
        <p className="flex flex-wrap gap-x-3 font-mono text-[11px] text-ink-2">
          <span className="min-w-0 truncate" title={file.path}>
            {file.path}
          </span>
          <BuildIdText buildId={file.buildId} />
        </p>
        <p className="mt-1.5">{file.reason}</p>
        <p className="mt-1 text-[12px] text-ink-2">
          In{' '}
          {file.services.slice(0, SERVICES_SHOWN).map((service, i) => (
            <span key={service}>
              {i > 0 && ', '}
              <Link
                href={withRange(`/s/${encodeURIComponent(service)}/flame`, new URLSearchParams(search))}
                className="text-ink underline decoration-line-strong underline-offset-2 hover:text-accent hover:decoration-current"
              >
                {service}
              </Link>
            </span>
          ))}
          {file.services.length > SERVICES_SHOWN && ` and ${file.services.length - SERVICES_SHOWN} more`}
          {' · '}
          {formatCount(file.unnamed)} of {formatCount(file.addresses)} addresses have no name
        </p>
        {file.searches.length > 0 && (
          <details className="mt-1.5 text-[12px]">
            <summary className="w-fit rounded text-ink-2 hover:text-ink">Where it was looked for</summary>
            <ul className="mt-1 flex flex-col gap-2 border-l-2 border-line pl-3">
              {file.searches.map((place) => (
                <li key={place.place}>
                  <p>
                    <b className="font-medium">{place.place === 'agent' ? 'On the node, by its agent' : place.place}</b>{' '}
                    <span className="text-ink-2">
                      {formatAge(now - place.time)}: {place.found ? 'found' : place.reason || 'not found'}
                    </span>
                  </p>
                  {place.lookedAt.map((path) => (
                    <p key={path} className="font-mono text-[11px] break-all text-ink-2">
                      {path}
                    </p>
                  ))}
                </li>
              ))}
            </ul>
          </details>
        )}
      </div>
      <div className="flex flex-col items-end gap-2 max-sm:flex-row max-sm:items-center max-sm:justify-between">
        <div className="w-full text-right tabular-nums max-sm:text-left">
          <p>
            <b className="text-[15px] font-semibold">{formatShare(share)}</b>{' '}
            <span className="text-[12px] text-ink-2">of samples</span>
          </p>
          <p className="text-[12px] text-ink-2">{formatCount(file.samples)} samples</p>
          <span
            aria-hidden="true"
            className="mt-1 ml-auto block h-1 w-full overflow-hidden rounded-full bg-chip max-sm:hidden"
          >
            <span className="block h-full bg-accent" style={{ width: `${Math.max(share * 100, 1)}%` }} />
          </span>
        </div>
        {file.state !== 'waiting' && (
          <label className="inline-flex h-8 shrink-0 cursor-pointer items-center rounded-lg border border-line-strong bg-panel px-3 text-[13px] whitespace-nowrap hover:bg-chip has-focus-visible:outline-2 has-focus-visible:outline-accent">
            Upload it …
            <input
              type="file"
              aria-label={`Debug file of ${baseName(file.path)}`}
              className="sr-only"
              onChange={(event) => {
                onFiles([...(event.currentTarget.files ?? [])]);
                event.currentTarget.value = '';
              }}
            />
          </label>
        )}
      </div>
    </li>
  );
}
