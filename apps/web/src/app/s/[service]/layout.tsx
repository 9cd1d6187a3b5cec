import { cookies } from 'next/headers';
import type { ReactNode } from 'react';
import { ServiceBar } from '../../../ui/page-bar/bars.tsx';
import { PageFrame } from '../../../ui/page-bar/page-bar.tsx';
import { readTheme, THEME_COOKIE } from '../../../ui/theme.ts';

interface ServiceLayoutProps {
  readonly children: ReactNode;
  readonly params: Promise<{ service: string }>;
}

export default async function ServiceLayout({ children, params }: ServiceLayoutProps) {
  const service = decodeURIComponent((await params).service);
  const theme = readTheme((await cookies()).get(THEME_COOKIE)?.value);
  return (
    <PageFrame bar={<ServiceBar theme={theme} service={service} />}>
      <h1 className="sr-only">{service}</h1>
      {children}
    </PageFrame>
  );
}
