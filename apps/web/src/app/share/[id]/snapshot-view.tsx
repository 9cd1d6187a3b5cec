'use client';

import Link from 'next/link';
import { StaticDiff } from '../../../features/compare/static-diff.tsx';
import { StaticFlame } from '../../../features/flame-graph/static-flame.tsx';
import { SnapshotBar } from '../../../features/share/snapshot-bar.tsx';
import { useSnapshot } from '../../../features/share/use-snapshot.ts';
import { Button, buttonClass } from '../../../ui/button.tsx';
import { GraphSkeleton } from '../../../ui/flame-frame/graph-skeleton.tsx';
import { PageFrame } from '../../../ui/page-bar/page-bar.tsx';
import { EmptyState, ErrorState } from '../../../ui/states.tsx';
import type { Theme } from '../../../ui/theme.ts';

/** A snapshot's page: what was kept, drawn by the view it was kept from. */
export function SnapshotView({ id, theme }: { readonly id: string; readonly theme: Theme }) {
  const { shared, error, refetch } = useSnapshot(id);
  const url = `/api/v1/snapshots/${encodeURIComponent(id)}`;
  return (
    <PageFrame bar={<SnapshotBar shared={shared} theme={theme} />}>
      <div className="relative flex-1">
        <div className="absolute inset-0 flex flex-col">
          {error !== null && error.data?.httpStatus !== 404 ? (
            <ErrorState
              title="The snapshot could not be fetched"
              actions={
                <Button look="primary" onClick={() => void refetch()}>
                  Try again
                </Button>
              }
            >
              {error.message}
            </ErrorState>
          ) : error !== null ? (
            <EmptyState
              title="No snapshot here"
              actions={
                <Link href="/" className={buttonClass()}>
                  All services
                </Link>
              }
            >
              {error.message}
            </EmptyState>
          ) : shared === null ? (
            <GraphSkeleton />
          ) : shared.kind === 'flame' ? (
            <StaticFlame url={url} search={shared.search} />
          ) : (
            <StaticDiff url={url} search={shared.search} />
          )}
        </div>
      </div>
    </PageFrame>
  );
}
