import Link from 'next/link';
import { buttonClass } from './button.tsx';
import { EmptyState } from './states.tsx';

/** In place of a view of a service that nobody has heard of. */
export function NoService({ name }: { readonly name: string }) {
  return (
    <EmptyState
      title={`No service named ${name}`}
      actions={
        <Link href="/" className={buttonClass()}>
          All services
        </Link>
      }
    >
      Nothing has sent samples under this name. Services appear by themselves once the agent sees them, or when a
      profile is pushed.
    </EmptyState>
  );
}
