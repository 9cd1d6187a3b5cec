import { cookies } from 'next/headers';
import type { ReactNode } from 'react';
import { OverviewBar } from '../../ui/page-bar/bars.tsx';
import { PageFrame } from '../../ui/page-bar/page-bar.tsx';
import { readTheme, THEME_COOKIE } from '../../ui/theme.ts';

export default async function OverviewLayout({ children }: { readonly children: ReactNode }) {
  const theme = readTheme((await cookies()).get(THEME_COOKIE)?.value);
  return <PageFrame bar={<OverviewBar theme={theme} />}>{children}</PageFrame>;
}
