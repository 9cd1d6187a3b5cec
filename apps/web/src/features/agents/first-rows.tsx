'use client';

import { type ReactNode, useState } from 'react';
import { formatCount } from '../../ui/amount.ts';
import { Button } from '../../ui/button.tsx';

const ROWS_FIRST = 10;

export interface FirstRowsProps<Row> {
  readonly rows: readonly Row[];
  /** Completes “Show all 43 …”. */
  readonly what: string;
  readonly children: (shown: readonly Row[]) => ReactNode;
}

/** A table of the first ten rows, and a button for all of them. */
export function FirstRows<Row>({ rows, what, children }: FirstRowsProps<Row>) {
  const [all, setAll] = useState(false);
  return (
    <>
      {children(all ? rows : rows.slice(0, ROWS_FIRST))}
      {rows.length > ROWS_FIRST && (
        <Button look="quiet" className="-ml-3 mt-1" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? `Show ${ROWS_FIRST} ${what}` : `Show all ${formatCount(rows.length)} ${what}`}
        </Button>
      )}
    </>
  );
}
