import { SymbolsPage } from '../../../features/symbols/symbols-page.tsx';

export const metadata = { title: 'Symbols' };

export default function Page() {
  return <SymbolsPage />;
}
