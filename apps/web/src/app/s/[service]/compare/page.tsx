import type { Metadata } from 'next';
import { ComparePage } from '../../../../features/compare/compare-page.tsx';
import { ShareButton } from '../../../../features/share/share-button.tsx';

interface PageProps {
  readonly params: Promise<{ service: string }>;
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  return { title: `${decodeURIComponent((await params).service)}, compare` };
}

export default async function Page({ params }: PageProps) {
  const service = decodeURIComponent((await params).service);
  return (
    <>
      <ComparePage key={service} service={service} />
      <ShareButton service={service} />
    </>
  );
}
