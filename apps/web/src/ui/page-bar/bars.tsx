'use client';

import { usePathname } from 'next/navigation';
import type { Theme } from '../theme.ts';
import { PageBar } from './page-bar.tsx';

/** The bar of the pages about everything. Agents are as of now, whatever the range. */
export function OverviewBar({ theme }: { readonly theme: Theme }) {
  return (
    <PageBar
      theme={theme}
      range={usePathname() !== '/agents'}
      tabs={[
        { href: '/', label: 'Services' },
        { href: '/agents', label: 'Agents' },
        { href: '/symbols', label: 'Symbols' },
      ]}
    />
  );
}

/** The bar of the pages about one service. A comparison has a range per side, in the page itself. */
export function ServiceBar({ theme, service }: { readonly theme: Theme; readonly service: string }) {
  const base = `/s/${encodeURIComponent(service)}`;
  return (
    <PageBar
      theme={theme}
      service={service}
      range={!usePathname().startsWith(`${base}/compare`)}
      tabs={[
        { href: `${base}/flame`, label: 'Flame graph' },
        { href: `${base}/compare`, label: 'Compare' },
      ]}
    />
  );
}
