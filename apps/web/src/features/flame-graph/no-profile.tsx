import Link from 'next/link';
import { type AbsoluteRange, type RangeText, STANDARD_RANGE } from '../../address/time.ts';
import { Button, buttonClass } from '../../ui/button.tsx';
import type { FetchError } from '../../ui/flame-frame/use-columns.ts';
import { NoService } from '../../ui/no-service.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import { type Recorded, whyNoSamples } from './recorded.ts';

export interface NoProfileProps {
  readonly service: string;
  readonly error: FetchError | null;
  /** Whether versions or labels are asked for. */
  readonly filtered: boolean;
  /** `null` when the service has no samples at all. */
  readonly recorded: Recorded | null;
  readonly range: AbsoluteRange;
  readonly onRetry: () => void;
  readonly onClearFilters: () => void;
  readonly onRange: (range: RangeText) => void;
  /** Looks at a profile type that the service has. */
  readonly onType: (() => void) | undefined;
}

/** Why there is no graph, and what to do about it. */
export function NoProfile(props: NoProfileProps) {
  const { service, error, filtered, recorded, range, onRetry, onClearFilters, onRange, onType } = props;
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
            ) : error.code === 'UNKNOWN_TYPE' && onType !== undefined ? (
              <Button look="primary" onClick={onType}>
                Look at a type it has
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
  const last = recorded?.last ?? 0;
  const around = { from: String(Math.floor(last - 900)), to: String(Math.ceil(last + 60)) };
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
          {recorded !== null && Math.abs(range.to - last) > 60 && (
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
      {whyNoSamples(recorded, range, Date.now() / 1000)}
    </EmptyState>
  );
}
