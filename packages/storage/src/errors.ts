import { ClickHouseError } from '@clickhouse/client';

export type StorageErrorCode =
  /** ClickHouse cannot be reached, or is not ready in time. */
  | 'UNAVAILABLE'
  | 'TIMEOUT'
  /** The caller's signal ended the query. */
  | 'CANCELLED'
  | 'UNAUTHORIZED'
  /** ClickHouse refuses for want of memory, disk or places for queries: try again later. */
  | 'OVERLOADED'
  /** An applied migration's file is not the one that was applied. */
  | 'MIGRATION_CONFLICT'
  /** The data were written by a newer Strata. */
  | 'NEWER_SCHEMA'
  /** A profile type of this service is stored in another unit. */
  | 'UNIT_CONFLICT'
  /** A batch that contradicts itself, such as a sample of a node that is not there. */
  | 'INVALID_BATCH'
  /** ClickHouse refused a statement: a mistake of ours. */
  | 'QUERY_FAILED';

/** What storage throws; the message is one sentence that says what, where and what to do. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly code: StorageErrorCode;

  constructor(code: StorageErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** https://github.com/ClickHouse/ClickHouse/blob/master/src/Common/ErrorCodes.cpp */
const CODES: Readonly<Record<string, StorageErrorCode>> = {
  159: 'TIMEOUT',
  160: 'TIMEOUT',
  394: 'CANCELLED',
  192: 'UNAUTHORIZED',
  193: 'UNAUTHORIZED',
  194: 'UNAUTHORIZED',
  497: 'UNAUTHORIZED',
  516: 'UNAUTHORIZED',
  202: 'OVERLOADED',
  241: 'OVERLOADED',
  252: 'OVERLOADED',
};
const NOT_ENOUGH_SPACE = '243';

/** `doing` completes "While …", such as `summing stacks`. */
export function toStorageError(cause: unknown, doing: string): StorageError {
  if (cause instanceof StorageError) return cause;
  const error = cause instanceof Error ? cause : new Error(String(cause));
  const reason = (error.message || (error as NodeJS.ErrnoException).code || error.name).split('\n')[0]!.slice(0, 300);
  if (error instanceof ClickHouseError) {
    if (error.code === NOT_ENOUGH_SPACE || /no space left on device/i.test(reason)) {
      return new StorageError('OVERLOADED', `ClickHouse’s disk is full, seen while ${doing}: make room on it.`, {
        cause,
      });
    }
    const code = CODES[error.code] ?? 'QUERY_FAILED';
    return new StorageError(code, `ClickHouse failed while ${doing} (code ${error.code}): ${reason}`, { cause });
  }
  if (error.name === 'AbortError' || /aborted a request|request was aborted/.test(reason)) {
    return new StorageError('CANCELLED', `The request ended while ${doing}.`, { cause });
  }
  if (/timeout/i.test(reason)) {
    return new StorageError('TIMEOUT', `ClickHouse did not answer in time while ${doing}.`, { cause });
  }
  return new StorageError('UNAVAILABLE', `ClickHouse cannot be reached while ${doing}: ${reason}.`, { cause });
}
