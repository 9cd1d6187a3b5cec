'use client';

import Link from 'next/link';
import { usePathname, useSearchParams } from 'next/navigation';
import type { ReactNode } from 'react';
import { Mark } from '../mark.tsx';
import type { Theme } from '../theme.ts';
import { BarSlot } from './bar-slot.tsx';
import { LiveButton } from './live-button.tsx';
import { RangePicker } from './range-picker.tsx';
import { ServiceSwitcher } from './service-switcher.tsx';
import { ThemeToggle } from './theme-toggle.tsx';
import { withRange } from './with-range.ts';

interface Tab {
  readonly href: string;
  readonly label: string;
}

export interface PageBarProps {
  readonly theme: Theme;
  /** Shows the switcher and the service's own tabs. */
  readonly service?: string;
  readonly tabs: readonly Tab[];
  /** Off where the page has ranges of its own, or none. */
  readonly range: boolean;
}

/** The 48 px at the top of every page: where one is, where else one can go, and over which time one looks. */
export function PageBar({ theme, service, tabs, range }: PageBarProps) {
  return (
    <header className="sticky top-0 z-20 border-b border-line bg-panel">
      <div className="flex h-12 items-stretch gap-3 px-4 max-md:h-auto max-md:flex-wrap max-md:gap-x-2 max-md:gap-y-0">
        <div className="flex min-w-0 items-center gap-2 max-md:h-12 max-md:flex-1">
          <Link
            href="/"
            className="flex items-center gap-2.5 rounded-md font-semibold"
            aria-label="Strata, all services"
          >
            <Mark />
            <span className={service === undefined ? '' : 'max-md:hidden'}>Strata</span>
          </Link>
          {service !== undefined && (
            <>
              <span aria-hidden="true" className="text-ink-3 max-md:hidden">
                /
              </span>
              <ServiceSwitcher service={service} />
            </>
          )}
        </div>
        {/* On a phone, what follows stands in a second row. */}
        <span className="-mx-4 w-[calc(100%+--spacing(8))] border-t border-line max-md:order-1 md:hidden" />
        <Tabs tabs={tabs} />
        <div className="ml-auto flex shrink-0 items-center gap-2 max-md:h-12">
          {range && (
            <>
              <RangePicker />
              <LiveButton />
            </>
          )}
          <BarSlot />
        </div>
        <span className="flex items-center max-md:order-2 md:-ml-1">
          <ThemeToggle initial={theme} />
        </span>
      </div>
    </header>
  );
}

function Tabs({ tabs }: { readonly tabs: readonly Tab[] }) {
  const path = usePathname();
  const search = useSearchParams();
  return (
    <nav aria-label="Views" className="flex items-stretch max-md:order-2 max-md:-ml-2 max-md:h-10 max-md:flex-1">
      {tabs.map(({ href, label }) => {
        const current = href === '/' ? path === '/' : path.startsWith(href);
        return (
          <Link
            key={href}
            href={withRange(href, search)}
            aria-current={current ? 'page' : undefined}
            className="relative flex items-center px-3 text-ink-2 transition-colors hover:text-ink aria-[current]:font-medium aria-[current]:text-ink aria-[current]:after:absolute aria-[current]:after:inset-x-0 aria-[current]:after:-bottom-px aria-[current]:after:h-0.5 aria-[current]:after:bg-accent"
          >
            {label}
          </Link>
        );
      })}
    </nav>
  );
}

/** A page below its bar, as high as the window, so that views can fill what is left. */
export function PageFrame({ bar, children }: { readonly bar: ReactNode; readonly children: ReactNode }) {
  return (
    <div className="flex min-h-dvh flex-col">
      {bar}
      <main className="flex min-h-0 flex-1 flex-col">{children}</main>
    </div>
  );
}
