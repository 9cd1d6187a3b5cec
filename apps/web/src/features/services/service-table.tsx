import Link from 'next/link';
import { useSearchParams } from 'next/navigation';
import { formatAge } from '../../ui/age.ts';
import { formatCount, formatShare, formatThree } from '../../ui/amount.ts';
import { withRange } from '../../ui/page-bar/with-range.ts';
import { nameRange, writeLength } from '../../ui/range-words.ts';
import type { RangeState } from '../../ui/selection-state.ts';
import { Loading, Skeleton } from '../../ui/skeleton.tsx';
import { Sparkline } from '../../ui/sparkline.tsx';
import { lastDeploy, type ServiceRow } from './rows.ts';

const SILENT_SECONDS = 600;
const HEAD = 'h-9 px-3 text-[12px] font-medium text-ink-3';
const CELL = 'px-3';

interface ServiceTableProps {
  readonly services: readonly ServiceRow[];
  /** The end of the range, in Unix seconds: what ages are measured from. */
  readonly now: number;
  readonly range: RangeState;
}

/** A row per service; all of a row leads to its flame graph. */
export function ServiceTable({ services, now, range }: ServiceTableProps) {
  const search = useSearchParams();
  const all = services.reduce((sum, { cores }) => sum + cores, 0);
  const most = Math.max(...services.map(({ cores }) => cores));
  return (
    <table className="w-full border-collapse text-left">
      <caption className="sr-only">Services, most cores first</caption>
      <Head
        cpu={`CPU, ${range.live ? nameRange(range.text, range.now).toLowerCase() : writeLength(range.now.to - range.now.from)}`}
      />
      <tbody>
        {services.map((row) => {
          const silent = now - row.lastSample > SILENT_SECONDS;
          return (
            <tr
              key={row.service}
              className={`relative h-10.5 border-t border-line transition-colors hover:bg-chip/60 ${silent ? 'text-ink-3' : ''}`}
            >
              <th scope="row" className={`${CELL} pl-4 font-semibold`}>
                <Link
                  href={withRange(`/s/${encodeURIComponent(row.service)}/flame`, search)}
                  prefetch={false}
                  className="after:absolute after:inset-0"
                >
                  {row.service}
                </Link>
              </th>
              <td className={`${CELL} max-md:hidden`}>
                <Versions row={row} now={now} />
              </td>
              <td className={`${CELL} text-right max-lg:hidden`}>{formatCount(row.instances)}</td>
              <td className={`${CELL} w-[22%] py-1.5 max-sm:w-24`}>
                <Sparkline
                  values={row.sparkline}
                  label={`${formatThree(Math.max(...row.sparkline, 0))} cores at most`}
                />
              </td>
              <td className={`${CELL} text-right font-semibold`}>
                {formatThree(row.cores)}
                <span className="sr-only"> cores</span>
              </td>
              <td className={`${CELL} w-[18%] max-md:hidden`}>
                <ShareBar share={all > 0 ? row.cores / all : 0} width={most > 0 ? row.cores / most : 0} />
              </td>
              <td className={`${CELL} text-right text-ink-2 max-lg:hidden`}>{formatCount(row.samples)}</td>
              <td className={`${CELL} pr-4 text-right whitespace-nowrap text-[12px] text-ink-2 max-xl:hidden`}>
                {formatAge(now - row.lastSample)}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Head({ cpu }: { readonly cpu: string }) {
  return (
    <thead>
      <tr>
        <th scope="col" className={`${HEAD} pl-4`}>
          Service
        </th>
        <th scope="col" className={`${HEAD} max-md:hidden`}>
          Versions, last deploy
        </th>
        <th scope="col" className={`${HEAD} text-right max-lg:hidden`}>
          Instances
        </th>
        <th scope="col" className={`${HEAD} w-[22%] max-sm:w-24`}>
          <span className="max-sm:hidden">{cpu}</span>
          <span className="sm:hidden">CPU</span>
        </th>
        <th scope="col" className={`${HEAD} text-right`}>
          Cores
        </th>
        <th scope="col" className={`${HEAD} w-[18%] max-md:hidden`}>
          Of all
        </th>
        <th scope="col" className={`${HEAD} text-right max-lg:hidden`}>
          Samples
        </th>
        <th scope="col" className={`${HEAD} pr-4 text-right max-xl:hidden`}>
          Last sample
        </th>
      </tr>
    </thead>
  );
}

function Versions({ row, now }: { readonly row: ServiceRow; readonly now: number }) {
  const last = lastDeploy(row);
  if (last === null || last.version === '') return <span className="text-ink-3">—</span>;
  const others = row.versions.length - 1;
  return (
    <span className="flex items-center gap-2 whitespace-nowrap">
      <span className="max-w-40 truncate rounded-md bg-chip px-2 text-[12px] leading-6" title={last.version}>
        {last.version}
      </span>
      {others > 0 && (
        <span className="text-[12px] text-ink-3" title={row.versions.map(({ version }) => version).join(', ')}>
          +{others}
        </span>
      )}
      <span className="text-[12px] text-ink-2">{formatAge(now - last.firstSeen)}</span>
    </span>
  );
}

/** The bar compares services with the first, the number is of all of them. */
function ShareBar({ share, width }: { readonly share: number; readonly width: number }) {
  return (
    <span className="flex items-center gap-3">
      <span className="h-1.5 min-w-0 flex-1" aria-hidden="true">
        <span className="block h-full min-w-0.5 rounded-full bg-accent/70" style={{ width: `${width * 100}%` }} />
      </span>
      <span className="w-13 text-right text-[12px] text-ink-2">{formatShare(share)}</span>
    </span>
  );
}

const SKELETON_ROWS = ['w-32', 'w-24', 'w-36', 'w-20', 'w-28', 'w-24', 'w-32', 'w-20'];

/** The table before its rows are there. */
export function ServiceTableSkeleton() {
  return (
    <>
      <Loading what="services" />
      <div className="h-9" />
      {SKELETON_ROWS.map((width, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows never change
        <div key={row} className="flex h-10.5 items-center gap-8 border-t border-line px-4">
          <Skeleton className={`h-3 ${width}`} />
          <Skeleton className="h-5 w-24 max-md:hidden" />
          <Skeleton className="h-4 flex-1" />
          <Skeleton className="h-3 w-12" />
        </div>
      ))}
    </>
  );
}
