import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { respellLabels } from '../../../../address/label.ts';
import { FlamePage } from '../../../../features/flame-graph/flame-page.tsx';
import { ShareButton } from '../../../../features/share/share-button.tsx';

interface PageProps {
  readonly params: Promise<{ service: string }>;
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export async function generateMetadata({ params }: PageProps): Promise<Metadata> {
  return { title: `${decodeURIComponent((await params).service)}, flame graph` };
}

export default async function Page({ params, searchParams }: PageProps) {
  const service = decodeURIComponent((await params).service);
  const parameters = Object.entries(await searchParams).flatMap(([name, value]) =>
    [value ?? []].flat().map((each): [string, string] => [name, each]),
  );
  const respelt = respellLabels(parameters);
  if (respelt !== null) redirect(`/s/${encodeURIComponent(service)}/flame?${respelt}`);
  return (
    <>
      <FlamePage key={service} service={service} />
      <ShareButton service={service} />
    </>
  );
}
