'use client';

import Link from 'next/link';
import { Button, buttonClass } from '../ui/button.tsx';
import { ErrorState } from '../ui/states.tsx';

interface ErrorPageProps {
  readonly error: Error & { digest?: string };
  readonly reset: () => void;
}

/** A mistake of ours in a page. */
export default function ErrorPage({ error, reset }: ErrorPageProps) {
  return (
    <main className="grid min-h-dvh place-items-center">
      <h1 className="sr-only">This page failed</h1>
      <ErrorState
        title="This page failed"
        actions={
          <>
            <Button look="primary" onClick={reset}>
              Try again
            </Button>
            <Link href="/" className={buttonClass()}>
              All services
            </Link>
          </>
        }
      >
        <p className="font-mono text-[12px]">{error.message}</p>
      </ErrorState>
    </main>
  );
}
