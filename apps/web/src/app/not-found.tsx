import Link from 'next/link';
import { buttonClass } from '../ui/button.tsx';
import { EmptyState } from '../ui/states.tsx';

export default function NotFound() {
  return (
    <main className="grid min-h-dvh place-items-center">
      <h1 className="sr-only">Not found</h1>
      <EmptyState
        title="There is no page at this address"
        actions={
          <Link href="/" className={buttonClass('primary')}>
            All services
          </Link>
        }
      >
        <p>The address may have lost a part on its way here.</p>
      </EmptyState>
    </main>
  );
}
