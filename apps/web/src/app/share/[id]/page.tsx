import type { Metadata } from 'next';
import { cookies } from 'next/headers';
import { readTheme, THEME_COOKIE } from '../../../ui/theme.ts';
import { SnapshotView } from './snapshot-view.tsx';

export const metadata: Metadata = { title: 'Snapshot', robots: { index: false } };

export default async function Page({ params }: { readonly params: Promise<{ id: string }> }) {
  return <SnapshotView id={(await params).id} theme={readTheme((await cookies()).get(THEME_COOKIE)?.value)} />;
}
