import { ServicesPage } from '../../features/services/services-page.tsx';

export const metadata = { title: { absolute: 'Services · Strata' } };

export default function Page() {
  return <ServicesPage />;
}
