import { redirect } from 'next/navigation';

interface ServicePageProps {
  readonly params: Promise<{ service: string }>;
}

export default async function ServicePage({ params }: ServicePageProps) {
  redirect(`/s/${(await params).service}/flame`);
}
