import type { Metadata } from 'next';
import { FlamePage } from '../../../../features/flame-graph/flame-page.tsx';

interface Props {
  readonly params: Promise<{ service: string }>;
}

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: decodeURIComponent((await params).service) };
}

export default async function Page({ params }: Props) {
  return <FlamePage service={decodeURIComponent((await params).service)} />;
}
