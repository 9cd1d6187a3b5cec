import Link from 'next/link';
import { buttonClass } from '../../ui/button.tsx';
import { Mark } from '../../ui/mark.tsx';
import { ThemeToggle } from '../../ui/page-bar/theme-toggle.tsx';
import type { Theme } from '../../ui/theme.ts';
import type { SharedView } from './use-snapshot.ts';
import { writeDate, writeMoment } from './write-date.ts';

/** Above a snapshot: what it is of, when it was made, until when it is there. */
export function SnapshotBar({ shared, theme }: { readonly shared: SharedView | null; readonly theme: Theme }) {
  return (
    <header className="border-b border-line bg-panel">
      <div className="flex min-h-12 flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2 max-sm:gap-x-2">
        <Link href="/" className="flex items-center gap-2.5 rounded-md font-semibold" aria-label="Strata, all services">
          <Mark />
          <span className="max-md:hidden">Strata</span>
        </Link>
        <span aria-hidden="true" className="text-ink-3">
          /
        </span>
        <h1 className="min-w-0 truncate font-semibold max-sm:flex-1">{shared === null ? 'Snapshot' : shared.title}</h1>
        {shared !== null && (
          <p className="text-[12px] text-ink-2 max-sm:order-last max-sm:w-full">
            Snapshot of {writeSpan(shared)} · made {writeMoment(shared.createdAt)} UTC · here until{' '}
            {writeDate(shared.expiresAt)}
          </p>
        )}
        <span className="flex-1 max-sm:hidden" />
        {shared !== null && (
          <Link
            href={shared.view}
            className={buttonClass()}
            title="The same selection from the samples, while they are kept"
          >
            <span>
              Open<span className="max-sm:sr-only"> in Strata</span>
            </span>
          </Link>
        )}
        <ThemeToggle initial={theme} />
      </div>
    </header>
  );
}

/** `feed-rank, 21 Nov 2026, 14:00 to 15:00`. */
function writeSpan({ service, search, kind }: SharedView): string {
  if (kind === 'compare') return `${service}, two sides`;
  const [from, to] = [Number(search.get('from')), Number(search.get('to'))];
  return from > 0 && to > 0 ? `${service}, ${writeMoment(from)} to ${writeMoment(to).split(', ')[1]}` : service;
}
