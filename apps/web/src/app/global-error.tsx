'use client';

import './globals.css';
import { Button } from '../ui/button.tsx';
import { ErrorState } from '../ui/states.tsx';

/** When even the frame of the page failed. */
export default function GlobalError({ error, reset }: { readonly error: Error; readonly reset: () => void }) {
  return (
    <html lang="en" data-theme="system">
      <body>
        <title>Strata failed</title>
        <main className="grid min-h-dvh place-items-center">
          <h1 className="sr-only">Strata failed</h1>
          <ErrorState title="Strata’s page failed" actions={<Button onClick={reset}>Try again</Button>}>
            <p className="font-mono text-[12px]">{error.message}</p>
          </ErrorState>
        </main>
      </body>
    </html>
  );
}
