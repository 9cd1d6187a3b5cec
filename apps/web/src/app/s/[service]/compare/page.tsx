import type { Metadata } from 'next';
import { ComparePage } from '../../../../features/compare/compare-page.tsx';

interface Props {
  readonly params: Promise<{ service: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `${decodeURIComponent((await params).service)}, compared` };
}

export default async function Page({ params }: Props) {
  return <ComparePage service={decodeURIComponent((await params).service)} />;
}
