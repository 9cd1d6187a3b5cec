import Link from 'next/link';
import { type RangeText, STANDARD_RANGE } from '../../address/time.ts';
import { Button, buttonClass } from '../../ui/button.tsx';
import type { FetchError } from '../../ui/flame-frame/use-columns.ts';
import { NoService } from '../../ui/no-service.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';

export interface NoProfileProps {
  readonly service: string;
  readonly error: FetchError | null;
  /** Whether versions or labels are asked for. */
  readonly filtered: boolean;
  /** Unix seconds; `null` when the service has none at all. */
  readonly lastSample: number | null;
  readonly rangeEnd: number;
  readonly onRetry: () => void;
  readonly onClearFilters: () => void;
  readonly onRange: (range: RangeText) => void;
}

/** Why there is no graph, and what to do about it. */
export function NoProfile(props: NoProfileProps) {
  const { service, error, filtered, lastSample, rangeEnd, onRetry, onClearFilters, onRange } = props;
  if (error?.code === 'UNKNOWN_SERVICE') return <NoService name={service} />;
  if (error !== null && error.code !== 'NO_SAMPLES')
    return (
      <ErrorState
        title="The profile could not be fetched"
        actions={
          <>
            {error.code === 'INVALID_PARAMETER' ? (
              <Button look="primary" onClick={() => onRange(STANDARD_RANGE)}>
                Last 15 minutes
              </Button>
            ) : (
              <Button look="primary" onClick={onRetry}>
                Try again
              </Button>
            )}
            {filtered && error.status < 500 && <Button onClick={onClearFilters}>Remove all filters</Button>}
          </>
        }
      >
        {error.message}
      </ErrorState>
    );
  const last = lastSample === null ? null : new Date(lastSample * 1000);
  const around =
    lastSample === null ? null : { from: String(Math.floor(lastSample - 900)), to: String(Math.ceil(lastSample + 60)) };
  return (
    <EmptyState
      title="No samples in this range"
      actions={
        <>
          {filtered && (
            <Button look="primary" onClick={onClearFilters}>
              Remove all filters
            </Button>
          )}
          {around !== null && Math.abs(rangeEnd - lastSample!) > 60 && (
            <Button look={filtered ? 'plain' : 'primary'} onClick={() => onRange(around)}>
              Go to the last sample
            </Button>
          )}
          <Button onClick={() => onRange({ from: 'now-24h', to: 'now' })}>Last 24 hours</Button>
          <Link href="/agents" className={buttonClass()}>
            Check agents
          </Link>
        </>
      }
    >
      {filtered && 'The filters may leave nothing over. '}
      {last === null
        ? 'This service has no samples of this type.'
        : `The last sample is of ${last.toISOString().slice(0, 16).replace('T', ' ')} UTC; if the service still runs, its agent may have stopped.`}
    </EmptyState>
  );
}
