'use client';

import { type ReactNode, useState } from 'react';
import { formatCount } from './amount.ts';
import { Button } from './button.tsx';

export interface FirstRowsProps<Row> {
  readonly rows: readonly Row[];
  /** Completes “Show all 43 …”. */
  readonly what: string;
  readonly first?: number;
  /** Where the button stands. */
  readonly className?: string;
  readonly children: (shown: readonly Row[]) => ReactNode;
}

/** A table or a list of the first rows, and a button for all of them. */
export function FirstRows<Row>({ rows, what, first = 10, className = '-ml-3 mt-1', children }: FirstRowsProps<Row>) {
  const [all, setAll] = useState(false);
  return (
    <>
      {children(all ? rows : rows.slice(0, first))}
      {rows.length > first && (
        <Button look="quiet" className={className} aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? `Show ${first} ${what}` : `Show all ${formatCount(rows.length)} ${what}`}
        </Button>
      )}
    </>
  );
}
